"""What can be done with charges, and what happens to them."""

from dataclasses import dataclass, field
from datetime import timedelta

from stripe_lite.bank.port import Answer
from stripe_lite.core import contacts, metadata
from stripe_lite.core.clock import unix_or_none
from stripe_lite.core.errors import CardError, InvalidRequest, LockTimeout, ResourceMissing
from stripe_lite.core.ids import new_id, new_secret
from stripe_lite.core.objects import Tree, changes
from stripe_lite.customers.customers import service as customers
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments import kinds
from stripe_lite.payments.charges import announcing, booking, receipts
from stripe_lite.payments.charges.machine import CHARGE, ChargeFact, ChargeStatus
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.charges.schema import (
    RELEASED_BY_REFUND,
    ChargeObject,
    ChargeUpdateParams,
    FraudDetailsParams,
    render,
    stored,
)
from stripe_lite.payments.payment_intents import checks
from stripe_lite.payments.payment_methods import charge_details as method_details
from stripe_lite.payments.payment_methods.model import PaymentMethod

AUTHORIZATION_LIFE = timedelta(days=7)
EXTENDED_AUTHORIZATION_LIFE = timedelta(days=30)
EXPIRY_JOB = "authorization_expiry"
RISK, RULE = "elevated_risk_level", "manual_review_if_elevated_risk"
STATEMENT_NAME = "STRIPE LITE"
# What a capture may change of the payer's statement.
RESTATED = ("statement_descriptor", "statement_descriptor_suffix")
RECEIPT_SECRET_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a charge is made of: how much, by whom and for what."""

    amount: int
    currency: str
    payment_method: PaymentMethod
    payment_intent_id: str | None = None
    customer_id: str | None = None
    transfer_group: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    details: Tree = field(default_factory=dict)


async def retrieve(work: Work, id: str, *, param: str = "charge", lock: bool = False) -> Charge:
    """The charge with this id."""
    charge = await work.get(Charge, id, lock=lock)
    if charge is None:
        raise ResourceMissing("charge", id, param=param)
    return charge


async def held(work: Work, id: str, *, param: str = "charge") -> Charge:
    """The charge, locked, unless a bank is just being asked about it."""
    charge = await retrieve(work, id, param=param, lock=True)
    if charge.asking is not None:
        raise LockTimeout
    return charge


async def show(work: Work, id: str) -> ChargeObject:
    """The charge as clients see it."""
    return render(await retrieve(work, id))


async def update(work: Work, id: str, params: ChargeUpdateParams) -> Charge:
    """Change what a charge is filed under. Customer and transfer group can be set once."""
    charge = await retrieve(work, id, lock=True)
    before = render(charge)
    if params.customer is not None:
        customer = await customers.living(work, params.customer)
        if charge.customer_id not in (None, customer.id):
            raise InvalidRequest("You cannot change the customer of a charge once it is set.", param="customer")
        charge.customer_id = customer.id
    set_transfer_group(charge, params.transfer_group)
    if params.given("metadata"):
        charge.meta = metadata.merge(charge.meta, params.metadata)
    charge.details = charge.details | kept(params.sent())
    receipts.make_out(charge)
    if params.fraud_details is not None:
        _report_fraud(charge, params.fraud_details)
    after = render(charge)
    if previous := changes(before, after):
        record(work, "charge.updated", after, previous)
    return charge


def kept(sent: Tree) -> Tree:
    """What of a request is only kept and given back; refused where it cannot be right."""
    contacts.check_email(sent.get("receipt_email"), "receipt_email")
    checks.check_descriptors(sent)
    return stored(sent)


def set_transfer_group(charge: Charge, group: str | None) -> None:
    """File a charge under a group, once."""
    if group is None:
        return
    if charge.transfer_group not in (None, group):
        raise InvalidRequest("You cannot change the transfer group of a charge once it is set.", param="transfer_group")
    charge.transfer_group = group


def begin(work: Work, attempt: Attempt) -> Charge:
    """Write down an attempt that the bank has not answered yet."""
    method = attempt.payment_method
    charge = Charge(
        account_id=work.account_id,
        id=new_id("ch"),
        livemode=work.livemode,
        created_at=work.now,
        status=ChargeStatus.PENDING,
        amount=attempt.amount,
        amount_captured=0,
        amount_refunded=0,
        amount_released=0,
        currency=attempt.currency,
        captured=False,
        disputed=False,
        balance_transaction_told=True,
        payment_intent_id=attempt.payment_intent_id,
        customer_id=attempt.customer_id,
        payment_method_id=method.id,
        transfer_group=attempt.transfer_group,
        meta=attempt.metadata,
        details=attempt.details
        | {
            "billing_details": method_details.billing(method),
            "calculated_statement_descriptor": _statement(attempt.details, card=method.type == "card"),
        },
    )
    charge.details = charge.details | {
        "receipt_url": f"{work.origin}/receipts/{work.account_id}/{charge.id}_{new_secret(RECEIPT_SECRET_LENGTH)}"
    }
    work.add(charge)
    return charge


def apply(work: Work, charge: Charge, fact: ChargeFact, previous: Tree | None = None) -> None:
    """Let a fact happen to a charge, and tell it with the old values of what changed, where the event has them."""
    rule = CHARGE.step(charge.status, fact)
    charge.status = rule.target
    if rule.event is not None:
        record(work, rule.event, render(charge), previous)


async def approve(
    work: Work, charge: Charge, method: PaymentMethod, answer: Answer, *, capture: bool, announced: bool = True
) -> None:
    """The bank took the amount, or reserved it. Unless `announced`, the charge tells later what was booked."""
    charge.captured = capture
    charge.amount_captured = charge.amount if capture else 0
    if not capture:
        extended = method_details.is_extended(method, charge.details)
        charge.capture_before_at = work.now + (EXTENDED_AUTHORIZATION_LIFE if extended else AUTHORIZATION_LIFE)
        _expire_later(work, charge)
    _remember(charge, method, answer)
    if booking.available_at_once(method):
        charge.details = charge.details | {booking.AT_ONCE: True}
    if answer.assessment is not None and answer.assessment.type == "manual_review":
        charge.details = charge.details | {"review": new_id("prv")}
    receipts.make_out(charge)
    if charge.balance_transaction_id is None:  # A debit was booked while it was pending.
        await booking.book_taken(work, charge, charge.amount_captured)
    if capture and not announced:
        announcing.postpone(work, charge)
    apply(work, charge, ChargeFact.APPROVED)


async def await_settlement(work: Work, charge: Charge, method: PaymentMethod, answer: Answer) -> None:
    """The payer's bank decides later. A debit counts as taken until it fails."""
    _remember(charge, method, answer)
    charge.captured = True
    if kinds.KINDS[method.type].debit:
        charge.amount_captured = charge.amount
        await booking.book_taken(work, charge, charge.amount, not_before=answer.recheck_at)
    apply(work, charge, ChargeFact.SETTLEMENT_AWAITED)


async def decline(work: Work, charge: Charge, method: PaymentMethod, answer: Answer) -> None:
    """The bank said no."""
    _remember(charge, method, answer)
    await fail(work, charge, ChargeFact.DECLINED, answer.code, answer.message)


async def fail(work: Work, charge: Charge, fact: ChargeFact, code: str | None, message: str | None) -> None:
    """Nothing comes of a charge; what was booked of it while it was pending is undone."""
    charge.captured = False
    charge.failure_code, charge.failure_message = code, message
    await booking.book_failed(work, charge)
    apply(work, charge, fact)


async def capture(work: Work, charge: Charge, amount: int, *, final: bool = True) -> None:
    """Part or all of a reservation was taken; with the last part the rest is released."""
    charge.amount_captured += amount
    receipts.make_out(charge)
    await booking.book_taken(work, charge, amount)
    if not final:
        return
    charge.captured = True
    charge.amount_released = charge.amount - charge.amount_captured
    charge.capture_before_at = None
    apply(work, charge, ChargeFact.CAPTURED)


def restate(charge: Charge, given: Tree) -> None:
    """Change what the payer's statement says, by the texts that a capture brought."""
    texts = {name: given[name] for name in RESTATED if name in given}
    if not texts:
        return
    type: str = (charge.details.get("payment_method_details") or {}).get("type") or "card"
    details = charge.details | texts
    charge.details = details | {"calculated_statement_descriptor": _statement(details, card=type == "card")}


def release(work: Work, charge: Charge, fact: ChargeFact) -> None:
    """A reservation was given up: nothing was taken, and nothing is refunded."""
    _release(charge)
    if fact is ChargeFact.EXPIRED:
        charge.details = charge.details | {"expired": True}
    apply(work, charge, fact)


def refund_reservation(work: Work, charge: Charge) -> None:
    """A reservation was given up by a refund, which moved no money: it reads as refunded in full."""
    before = render(charge)
    _release(charge)
    charge.details = charge.details | {RELEASED_BY_REFUND: True}
    apply(work, charge, ChargeFact.REFUNDED, changes(before, render(charge)))


def refusal(charge: Charge, answer: Answer, extra: Tree) -> CardError:
    """The error that tells the client of a declined charge."""
    told = {"advice_code": answer.advice_code, "network_decline_code": answer.network_decline_code}
    return CardError(
        answer.message or "Your card was declined.",
        code=answer.code or "card_declined",
        decline_code=answer.decline_code,
        param=_param_of(answer.code),
        extra={"charge": charge.id} | {name: value for name, value in told.items() if value is not None} | extra,
    )


def _release(charge: Charge) -> None:
    charge.amount_released = charge.amount - charge.amount_captured
    charge.capture_before_at = None


def _report_fraud(charge: Charge, given: FraudDetailsParams) -> None:
    """Note what the merchant thinks; an empty report takes it back."""
    details = dict(charge.details.get("fraud_details") or {})
    details.pop("user_report", None)
    if given.user_report:
        details["user_report"] = given.user_report
    charge.details = charge.details | {"fraud_details": details}


def _expire_later(work: Work, charge: Charge) -> None:
    assert charge.capture_before_at is not None
    job = Job(
        account_id=work.account_id,
        id=new_id("job"),
        livemode=work.livemode,
        kind=EXPIRY_JOB,
        created_at=work.now,
        run_at=charge.capture_before_at,
        payload={"charge": charge.id},
    )
    work.add(job)


def _param_of(code: str | None) -> str | None:
    """The detail of the card that an error code complains about."""
    return {"incorrect_cvc": "cvc", "expired_card": "exp_month", "incorrect_number": "number"}.get(code or "")


def _remember(charge: Charge, method: PaymentMethod, answer: Answer) -> None:
    told = answer.assessment
    outcome: Tree | None = None
    if told is not None:
        outcome = {
            "advice_code": answer.advice_code,
            "network_advice_code": None,
            "network_decline_code": answer.network_decline_code,
            "network_status": told.network_status,
            "reason": told.reason,
            "risk_level": told.risk_level,
            "seller_message": told.seller_message,
            "type": told.type,
        }
        if told.risk_score is not None:
            outcome["risk_score"] = told.risk_score
        if told.type == "manual_review" and told.reason == RISK:
            outcome["rule"] = RULE
    charge.details = charge.details | {
        "outcome": outcome,
        "payment_method_details": method_details.of_charge(
            method,
            charge.amount,
            answer,
            charge.details,
            capture_before=unix_or_none(charge.capture_before_at),
            mandate=charge.details.get("mandate"),
        ),
    }


def _statement(details: Tree, *, card: bool) -> str:
    if card:
        # Of a card's statement either text is the suffix; the one that is meant for that comes first.
        suffix = details.get("statement_descriptor_suffix") or details.get("statement_descriptor")
        return f"{STATEMENT_NAME}* {suffix}"[:22] if suffix else STATEMENT_NAME
    return details.get("statement_descriptor") or STATEMENT_NAME
