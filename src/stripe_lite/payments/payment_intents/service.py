"""What can be done with payment intents, save for confirming and capturing, which have files of their own."""

from sqlalchemy import ColumnElement

from stripe_lite.core import contacts, metadata, money
from stripe_lite.core.errors import InvalidParameter, InvalidRequest, LockTimeout, ResourceMissing, UnexpectedState
from stripe_lite.core.ids import new_id, new_secret
from stripe_lite.core.lists import Page
from stripe_lite.core.objects import Tree
from stripe_lite.core.search import Kind
from stripe_lite.customers.customers import service as customers
from stripe_lite.db.filters import created_between
from stripe_lite.db.search import Field, Found, Searchable
from stripe_lite.db.search import search as search_rows
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments import app_payers, client_secrets
from stripe_lite.payments.payment_intents import breakdown, checks, options
from stripe_lite.payments.payment_intents.machine import PAYMENT_INTENT, IntentFact, IntentStatus
from stripe_lite.payments.payment_intents.model import PaymentIntent, PaymentIntentTransition
from stripe_lite.payments.payment_intents.schema import (
    AmountDetailsParams,
    PaymentIntentCreateParams,
    PaymentIntentListParams,
    PaymentIntentObject,
    PaymentIntentSearchParams,
    PaymentIntentUpdateParams,
    render,
    render_for_client,
)
from stripe_lite.payments.payment_methods import charging
from stripe_lite.payments.payment_methods import service as payment_methods
from stripe_lite.payments.payment_methods.schema import PaymentMethodDataParams

UNEXPECTED = "payment_intent_unexpected_state"
# An intent no longer waits for what its payer was to do: what was taken for it already has to go back.
CALLED_OFF = "internal.payment_intent.called_off"
SECRET_LENGTH = 25
OPEN_STATES = "requires_payment_method, requires_confirmation, requires_action"

# Given back as they came; None empties them.
STORED = (
    "description",
    "excluded_payment_method_types",
    "hooks",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
)
# Changed while the payer is about to act, these need a new confirmation.
CONFIRMED_AGAIN = frozenset(
    {
        "amount",
        "capture_method",
        "currency",
        "customer",
        "payment_method",
        "payment_method_configuration",
        "payment_method_data",
        "payment_method_options",
        "payment_method_types",
        "setup_future_usage",
    }
)

_COLUMNS = PaymentIntent.__table__.c
SEARCHABLE = Searchable(
    "payment_intents",
    {
        "amount": Field(Kind.NUMERIC, _COLUMNS.amount),
        "created": Field(Kind.TIME, _COLUMNS.created_at),
        "currency": Field(Kind.TOKEN, _COLUMNS.currency),
        "customer": Field(Kind.TOKEN, _COLUMNS.customer_id),
        "status": Field(Kind.TOKEN, _COLUMNS.status),
    },
    _COLUMNS.metadata,
)


async def create(work: Work, params: PaymentIntentCreateParams) -> PaymentIntent:
    """Create a payment intent, unconfirmed."""
    money.check_amount(params.amount, params.currency)
    customer = None
    if params.customer is not None:
        customer = await customers.living(work, params.customer)
    id = new_id("pi")
    intent = PaymentIntent(
        account_id=work.account_id,
        id=id,
        livemode=work.livemode,
        created_at=work.now,
        status=IntentStatus.REQUIRES_PAYMENT_METHOD,
        amount=params.amount,
        amount_capturable=0,
        amount_received=0,
        currency=params.currency,
        capture_method=params.capture_method or "automatic_async",
        confirmation_method=params.confirmation_method,
        customer_id=None if customer is None else customer.id,
        client_secret=f"{id}_secret_{new_secret(SECRET_LENGTH)}",
        setup_future_usage=params.setup_future_usage,
        transfer_group=params.transfer_group,
        confirmations=0,
        meta=metadata.merge({}, params.metadata),
        details=await options.accepted(work, params) | stored(params.sent()),
    )
    if params.amount_details is not None:
        break_down(intent, params.amount_details, intent.amount)
    # One that is confirmed in the same request is told as it was before: its payment method belongs to the attempt.
    told = render(intent) if params.confirm else None
    await give_payment_method(work, intent, params.payment_method, params.payment_method_data)
    work.add(intent)
    if intent.payment_method_id is not None:
        intent.status = IntentStatus.REQUIRES_CONFIRMATION
    _note(work, intent, None, "created")
    record(work, "payment_intent.created", told or render(intent))
    return intent


async def retrieve(
    work: Work, id: str, *, param: str = "intent", lock: bool = False, watch: bool = False
) -> PaymentIntent:
    """The payment intent with this id."""
    intent = await work.get(PaymentIntent, id, lock=lock, watch=watch)
    if intent is None:
        raise ResourceMissing("payment_intent", id, param=param)
    return intent


async def held(work: Work, id: str, *, client_secret: str | None = None) -> PaymentIntent:
    """The payment intent, to be changed, unless a bank is just being asked about it."""
    client_secrets.require(work, client_secret)
    intent = await retrieve(work, id, watch=True)
    check_secret(work, intent, client_secret)
    if intent.asking is not None:
        raise LockTimeout
    return intent


async def load(work: Work, id: str) -> PaymentIntentObject:
    """The payment intent as the caller may see it, whose right to it was checked when it was named."""
    return seen(work, await retrieve(work, id))


async def show(work: Work, id: str, client_secret: str | None = None) -> PaymentIntentObject:
    """The payment intent as the caller may see it."""
    client_secrets.require(work, client_secret)
    intent = await retrieve(work, id)
    check_secret(work, intent, client_secret)
    return seen(work, intent)


def seen(work: Work, intent: PaymentIntent) -> PaymentIntentObject:
    """The payment intent as the caller may see it: a publishable key sees less."""
    return render_for_client(intent) if work.request.publishable else render(intent)


def check_secret(work: Work, intent: PaymentIntent, client_secret: str | None) -> None:
    """Refuse a client that does not prove its right to the intent."""
    client_secrets.check(work, intent, client_secret, noun="payment_intent", code="payment_intent_invalid_parameter")


async def update(work: Work, id: str, params: PaymentIntentUpdateParams) -> PaymentIntent:
    """Change a payment intent that was not paid yet; of a paid one only what it is filed under."""
    intent = await held(work, id)
    app_payers.refuse_code(params.payment_method_options)
    sent = params.sent()
    _refuse_fixed(work, intent, set(sent))
    if params.amount is not None or params.currency is not None:
        intent.amount = intent.amount if params.amount is None else params.amount
        intent.currency = params.currency or intent.currency
        money.check_amount(intent.amount, intent.currency)
    if params.customer is not None:
        await _give_customer(work, intent, params.customer)
    if params.capture_method is not None:
        intent.capture_method = params.capture_method
    if params.given("setup_future_usage"):
        intent.setup_future_usage = params.setup_future_usage
    if params.given("transfer_group"):
        intent.transfer_group = params.transfer_group
    if params.given("metadata"):
        intent.meta = metadata.merge(intent.meta, params.metadata)
    is_open = intent.status in PAYMENT_INTENT.allowed(IntentFact.PAYMENT_METHOD_GIVEN)
    if params.payment_method_configuration is not None:
        await _configure(work, intent, params.payment_method_configuration)
    intent.details = intent.details | (options.changed(intent, params) if is_open else {}) | stored(sent, intent)
    if params.amount_details is not None or params.amount is not None:
        break_down(intent, params.amount_details, intent.amount)
    await _change_payment_method(work, intent, params)
    if is_open:
        _reconsider(work, intent, set(sent))
    return intent


async def page(work: Work, params: PaymentIntentListParams) -> Page[PaymentIntent]:
    """The account's payment intents, newest first."""
    conditions: list[ColumnElement[bool]] = created_between(PaymentIntent, params.created)
    if params.customer is not None:
        conditions.append(PaymentIntent.customer_id == params.customer)
    return await work.page(PaymentIntent, params, *conditions)


async def search(work: Work, params: PaymentIntentSearchParams) -> Found[PaymentIntent]:
    """The account's payment intents that match a query, newest first."""
    return await search_rows(work, PaymentIntent, SEARCHABLE, params)


def apply(work: Work, intent: PaymentIntent, fact: IntentFact) -> None:
    """Let a fact happen to a payment intent, note it, and tell it."""
    rule = PAYMENT_INTENT.step(intent.status, fact)
    before, intent.status = intent.status, rule.target
    if before != rule.target:
        _note(work, intent, before, fact)
    if rule.event is not None:
        record(work, rule.event, render(intent))


def refuse(work: Work, intent: PaymentIntent, message: str) -> UnexpectedState:
    """The error for an operation that the intent's status does not allow; it carries the intent."""
    return UnexpectedState(message, code=UNEXPECTED, extra={"payment_intent": seen(work, intent).tree()})


def not_granted(work: Work, intent: PaymentIntent, wanted: str, why: str | None) -> UnexpectedState:
    """The error for what the bank did not agree to; the intent stays as it was, and may be asked about again."""
    error = refuse(work, intent, f"This PaymentIntent could not be {wanted}: {why or 'the bank refused.'}")
    error.keeps_work = True
    return error


class GivenUp(UnexpectedState):
    """The intent was confirmed too often, and was canceled for it; that stays."""

    keeps_work = True

    def __init__(self, work: Work, intent: PaymentIntent) -> None:
        super().__init__(
            "This PaymentIntent was confirmed too many times and has been canceled.",
            code=UNEXPECTED,
            extra={"payment_intent": seen(work, intent).tree()},
        )


def cancel_for_good(work: Work, intent: PaymentIntent, reason: str | None) -> None:
    """Give the payment up, with nothing reserved any more."""
    intent.canceled_at = work.now
    intent.cancellation_reason = reason
    intent.amount_capturable = 0
    intent.details = intent.details | {"next_action": None, "processing": None}
    apply(work, intent, IntentFact.CANCELED)
    work.tell(CALLED_OFF, intent)


async def give_payment_method(
    work: Work, intent: PaymentIntent, id: str | None, given: PaymentMethodDataParams | None
) -> None:
    """Set the payment method that a request names, or describes."""
    if id is None and given is None:
        return
    if given is not None and id is not None:
        raise InvalidParameter("You may only specify one of these parameters: payment_method, payment_method_data.")
    if given is not None:
        method = await payment_methods.create_from_data(work, given)
    else:
        method = await payment_methods.resolve(work, id or "", param="payment_method")
    charging.check_usable(method, intent.customer_id)
    options.check_type(intent, method.type)
    intent.payment_method_id = method.id


async def _change_payment_method(work: Work, intent: PaymentIntent, params: PaymentIntentUpdateParams) -> None:
    """Set the payment method that an update names, or take the one away that there is."""
    if params.given("payment_method") and params.payment_method is None:
        intent.payment_method_id = None
    await give_payment_method(work, intent, params.payment_method, params.payment_method_data)


async def _give_customer(work: Work, intent: PaymentIntent, customer_id: str) -> None:
    customer = await customers.living(work, customer_id)
    if intent.customer_id not in (None, customer.id):
        raise InvalidRequest(
            "You cannot modify `customer` on a PaymentIntent once it already has been set. To fulfill a payment with a "
            "different Customer, cancel this PaymentIntent and create a new one.",
            param="customer",
        )
    intent.customer_id = customer.id


async def _configure(work: Work, intent: PaymentIntent, configuration_id: str) -> None:
    """Let another configuration decide on the types; not where they were named."""
    if intent.details.get("automatic_payment_methods") is None:
        raise InvalidRequest(
            "This PaymentIntent names its payment_method_types: a payment_method_configuration would not change them.",
            param="payment_method_configuration",
        )
    intent.details = intent.details | await options.configured(work, configuration_id)


def _refuse_fixed(work: Work, intent: PaymentIntent, names: set[str]) -> None:
    """What the money depends on is fixed once the payment was made, or is being made."""
    if intent.status in PAYMENT_INTENT.allowed(IntentFact.PAYMENT_METHOD_GIVEN):
        return
    free = {"description", "metadata", "receipt_email", "shipping", "transfer_group", "payment_details"}
    if intent.status == IntentStatus.REQUIRES_CAPTURE:
        free |= {"statement_descriptor", "statement_descriptor_suffix", "amount_details"}
    fixed = sorted(names - free)
    if fixed:
        raise refuse(
            work,
            intent,
            f"This PaymentIntent's {fixed[0]} could not be updated because it has a status of {intent.status}. You may "
            f"only update the {fixed[0]} of a PaymentIntent with one of the following statuses: {OPEN_STATES}.",
        )


def _reconsider(work: Work, intent: PaymentIntent, names: set[str]) -> None:
    """After an update the last failure is forgotten, and a payer who was about to act is asked anew if need be."""
    if intent.status == IntentStatus.REQUIRES_ACTION:
        if not names & CONFIRMED_AGAIN:
            return
        intent.details = intent.details | {"next_action": None}
        work.tell(CALLED_OFF, intent)
    intent.details = intent.details | {"last_payment_error": None}
    given = IntentFact.PAYMENT_METHOD_GIVEN if intent.payment_method_id else IntentFact.PAYMENT_METHOD_TAKEN
    apply(work, intent, given)


def stored(sent: Tree, intent: PaymentIntent | None = None) -> Tree:
    """What of a request is only kept and given back, on top of what an earlier one said."""
    contacts.check_email(sent.get("receipt_email"), "receipt_email")
    checks.check_descriptors(sent)
    kept = {name: sent[name] for name in STORED if name in sent}
    if "shipping" in sent:
        shipping = sent["shipping"]
        kept["shipping"] = None if shipping is None else shipping.model_dump(exclude_unset=True)
    if "payment_details" in sent:
        before = (None if intent is None else intent.details.get("payment_details")) or {}
        references = {"customer_reference": None, "order_reference": None}
        kept["payment_details"] = references | before | (sent["payment_details"] or {})
    return kept


def break_down(intent: PaymentIntent, given: AmountDetailsParams | None, amount: int) -> None:
    """Keep what an amount consists of; refused where it does not add up to it."""
    before = intent.details.get("amount_details")
    intent.details = intent.details | {"amount_details": breakdown.changed(before, given, amount)}


def _note(work: Work, intent: PaymentIntent, before: str | None, fact: str) -> None:
    work.add(
        PaymentIntentTransition(
            account_id=work.account_id,
            id=new_id("pit"),
            payment_intent_id=intent.id,
            from_status=before,
            to_status=intent.status,
            fact=str(fact),
            request_id=work.request.id,
            actor=work.request.actor,
            created_at=work.now,
        )
    )
