"""What can be done with setup intents, save for confirming, which has a file of its own."""

from sqlalchemy import ColumnElement

from stripe_lite.core import metadata, money
from stripe_lite.core.errors import InvalidParameter, InvalidRequest, ResourceMissing, UnexpectedState
from stripe_lite.core.ids import new_id, new_secret
from stripe_lite.core.lists import Page
from stripe_lite.core.objects import Tree
from stripe_lite.customers.customers import service as customers
from stripe_lite.db.filters import created_between
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments import client_secrets
from stripe_lite.payments.payment_methods import charging
from stripe_lite.payments.payment_methods import service as payment_methods
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.payment_methods.schema import PaymentMethodDataParams
from stripe_lite.payments.setup_attempts import service as setup_attempts
from stripe_lite.payments.setup_intents import options
from stripe_lite.payments.setup_intents.machine import SETUP_INTENT, SetupFact, SetupStatus
from stripe_lite.payments.setup_intents.model import SetupIntent
from stripe_lite.payments.setup_intents.schema import (
    SetupFields,
    SetupIntentCancelParams,
    SetupIntentCreateParams,
    SetupIntentListParams,
    SetupIntentObject,
    SetupIntentUpdateParams,
    render,
    render_for_client,
)

NOUN = "setupintent"
UNEXPECTED = "setup_intent_unexpected_state"
SECRET_LENGTH = 25

# Given back as they came; None empties them.
STORED = ("description", "excluded_payment_method_types", "flow_directions")
# What can be changed at any time, also when the method is set up.
FREE = frozenset({"customer", "description", "metadata"})
# Changed while the payer is about to act, these need a new confirmation.
CONFIRMED_AGAIN = frozenset(
    {
        "customer",
        "payment_method",
        "payment_method_configuration",
        "payment_method_data",
        "payment_method_options",
        "payment_method_types",
    }
)


async def create(work: Work, params: SetupIntentCreateParams) -> SetupIntent:
    """Create a setup intent, unconfirmed."""
    if params.customer is not None:
        await customers.living(work, params.customer)
    _check_owner(params.customer, attach_to_self=bool(params.attach_to_self))
    single_use: Tree | None = None
    if params.single_use is not None:
        single_use = params.single_use.model_dump()
        money.check_amount(params.single_use.amount, params.single_use.currency)
    id = new_id("seti")
    intent = SetupIntent(
        account_id=work.account_id,
        id=id,
        livemode=work.livemode,
        created_at=work.now,
        status=SETUP_INTENT.initial,
        usage=params.usage,
        attach_to_self=bool(params.attach_to_self),
        customer_id=params.customer,
        client_secret=f"{id}_secret_{new_secret(SECRET_LENGTH)}",
        confirmations=0,
        meta=metadata.merge({}, params.metadata),
        details=await options.accepted(work, params) | _stored(params) | {"single_use": single_use},
    )
    # One that is confirmed in the same request is told as it was before, as a payment is.
    told = render(intent) if params.confirm else None
    await give_payment_method(work, intent, params.payment_method, params.payment_method_data, carried=False)
    work.add(intent)
    if intent.payment_method_id is not None:
        apply(work, intent, SetupFact.PAYMENT_METHOD_GIVEN)
    record(work, "setup_intent.created", told or render(intent))
    return intent


async def retrieve(
    work: Work, id: str, *, param: str = "intent", lock: bool = False, watch: bool = False
) -> SetupIntent:
    """The setup intent with this id."""
    intent = await work.get(SetupIntent, id, lock=lock, watch=watch)
    if intent is None:
        raise ResourceMissing(NOUN, id, param=param)
    return intent


async def held(work: Work, id: str, *, client_secret: str | None = None) -> SetupIntent:
    """The setup intent, to be changed."""
    client_secrets.require(work, client_secret)
    intent = await retrieve(work, id, watch=True)
    check_secret(work, intent, client_secret)
    return intent


async def load(work: Work, id: str) -> SetupIntentObject:
    """The setup intent as the caller may see it, whose right to it was checked when it was named."""
    return seen(work, await retrieve(work, id))


async def show(work: Work, id: str, client_secret: str | None = None) -> SetupIntentObject:
    """The setup intent as the caller may see it."""
    client_secrets.require(work, client_secret)
    intent = await retrieve(work, id)
    check_secret(work, intent, client_secret)
    return seen(work, intent)


def seen(work: Work, intent: SetupIntent) -> SetupIntentObject:
    """The setup intent as the caller may see it: a publishable key sees less."""
    return render_for_client(intent) if work.request.publishable else render(intent)


def check_secret(work: Work, intent: SetupIntent, client_secret: str | None) -> None:
    """Refuse a client that does not prove its right to the intent."""
    client_secrets.check(work, intent, client_secret, noun=NOUN, code=options.INVALID)


async def update(work: Work, id: str, params: SetupIntentUpdateParams) -> SetupIntent:
    """Change a setup intent; once the method is set up, only what the intent is filed under."""
    intent = await held(work, id)
    names = set(params.sent())
    is_open = SETUP_INTENT.can(intent.status, SetupFact.PAYMENT_METHOD_GIVEN)
    if not is_open and names - FREE:
        raise refuse(work, intent, f"You cannot update this SetupIntent because it {_closed(intent)}.")
    if params.customer is not None:
        await _give_customer(work, intent, params.customer)
    if params.given("attach_to_self"):
        intent.attach_to_self = bool(params.attach_to_self)
    _check_owner(intent.customer_id, attach_to_self=intent.attach_to_self)
    if params.given("metadata"):
        intent.meta = metadata.merge(intent.meta, params.metadata)
    if is_open:
        intent.details = await options.changed(work, intent, params)
    intent.details = intent.details | _stored(params)
    if params.given("payment_method") and params.payment_method is None:
        intent.payment_method_id = None
    await give_payment_method(work, intent, params.payment_method, params.payment_method_data)
    if is_open:
        await _reconsider(work, intent, names)
    return intent


async def cancel(work: Work, id: str, params: SetupIntentCancelParams) -> SetupIntent:
    """Give a setup up."""
    intent = await held(work, id)
    if intent.status == SetupStatus.CANCELED:
        raise refuse(work, intent, "You cannot cancel this SetupIntent because it is already canceled.")
    if not SETUP_INTENT.can(intent.status, SetupFact.CANCELED):
        raise refuse(
            work,
            intent,
            f"You cannot cancel this SetupIntent because it has a status of {intent.status}. Only a SetupIntent with "
            "one of the following statuses may be canceled: `requires_payment_method`, `requires_confirmation`, or "
            "`requires_action`.",
        )
    await cancel_for_good(work, intent, params.cancellation_reason)
    return intent


async def page(work: Work, params: SetupIntentListParams) -> Page[SetupIntent]:
    """The account's setup intents, newest first."""
    conditions: list[ColumnElement[bool]] = created_between(SetupIntent, params.created)
    if params.attach_to_self is not None:
        conditions.append(SetupIntent.attach_to_self == params.attach_to_self)
    if params.customer is not None:
        conditions.append(SetupIntent.customer_id == params.customer)
    if params.payment_method is not None:
        conditions.append(SetupIntent.payment_method_id == params.payment_method)
    return await work.page(SetupIntent, params, *conditions)


def apply(work: Work, intent: SetupIntent, fact: SetupFact) -> None:
    """Let a fact happen to a setup intent, and tell it."""
    rule = SETUP_INTENT.step(intent.status, fact)
    intent.status = rule.target
    if rule.event is not None:
        record(work, rule.event, render(intent))


def refuse(work: Work, intent: SetupIntent, message: str, *, code: str = UNEXPECTED) -> UnexpectedState:
    """The error for an operation that the intent's status does not allow; it carries the intent."""
    return UnexpectedState(message, code=code, extra={"setup_intent": seen(work, intent).tree()})


class GivenUp(UnexpectedState):
    """The intent was confirmed too often, and was canceled for it; that stays."""

    keeps_work = True

    def __init__(self, work: Work, intent: SetupIntent) -> None:
        super().__init__(
            "This SetupIntent was confirmed too many times and has been canceled.",
            code=UNEXPECTED,
            extra={"setup_intent": seen(work, intent).tree()},
        )


async def cancel_for_good(work: Work, intent: SetupIntent, reason: str | None) -> None:
    """Give the setup up, and the attempt that waits for the payer."""
    if intent.status == SetupStatus.REQUIRES_ACTION:
        await setup_attempts.abandon(work, intent.latest_attempt_id)
    intent.cancellation_reason = reason
    intent.details = intent.details | {"next_action": None}
    apply(work, intent, SetupFact.CANCELED)


async def give_payment_method(
    work: Work, intent: SetupIntent, id: str | None, given: PaymentMethodDataParams | None, *, carried: bool = True
) -> None:
    """Set the payment method that a request names, or describes. A refusal carries the intent, once there is one."""
    if id is None and given is None:
        return
    if given is not None and id is not None:
        raise InvalidParameter("You may only specify one of these parameters: payment_method, payment_method_data.")
    if given is not None:
        method = await payment_methods.create_from_data(work, given)
    else:
        method = await payment_methods.resolve(work, id or "", param="payment_method")
    check_usable(work, intent, method, carried=carried)
    options.check_type(intent, method.type)
    intent.payment_method_id = method.id


def check_usable(work: Work, intent: SetupIntent, method: PaymentMethod, *, carried: bool = True) -> None:
    """Refuse a payment method that is another customer's, or used up."""
    charging.check_unspent(method)
    owner = method.customer_id
    if owner is None or owner == intent.customer_id:
        return
    if intent.customer_id is None:
        message = (
            f"The payment method supplied ({method.id}) belongs to the Customer {owner}. Please include the Customer "
            "in the `customer` parameter on the SetupIntent."
        )
    else:
        message = (
            f"The PaymentMethod {method.id} does not belong to the Customer you supplied {intent.customer_id}. Please "
            "use this PaymentMethod with the Customer that it belongs to instead."
        )
    extra = {"setup_intent": seen(work, intent).tree()} if carried else {}
    raise InvalidRequest(message, param="payment_method", extra=extra)


def _check_owner(customer_id: str | None, *, attach_to_self: bool) -> None:
    """Refuse a payment method that would be a customer's and the account's own."""
    if attach_to_self and customer_id is not None:
        raise InvalidRequest(
            "You cannot set `attach_to_self` to true when setting up a PaymentMethod for a Customer.",
            param="attach_to_self",
        )


async def _give_customer(work: Work, intent: SetupIntent, customer_id: str) -> None:
    customer = await customers.living(work, customer_id)
    if intent.customer_id not in (None, customer.id):
        raise InvalidRequest(
            "You cannot modify `customer` on a SetupIntent once it already has been set. To set up a PaymentMethod for "
            "a different Customer, cancel this SetupIntent and create a new one.",
            param="customer",
        )
    intent.customer_id = customer.id


async def _reconsider(work: Work, intent: SetupIntent, names: set[str]) -> None:
    """A payer who was about to act is asked anew if need be."""
    if intent.status == SetupStatus.REQUIRES_ACTION:
        if not names & CONFIRMED_AGAIN:
            return
        await setup_attempts.abandon(work, intent.latest_attempt_id)
        intent.details = intent.details | {"next_action": None}
    given = SetupFact.PAYMENT_METHOD_TAKEN if intent.payment_method_id is None else SetupFact.PAYMENT_METHOD_GIVEN
    apply(work, intent, given)


def _closed(intent: SetupIntent) -> str:
    match intent.status:
        case SetupStatus.SUCCEEDED:
            return "has already succeeded"
        case SetupStatus.CANCELED:
            return "has been canceled"
    return f"has a status of {intent.status}"


def _stored(params: SetupFields) -> Tree:
    sent = params.sent()
    return {name: sent[name] for name in STORED if name in sent}
