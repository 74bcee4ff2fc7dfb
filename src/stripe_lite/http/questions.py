"""What is asked of the bank between two transactions, kept as a job so that a crash loses nothing of it."""

from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from stripe_lite.core.ids import new_id
from stripe_lite.db.base import Json
from stripe_lite.db.jobs import Job
from stripe_lite.db.plan import RequestStamp
from stripe_lite.db.work import Work

BANK_JOB = "bank"  # The kind of such a job.
BANK_ACTOR = "bank"  # Who causes what the bank says after the client had its answer.
# How long the process that asked is left alone before a worker asks in its place; the bank answers both alike.
ORPHAN_AFTER_SECONDS = 4.0

Verb = Literal["authorize", "increment", "capture", "void", "refund"]


class Question(BaseModel):
    """One question to the bank. `kind` names who records the answer, `subject` the object the client is shown."""

    model_config = ConfigDict(frozen=True)

    kind: str
    verb: Verb
    terms: Json
    subject: tuple[str, str]
    facts: Json = {}
    # Rows, as (table, id), that whoever records the answer will lock: they are fetched with the job, in one trip.
    holds: list[tuple[str, str]] = []


class Reply(BaseModel):
    """What is still owed to the client that caused a question: an answer under its idempotency key."""

    model_config = ConfigDict(frozen=True)

    request_id: str | None
    idempotency_key: str | None
    api_version: str | None
    saved_as: str | None
    expand: list[str]
    actor: str = "api"
    origin: str | None = None
    publishable: bool = False

    def stamp(self) -> RequestStamp:
        """Who caused the work, for the events that the answer makes."""
        return RequestStamp(
            self.request_id,
            self.idempotency_key,
            self.api_version,
            self.actor,
            publishable=self.publishable,
            origin=self.origin,
        )

    def paid(self) -> "Reply":
        """The same, with nothing owed to the client any more: what the bank says later, no request has caused."""
        return self.model_copy(
            update={"saved_as": None, "request_id": None, "idempotency_key": None, "actor": BANK_ACTOR}
        )


class Task(BaseModel):
    """The payload of a bank job."""

    question: Question
    reply: Reply


class Unanswered(Exception):
    """The bank gave no answer in time: what it did is found out later."""


class Desk(Protocol):
    """Puts questions to the bank. The same question may be put again and gets the same answer."""

    async def ask(self, question: Question) -> Any:
        """The bank's answer, or Unanswered."""

    async def inquire(self, question: Question, at: datetime) -> Any:
        """What has become by now of a question that may have been put before, or Unanswered."""


class Recorder(Protocol):
    """Records the bank's answer; the moment it returns is when to inquire again, None where the answer is final."""

    async def __call__(self, work: Work, question: Question, answer: Any) -> datetime | None: ...


def keep(work: Work, task: Task) -> Job:
    """Write a question down as a job of this transaction."""
    job = Job(
        account_id=work.account_id,
        id=new_id("job"),
        livemode=work.livemode,
        kind=BANK_JOB,
        created_at=work.now,
        run_at=work.now + timedelta(seconds=ORPHAN_AFTER_SECONDS),
        payload=task.model_dump(mode="json"),
    )
    work.add(job)
    return job
