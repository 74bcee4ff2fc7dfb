"""What a payer has to do before a payment goes on: the `next_action` of a payment intent, and how it ended."""

from datetime import timedelta

from stripe_lite.bank.outcomes import by_slug
from stripe_lite.core.clock import unix
from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.payments import kinds, microdeposits, qr_codes
from stripe_lite.payments.intents import Intent
from stripe_lite.payments.microdeposits import Verdict
from stripe_lite.payments.payment_intents import attempts
from stripe_lite.payments.payment_intents import service as intents
from stripe_lite.payments.payment_intents.machine import IntentFact, IntentStatus
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_intents.schema import PaymentIntentVerifyParams
from stripe_lite.payments.payment_methods import service as payment_methods
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.payment_methods.schema import render as render_method

MICRODEPOSITS_TAKE = timedelta(days=1)
QR_CODE_LIFE = timedelta(minutes=60)
VERIFY = "verify_with_microdeposits"

AUTHENTICATION_FAILED = InvalidRequest(
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod "
    "to attempt to fulfill this PaymentIntent again.",
    code="payment_intent_authentication_failure",
)
PAYMENT_ATTEMPT_FAILED = InvalidRequest(
    "The payment failed: the payer turned it down.", code="payment_intent_payment_attempt_failed"
)
DEPOSITS_FAILED = InvalidRequest(
    "Microdeposits could not be sent to the bank account: its details may be wrong.",
    code="payment_method_microdeposit_failed",
)


def page_url(work: Work, intent: Intent) -> str:
    """The page of ours where the payer completes or fails the action. Its address proves the right to it."""
    return f"{work.origin}/hosted/actions/{work.account_id}/{intent.client_secret}"


def redirect(work: Work, intent: Intent, method: PaymentMethod, return_url: str | None) -> Tree:
    """Lead the payer to a page, from where they return to `return_url`."""
    url = page_url(work, intent)
    match method.type:
        case "alipay":
            kind = "alipay_handle_redirect"
            told: Tree = {"native_data": None, "native_url": None, "return_url": return_url, "url": url}
        case "cashapp":
            kind = "cashapp_handle_redirect_or_display_qr_code"
            code = code_urls(url) | {"expires_at": unix(work.now + QR_CODE_LIFE)}
            told = {"hosted_instructions_url": url, "mobile_auth_url": url, "qr_code": code}
        case "wechat_pay":
            kind = "wechat_pay_display_qr_code"
            told = {"data": url, "hosted_instructions_url": url, "image_data_url": qr_codes.data_url(url)}
            told |= code_urls(url)
        case _:
            kind = "redirect_to_url"
            told = {"return_url": return_url, "url": url}
    return {kind: told, "type": kind}


def code_urls(url: str) -> Tree:
    """Where the page's QR code is found as an image."""
    return {"image_url_png": f"{url}/qr.png", "image_url_svg": f"{url}/qr.svg"}


def use_stripe_sdk(work: Work, intent: Intent) -> Tree:
    """Let a client library show the authentication page."""
    return {
        "type": "use_stripe_sdk",
        "use_stripe_sdk": {
            "source": page_url(work, intent),
            "stripe_js": page_url(work, intent),
            "type": "three_d_secure_redirect",
        },
    }


def verify_microdeposits(work: Work, intent: Intent, method: PaymentMethod) -> Tree:
    """Wait until the payer tells what small deposits arrived on their account."""
    return {
        "type": VERIFY,
        VERIFY: {
            "arrival_date": unix(work.now + MICRODEPOSITS_TAKE),
            "hosted_verification_url": page_url(work, intent),
            "microdeposit_type": microdeposits.kind_of(method),
        },
    }


def deposits_fail(method: PaymentMethod) -> bool:
    """Whether no deposit can be sent to this account."""
    outcome = by_slug(method.outcome)
    return outcome is not None and outcome.microdeposits == "failed"


async def complete(work: Work, intent: PaymentIntent) -> None:
    """The payer did what they had to do: the payment goes on, or waits for the server to confirm it again."""
    _refuse_unless_awaited(work, intent)
    if intent.confirmation_method == "manual":
        intent.details = intent.details | {"next_action": None, "authentication": "authenticated"}
        intents.apply(work, intent, IntentFact.ACTION_COMPLETED)
        return
    await attempts.resume(work, intent, "authenticated")


async def fail(work: Work, intent: PaymentIntent) -> None:
    """The payer failed the authentication, or turned the payment down."""
    _refuse_unless_awaited(work, intent)
    method = await payment_methods.resolve(work, intent.payment_method_id or "")
    if kinds.KINDS[method.type].transfer:
        raise InvalidRequest("A payment by bank transfer cannot be failed: the shop can cancel it.", param="outcome")
    if kinds.KINDS[method.type].voucher:
        give_up(work, intent, method, expired(method))
        return
    give_up(work, intent, method, AUTHENTICATION_FAILED if method.type in ("card", "link") else PAYMENT_ATTEMPT_FAILED)


def expired(method: PaymentMethod) -> InvalidRequest:
    """Why a payment was given up whose payer let the time pass."""
    what = "the voucher was not paid" if kinds.KINDS[method.type].voucher else "the payer did not complete it"
    return InvalidRequest(
        f"The payment attempt has expired: {what} in time.", code="payment_intent_payment_attempt_expired"
    )


def give_up(work: Work, intent: PaymentIntent, method: PaymentMethod, error: InvalidRequest) -> None:
    """The action failed for good: another payment method is needed."""
    intent.payment_method_id = None
    intent.details = intent.details | {
        "last_payment_error": error.body() | {"payment_method": render_method(method).tree()},
        "microdeposit_tries": 0,
        "next_action": None,
    }
    intents.apply(work, intent, IntentFact.ACTION_FAILED)


async def verify(work: Work, id: str, params: PaymentIntentVerifyParams) -> PaymentIntent:
    """Prove by the small deposits that the bank account is the payer's; then the payment goes on."""
    intent = await intents.held(work, id, client_secret=params.client_secret)
    if intent.status != IntentStatus.REQUIRES_ACTION or intent.details["next_action"]["type"] != VERIFY:
        raise intents.refuse(
            work,
            intent,
            f"This PaymentIntent waits for no verification by microdeposits: its status is {intent.status}.",
        )
    method = await payment_methods.resolve(work, intent.payment_method_id or "", lock=True)
    tries: int = intent.details.get("microdeposit_tries") or 0
    verdict = microdeposits.judge(params.amounts, params.descriptor_code, tries)
    if verdict is Verdict.RIGHT:
        method.verified = True
        intent.details = intent.details | {"microdeposit_tries": 0}
        await attempts.resume(work, intent, None)
        return intent
    error = microdeposits.failure(verdict, by_code=params.amounts is None)
    if verdict is Verdict.WRONG:
        intent.details = intent.details | {"microdeposit_tries": tries + 1}
    else:
        give_up(work, intent, method, error)
    error.extra["payment_intent"] = intents.seen(work, intent).tree()
    raise error


def _refuse_unless_awaited(work: Work, intent: PaymentIntent) -> None:
    if intent.status != IntentStatus.REQUIRES_ACTION:
        raise intents.refuse(work, intent, f"This PaymentIntent waits for no action: its status is {intent.status}.")
