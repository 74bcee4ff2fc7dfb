"""Confirming a setup intent: from the payer's consent to an attempt, or to what the payer has to do first."""

from stripe_lite.core.errors import InvalidRequest, UnexpectedState
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.payments import app_payers, kinds
from stripe_lite.payments.confirmation_tokens import service as confirmation_tokens
from stripe_lite.payments.mandates import terms as mandate_terms
from stripe_lite.payments.payment_intents import actions as next_actions
from stripe_lite.payments.payment_intents import app_actions, authentication, checks
from stripe_lite.payments.payment_intents import options as payment_options
from stripe_lite.payments.payment_methods import service as payment_methods
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.setup_attempts import service as setup_attempts
from stripe_lite.payments.setup_intents import actions, attempts, endings, options
from stripe_lite.payments.setup_intents import service as intents
from stripe_lite.payments.setup_intents.machine import SETUP_INTENT, SetupFact, SetupStatus
from stripe_lite.payments.setup_intents.model import SetupIntent
from stripe_lite.payments.setup_intents.schema import (
    SetupConfirmationFields,
    SetupIntentConfirmParams,
    SetupIntentCreateParams,
)

CONFIRMATIONS_MAX = 50

ONLY_WITH_CONFIRM = ("confirmation_token", "mandate_data", "return_url", "use_stripe_sdk")
BRINGING_A_METHOD = ("confirmation_token", "payment_method", "payment_method_data")
MISSING_METHOD = (
    "You cannot confirm this SetupIntent because it's missing a payment method. You can either update the SetupIntent "
    "with a payment method and then confirm it again, or confirm it again directly with a payment method or "
    "ConfirmationToken."
)


async def create(work: Work, params: SetupIntentCreateParams) -> SetupIntent:
    """Create a setup intent, and confirm it at once where the client asked for that."""
    if not params.confirm:
        checks.refuse_without_confirm(params, ONLY_WITH_CONFIRM)
    token = await confirmation_tokens.taken(work, params.confirmation_token)
    if token is not None:
        params = await confirmation_tokens.fill(work, token, params)
    intent = await intents.create(work, params)
    if params.confirm and intent.payment_method_id is None:
        # The error names no intent: this one is rolled back with it.
        raise UnexpectedState(MISSING_METHOD, code=intents.UNEXPECTED)
    if token is not None:
        confirmation_tokens.spend(token, setup_intent=intent.id)
    if params.confirm:
        await _confirm(work, intent, params)
    return intent


async def confirm(work: Work, id: str, params: SetupIntentConfirmParams) -> SetupIntent:
    """Confirm that the payer means to have the payment method set up, and start an attempt."""
    intent = await intents.held(work, id, client_secret=params.client_secret)
    if intent.payment_method_id is None and not any(params.given(name) for name in BRINGING_A_METHOD):
        raise intents.refuse(work, intent, MISSING_METHOD)
    await _refuse_unconfirmable(work, intent)
    if work.request.publishable:
        _refuse_server_side(params)
    token = await confirmation_tokens.taken(work, params.confirmation_token)
    if token is not None:
        params = await confirmation_tokens.fill(work, token, params)
        confirmation_tokens.spend(token, setup_intent=intent.id)
    intent.details = intent.details | options.settings(intent, params.payment_method_options)
    await intents.give_payment_method(work, intent, params.payment_method, params.payment_method_data)
    await _confirm(work, intent, params)
    return intent


async def _confirm(work: Work, intent: SetupIntent, params: SetupConfirmationFields) -> None:
    if intent.payment_method_id is None:
        raise intents.refuse(work, intent, MISSING_METHOD)
    method = await payment_methods.resolve(work, intent.payment_method_id, watch=True)
    before: Tree = intent.details.get("consent") or {}
    consent: Tree = {
        "mandate_data": params.mandate_data or before.get("mandate_data"),
        "return_url": params.return_url or before.get("return_url"),
        "use_stripe_sdk": params.use_stripe_sdk,
    }
    _check(work, intent, method, consent)
    if params.mandate_data or "acceptance" not in before:
        consent["acceptance"] = mandate_terms.acceptance(work, consent["mandate_data"])
    else:
        consent["acceptance"] = before["acceptance"]
    intent.confirmations += 1
    intent.details = intent.details | {"consent": consent, "last_setup_error": None, "next_action": None}
    if intent.status == SetupStatus.REQUIRES_ACTION:
        await setup_attempts.abandon(work, intent.latest_attempt_id)
    action = _action(work, intent, method, consent)
    attempt = setup_attempts.begin(work, intent, method, waits=action is not None)
    intent.latest_attempt_id = attempt.id
    if action is None:
        attempts.start(work, intent, attempt, method)
        return
    intent.details = intent.details | {"next_action": action}
    intents.apply(work, intent, SetupFact.ACTION_REQUIRED)
    endings.expect(work, attempt, method, action)
    if action["type"] == next_actions.VERIFY and next_actions.deposits_fail(method):
        actions.give_up(work, intent, attempt, method, next_actions.DEPOSITS_FAILED)


async def _refuse_unconfirmable(work: Work, intent: SetupIntent) -> None:
    if intent.status == SetupStatus.SUCCEEDED:
        raise intents.refuse(work, intent, "You cannot confirm this SetupIntent because it has already succeeded.")
    if intent.status == SetupStatus.CANCELED:
        raise intents.refuse(work, intent, "You cannot confirm this SetupIntent because it has been canceled.")
    if not SETUP_INTENT.can(intent.status, SetupFact.ATTEMPT_STARTED):
        raise intents.refuse(
            work,
            intent,
            f"You cannot confirm this SetupIntent because it has a status of {intent.status}. Only a SetupIntent with "
            "one of the following statuses may be confirmed: `requires_payment_method`, `requires_confirmation`, or "
            "`requires_action`.",
        )
    if intent.confirmations >= CONFIRMATIONS_MAX:
        await intents.cancel_for_good(work, intent, None)
        raise intents.GivenUp(work, intent)


def _refuse_server_side(params: SetupIntentConfirmParams) -> None:
    acceptance: Tree = (params.mandate_data or {}).get("customer_acceptance") or {}
    given = payment_options.server_side(params.payment_method_options)
    if "accepted_at" in acceptance:
        given.append("mandate_data[customer_acceptance][accepted_at]")
    if given:
        raise InvalidRequest(
            f"The parameter {given[0]} may only be used with a secret key.", code=options.INVALID, param=given[0]
        )


def _check(work: Work, intent: SetupIntent, method: PaymentMethod, consent: Tree) -> None:
    """Refuse what cannot be set up, or not in this way."""
    intents.check_usable(work, intent, method)
    options.check_type(intent, method.type)
    options.check_single_use(intent, method.type)
    checks.check_return_url(consent["return_url"])
    if consent["return_url"] is None and not consent["use_stripe_sdk"]:
        checks.require_return_url("SetupIntent", intent, method)
    checks.check_acceptance(work, consent["mandate_data"])
    kind = kinds.KINDS[method.type]
    if kind.debit and consent["mandate_data"] is None:
        raise checks.without_mandate(method)
    kinds.check_payer(method.type, method.billing_details)
    if method.type == "card":
        payment_options.check_network(intent, method)


def _action(work: Work, intent: SetupIntent, method: PaymentMethod, consent: Tree) -> Tree | None:
    """What the payer has to do before the bank is asked, or nothing."""
    kind = kinds.KINDS[method.type]
    if kind.redirects:
        return next_actions.redirect(work, intent, method, consent["return_url"])
    if kind.app:
        expiry = app_payers.expires_at(method.type, {}, kind.life, work.now)
        return app_actions.way_into(method.type, next_actions.page_url(work, intent), expiry)
    if kind.debit and not method.verified:
        return next_actions.verify_microdeposits(work, intent, method)
    if not authentication.is_needed(intent, method, off_session=False):
        return None
    if consent["use_stripe_sdk"] or consent["return_url"] is None:
        return next_actions.use_stripe_sdk(work, intent)
    return next_actions.redirect(work, intent, method, consent["return_url"])
