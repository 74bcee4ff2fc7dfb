"""Charges without a payment intent: a token or a customer's source is charged at once, or reserved for later."""

from datetime import UTC, datetime

from stripe_lite.bank.port import Answer, Capture
from stripe_lite.core import metadata, money
from stripe_lite.core.errors import InvalidParameter, InvalidRequest
from stripe_lite.core.ids import new_id
from stripe_lite.customers.customers import service as customers
from stripe_lite.customers.customers.source_params import CardSourceParams
from stripe_lite.db.work import Work
from stripe_lite.http.questions import Question
from stripe_lite.payments import kinds
from stripe_lite.payments.charges import service as charges
from stripe_lite.payments.charges.machine import ChargeStatus
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.charges.schema import ChargeCaptureParams, ChargeCreateParams
from stripe_lite.payments.charges.service import Attempt
from stripe_lite.payments.payment_methods import charging
from stripe_lite.payments.payment_methods.details import missing
from stripe_lite.payments.payment_methods.model import PAYOUT_ACCOUNT, PaymentMethod
from stripe_lite.payments.refunds import waiting as waiting_refunds
from stripe_lite.payments.sources import objects
from stripe_lite.payments.sources import service as sources
from stripe_lite.payments.sources.schema import SourceCreateParams
from stripe_lite.payments.sources.schema import render as render_source
from stripe_lite.payments.tokens import service as tokens

CHARGE_MADE = "charge"
CHARGE_CAPTURED = "charge_capture"
NEVER = datetime.max.replace(tzinfo=UTC)


async def create(work: Work, params: ChargeCreateParams) -> Charge:
    """Charge a token, a customer's source, or a customer's default source."""
    if params.amount is None:
        raise missing("amount")
    if params.currency is None:
        raise missing("currency")
    currency = money.check_currency(params.currency)
    money.check_amount(params.amount, currency)
    source = await _source(work, params)
    _check_chargeable(source, params.amount, currency, capture=params.capture)
    details = charges.kept(params.sent()) | {
        "authentication": objects.authentication_of(source),
        "source": render_source(source).tree(),
    }
    if params.radar_options is not None:
        details["radar_options"] = params.radar_options.sent()
    charge = charges.begin(
        work,
        Attempt(
            amount=params.amount,
            currency=currency,
            payment_method=source,
            customer_id=params.customer,
            transfer_group=params.transfer_group,
            metadata=metadata.merge({}, params.metadata),
            details=details,
        ),
    )
    charging.spend(source)
    if source.source_status is not None:
        objects.charged(work, source, charge.amount)
    work.ask(_question(work, charge, source, capture=params.capture))
    return charge


def _question(work: Work, charge: Charge, source: PaymentMethod, *, capture: bool) -> Question:
    terms = charging.authorization(
        work,
        source,
        ref=charge.id,
        amount=charge.amount,
        currency=charge.currency,
        capture=capture,
        authentication=objects.authentication_of(source),
    )
    return Question(
        kind=CHARGE_MADE,
        verb="authorize",
        terms=terms.model_dump(mode="json"),
        subject=("charge", charge.id),
        facts={"charge": charge.id},
        holds=[("charges", charge.id), ("payment_methods", source.id)],
    )


async def record_charge(work: Work, question: Question, answer: Answer) -> datetime | None:
    """Record what the bank said of a charge. A declined one is raised, and stays on record."""
    charge = await charges.retrieve(work, question.facts["charge"], lock=True)
    if charge.status != ChargeStatus.PENDING:
        return None
    source = await work.get(PaymentMethod, charge.payment_method_id or "", lock=True)
    assert source is not None, f"{charge.id} is made with a source"
    charging.learn(source, answer)
    charge.details = charge.details | {"source": render_source(source).tree()}
    match answer.result:
        case "approved":
            await charges.approve(work, charge, source, answer, capture=question.terms["capture"])
            await waiting_refunds.send(work, charge)
        case "pending":
            if charge.details.get("payment_method_details") is None:
                await charges.await_settlement(work, charge, source, answer)
            return answer.recheck_at or NEVER
        case "declined" | "not_found":
            await waiting_refunds.cancel(work, charge)
            if source.source_status is not None:
                objects.not_charged(source, charge.amount)
            await charges.decline(work, charge, source, answer)
            raise charges.refusal(charge, answer, {})
    return None


async def capture(work: Work, id: str, params: ChargeCaptureParams) -> Charge:
    """Take what a charge reserved, or part of it; the rest is released."""
    charge = await charges.held(work, id)
    _check_capturable(charge)
    amount = charge.amount if params.amount is None else params.amount
    if amount < 1:
        raise InvalidRequest(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    if amount > charge.amount:
        raise InvalidRequest(
            "You cannot capture a charge for an amount greater than it already has.",
            code="amount_too_large",
            param="amount",
        )
    money.check_step(amount, charge.currency)
    charges.set_transfer_group(charge, params.transfer_group)
    kept = charges.kept(params.sent())
    charge.details = charge.details | kept
    charges.restate(charge, kept)
    charge.asking = CHARGE_CAPTURED
    terms = Capture(
        account_id=work.account_id,
        ref=new_id("cap"),
        at=work.now,
        of=charge.id,
        amount=amount,
        currency=charge.currency,
    )
    work.ask(
        Question(
            kind=CHARGE_CAPTURED,
            verb="capture",
            terms=terms.model_dump(mode="json"),
            subject=("charge", charge.id),
            facts={"charge": charge.id},
            holds=[("charges", charge.id)],
        )
    )
    return charge


async def record_capture(work: Work, question: Question, answer: Answer) -> datetime | None:
    """Record that the bank paid out what a charge reserved."""
    charge = await charges.retrieve(work, question.facts["charge"], lock=True)
    charge.asking = None
    if answer.result != "approved":
        error = InvalidRequest(f"Charge {charge.id} could not be captured: {answer.message or 'the bank refused.'}")
        error.keeps_work = True
        raise error
    await charges.capture(work, charge, question.terms["amount"])
    return None


async def _source(work: Work, params: ChargeCreateParams) -> PaymentMethod:
    if params.source is not None and params.card is not None:
        raise InvalidParameter("You may only specify one of these parameters: card, source.", param="card")
    if params.customer is not None:
        await customers.living(work, params.customer)
    named = params.source or params.card
    if isinstance(named, CardSourceParams):
        return await sources.of_details(work, SourceCreateParams(card=named))
    param = "source" if params.card is None else "card"
    if named is None:
        if params.customer is None:
            raise InvalidRequest("Must provide source or customer.")
        return await sources.default_of(work, params.customer)
    if params.customer is not None and named.startswith(tokens.PREFIXES):
        raise sources.not_linked(params.customer, named, param)
    return await sources.resolve(work, named, customer_id=params.customer, param=param)


def _check_chargeable(source: PaymentMethod, amount: int, currency: str, *, capture: bool) -> None:
    if source.type == PAYOUT_ACCOUNT:
        raise InvalidRequest(
            "Only bank accounts in the US can be charged; those elsewhere can receive payouts.", param="source"
        )
    if source.source_status is not None:
        objects.check_chargeable(source, amount, currency)
    kind = kinds.of(source.type)
    if not source.verified:
        raise InvalidRequest(
            "This bank account must be verified before it can be charged.",
            code="bank_account_unverified",
            param="source",
        )
    if not kind.takes(currency):
        raise InvalidRequest(
            f"A {source.type} cannot be charged in {currency}, but in {', '.join(sorted(kind.currencies))}.",
            param="currency",
        )
    if not (kind.reserves or capture):
        raise InvalidRequest(f"By {kind.label} money is taken at once: nothing can be reserved.", param="capture")


def _check_capturable(charge: Charge) -> None:
    if charge.payment_intent_id is not None:
        raise InvalidRequest(
            f"This Charge was created by a PaymentIntent ({charge.payment_intent_id}). You must capture the "
            "PaymentIntent instead of capturing the Charge directly."
        )
    if charge.status != ChargeStatus.SUCCEEDED:
        raise InvalidRequest(
            f"Charge {charge.id} has the status {charge.status}: nothing is reserved that could be captured.",
            code="charge_invalid_parameter",
        )
    if charge.captured:
        raise InvalidRequest(f"Charge {charge.id} has already been captured.", code="charge_already_captured")
    if charge.details.get("expired"):
        raise InvalidRequest(
            f"Charge {charge.id} has expired: it was not captured in time, and what it reserved was released.",
            code="charge_expired_for_capture",
        )
    if charge.capture_before_at is None:
        raise InvalidRequest(f"Charge {charge.id} has already been refunded.", code="charge_already_refunded")
