"""Addresses and shipping details, as many resources carry them."""

from pydantic import Field

from stripe_lite.core.objects import Params, StripeObject


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
