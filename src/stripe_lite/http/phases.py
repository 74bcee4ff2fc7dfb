"""How an operation is carried out: in one transaction, or in two with the bank between them.

(1) The handler runs, and what it wrote is committed with the answer, under the request's idempotency key, or with the
question to the bank. (2) The bank is asked while no transaction is open. (3) A new transaction records what the bank
said and saves the answer. Whoever dies between (1) and (3) is relieved by the bank worker, which carries on at (2).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import asyncpg
import structlog

from stripe_lite.core import failpoints
from stripe_lite.core.clock import utc_now
from stripe_lite.core.errors import ApiError, KeyInUse, LockTimeout, OutcomeUnknown, StripeError
from stripe_lite.core.objects import StripeObject
from stripe_lite.core.patience import Patience
from stripe_lite.db.base import Row
from stripe_lite.db.jobs import Job
from stripe_lite.db.outcomes import Conflict
from stripe_lite.db.plan import Plan, RequestStamp
from stripe_lite.db.queries import model_of
from stripe_lite.db.session import Database
from stripe_lite.db.work import Work
from stripe_lite.http import idempotency
from stripe_lite.http.answers import Outcome, failure, success
from stripe_lite.http.expand import Expander
from stripe_lite.http.idempotency import Claim
from stripe_lite.http.questions import Desk, Question, Recorder, Reply, Task, Unanswered, keep
from stripe_lite.http.sealing import Seal
from stripe_lite.http.transactions import Ground, KeyTaken, passing, repeated

REACH_AGAIN_SECONDS = 0.2
ASK_AGAIN_SECONDS = 2.0
# How old rows may be that are taken for what the database holds; most answers of the bank come within a hundredth.
TRUSTED_SECONDS_MAX = 0.2

log = structlog.get_logger("stripe_lite.http")


Handler: TypeAlias = Callable[[Work], Awaitable[StripeObject]]


@dataclass(slots=True)
class Kit:
    """What operations are carried out with; put together once, by `create_app`."""

    database: Database
    plan: Plan
    desk: Desk
    recorders: Mapping[str, Recorder]
    expander: Expander
    # How long the bank is waited for.
    bank_patience: Patience = field(default_factory=lambda: Patience(10.0))
    wake_deliveries: Callable[[str], None] = lambda _: None
    expect_job: Callable[[Job], None] = lambda _: None
    # The idempotency keys that this process is just working on.
    running: set[tuple[str, str]] = field(default_factory=set)

    def work(self, who: "Who") -> Work:
        """A new unit of work."""
        return Work(self.database, self.plan, who.account_id, who.livemode, who.stamp)


@dataclass(frozen=True, slots=True)
class Who:
    """On whose account something is done, in which mode, and because of which request."""

    account_id: str
    livemode: bool
    stamp: RequestStamp


@dataclass(frozen=True, slots=True)
class Call:
    """One request, authenticated and parsed."""

    who: Who
    handler: Handler
    writes: bool
    claim: Claim | None = None
    expand: list[str] = field(default_factory=list)
    # Whether the client waits for the bank. Else it is told how things stand before, and `finish` asks the bank later.
    waits: bool = True
    # Closes what is saved of an answer that holds a secret. Such an operation asks no bank.
    seal: Seal | None = None

    def reply(self) -> Reply:
        """What is owed to this request's client."""
        stamp = self.who.stamp
        return Reply(
            request_id=stamp.id,
            idempotency_key=stamp.idempotency_key,
            api_version=stamp.api_version,
            saved_as=self.claim.row_id(self.who.livemode) if self.claim is not None and self.waits else None,
            expand=self.expand,
            actor=stamp.actor,
            origin=stamp.origin,
            publishable=stamp.publishable,
        )


@dataclass(frozen=True, slots=True)
class Due:
    """A question to the bank that was committed, and the rows that whoever records the answer begins with."""

    job_id: str
    task: Task
    rows: Sequence[Row]


Asked: TypeAlias = list[Due]
First: TypeAlias = tuple[Outcome, Asked]


async def execute(kit: Kit, call: Call) -> Outcome:
    """Carry a call out and give back what its client is told."""
    if not call.writes:
        read = await _read(kit, call)
        if read is not None:
            return read
    if call.claim is None:
        outcome, asked = await begin(kit, call)
        return await finish(kit, call, asked) or outcome
    name = (call.who.account_id, call.claim.row_id(call.who.livemode))
    if name in kit.running:
        raise KeyInUse
    kit.running.add(name)
    try:
        outcome, asked = await begin(kit, call)
        return await finish(kit, call, asked) or outcome
    finally:
        kit.running.discard(name)


async def _read(kit: Kit, call: Call) -> Outcome | None:
    """The answer of a call that only reads; None where it takes more than that: a row to write, or another try."""
    work = kit.work(call.who)
    try:
        answer = await call.handler(work)
        if work.adds:
            return None
        if call.expand:
            await kit.expander.expand(work, answer, call.expand)
        return success(answer)
    except StripeError as error:
        return failure(error)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        return None
    finally:
        work.close()


async def begin(kit: Kit, call: Call) -> First:
    """Carry out a call up to its first commit; what the bank is to be asked then is for `finish`."""
    try:
        return await repeated(_ground(kit, call.who), lambda work: _first(kit, call, work), writes=call.writes)
    except KeyTaken:
        return await repeated(_ground(kit, call.who), lambda work: _replayed(call, work), writes=False)
    except (asyncpg.PostgresError, ValueError):
        # The database refused what the handler wrote, and nothing of it is there: a fault of ours, as any other.
        log.exception("operation refused by the database", request_id=call.who.stamp.id)
        return await repeated(_ground(kit, call.who), lambda work: _broken(call, work))


async def finish(kit: Kit, call: Call, asked: Asked) -> Outcome | None:
    """Ask the bank what a call left to be asked, and record what it says; None where nothing was left."""
    outcome = None
    for due in asked:
        outcome = await _answered(kit, call, due)
    return outcome


def _ground(kit: Kit, who: Who) -> Ground:
    patience = kit.database.lock_timeout_seconds
    return Ground(lambda: kit.work(who), kit.wake_deliveries, kit.expect_job, patience, who.stamp.id)


async def _broken(call: Call, work: Work) -> First:
    """Save, under the request's key, that it failed through a fault of ours."""
    outcome = failure(ApiError())
    _remember(call, work, outcome)
    return outcome, []


async def _replayed(call: Call, work: Work) -> First:
    """The answer that the request's key has already got, or the refusal to use it for something else."""
    try:
        saved = None if call.claim is None else await idempotency.look(work, call.claim)
        if saved is None:
            raise ConnectionError("the key's row was written by a transaction that did not last")
        saved_body = saved.body if call.seal is None else call.seal.open(saved.body)
    except StripeError as error:
        return failure(error), []
    return Outcome(saved.status, saved_body, first_request_id=saved.request_id), []


async def _first(kit: Kit, call: Call, work: Work) -> First:
    await failpoints.hit("key_claimed")
    outcome = await _outcome(kit, call, work)
    if not outcome.saved and call.claim is not None and await idempotency.look(work, call.claim) is not None:
        raise KeyTaken
    asked = [_kept(work, question, call.reply()) for question in work.asked]
    assert not asked or call.seal is None, "the bank's answers are saved unsealed"
    if call.claim is not None and call.who.stamp.id is not None and asked and call.waits:
        idempotency.start(work, call.claim, call.who.stamp.id)
    elif outcome.saved:
        _remember(call, work, outcome)
    return outcome, asked


def _remember(call: Call, work: Work, outcome: Outcome) -> None:
    if call.claim is not None and call.who.stamp.id is not None:
        body = outcome.body if call.seal is None else call.seal.close(outcome.body)
        idempotency.finish(work, call.claim, call.who.stamp.id, outcome.status, body)


async def _outcome(kit: Kit, call: Call, work: Work) -> Outcome:
    try:
        answer = await call.handler(work)
        await work.react()
        if work.asked and call.waits:
            kit.expander.check(work.asked[-1].subject[0], call.expand, call.who.stamp.guard)
            return Outcome(200, b"")
        await kit.expander.expand(work, answer, call.expand)
        return success(answer)
    except StripeError as error:
        await _settle_error(work, error)
        return failure(error)
    except Exception as error:
        if passing(error) or isinstance(error, Conflict | failpoints.FailpointHit):
            raise
        log.exception("operation failed", request_id=call.who.stamp.id)
        # Where a statement failed, the transaction takes no other any more.
        await work.rollback()
        return failure(ApiError())


async def _settle_error(work: Work, error: StripeError) -> None:
    """Undo what a refused operation did, unless the error keeps it. The key stays held unless a rollback is needed."""
    if error.keeps_work:
        await work.react()
    elif work.sent or isinstance(error, LockTimeout):
        await work.rollback()
    else:
        work.discard()


def _kept(work: Work, question: Question, reply: Reply) -> Due:
    task = Task(question=question, reply=reply)
    job = keep(work, task)
    # Of several questions each changes rows that the next would begin with.
    alone = len(work.asked) == 1
    return Due(job.id, task, work.remembered(*_held(job.id, question)) if alone else ())


def _held(job_id: str, question: Question) -> list[tuple[type[Row], str]]:
    return [(Job, job_id), *((model_of(table), id) for table, id in question.holds)]


async def _answered(kit: Kit, call: Call, due: Due) -> Outcome:
    """Ask the bank and record its answer. Whatever fails here, the operation goes on: the bank worker finishes it."""
    question = due.task.question
    asked_at = time.monotonic()
    try:
        await failpoints.hit("before_bank")
        try:
            with kit.bank_patience:
                answer = await _asked(kit, question)
        except TimeoutError:
            answer = None
        await failpoints.hit("after_bank")
        rows = due.rows if time.monotonic() - asked_at < TRUSTED_SECONDS_MAX else ()
        return await settle(kit, call.who, due.job_id, due.task, answer, rows)
    except Exception as error:
        log.exception("left to the bank worker", request_id=call.who.stamp.id, job=due.job_id, kind=question.kind)
        raise OutcomeUnknown(keyed=call.claim is not None) from error


async def _asked(kit: Kit, question: Question) -> Any:
    """The bank's answer; a bank that cannot be reached is tried again for as long as it is waited for."""
    while True:
        try:
            return await kit.desk.ask(question)
        except Unanswered:
            await asyncio.sleep(REACH_AGAIN_SECONDS)


async def _inquired(kit: Kit, question: Question) -> Any:
    while True:
        try:
            return await kit.desk.inquire(question, utc_now())
        except Unanswered:
            await asyncio.sleep(REACH_AGAIN_SECONDS)


async def settle(kit: Kit, who: Who, job_id: str, task: Task, answer: Any, rows: Sequence[Row] = ()) -> Outcome:
    """Record the bank's answer and save what the client is told. None means that the bank has not answered yet.

    `rows` are the job and what it holds, as this process committed them: that spares reading them again. Only the first
    try begins with them; if somebody else has changed one of them, it ends in a conflict and the next try reads.
    """
    trusted = list(rows)

    async def record(work: Work) -> Outcome:
        if trusted:
            work.adopt(trusted)
            trusted.clear()
        else:
            await work.watch(*_held(job_id, task.question))
        job = await work.get(Job, job_id, watch=True)
        if job is None:
            return await _told_already(kit, work, task)
        owed = job.payload["reply"]["saved_as"]
        outcome = await _recorded(kit, work, job, task, answer)
        if owed is not None:
            idempotency.complete(work, owed, outcome.status, outcome.body)
        return outcome

    async def ask_again() -> None:
        """A bank that was restarted with our database may have forgotten what it had said a moment ago."""
        nonlocal answer
        try:
            if answer is not None:
                with kit.bank_patience:
                    answer = await _inquired(kit, task.question)
        except TimeoutError:
            answer = None

    return await repeated(_ground(kit, who), record, again_after=(LockTimeout,), once_lost=ask_again)


async def _recorded(kit: Kit, work: Work, job: Job, task: Task, answer: Any) -> Outcome:
    due: datetime | None = work.now + timedelta(seconds=ASK_AGAIN_SECONDS)
    question = task.question
    try:
        if answer is not None:
            due = await kit.recorders[question.kind](work, question, answer)
        await work.react()
    except StripeError as error:
        if not error.keeps_work:
            raise
        await work.react()
        due, outcome = None, failure(error)
    else:
        outcome = await _shown(kit, work, task)
    for asked in work.asked:
        # No process is about to ask it, as after a request: the bank worker may at once.
        keep(work, Task(question=asked, reply=task.reply.paid())).run_at = work.now
    if due is None:
        work.delete(job)
    else:
        # The client gets its answer now; what the bank says later is told by events.
        job.payload = Task(question=question, reply=task.reply.paid()).model_dump(mode="json")
        job.run_at, job.lease_until = due, None
    return outcome


async def _told_already(kit: Kit, work: Work, task: Task) -> Outcome:
    """Somebody else recorded the answer: tell the client what was saved for it."""
    if task.reply.saved_as is not None:
        saved = await idempotency.answer_of(work, task.reply.saved_as)
        if saved is not None:
            return Outcome(saved.status, saved.body)
    return await _shown(kit, work, task)


async def _shown(kit: Kit, work: Work, task: Task) -> Outcome:
    """The subject as it is now. What the client may not see of it takes nothing back of what has happened."""
    answer = await kit.expander.load(work, *task.question.subject)
    try:
        await kit.expander.expand(work, answer, task.reply.expand)
    except StripeError as error:
        return failure(error)
    return success(answer)
