"""What a client names beside a customer's own fields: payment methods and sources, of which customers know nothing.

Each is told upwards and answered in the same transaction, before the customer is rendered; what nobody answers is
refused by its name.
"""

from dataclasses import dataclass

from stripe_lite.core.errors import InvalidParameter
from stripe_lite.core.objects import Params
from stripe_lite.customers.customers.model import Customer
from stripe_lite.customers.customers.schema import CustomerCreateParams, CustomerFields
from stripe_lite.db.work import Work

# A payment method is attached to the customer.
ATTACH_PAYMENT_METHOD = "internal.customer.attach_payment_method"
# A payment method becomes the default for invoices; refused unless it is attached to the customer.
CHECK_DEFAULT_PAYMENT_METHOD = "internal.customer.check_default_payment_method"
# A token or source is attached, and becomes the default source.
ATTACH_SOURCE = "internal.customer.attach_source"
# One of the customer's sources becomes the default source.
SET_DEFAULT_SOURCE = "internal.customer.set_default_source"

# Parameters that bring a new default source, and those that name one of the customer's own.
NEW_SOURCES = ("source", "card", "bank_account")
DEFAULT_SOURCES = ("default_source", "default_card", "default_bank_account")


@dataclass(slots=True)
class Link:
    """The customer's row, which is locked, the id that the client named, and the parameter it named it in.

    `details` are those of a new source that was sent in place of an id. Who answers replaces a name such as
    `pm_card_visa` by the id of what it became.
    """

    customer: Customer
    id: str
    param: str
    details: Params | None = None


async def make(work: Work, customer: Customer, params: CustomerFields) -> None:
    """Have everything attached and checked that the client named. The customer's row must be locked."""
    attaching = _only_one(params, NEW_SOURCES)
    if attaching is not None:
        given = getattr(params, attaching)
        link = Link(customer, given, attaching) if isinstance(given, str) else Link(customer, "", attaching, given)
        await _answered(work, ATTACH_SOURCE, link)
    preferring = _only_one(params, DEFAULT_SOURCES)
    if preferring is not None:
        await _answered(work, SET_DEFAULT_SOURCE, Link(customer, getattr(params, preferring), preferring))
    attached: dict[str, str] = {}
    if isinstance(params, CustomerCreateParams) and params.payment_method is not None:
        link = await _answered(work, ATTACH_PAYMENT_METHOD, Link(customer, params.payment_method, "payment_method"))
        attached[params.payment_method] = link.id
    settings = params.invoice_settings
    if settings is not None and settings.default_payment_method is not None:
        await _set_default(work, customer, settings.default_payment_method, attached)


def _only_one(params: CustomerFields, names: tuple[str, ...]) -> str | None:
    """Which one of these parameters was sent; several would contradict each other."""
    given = [name for name in names if getattr(params, name, None) is not None]
    if len(given) > 1:
        raise InvalidParameter(f"You may only specify one of these parameters: {', '.join(given)}.", param=given[1])
    return given[0] if given else None


async def _set_default(work: Work, customer: Customer, named: str, attached: dict[str, str]) -> None:
    """Make a payment method the default for invoices; a name that was just attached means what it became."""
    link = Link(customer, attached.get(named, named), "invoice_settings[default_payment_method]")
    await _answered(work, CHECK_DEFAULT_PAYMENT_METHOD, link)
    settings = customer.details["invoice_settings"] | {"default_payment_method": link.id}
    customer.details = customer.details | {"invoice_settings": settings}


async def _answered(work: Work, fact: str, link: Link) -> Link:
    if not work.listens(fact):
        raise InvalidParameter(
            f"stripe_lite does not act on the parameter {link.param} yet, so it does not accept it.",
            code="parameter_unsupported",
            param=link.param,
        )
    work.tell(fact, link)
    await work.react()
    return link
