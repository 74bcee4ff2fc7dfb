"""Paying from the cash that a customer keeps with the account."""

from stripe_lite.core import money
from stripe_lite.core.errors import InvalidRequest
from stripe_lite.customers.cash_balances import posting
from stripe_lite.db.work import Work
from stripe_lite.payments.payment_intents import funding
from stripe_lite.payments.payment_intents import service as intents
from stripe_lite.payments.payment_intents.machine import PAYMENT_INTENT, IntentFact
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_intents.schema import PaymentIntentApplyBalanceParams
from stripe_lite.payments.payment_methods import service as payment_methods
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.payment_methods.schema import PaymentMethodDataParams


async def apply_customer_balance(work: Work, id: str, params: PaymentIntentApplyBalanceParams) -> PaymentIntent:
    """Pay with the customer's cash: what is asked for, else as much of the rest as there is."""
    intent = await intents.held(work, id)
    named = intent.payment_method_id
    method = None if named is None else await payment_methods.resolve(work, named, watch=True)
    _check(work, intent, method, params)
    customer = await funding.hold_customer(work, intent)
    available = await posting.available(work, customer, intent.currency)
    amount = min(available, funding.remaining(intent)) if params.amount is None else params.amount
    _check_amount(intent, amount, available)
    if method is None or method.type != funding.TYPE:
        method = await payment_methods.create_from_data(work, PaymentMethodDataParams(type=funding.TYPE))
        intent.payment_method_id = method.id
    await funding.pay(work, intent, customer, method, amount)
    return intent


def _check(
    work: Work, intent: PaymentIntent, method: PaymentMethod | None, params: PaymentIntentApplyBalanceParams
) -> None:
    by_transfer = method is not None and method.type == funding.TYPE
    if not by_transfer and funding.TYPE not in intent.details["payment_method_types"]:
        raise InvalidRequest(
            f"You cannot apply the customer's balance to the PaymentIntent {intent.id}: `{funding.TYPE}` is not among "
            f"its payment_method_types ({', '.join(intent.details['payment_method_types'])}).",
            code="payment_intent_invalid_parameter",
        )
    if not PAYMENT_INTENT.can(intent.status, IntentFact.FUNDED):
        raise intents.refuse(
            work,
            intent,
            f"You cannot apply the customer's balance to this PaymentIntent because it has a status of "
            f"{intent.status}. Only a PaymentIntent with one of the following statuses may be funded: "
            f"{intents.OPEN_STATES}.",
        )
    if params.currency is not None and money.check_currency(params.currency) != intent.currency:
        raise InvalidRequest(
            f"The currency provided ({params.currency}) is not the PaymentIntent's ({intent.currency}).",
            param="currency",
        )


def _check_amount(intent: PaymentIntent, amount: int, available: int) -> None:
    if available == 0 or amount > available:
        raise InvalidRequest(
            f"The customer's cash balance ({money.display(available, intent.currency)}) does not cover this amount.",
            code="insufficient_funds",
            param="amount",
        )
    if amount < 1:
        raise InvalidRequest(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    if amount > funding.remaining(intent):
        left = money.display(funding.remaining(intent), intent.currency)
        raise InvalidRequest(
            f"The amount is greater than what remains to be paid of this PaymentIntent ({left}).",
            code="amount_too_large",
            param="amount",
        )
