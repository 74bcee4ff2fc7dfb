"""Finding charges: lists with filters, and Stripe's search language."""

from sqlalchemy import ColumnElement, case, null, true

from stripe_lite.core.lists import Page
from stripe_lite.core.search import Kind
from stripe_lite.customers.customers import service as customers
from stripe_lite.db.filters import created_between
from stripe_lite.db.search import Field, Found, Searchable
from stripe_lite.db.search import search as search_rows
from stripe_lite.db.work import Work
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.charges.schema import RELEASED_BY_REFUND, ChargeListParams, ChargeSearchParams

COLUMNS = Charge.__table__.c
# Stripe knows these sources only. A charge at a terminal cannot be made here, but asked for.
SOURCES = ("card", "card_present", "interac_present")
METHOD_FIELDS = ("brand", "exp_month", "exp_year", "fingerprint", "last4")
# All of it, a part of it, or null where nothing was given back.
REFUNDED = case(
    (COLUMNS.details[RELEASED_BY_REFUND].astext == "true", true()),
    (COLUMNS.amount_refunded == 0, null()),
    else_=COLUMNS.amount_refunded == COLUMNS.amount_captured,
)


def _method_fields() -> dict[str, Field]:
    """`payment_method_details.<source>.<field>` for each source that can be searched by."""
    told = COLUMNS.details["payment_method_details"]
    return {
        f"payment_method_details.{source}.{name}": Field(Kind.TOKEN, told[source][name].astext)
        for source in SOURCES
        for name in METHOD_FIELDS
    }


SEARCHABLE = Searchable(
    "charges",
    {
        "amount": Field(Kind.NUMERIC, COLUMNS.amount),
        "billing_details.address.postal_code": Field(
            Kind.TOKEN, COLUMNS.details["billing_details"]["address"]["postal_code"].astext
        ),
        "created": Field(Kind.TIME, COLUMNS.created_at),
        "currency": Field(Kind.TOKEN, COLUMNS.currency),
        "customer": Field(Kind.TOKEN, COLUMNS.customer_id),
        "disputed": Field(Kind.BOOLEAN, COLUMNS.disputed),
        "refunded": Field(Kind.BOOLEAN, REFUNDED),
        "status": Field(Kind.TOKEN, COLUMNS.status),
    }
    | _method_fields(),
    COLUMNS.metadata,
)


async def page(work: Work, params: ChargeListParams) -> Page[Charge]:
    """The account's charges, newest first; a customer that never was is refused, a deleted one's charges are there."""
    conditions: list[ColumnElement[bool]] = created_between(Charge, params.created)
    if params.customer is not None:
        await customers.retrieve(work, params.customer, param="customer")
        conditions.append(Charge.customer_id == params.customer)
    if params.payment_intent is not None:
        conditions.append(Charge.payment_intent_id == params.payment_intent)
    if params.transfer_group is not None:
        conditions.append(Charge.transfer_group == params.transfer_group)
    return await work.page(Charge, params, *conditions)


async def search(work: Work, params: ChargeSearchParams) -> Found[Charge]:
    """The account's charges that match a query, newest first."""
    return await search_rows(work, Charge, SEARCHABLE, params)
