"""What can be done with top-ups."""

from sqlalchemy import ColumnElement

from stripe_lite.balance import settlement
from stripe_lite.balance.balance_transactions import booking
from stripe_lite.balance.balance_transactions.booking import Movement
from stripe_lite.balance.external_accounts import links
from stripe_lite.balance.external_accounts import service as external_accounts
from stripe_lite.balance.ledger import Book
from stripe_lite.balance.topups.machine import TOPUP, TopupFact, TopupStatus
from stripe_lite.balance.topups.model import Topup
from stripe_lite.balance.topups.schema import (
    AmountFilter,
    TopupCreateParams,
    TopupListParams,
    TopupObject,
    TopupUpdateParams,
    render,
)
from stripe_lite.bank import outcomes
from stripe_lite.core import metadata, money
from stripe_lite.core.errors import InvalidRequest, ResourceMissing, UnexpectedState
from stripe_lite.core.ids import new_id
from stripe_lite.core.lists import Page
from stripe_lite.db import jobs
from stripe_lite.db.filters import created_between
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record

JOB = "topup"
EXPECTED_AFTER_DAYS = 5
TITLE = "Top-up"
PAYS = "debit_success"


async def create(work: Work, params: TopupCreateParams) -> Topup:
    """Begin to take money from a bank account; it is in the balance once the bank has paid."""
    currency = money.check_currency(params.currency)
    money.check_amount(params.amount, currency)
    await _check_settled(work, currency)
    topup = Topup(
        account_id=work.account_id,
        id=new_id("tu"),
        livemode=work.livemode,
        created_at=work.now,
        status=TOPUP.initial,
        amount=params.amount,
        currency=currency,
        outcome=await _outcome(work, params.source, currency),
        expected_at=settlement.business_days_later(work.now, EXPECTED_AFTER_DAYS),
        balance_transaction_id=None,
        failure_code=None,
        meta=metadata.merge({}, params.metadata),
        details={
            "description": params.description or None,
            "statement_descriptor": params.statement_descriptor or None,
            "transfer_group": params.transfer_group or None,
        },
    )
    work.add(topup)
    record(work, "topup.created", render(topup))
    jobs.later(work, JOB, work.now + work.terms.settlement_delay, {"topup": topup.id})
    return topup


async def retrieve(work: Work, id: str, *, lock: bool = False) -> Topup:
    """The top-up with this id."""
    topup = await work.get(Topup, id, lock=lock)
    if topup is None:
        raise ResourceMissing("topup", id, param="topup")
    return topup


async def show(work: Work, id: str) -> TopupObject:
    """The top-up as clients see it."""
    return render(await retrieve(work, id))


async def update(work: Work, id: str, params: TopupUpdateParams) -> Topup:
    """Change a top-up's description and metadata; there is no event that tells of it."""
    topup = await retrieve(work, id, lock=True)
    if params.given("description"):
        topup.details = topup.details | {"description": params.description or None}
    if params.given("metadata"):
        topup.meta = metadata.merge(topup.meta, params.metadata)
    return topup


async def cancel(work: Work, id: str) -> Topup:
    """Cancel a top-up that the bank has not paid yet."""
    topup = await retrieve(work, id, lock=True)
    if not TOPUP.can(topup.status, TopupFact.CANCELED):
        raise UnexpectedState(
            f"You cannot cancel this top-up because it has a status of {topup.status}. Only a top-up with the status "
            "pending may be canceled."
        )
    apply(work, topup, TopupFact.CANCELED)
    return topup


async def page(work: Work, params: TopupListParams) -> Page[Topup]:
    """The account's top-ups, newest first."""
    conditions = [*created_between(Topup, params.created), *_of_amount(params.amount)]
    if params.status is not None:
        conditions.append(Topup.status == params.status)
    return await work.page(Topup, params, *conditions)


async def settle(work: Work, job: Job) -> None:
    """Record what the bank makes of a top-up: the deed of a `topup` job.

    One with `reversed` says that the bank takes back what it had paid.
    """
    topup = await retrieve(work, job.payload["topup"], lock=True)
    if topup.status == TopupStatus.SUCCEEDED and job.payload.get("reversed"):
        await _book(work, topup, "topup_reversal", -topup.amount)
        apply(work, topup, TopupFact.REVERSED)
    if topup.status != TopupStatus.PENDING:
        return
    outcome = outcomes.by_slug(topup.outcome)
    topup.failure_code = None if outcome is None else outcome.payout_failure
    if topup.failure_code is None:
        topup.balance_transaction_id = await _book(work, topup, "topup", topup.amount)
    apply(work, topup, TopupFact.SUCCEEDED if topup.failure_code is None else TopupFact.FAILED)


def apply(work: Work, topup: Topup, fact: TopupFact) -> None:
    """Let a fact happen to a top-up, and tell it."""
    rule = TOPUP.step(topup.status, fact)
    topup.status = rule.target
    assert rule.event is not None
    record(work, rule.event, render(topup))


async def _book(work: Work, topup: Topup, type: str, amount: int) -> str:
    description = topup.details.get("description") or TITLE
    movement = Movement(
        type, amount, topup.currency, topup.id, Book.BANK, description=description, settled=topup.currency
    )
    return (await booking.book(work, movement)).id


async def _check_settled(work: Work, currency: str) -> None:
    """A top-up is never converted: it adds to a balance that the account has."""
    profile = await settlement.profile(work)
    if profile.settles_in(currency) != currency:
        raise InvalidRequest(
            f"The account has no balance in {currency}: add a bank account in this currency first.", param="currency"
        )


async def _outcome(work: Work, source: str | None, currency: str) -> str:
    """How the bank behaves towards the account that the money is taken from."""
    if source is None:
        default = await external_accounts.default_of(work, currency)
        return default.outcome if default is not None and default.type == "bank_account" else PAYS
    if source.startswith(external_accounts.PREFIXES):
        external = await external_accounts.of_account(work, source, param="source")
        type, outcome = external.type, external.outcome
    else:
        found = await links.read(work, source, "source")
        type, outcome = found.type, found.outcome
    if type != "bank_account":
        raise InvalidRequest("Top-ups are taken from bank accounts only.", param="source")
    return outcome


def _of_amount(bounds: AmountFilter | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if bounds is None:
        return conditions
    if bounds.gt is not None:
        conditions.append(Topup.amount > bounds.gt)
    if bounds.gte is not None:
        conditions.append(Topup.amount >= bounds.gte)
    if bounds.lt is not None:
        conditions.append(Topup.amount < bounds.lt)
    if bounds.lte is not None:
        conditions.append(Topup.amount <= bounds.lte)
    return conditions
