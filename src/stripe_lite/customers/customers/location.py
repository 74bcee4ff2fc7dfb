"""Where a customer is taxed, as far as an address tells it: an IP address is kept, but leads nowhere offline."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.objects import StripeObject, Tree
from stripe_lite.customers.customers import lookup
from stripe_lite.customers.customers.schema import TaxParams
from stripe_lite.db.work import Work

Source = Literal["billing_address", "ip_address", "payment_method", "shipping_destination"]


class TaxLocationObject(StripeObject):
    """A customer's tax location."""

    country: str = Field(description="Two-letter country code.")
    source: Source = Field(description="What the location was inferred from.")
    state: str | None = Field(description="State, county, province or region.")


class CustomerTaxObject(StripeObject):
    """Where a customer is taxed."""

    automatic_tax: Literal["failed", "not_collecting", "supported", "unrecognized_location"] = Field(
        description="`not_collecting` where the location is known: the account has no tax registrations."
    )
    ip_address: str | None = Field(description="A recent IP address of the customer.")
    location: TaxLocationObject | None = Field(description="The location, where it is known.")
    provider: Literal["anrok", "avalara", "sphere", "stripe"] = Field(description="Always `stripe`.")


async def include(work: Work, customer: StripeObject) -> CustomerTaxObject:
    """The `tax` of a customer, for `expand`."""
    details = (await lookup.retrieve(work, getattr(customer, "id", ""))).details
    found = locate(details)
    return CustomerTaxObject(
        automatic_tax="unrecognized_location" if found is None else "not_collecting",
        ip_address=(details.get("tax") or {}).get("ip_address"),
        location=found,
        provider="stripe",
    )


def check(details: Tree, tax: TaxParams | None) -> None:
    """Refuse a customer whose location the client wants to be known at once, and is not."""
    if tax is not None and tax.validate_location == "immediately" and locate(details) is None:
        raise InvalidRequest(
            "The customer's location isn't recognized. Set a valid customer address in order to automatically "
            "calculate tax.",
            code="customer_tax_location_invalid",
            param="address",
        )


def locate(details: Tree) -> TaxLocationObject | None:
    """The location that the shipping address tells, or else the billing address."""
    shipping = (details.get("shipping") or {}).get("address")
    places: tuple[tuple[Tree | None, Source], ...] = (
        (shipping, "shipping_destination"),
        (details.get("address"), "billing_address"),
    )
    for address, source in places:
        if address is not None and _taxable(address):
            return TaxLocationObject(country=address["country"].upper(), source=source, state=address.get("state"))
    return None


def _taxable(address: Tree) -> bool:
    """A country is enough, but not for the two whose taxes differ within them."""
    country = (address.get("country") or "").upper()
    if country == "US":
        return bool(address.get("postal_code"))
    if country == "CA":
        return bool(address.get("postal_code") or address.get("state"))
    return len(country) == 2 and country.isascii() and country.isalpha()
