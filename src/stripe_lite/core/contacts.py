"""Addresses and shipping details, as many resources carry them."""

import re

from pydantic import Field

from stripe_lite.core.errors import InvalidParameter
from stripe_lite.core.objects import Params, StripeObject

# The officially assigned codes of ISO 3166-1, and Kosovo's.
_CODES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
    "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
    "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
)
COUNTRIES = frozenset(_CODES.split())

_email = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def check_email(address: str | None, param: str) -> None:
    """Refuse what cannot be an e-mail address; its domain has a dot."""
    if address is not None and _email.fullmatch(address) is None:
        raise InvalidParameter(f"Invalid email address: {address}", code="email_invalid", param=param)


def check_country(code: str | None, param: str) -> None:
    """Refuse what is no country's code of two letters."""
    if code and code.upper() not in COUNTRIES:
        raise InvalidParameter(
            f"Country '{code}' is unknown. Try using a 2-character alphanumeric country code instead, such as 'US', "
            "'EG', or 'GB'. A full list of country codes is available at "
            "https://en.wikipedia.org/wiki/ISO_3166-1_alpha-2#Officially_assigned_code_elements",
            param=param,
        )


class AddressParams(Params):
    """A postal address."""

    city: str | None = Field(None, description="City, district, suburb, town or village.")
    country: str | None = Field(None, description="Two-letter country code.")
    line1: str | None = Field(None, description="Street, or company name.")
    line2: str | None = Field(None, description="Apartment, suite, unit or building.")
    postal_code: str | None = Field(None, description="ZIP or postal code.")
    state: str | None = Field(None, description="State, county, province or region.")


class AddressObject(StripeObject):
    """A postal address."""

    city: str | None
    country: str | None
    line1: str | None
    line2: str | None
    postal_code: str | None
    state: str | None


class ShippingParams(Params):
    """Where goods are sent, and to whom."""

    address: AddressParams = Field(description="The address to ship to.")
    name: str | None = Field(None, description="The recipient's name.")
    phone: str | None = Field(None, description="The recipient's phone number.")
    carrier: str | None = Field(None, description="The delivery service, such as FedEx or UPS.")
    tracking_number: str | None = Field(None, description="The tracking number; several are separated by commas.")


ADDRESS_FIELDS = ("city", "country", "line1", "line2", "postal_code", "state")


def address_object(stored: dict[str, str | None] | None) -> AddressObject | None:
    """The address as clients see it, or None."""
    return None if stored is None else AddressObject(**{name: stored.get(name) for name in ADDRESS_FIELDS})
