"""What can be done with refunds, and what the bank makes of them.

An amount is reserved on its charge, under the charge's lock, before the bank is asked; it is given back where the bank
declines. So refunds that run side by side never give back more than was taken.
"""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, select

from stripe_lite.bank import port
from stripe_lite.bank.port import Answer
from stripe_lite.core import contacts, metadata
from stripe_lite.core.errors import InvalidParameter, InvalidRequest, ResourceMissing
from stripe_lite.core.ids import new_id
from stripe_lite.core.lists import ListObject, ListParams, Page
from stripe_lite.core.objects import StripeObject, Tree, changes
from stripe_lite.customers.customers import service as customers
from stripe_lite.db.filters import created_between
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.http.questions import Question
from stripe_lite.payments.charges import receipts
from stripe_lite.payments.charges import service as charges
from stripe_lite.payments.charges.machine import ChargeFact, ChargeStatus
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.charges.schema import ChargeObject
from stripe_lite.payments.charges.schema import render as render_charge
from stripe_lite.payments.payment_intents import service as intents
from stripe_lite.payments.refunds import booking, making, payers, references, rules, terms
from stripe_lite.payments.refunds.machine import REFUND, RefundFact, RefundStatus
from stripe_lite.payments.refunds.model import Refund
from stripe_lite.payments.refunds.schema import (
    AWAITS_CHARGE,
    ChargeRefundCreateParams,
    ChargeRefundParams,
    RefundCreateParams,
    RefundListParams,
    RefundObject,
    RefundUpdateParams,
    render,
)

REFUND_MADE = "refund"
RELEASE = "release"
NEVER = datetime.max.replace(tzinfo=UTC)
INCLUDED_MAX = 10

# What Stripe says of refunds that failed; another bank's own codes read as unknown.
FAILURE_REASONS = {
    "charge_for_pending_refund_disputed": "charge_for_pending_refund_disputed",
    "declined": "declined",
    "expired_or_canceled_card": "expired_or_canceled_card",
    "insufficient_funds": "insufficient_funds",
    "lost_or_stolen_card": "lost_or_stolen_card",
    "merchant_request": "merchant_request",
    "refused": "declined",
}


async def create(work: Work, params: RefundCreateParams) -> Refund:
    """Give money back of a charge, or of a payment intent's charge."""
    charge = await charges.retrieve(work, await _charge_id(work, params), lock=True)
    refund = _begin(work, charge, params)
    await _send(work, charge, refund, ("refund", refund.id))
    return refund


async def create_of_charge(work: Work, charge_id: str, params: ChargeRefundCreateParams) -> Refund:
    """Give money back of the charge that the path names."""
    rules.refuse_cash(params)
    charge = await charges.retrieve(work, charge_id, lock=True)
    rules.check_intent(charge, params.payment_intent)
    refund = _begin(work, charge, params)
    await _send(work, charge, refund, ("refund", refund.id))
    return refund


async def refund_charge(work: Work, charge_id: str, params: ChargeRefundParams) -> Charge:
    """The same, where the client is shown the charge."""
    charge = await charges.retrieve(work, charge_id, lock=True)
    rules.check_intent(charge, params.payment_intent)
    await _send(work, charge, _begin(work, charge, params), ("charge", charge.id))
    return charge


async def retrieve(work: Work, id: str, *, param: str = "refund", lock: bool = False) -> Refund:
    """The refund with this id."""
    refund = await work.get(Refund, id, lock=lock)
    if refund is None:
        raise ResourceMissing("refund", id, param=param)
    return refund


async def of_charge(work: Work, charge_id: str, id: str, *, lock: bool = False) -> Refund:
    """The charge's refund with this id."""
    await charges.retrieve(work, charge_id)
    refund = await retrieve(work, id, lock=lock)
    if refund.charge_id != charge_id:
        raise ResourceMissing("refund", id, param="refund")
    return refund


async def show(work: Work, id: str) -> RefundObject:
    """The refund as clients see it."""
    return render(await retrieve(work, id))


async def update(work: Work, id: str, params: RefundUpdateParams) -> Refund:
    """Change a refund's metadata."""
    refund = await retrieve(work, id, lock=True)
    _change(work, refund, params)
    return refund


async def update_of_charge(work: Work, charge_id: str, id: str, params: RefundUpdateParams) -> Refund:
    """The same for a charge's refund."""
    refund = await of_charge(work, charge_id, id, lock=True)
    _change(work, refund, params)
    return refund


async def page(work: Work, params: RefundListParams) -> Page[Refund]:
    """The account's refunds, newest first."""
    conditions: list[ColumnElement[bool]] = created_between(Refund, params.created)
    if params.charge is not None:
        await charges.retrieve(work, params.charge)
        conditions.append(Refund.charge_id == params.charge)
    if params.payment_intent is not None:
        await intents.retrieve(work, params.payment_intent, param="payment_intent")
        conditions.append(Refund.payment_intent_id == params.payment_intent)
    return await work.page(Refund, params, *conditions)


async def page_of_charge(work: Work, charge_id: str, params: ListParams) -> Page[Refund]:
    """A charge's refunds, newest first."""
    await charges.retrieve(work, charge_id)
    return await work.page(Refund, params, Refund.charge_id == charge_id)


async def included(work: Work, charge: StripeObject) -> ListObject[RefundObject]:
    """The refunds in a charge that is asked for with `expand[]=refunds`."""
    assert isinstance(charge, ChargeObject)
    await work.flush()
    newest = select(Refund).where(Refund.account_id == work.account_id, Refund.charge_id == charge.id)
    found = await work.all(newest.order_by(Refund.id.desc()).limit(INCLUDED_MAX + 1))
    return ListObject(
        data=[render(refund) for refund in found[:INCLUDED_MAX]],
        has_more=len(found) > INCLUDED_MAX,
        url=f"/v1/charges/{charge.id}/refunds",
    )


def apply(work: Work, refund: Refund, fact: RefundFact, before: RefundObject | None = None) -> None:
    """Let a fact happen to a refund, and tell it once clients know of the refund; `before` is what it was, where more
    than the status changed."""
    rule = REFUND.step(refund.status, fact)
    before = before or render(refund)
    refund.status = rule.target
    if not refund.told:
        return
    after = render(refund)
    previous = changes(before, after)
    record(work, "refund.updated", after, previous)
    if rule.event is not None:
        record(work, rule.event, after)
    if refund.charge_id is not None:
        record(work, "charge.refund.updated", after, previous)


async def take_back(work: Work, charge: Charge, refund: Refund, fact: RefundFact, reason: str) -> None:
    """A refund came to nothing before the bank was asked: its amount can be given back anew. Both are locked."""
    before = render(refund)
    charge.amount_refunded -= refund.amount
    refund.failure_reason = reason
    await booking.book_returned(work, refund)
    refund.details = refund.details | {"next_action": None}
    apply(work, refund, fact, before)


async def record_refund(work: Work, question: Question, answer: Answer) -> datetime | None:
    """Record what the bank said of a refund; some succeed later, and some fail after they had succeeded."""
    charge = await charges.retrieve(work, question.facts["charge"], lock=True)
    refund = await retrieve(work, question.facts["refund"], lock=True)
    match answer.result:
        case "approved":
            if refund.status == RefundStatus.PENDING:
                await booking.book_given(work, refund)
                references.postpone(work, refund)
                apply(work, refund, RefundFact.SUCCEEDED)
                _tell(work, charge, refund)
            return answer.recheck_at
        case "pending":
            await booking.book_given(work, refund)
            _tell(work, charge, refund)
            return answer.recheck_at or NEVER
        case "declined" | "not_found":
            if refund.status != RefundStatus.FAILED:
                before = render(refund)
                charge.amount_refunded -= refund.amount
                await booking.book_returned(work, refund)
                _fail(work, refund, answer, before)
            return None


async def record_release(work: Work, question: Question, answer: Answer) -> datetime | None:
    """Record that the bank released what a charge had reserved."""
    charge = await charges.retrieve(work, question.facts["charge"], lock=True)
    refund = await retrieve(work, question.facts["refund"], lock=True)
    charge.asking = None
    if answer.result != "approved":
        _fail(work, refund, answer, render(refund))
        return None
    apply(work, refund, RefundFact.SUCCEEDED)
    refund.told = True
    record(work, "refund.created", render(refund))
    charges.refund_reservation(work, charge)
    return None


def _begin(work: Work, charge: Charge, params: ChargeRefundParams) -> Refund:
    """Reserve the amount on the charge, which is locked."""
    amount = rules.amount_of(charge, params.amount, work.now)
    contacts.check_email(params.instructions_email, "instructions_email")
    meta = metadata.merge({}, params.metadata)
    refund = making.make(work, charge, amount, params.reason, meta)
    if params.instructions_email is not None:
        refund.details = refund.details | {"instructions_email": params.instructions_email}
    if params.reason == "fraudulent":
        thought = charge.details.get("fraud_details") or {}
        charge.details = charge.details | {"fraud_details": thought | {"user_report": "fraudulent"}}
        refund.details = refund.details | {"report_before": thought.get("user_report")}
    if refund.released:
        charge.asking = RELEASE
    else:
        charge.amount_refunded += amount
    return refund


async def _send(work: Work, charge: Charge, refund: Refund, subject: tuple[str, str]) -> None:
    """Give the money back; some payers must say first where to, and some payments must come in first."""
    if charge.status == ChargeStatus.PENDING:
        refund.details = refund.details | {AWAITS_CHARGE: True}
        refund.told = True
        record(work, "refund.created", render(refund))
        return
    if refund.released or not terms.of(charge).asks:
        ask_bank(work, charge, refund, subject)
        return
    page = f"{charge.details['receipt_url']}/refunds/{refund.id}"
    payers.ask(work, refund, await _address(work, charge), page)
    await booking.book_given(work, refund)
    apply(work, refund, RefundFact.ACTION_REQUIRED)
    _tell(work, charge, refund)


async def _address(work: Work, charge: Charge) -> str | None:
    """Where the payer is written to: of a customer who transfers money the address is on file."""
    if terms.of(charge).of_customer and charge.customer_id is not None:
        return (await customers.retrieve(work, charge.customer_id)).email
    address: str | None = (charge.details.get("billing_details") or {}).get("email")
    return address


def ask_bank(work: Work, charge: Charge, refund: Refund, subject: tuple[str, str]) -> None:
    """Leave the question to the bank; `subject` is what the client is shown afterwards."""
    facts: Tree = {"charge": charge.id, "refund": refund.id}
    holds = [("charges", charge.id), ("refunds", refund.id)]
    if refund.released:
        void = port.Void(account_id=work.account_id, ref=new_id("void"), at=work.now, of=charge.id)
        told = void.model_dump(mode="json")
        work.ask(Question(kind=RELEASE, verb="void", terms=told, subject=subject, facts=facts, holds=holds))
        return
    back = port.Refund(
        account_id=work.account_id,
        ref=refund.id,
        at=work.now,
        of=charge.id,
        amount=refund.amount,
        currency=refund.currency,
    )
    told = back.model_dump(mode="json")
    work.ask(Question(kind=REFUND_MADE, verb="refund", terms=told, subject=subject, facts=facts, holds=holds))


def _tell(work: Work, charge: Charge, refund: Refund) -> None:
    """Tell of a refund that is on its way, or has arrived, for the first time."""
    if refund.told:
        return
    refund.told = True
    if charge.details.get(receipts.NUMBER):
        # Who was sent a receipt of the payment is sent one of the refund.
        refund.details = refund.details | {receipts.NUMBER: receipts.new_number()}
    record(work, "refund.created", render(refund))
    now = render_charge(charge)
    previous: Tree = {"amount_refunded": now.amount_refunded - refund.amount}
    if now.refunded:
        previous["refunded"] = False
    if refund.details.get("report_before", "fraudulent") != "fraudulent":
        previous["fraud_details"] = {"user_report": refund.details["report_before"]}
    charges.apply(work, charge, ChargeFact.REFUNDED, previous)


def _fail(work: Work, refund: Refund, answer: Answer, before: RefundObject) -> None:
    refund.failure_reason = FAILURE_REASONS.get(answer.code or "", "unknown")
    apply(work, refund, RefundFact.FAILED, before)
    if not refund.told:
        refund.told = True
        record(work, "refund.created", render(refund))
        record(work, "refund.failed", render(refund))


def _change(work: Work, refund: Refund, params: RefundUpdateParams) -> None:
    before = render(refund)
    if params.given("metadata"):
        refund.meta = metadata.merge(refund.meta, params.metadata)
    after = render(refund)
    if previous := changes(before, after):
        record(work, "refund.updated", after, previous)
        if refund.charge_id is not None:
            record(work, "charge.refund.updated", after, previous)


async def _charge_id(work: Work, params: RefundCreateParams) -> str:
    if params.charge is not None and params.payment_intent is not None:
        raise InvalidParameter(
            "You may only specify one of these parameters: charge, payment_intent.", param="payment_intent"
        )
    if params.charge is not None:
        return params.charge
    if params.payment_intent is None:
        raise InvalidRequest(
            "One of the following params should be provided for this request: payment_intent or charge."
        )
    intent = await intents.retrieve(work, params.payment_intent, param="payment_intent")
    return rules.charge_of(intent)
