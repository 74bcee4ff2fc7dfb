"""What a payer has to do before a payment goes on: the `next_action` of a payment intent, and how it ended."""

from datetime import timedelta

from stripe_lite.core.clock import unix
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.payments.payment_intents import attempts
from stripe_lite.payments.payment_intents import service as intents
from stripe_lite.payments.payment_intents.machine import IntentFact, IntentStatus
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_methods import service as payment_methods
from stripe_lite.payments.payment_methods.schema import render as render_method

MICRODEPOSITS_TAKE = timedelta(days=1)

AUTHENTICATION_FAILED: Tree = {
    "code": "payment_intent_authentication_failure",
    "doc_url": "https://stripe.com/docs/error-codes/payment-intent-authentication-failure",
    "message": "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new "
    "PaymentMethod to attempt to fulfill this PaymentIntent again.",
    "type": "invalid_request_error",
}
PAYMENT_ATTEMPT_FAILED: Tree = {
    "code": "payment_intent_payment_attempt_failed",
    "doc_url": "https://stripe.com/docs/error-codes/payment-intent-payment-attempt-failed",
    "message": "The payment failed.",
    "type": "invalid_request_error",
}


def page_url(work: Work, intent: PaymentIntent) -> str:
    """The page of ours where the payer completes or fails the action. Its address proves the right to it."""
    return f"{work.origin}/hosted/actions/{work.account_id}/{intent.client_secret}"


def redirect(work: Work, intent: PaymentIntent, return_url: str | None) -> Tree:
    """Lead the payer to a page, from where they return to `return_url`."""
    return {
        "redirect_to_url": {"return_url": return_url, "url": page_url(work, intent)},
        "type": "redirect_to_url",
    }


def use_stripe_sdk(work: Work, intent: PaymentIntent) -> Tree:
    """Let a client library show the authentication page."""
    return {
        "type": "use_stripe_sdk",
        "use_stripe_sdk": {
            "source": page_url(work, intent),
            "stripe_js": page_url(work, intent),
            "type": "three_d_secure_redirect",
        },
    }


def verify_microdeposits(work: Work, intent: PaymentIntent) -> Tree:
    """Wait until the payer tells what small amounts arrived on their account."""
    return {
        "type": "verify_with_microdeposits",
        "verify_with_microdeposits": {
            "arrival_date": unix(work.now + MICRODEPOSITS_TAKE),
            "hosted_verification_url": page_url(work, intent),
            "microdeposit_type": "amounts",
        },
    }


async def complete(work: Work, intent: PaymentIntent) -> None:
    """The payer did what they had to do: the payment goes on, or waits for the server to confirm it again."""
    if intent.status != IntentStatus.REQUIRES_ACTION:
        raise intents.refuse(intent, f"This PaymentIntent waits for no action: its status is {intent.status}.")
    if intent.confirmation_method == "manual":
        intent.details = intent.details | {"next_action": None, "authentication": "authenticated"}
        intents.apply(work, intent, IntentFact.ACTION_COMPLETED)
        return
    await attempts.resume(work, intent, "authenticated")


async def fail(work: Work, intent: PaymentIntent) -> None:
    """The payer failed the authentication, or turned the payment down."""
    if intent.status != IntentStatus.REQUIRES_ACTION:
        raise intents.refuse(intent, f"This PaymentIntent waits for no action: its status is {intent.status}.")
    method = await payment_methods.resolve(work, intent.payment_method_id or "")
    error = AUTHENTICATION_FAILED if method.type in ("card", "link") else PAYMENT_ATTEMPT_FAILED
    intent.payment_method_id = None
    intent.details = intent.details | {
        "next_action": None,
        "last_payment_error": error | {"payment_method": render_method(method).tree()},
    }
    intents.apply(work, intent, IntentFact.ACTION_FAILED)
