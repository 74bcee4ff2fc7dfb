"""What a payment needs of its payment method: whether it may be used, what the bank is asked, what is learned."""

from stripe_lite.bank.port import Answer, Authorization, ThreeDSecureResult
from stripe_lite.core.errors import CardError, InvalidRequest
from stripe_lite.db.work import Work
from stripe_lite.payments.payment_methods import payers
from stripe_lite.payments.payment_methods.model import PaymentMethod

KEPT_FOR_CUSTOMER = "kept_for_customer"
USED_UP_FOR_PAYMENTS = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a "
    "connected account without Customer attachment, or was detached from a Customer. It may not be used again. "
    "To use a PaymentMethod multiple times, you must attach it to a Customer first."
)


def authorization(
    work: Work,
    payment_method: PaymentMethod,
    *,
    ref: str,
    amount: int,
    currency: str,
    capture: bool = True,
    off_session: bool = False,
    authentication: ThreeDSecureResult | None = None,
) -> Authorization:
    """What the bank is asked before it takes or reserves an amount by this payment method."""
    address = payment_method.billing_details.get("address") or {}
    return Authorization(
        account_id=work.account_id,
        ref=ref,
        at=work.now,
        amount=amount,
        currency=currency,
        method=payment_method.type,
        outcome=payment_method.outcome,
        capture=capture,
        off_session=off_session,
        set_up=payment_method.set_up,
        authentication=authentication,
        cvc=payment_method.cvc,
        line1=bool(address.get("line1")),
        postal_code=bool(address.get("postal_code")),
    )


def declined(answer: Answer) -> CardError:
    """The error for a card that the bank declined."""
    return CardError(
        answer.message or "Your card was declined.",
        code=answer.code or "card_declined",
        decline_code=answer.decline_code,
        param={"incorrect_cvc": "cvc", "expired_card": "exp_month"}.get(answer.code or ""),
    )


def refusal(answer: Answer) -> CardError:
    """The same with what the network and the issuer said; the reason is the code where the issuer gave none."""
    error = declined(answer)
    told = {
        "advice_code": answer.advice_code,
        "decline_code": answer.decline_code or error.code,
        "network_decline_code": answer.network_decline_code,
    }
    error.extra |= {name: value for name, value in told.items() if value is not None}
    return error


def learn(payment_method: PaymentMethod, answer: Answer) -> None:
    """Note what the bank said of a card's details, and of a payer who paid elsewhere. Needs the lock.

    A security code that was approved is not sent again.
    """
    if payment_method.type != "card" and answer.result == "approved":
        payment_method.details = payment_method.details | payers.of_method(payment_method)
    if payment_method.type != "card" or answer.checks is None:
        return
    found = answer.checks.model_dump(exclude_none=True)
    if found:
        checks = (payment_method.details.get("checks") or {}) | found
        payment_method.details = payment_method.details | {"checks": checks}
    if answer.result == "approved":
        payment_method.cvc = False


def spend(payment_method: PaymentMethod) -> None:
    """Note that a payment used it: without a customer it may not be used again. Needs the lock."""
    if payment_method.customer_id is None:
        payment_method.spent = True


def keep_for_customer(payment_method: PaymentMethod) -> None:
    """Note that it was set up for nobody: it has to be attached to a customer before it is used. Needs the lock."""
    payment_method.extras = payment_method.extras | {KEPT_FOR_CUSTOMER: True}


def check_unspent(payment_method: PaymentMethod) -> None:
    """Refuse a payment method that may not be used again without a customer."""
    kept = payment_method.customer_id is None and payment_method.extras.get(KEPT_FOR_CUSTOMER)
    if payment_method.spent or kept:
        raise InvalidRequest(USED_UP_FOR_PAYMENTS, param="payment_method")


def check_usable(payment_method: PaymentMethod, customer_id: str | None) -> None:
    """Refuse a payment method that a payment of this customer, or of none, may not use."""
    check_unspent(payment_method)
    owner = payment_method.customer_id
    if owner is None or owner == customer_id:
        return
    if customer_id is None:
        raise InvalidRequest(
            f"The payment method supplied ({payment_method.id}) belongs to the customer {owner}. Please include the "
            "Customer in the `customer` parameter on the PaymentIntent.",
            param="payment_method",
        )
    raise InvalidRequest(
        f"The customer does not have a payment method with the ID {payment_method.id}. The payment method must be "
        "attached to the customer.",
        param="payment_method",
    )
