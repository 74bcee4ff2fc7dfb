"""Work that is due later: one table for every kind, claimed by lease."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import Tree
from stripe_lite.db.base import Id, Json, Row, Versioned
from stripe_lite.db.work import Work


class Job(Versioned, Row):
    """Something to do at `run_at`, for one account. `kind` says which worker does it; `payload` says what."""

    __tablename__ = "jobs"
    # By kind first: whoever looks for one kind must not pass by what was done of the others and is not swept yet.
    __table_args__ = (Index(None, "kind", "run_at"),)

    livemode: Mapped[bool]
    kind: Mapped[str]
    created_at: Mapped[datetime]
    run_at: Mapped[datetime]
    clock_id: Mapped[str | None] = mapped_column(Id)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    payload: Mapped[Json]


def later(work: Work, kind: str, run_at: datetime, payload: Tree, *, livemode: bool | None = None) -> None:
    """Have something done at a moment, in the mode that is worked in unless another is named."""
    work.add(
        Job(
            account_id=work.account_id,
            id=new_id("job"),
            livemode=work.livemode if livemode is None else livemode,
            kind=kind,
            created_at=work.now,
            run_at=run_at,
            payload=payload,
        )
    )


# Does a job of one kind, in one transaction. A StripeError puts the job off.
JobHandler: TypeAlias = Callable[[Work, Job], Awaitable[None]]

# Does several jobs of one kind, account and mode, in one transaction.
BatchHandler: TypeAlias = Callable[[Work, Sequence[Job]], Awaitable[None]]
