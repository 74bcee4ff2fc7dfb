"""Payments in the payer's app: the code or the notification that leads them there, and how the payment ends."""

from datetime import datetime

from stripe_lite.core.clock import unix
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.payments import app_payers, kinds
from stripe_lite.payments.app_payers import Behaviour
from stripe_lite.payments.payment_intents import actions, attempts, endings, options
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_methods.model import PaymentMethod

AWAIT = "mb_way_await_authorization"


def hand_out(work: Work, intent: PaymentIntent, method: PaymentMethod, behaviour: Behaviour) -> Tree:
    """Show the payer the way into their app, and note what will become of it."""
    expiry = behaviour.at if behaviour.ending == "expired" else _expiry(work, intent, method)
    if behaviour.at > work.now or method.type != "mb_way":
        endings.later(work, intent, behaviour.ending, behaviour.at, behaviour.error)
    return way_into(method.type, actions.page_url(work, intent), expiry)


def expected(work: Work, intent: PaymentIntent, method: PaymentMethod) -> Behaviour:
    """How the payer will behave."""
    settings = options.of_type(intent, method.type)
    app_payers.check_settings(method.type, settings, work.now)
    settles = work.terms.settlement_delay
    expiry = _expiry(work, intent, method)
    return app_payers.behaviour(method.type, method.billing_details, work.now, expiry, settles)


async def settle_at_once(work: Work, intent: PaymentIntent, method: PaymentMethod, behaviour: Behaviour) -> None:
    """A payer of MB WAY who answers the notification at once."""
    if method.type != "mb_way" or behaviour.at > work.now:
        return
    if behaviour.error is not None:
        actions.give_up(work, intent, method, behaviour.error)
    else:
        await attempts.resume(work, intent, None)


def way_into(type: str, url: str, expiry: datetime) -> Tree:
    """The `next_action` that leads the payer into their app."""
    images = actions.code_urls(url)
    match type:
        case "blik":
            return {"blik_authorize": {}, "type": "blik_authorize"}
        case "mb_way":
            return {"type": AWAIT}
        case "swish":
            kind = "swish_handle_redirect_or_display_qr_code"
            told: Tree = {"hosted_instructions_url": url, "qr_code": {"data": url} | images}
        case "upi":
            kind = "upi_handle_redirect_or_display_qr_code"
            told = {"hosted_instructions_url": url, "qr_code": {"expires_at": unix(expiry)} | images}
        case "pix":
            kind = "pix_display_qr_code"
            told = {"data": url, "expires_at": unix(expiry), "hosted_instructions_url": url} | images
        case _:
            kind = f"{type}_display_qr_code"
            told = {"data": url, "hosted_instructions_url": url} | images
    return {kind: told, "type": kind}


def _expiry(work: Work, intent: PaymentIntent, method: PaymentMethod) -> datetime:
    settings = options.of_type(intent, method.type)
    return app_payers.expires_at(method.type, settings, kinds.KINDS[method.type].life, work.now)
