"""Confirming a payment intent: from the payer's consent to an attempt, or to what the payer has to do first."""

from dataclasses import dataclass

from stripe_lite.core.errors import CardError, InvalidRequest, StripeError, UnexpectedState
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.payments import app_payers, kinds, microdeposits
from stripe_lite.payments.confirmation_tokens import service as confirmation_tokens
from stripe_lite.payments.microdeposits import Verdict
from stripe_lite.payments.payment_intents import (
    actions,
    agreement,
    app_actions,
    attempts,
    authentication,
    checks,
    endings,
    funding,
    options,
    voucher_actions,
)
from stripe_lite.payments.payment_intents import service as intents
from stripe_lite.payments.payment_intents.machine import PAYMENT_INTENT, IntentFact, IntentStatus
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_intents.schema import (
    ConfirmationFields,
    PaymentIntentConfirmParams,
    PaymentIntentCreateParams,
)
from stripe_lite.payments.payment_methods import charging, generated
from stripe_lite.payments.payment_methods import service as payment_methods
from stripe_lite.payments.payment_methods.attachment import SINGLE_USE
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.payment_methods.schema import render as render_method
from stripe_lite.payments.tokens import service as tokens

CONFIRMATIONS_MAX = 50

ONLY_WITH_CONFIRM = (
    "confirmation_token",
    "error_on_requires_action",
    "mandate",
    "mandate_data",
    "off_session",
    "radar_options",
    "return_url",
    "use_stripe_sdk",
)
# What the server decides, and not whoever has the client secret.
SECRET_KEY_ONLY = (
    "amount_details",
    "capture_method",
    "error_on_requires_action",
    "excluded_payment_method_types",
    "hooks",
    "mandate",
    "off_session",
    "payment_details",
    "payment_method_types",
    "radar_options",
)
# Single by themselves, and yet the payer's agreement to later payments can come of a payment by them.
KEPT_BY_AGREEMENT = frozenset({*generated.COUNTRIES, "twint"})
CONFIRMABLE = "requires_confirmation, requires_action, requires_payment_method"
MISSING_METHOD = (
    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
    "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method "
    "or ConfirmationToken."
)


@dataclass(frozen=True, slots=True)
class Consent:
    """How the payer agreed to the payment, kept with the intent for when it goes on after an action."""

    off_session: bool = False
    return_url: str | None = None
    use_stripe_sdk: bool = False
    error_on_requires_action: bool = False
    mandate: str | None = None
    mandate_data: Tree | None = None

    @classmethod
    def of(cls, params: ConfirmationFields, intent: PaymentIntent) -> "Consent":
        """What the request says, on top of what an earlier confirmation said."""
        before = intent.details.get("consent") or {}
        return cls(
            off_session=bool(params.off_session),
            return_url=params.return_url or before.get("return_url"),
            use_stripe_sdk=params.use_stripe_sdk,
            error_on_requires_action=params.error_on_requires_action,
            mandate=params.mandate or before.get("mandate"),
            mandate_data=params.mandate_data or before.get("mandate_data"),
        )

    def tree(self) -> Tree:
        """As the intent keeps it."""
        return {name: getattr(self, name) for name in self.__slots__}


async def create(work: Work, params: PaymentIntentCreateParams) -> PaymentIntent:
    """Create a payment intent, and confirm it at once where the client asked for that."""
    if not params.confirm:
        checks.refuse_without_confirm(params, ONLY_WITH_CONFIRM)
        app_payers.refuse_code(params.payment_method_options)
    token = await confirmation_tokens.taken(work, params.confirmation_token)
    if token is not None:
        params = await confirmation_tokens.fill(work, token, params)
    intent = await intents.create(work, params)
    if params.confirm and intent.payment_method_id is None:
        # The error names no intent: this one is rolled back with it.
        raise UnexpectedState(MISSING_METHOD, code=intents.UNEXPECTED)
    if token is not None:
        confirmation_tokens.spend(token, payment_intent=intent.id)
    await _take_cvc(work, intent, params.payment_method_options)
    if params.confirm:
        await _confirm(work, intent, params)
    return intent


async def confirm(work: Work, id: str, params: PaymentIntentConfirmParams) -> PaymentIntent:
    """Confirm that the payer means to pay, and start an attempt."""
    intent = await intents.held(work, id, client_secret=params.client_secret)
    _refuse_unconfirmable(work, intent)
    if work.request.publishable:
        _refuse_server_side(intent, params)
    if params.amount_to_confirm is not None and params.amount_to_confirm != intent.amount:
        raise InvalidRequest(
            f"The amount to confirm ({params.amount_to_confirm}) differs from the PaymentIntent's ({intent.amount}).",
            param="amount_to_confirm",
        )
    token = await confirmation_tokens.taken(work, params.confirmation_token)
    if token is not None:
        params = await confirmation_tokens.fill(work, token, params)
        confirmation_tokens.spend(token, payment_intent=intent.id)
    _set(intent, params)
    await _take_cvc(work, intent, params.payment_method_options)
    await intents.give_payment_method(work, intent, params.payment_method, params.payment_method_data)
    await _confirm(work, intent, params)
    return intent


async def _confirm(work: Work, intent: PaymentIntent, params: ConfirmationFields) -> None:
    if intent.payment_method_id is None:
        raise intents.refuse(work, intent, MISSING_METHOD)
    method = await payment_methods.resolve(work, intent.payment_method_id, watch=True)
    consent = Consent.of(params, intent)
    options.check_type(intent, method.type)
    charging.check_usable(method, intent.customer_id)
    _check_return_url(intent, method, consent)
    _check_future_usage(intent, method, consent)
    agreed = await agreement.reach(
        work, intent, method, named=consent.mandate, given=consent.mandate_data, off_session=consent.off_session
    )
    kinds.check_payer(method.type, method.billing_details)
    if method.type == "blik":
        app_payers.check_code(params.payment_method_options)
    if method.type == "card":
        _prepare_card(intent, method)
    intent.confirmations += 1
    intent.details = intent.details | {
        "agreement": agreed,
        "consent": consent.tree(),
        "radar_options": params.radar_options or {},
        "last_payment_error": None,
        "next_action": None,
    }
    await _go_on(work, intent, method, consent)


async def _go_on(work: Work, intent: PaymentIntent, method: PaymentMethod, consent: Consent) -> None:
    """Ask the bank, or lead the payer to what they have to do first."""
    kind = kinds.KINDS[method.type]
    if kind.transfer:
        if not await funding.start(work, intent, method, refuse_waiting=consent.error_on_requires_action):
            _refuse_action(work, intent, method)
        return
    await funding.give_back(work, intent)
    agreed_before = "mandate" in (intent.details["agreement"] or {})
    if kind.app and not agreed_before:
        await _lead_into_app(work, intent, method, consent)
        return
    # Whose payer has agreed before is not led elsewhere again.
    led = not (agreed_before and (kind.redirects or kind.app))
    action = _action(work, intent, method, consent) if led else None
    if action is None:
        await attempts.start(work, intent, method)
    elif consent.error_on_requires_action:
        _refuse_action(work, intent, method)
    else:
        intent.details = intent.details | {"next_action": action}
        intents.apply(work, intent, IntentFact.ACTION_REQUIRED)
        if action["type"] == actions.VERIFY and actions.deposits_fail(method):
            actions.give_up(work, intent, method, actions.DEPOSITS_FAILED)


async def _lead_into_app(work: Work, intent: PaymentIntent, method: PaymentMethod, consent: Consent) -> None:
    behaviour = app_actions.expected(work, intent, method)
    if behaviour.error is not None and behaviour.error.code == app_payers.NO_CODE:
        raise _refused(work, intent, method, behaviour.error)
    if consent.error_on_requires_action:
        _refuse_action(work, intent, method)
    action = app_actions.hand_out(work, intent, method, behaviour)
    intent.details = intent.details | {"next_action": action}
    intents.apply(work, intent, IntentFact.ACTION_REQUIRED)
    await app_actions.settle_at_once(work, intent, method, behaviour)


def _refuse_unconfirmable(work: Work, intent: PaymentIntent) -> None:
    if intent.status == IntentStatus.SUCCEEDED:
        raise intents.refuse(
            work,
            intent,
            "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.",
        )
    if not PAYMENT_INTENT.can(intent.status, IntentFact.ATTEMPT_STARTED):
        raise intents.refuse(
            work,
            intent,
            f"You cannot confirm this PaymentIntent because it has a status of {intent.status}. Only a PaymentIntent "
            f"with one of the following statuses may be confirmed: {CONFIRMABLE}.",
        )
    if intent.confirmation_method == "manual" and work.request.publishable:
        raise InvalidRequest(
            "This PaymentIntent's confirmation_method is manual: it can only be confirmed with a secret key.",
            code="payment_intent_invalid_parameter",
        )
    if intent.confirmations >= CONFIRMATIONS_MAX:
        intents.cancel_for_good(work, intent, "automatic")
        raise intents.GivenUp(work, intent)


def _refuse_server_side(intent: PaymentIntent, params: PaymentIntentConfirmParams) -> None:
    given = [name for name in SECRET_KEY_ONLY if params.given(name)]
    given += options.server_side(params.payment_method_options)
    if given:
        raise InvalidRequest(
            f"The parameter {given[0]} may only be used with a secret key.",
            code="payment_intent_invalid_parameter",
            param=given[0],
        )


def _set(intent: PaymentIntent, params: PaymentIntentConfirmParams) -> None:
    if params.capture_method is not None:
        intent.capture_method = params.capture_method
    if params.given("setup_future_usage"):
        intent.setup_future_usage = params.setup_future_usage
    intent.details = intent.details | options.changed(intent, params) | intents.stored(params.sent(), intent)
    if params.amount_details is not None:
        intents.break_down(intent, params.amount_details, intent.amount)


async def _take_cvc(work: Work, intent: PaymentIntent, given: Tree | None) -> None:
    """A security code that was typed in again is known by a token; it counts for the next attempt."""
    token = options.cvc_token(given)
    if token is not None:
        await tokens.spend_cvc(work, token, param="payment_method_options[card][cvc_token]")
        intent.details = intent.details | {"cvc_given": True}


def _prepare_card(intent: PaymentIntent, method: PaymentMethod) -> None:
    if intent.details.get("statement_descriptor") is not None:
        checks.check_card_descriptor(method)
    cvc_given = bool(intent.details.get("cvc_given"))
    options.check_card(intent, method, cvc_given=cvc_given)
    if cvc_given:
        method.cvc = True
        intent.details = intent.details | {"cvc_given": False}


def _check_return_url(intent: PaymentIntent, method: PaymentMethod, consent: Consent) -> None:
    """A payer who may be led to another page must be told where to return to."""
    checks.check_return_url(consent.return_url)
    stays = consent.use_stripe_sdk or consent.off_session or consent.mandate is not None
    if consent.return_url is None and not stays:
        checks.require_return_url("PaymentIntent", intent, method)


def _check_future_usage(intent: PaymentIntent, method: PaymentMethod, consent: Consent) -> None:
    usage = options.future_usage(intent, method.type)
    if usage is None:
        return
    if consent.off_session and intent.setup_future_usage is not None:
        raise InvalidRequest(
            "You cannot confirm with `off_session=true` when `setup_future_usage` is also set on the PaymentIntent. "
            "The customer needs to be on-session to perform the steps which may be required to set up the "
            "PaymentMethod for future usage. Please confirm this PaymentIntent with your customer on-session.",
            param="off_session",
        )
    if method.type in SINGLE_USE - KEPT_BY_AGREEMENT:
        raise InvalidRequest(
            f"A payment by {method.type} is single, so that `setup_future_usage` cannot be set for it.",
            code="payment_intent_incompatible_payment_method",
            param="setup_future_usage",
        )


def _action(work: Work, intent: PaymentIntent, method: PaymentMethod, consent: Consent) -> Tree | None:
    """What the payer has to do before the bank is asked, or nothing."""
    kind = kinds.KINDS[method.type]
    if kind.redirects:
        if kind.life is not None:
            endings.later(work, intent, "expired", work.now + kind.life)
        return actions.redirect(work, intent, method, consent.return_url)
    if kind.voucher:
        return voucher_actions.hand_out(work, intent, method)
    if kind.debit and not method.verified:
        late = microdeposits.failure(Verdict.LATE, by_code=False)
        endings.later(work, intent, "failed", work.now + microdeposits.LIFE, late)
        return actions.verify_microdeposits(work, intent, method)
    if not authentication.is_needed(intent, method, off_session=consent.off_session):
        return None
    if consent.use_stripe_sdk or consent.return_url is None:
        return actions.use_stripe_sdk(work, intent)
    return actions.redirect(work, intent, method, consent.return_url)


def _refuse_action(work: Work, intent: PaymentIntent, method: PaymentMethod) -> None:
    """The client would rather have an error than wait for the payer."""
    error = CardError(
        "This payment required an authentication action to complete, but `error_on_requires_action` was set. When "
        "you're ready, you can upgrade your integration to handle actions.",
        code="authentication_required",
        decline_code="authentication_not_handled",
    )
    raise _refused(work, intent, method, error)


def _refused(work: Work, intent: PaymentIntent, method: PaymentMethod, error: StripeError) -> StripeError:
    """The attempt ends with this error, which stays on record; another payment method is needed."""
    error.keeps_work = True
    error.extra["payment_method"] = render_method(method).tree()
    intent.payment_method_id = None
    intent.details = intent.details | {"last_payment_error": error.body()}
    intents.apply(work, intent, IntentFact.ATTEMPT_REFUSED)
    error.extra["payment_intent"] = intents.seen(work, intent).tree()
    return error
