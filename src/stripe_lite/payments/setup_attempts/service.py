"""What happens to setup attempts: they are made and ended by their setup intent, and read by clients."""

from sqlalchemy import ColumnElement

from stripe_lite.bank.port import Answer, ThreeDSecureResult
from stripe_lite.core.errors import ResourceMissing
from stripe_lite.core.ids import new_id
from stripe_lite.core.lists import Page
from stripe_lite.core.objects import Tree
from stripe_lite.db.filters import created_between
from stripe_lite.db.outcomes import Conflict
from stripe_lite.db.work import Work
from stripe_lite.payments.payment_methods import charge_details as method_details
from stripe_lite.payments.payment_methods import payers
from stripe_lite.payments.payment_methods.known import network_of
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.setup_attempts.machine import SETUP_ATTEMPT, AttemptFact, AttemptStatus
from stripe_lite.payments.setup_attempts.model import SetupAttempt
from stripe_lite.payments.setup_attempts.schema import SetupAttemptListParams, SetupAttemptObject, render
from stripe_lite.payments.setup_intents.model import SetupIntent

# What of a card is told.
CARD_FIELDS = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
# What a payer's page elsewhere may tell of their bank account, by the type of the payment method.
BANK_FIELDS = {
    "bancontact": ("bank_code", "bank_name", "bic", "iban_last4", "preferred_language", "verified_name"),
    "ideal": ("bank", "bic", "iban_last4", "verified_name"),
    "sofort": ("bank_code", "bank_name", "bic", "iban_last4", "preferred_language", "verified_name"),
}


async def retrieve(work: Work, id: str, *, lock: bool = False, watch: bool = False) -> SetupAttempt:
    """The setup attempt with this id."""
    attempt = await work.get(SetupAttempt, id, lock=lock, watch=watch)
    if attempt is None:
        raise ResourceMissing("setupattempt", id, param="setup_attempt")
    return attempt


async def awaited(work: Work, id: str | None) -> SetupAttempt:
    """The attempt of an intent that waits for its payer, to be changed.

    Both are read one after the other: if the attempt waits no more, the intent was changed in between, and all of it
    has to be tried again.
    """
    attempt = await retrieve(work, id or "", watch=True)
    if attempt.status != AttemptStatus.REQUIRES_ACTION:
        raise Conflict
    return attempt


async def show(work: Work, id: str) -> SetupAttemptObject:
    """The setup attempt as clients see it."""
    return render(await retrieve(work, id))


async def page(work: Work, params: SetupAttemptListParams) -> Page[SetupAttempt]:
    """A setup intent's attempts, newest first."""
    if await work.get(SetupIntent, params.setup_intent) is None:
        raise ResourceMissing("setupintent", params.setup_intent, param="setup_intent")
    conditions: list[ColumnElement[bool]] = created_between(SetupAttempt, params.created)
    conditions.append(SetupAttempt.setup_intent_id == params.setup_intent)
    return await work.page(SetupAttempt, params, *conditions)


def begin(work: Work, intent: SetupIntent, method: PaymentMethod, *, waits: bool) -> SetupAttempt:
    """Write down a confirmation of a setup intent, which goes to the bank or `waits` for the payer first."""
    attempt = SetupAttempt(
        account_id=work.account_id,
        id=new_id("setatt"),
        livemode=work.livemode,
        created_at=work.now,
        status=AttemptStatus.REQUIRES_ACTION if waits else SETUP_ATTEMPT.initial,
        setup_intent_id=intent.id,
        customer_id=intent.customer_id,
        payment_method_id=method.id,
        usage=intent.usage,
        details={
            "attach_to_self": True if intent.attach_to_self else None,
            "flow_directions": intent.details.get("flow_directions"),
            "payment_method_details": _described(intent, method, None, None),
        },
    )
    work.add(attempt)
    return attempt


def apply(attempt: SetupAttempt, fact: AttemptFact) -> None:
    """Let a fact happen to a setup attempt."""
    attempt.status = SETUP_ATTEMPT.step(attempt.status, fact).target


def describe(attempt: SetupAttempt, intent: SetupIntent, method: PaymentMethod, answer: Answer) -> None:
    """Note what the bank and 3-D Secure said of the payment method."""
    result: ThreeDSecureResult | None = attempt.details.get("authentication")
    imported: Tree | None = attempt.details.get("imported")
    described = _described(intent, method, result, answer, imported)
    attempt.details = attempt.details | {"payment_method_details": described}


def add_details(attempt: SetupAttempt, type: str, told: Tree) -> None:
    """Note more of what is known of the payment method."""
    before = attempt.details["payment_method_details"]
    attempt.details = attempt.details | {"payment_method_details": before | {type: before[type] | told}}


def fail(attempt: SetupAttempt, error: Tree) -> None:
    """The attempt came to nothing: the payer or the bank said no."""
    attempt.details = attempt.details | {"setup_error": error}
    apply(attempt, AttemptFact.FAILED)


async def abandon(work: Work, id: str | None) -> None:
    """Give up an attempt that waits for the payer: another one takes its place, or the setup was canceled."""
    apply(await awaited(work, id), AttemptFact.ABANDONED)


def _described(
    intent: SetupIntent,
    method: PaymentMethod,
    result: ThreeDSecureResult | None,
    answer: Answer | None,
    imported: Tree | None = None,
) -> Tree:
    if method.type == "card":
        settings: Tree = (intent.details.get("payment_method_options") or {}).get("card") or {}
        card: Tree = {name: method.details[name] for name in CARD_FIELDS}
        card["network"] = settings.get("network") or network_of(method.details)
        secure = method_details.three_d_secure(method, result, answer, imported)
        if secure is not None:
            del secure["exemption_indicator"]  # Payments are exempted, setups are not.
        card["three_d_secure"] = secure
        card["wallet"] = None
        return {"card": card, "type": "card"}
    if method.type in BANK_FIELDS:
        told: Tree = {name: method.details.get(name) for name in BANK_FIELDS[method.type]}
        if answer is not None and answer.result == "approved":
            learned = payers.of_payment(method, answer.ref, {})
            told |= {name: value for name, value in learned.items() if name in told}
        told |= {"generated_sepa_debit": None, "generated_sepa_debit_mandate": None}
        return {method.type: told, "type": method.type}
    return {method.type: {}, "type": method.type}
