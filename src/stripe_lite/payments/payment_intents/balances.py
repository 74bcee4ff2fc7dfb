"""Paying from the cash that a customer keeps with the account."""

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.db.work import Work
from stripe_lite.payments.payment_intents import service as intents
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_intents.schema import PaymentIntentApplyBalanceParams


async def apply_customer_balance(work: Work, id: str, params: PaymentIntentApplyBalanceParams) -> PaymentIntent:
    """Refuse an intent that is not paid by `customer_balance`: bank transfers are not processed, so that none is."""
    intent = await intents.held(work, id)
    raise InvalidRequest(
        f"You cannot apply the customer's balance to the PaymentIntent {intent.id}: `customer_balance` is not among "
        f"its payment_method_types ({', '.join(intent.details['payment_method_types'])}).",
        code="payment_intent_invalid_parameter",
    )
