"""What a client asks of a customer that payments carry out: told upwards, because customers know no payment methods.

Each fact is answered in the same transaction, before the customer is rendered; what nobody answers is refused by name.
"""

from dataclasses import dataclass

from stripe_lite.core.errors import InvalidParameter
from stripe_lite.customers.customers.model import Customer
from stripe_lite.customers.customers.schema import CustomerCreateParams, CustomerFields, CustomerUpdateParams
from stripe_lite.db.work import Work

# A payment method is attached to the customer.
ATTACH_PAYMENT_METHOD = "internal.customer.attach_payment_method"
# A payment method becomes the default for invoices; refused unless it is attached to the customer.
CHECK_DEFAULT_PAYMENT_METHOD = "internal.customer.check_default_payment_method"
# A token or source is attached, and becomes the default source.
ATTACH_SOURCE = "internal.customer.attach_source"
# One of the customer's sources becomes the default source.
SET_DEFAULT_SOURCE = "internal.customer.set_default_source"


@dataclass(frozen=True, slots=True)
class Link:
    """The customer's row, which is locked, the id that the client named, and the parameter it named it in."""

    customer: Customer
    id: str
    param: str


async def make(work: Work, customer: Customer, params: CustomerFields) -> None:
    """Have everything attached and checked that the client named beside the customer's own fields."""
    if isinstance(params, CustomerCreateParams):
        _tell(work, ATTACH_PAYMENT_METHOD, customer, params.payment_method, "payment_method")
    _tell(work, ATTACH_SOURCE, customer, params.source, "source")
    if isinstance(params, CustomerUpdateParams):
        _tell(work, SET_DEFAULT_SOURCE, customer, params.default_source, "default_source")
    settings = params.invoice_settings
    if settings is not None:
        param = "invoice_settings[default_payment_method]"
        _tell(work, CHECK_DEFAULT_PAYMENT_METHOD, customer, settings.default_payment_method, param)
    await work.react()


def _tell(work: Work, fact: str, customer: Customer, id: str | None, param: str) -> None:
    if id is None:
        return
    if not work.listens(fact):
        raise InvalidParameter(
            f"stripe_lite does not act on the parameter {param} yet, so it does not accept it.",
            code="parameter_unsupported",
            param=param,
        )
    work.tell(fact, Link(customer, id, param))
