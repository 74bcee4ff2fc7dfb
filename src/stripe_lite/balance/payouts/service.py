"""What can be done with payouts."""

from datetime import timedelta

from sqlalchemy import ColumnElement

from stripe_lite.balance import balances
from stripe_lite.balance.external_accounts import service as external_accounts
from stripe_lite.balance.external_accounts.model import ExternalAccount
from stripe_lite.balance.external_accounts.schema import methods_of
from stripe_lite.balance.payouts import fees, making
from stripe_lite.balance.payouts.machine import PAYOUT, PayoutFact, PayoutStatus
from stripe_lite.balance.payouts.making import Draft
from stripe_lite.balance.payouts.model import Payout
from stripe_lite.balance.payouts.schema import (
    PayoutCreateParams,
    PayoutListParams,
    PayoutObject,
    PayoutReverseParams,
    PayoutUpdateParams,
    SourceType,
    render,
)
from stripe_lite.bank import outcomes
from stripe_lite.core import metadata, money
from stripe_lite.core.errors import InvalidParameter, InvalidRequest, ResourceMissing, UnexpectedState
from stripe_lite.core.lists import Page
from stripe_lite.core.objects import changes
from stripe_lite.db.filters import between, created_between
from stripe_lite.db.jobs import Job
from stripe_lite.db.locks import hold
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record

SOURCE_NAMES: dict[SourceType, str] = {"bank_account": "bank account", "card": "card", "fpx": "FPX"}
REVERSIBLE_COUNTRIES = ("US", "CA")
REVERSIBLE_DAYS = 90


async def create(work: Work, params: PayoutCreateParams) -> Payout:
    """Pay out what is available, to the default bank account or card of the currency or to another one."""
    currency = money.check_currency(params.currency)
    if params.amount < 1:
        raise InvalidParameter(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    money.check_payout_amount(params.amount, currency)
    await hold(work, balances.LOCK)
    destination = await _destination(work, params.destination, currency)
    fee = 0
    if params.method == "instant":
        _check_instant(destination)
        fee = fees.instant(params.amount, currency)
    source_type = params.source_type or "card"
    await _check_funds(work, params.amount + fee, currency, source_type)
    details = {"description": params.description or None, "statement_descriptor": params.statement_descriptor or None}
    return await making.make(
        work,
        Draft(
            amount=params.amount,
            currency=currency,
            destination=destination,
            source_type=source_type,
            method=params.method or "standard",
            fee=fee,
            meta=metadata.merge({}, params.metadata),
            details=details,
        ),
    )


async def retrieve(work: Work, id: str, *, param: str = "payout", lock: bool = False) -> Payout:
    """The payout with this id."""
    payout = await work.get(Payout, id, lock=lock)
    if payout is None:
        raise ResourceMissing("payout", id, param=param)
    return payout


async def show(work: Work, id: str) -> PayoutObject:
    """The payout as clients see it."""
    return render(await retrieve(work, id))


async def update(work: Work, id: str, params: PayoutUpdateParams) -> Payout:
    """Change a payout's metadata."""
    payout = await retrieve(work, id, lock=True)
    before = render(payout)
    if params.given("metadata"):
        payout.meta = metadata.merge(payout.meta, params.metadata)
    after = render(payout)
    if difference := changes(before, after):
        record(work, "payout.updated", after, difference)
    return payout


async def cancel(work: Work, id: str) -> Payout:
    """Cancel a payout that was not submitted to the bank yet; its amount is available again."""
    payout = await retrieve(work, id, lock=True)
    if payout.automatic:
        raise InvalidRequest("Automatic payouts cannot be canceled.")
    if not PAYOUT.can(payout.status, PayoutFact.CANCELED):
        raise UnexpectedState("Payouts can only be canceled while they are pending.")
    await making.cancel(work, payout)
    return payout


async def reverse(work: Work, id: str, params: PayoutReverseParams) -> Payout:
    """Take a payout back from the bank account that it went to, by a payout of the opposite amount."""
    payout = await retrieve(work, id, lock=True)
    destination = await external_accounts.find(work, payout.destination_id)
    assert destination is not None
    if problem := _irreversible(work, payout, destination):
        raise InvalidRequest(problem)
    draft = Draft(
        amount=-payout.amount,
        currency=payout.currency,
        destination=destination,
        source_type=payout.source_type,
        original_id=payout.id,
        available_at=making.returned_at(work.now),
        meta=metadata.merge({}, params.metadata),
        details={"description": None, "statement_descriptor": payout.details.get("statement_descriptor")},
    )
    before = render(payout)
    payout.reversed_by_id = draft.id
    after = render(payout)
    record(work, "payout.updated", after, changes(before, after))
    return await making.make(work, draft)


async def page(work: Work, params: PayoutListParams) -> Page[Payout]:
    """The account's payouts, newest first."""
    conditions: list[ColumnElement[bool]] = created_between(Payout, params.created)
    conditions += between(Payout.arrival_at, params.arrival_date)
    if params.destination is not None:
        conditions.append(Payout.destination_id == params.destination)
    if params.status is not None:
        conditions.append(Payout.status == params.status)
    return await work.page(Payout, params, *conditions)


async def advance(work: Work, job: Job) -> None:
    """Let happen to a payout what is due: the deed of a `payout` job.

    One with `returned` says with which failure code the bank sends back what it had paid.
    """
    payout = await retrieve(work, job.payload["payout"], lock=True)
    returned: str | None = job.payload.get("returned")
    match PayoutStatus(payout.status):
        case PayoutStatus.PENDING:
            making.submit(work, payout)
        case PayoutStatus.IN_TRANSIT:
            await _settle(work, payout)
        case PayoutStatus.PAID if returned is not None:
            await making.fail(work, payout, returned)
        case PayoutStatus.PAID | PayoutStatus.FAILED | PayoutStatus.CANCELED:
            return


async def _settle(work: Work, payout: Payout) -> None:
    destination = await external_accounts.find(work, payout.destination_id)
    assert destination is not None
    outcome = outcomes.by_slug(destination.outcome)
    failure = None if outcome is None else outcome.payout_failure
    if failure is None:
        making.pay(work, payout)
    else:
        await making.fail(work, payout, failure)


async def _destination(work: Work, id: str | None, currency: str) -> ExternalAccount:
    if id is None:
        default = await external_accounts.default_of(work, currency)
        if default is None:
            raise InvalidRequest(f"Sorry, you don't have any external accounts in that currency ({currency})")
        return default
    destination = await external_accounts.of_account(work, id, param="destination")
    if destination.currency != currency:
        raise InvalidRequest(
            f"The external account {id} receives payouts in {destination.currency}, not in {currency}.",
            param="destination",
        )
    return destination


def _check_instant(destination: ExternalAccount) -> None:
    if "instant" not in methods_of(destination):
        raise InvalidRequest(
            "This external account does not support Instant Payouts. Use another one, or a standard payout.",
            code="instant_payouts_unsupported",
            param="method",
        )


async def _check_funds(work: Work, needed: int, currency: str, source_type: SourceType) -> None:
    """Refuse more than what is available of this source type, and more than what is available at all."""
    parts = [part for part in await balances.of(work) if part.currency == currency]
    available = sum(part.available for part in parts if part.source_type == source_type)
    if needed > min(available, sum(part.available for part in parts)):
        raise InvalidRequest(
            "You have insufficient funds in your Stripe account for this transfer. "
            f"Your {SOURCE_NAMES[source_type]} balance is too low.  You can use the /v1/balance endpoint to view your "
            "Stripe balance (for more details, see stripe.com/docs/api#balance).",
            code="balance_insufficient",
        )


def _irreversible(work: Work, payout: Payout, destination: ExternalAccount) -> str | None:
    """Why a payout cannot be reversed, if it cannot."""
    if payout.status == PayoutStatus.PENDING:
        return "This payout is pending: cancel it instead of reversing it."
    if payout.status not in (PayoutStatus.IN_TRANSIT, PayoutStatus.PAID):
        return f"A payout with a status of {payout.status} cannot be reversed."
    if payout.reversed_by_id is not None:
        return "This payout was already reversed."
    if payout.amount < 0 or payout.method == "instant":
        return "Only standard payouts that leave the balance can be reversed."
    if payout.type != "bank_account" or destination.details["country"] not in REVERSIBLE_COUNTRIES:
        return "Only payouts to bank accounts in the US and in Canada can be reversed."
    if payout.arrival_at < work.now - timedelta(days=REVERSIBLE_DAYS):
        return f"A payout can be reversed within {REVERSIBLE_DAYS} days of its arrival date."
    return None
