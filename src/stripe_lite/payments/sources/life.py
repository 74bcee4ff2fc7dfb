"""What happens to source objects: the only writers of their status."""

from stripe_lite.core.objects import Tree
from stripe_lite.db import jobs
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.sources import types
from stripe_lite.payments.sources.machine import SOURCE, SourceFact, SourceStatus
from stripe_lite.payments.sources.schema import render_source

EXPIRY_JOB = "source_expiry"


def apply(work: Work, source: PaymentMethod, fact: SourceFact) -> None:
    """Let a fact happen to a source object, and tell it."""
    assert source.source_status is not None, f"{source.id} is no source object"
    rule = SOURCE.step(source.source_status, fact)
    source.source_status = rule.target
    if rule.event is not None:
        record(work, rule.event, render_source(source))
    if rule.target is SourceStatus.CHARGEABLE and told(source)["usage"] == "single_use":
        _expire_later(work, source)


def begin(work: Work, source: PaymentMethod, *, ready: bool) -> None:
    """Start the life of a new source object; one that nobody need agree to can be charged at once."""
    source.source_status = SOURCE.initial
    if ready:
        apply(work, source, SourceFact.READY)
    else:
        _expire_later(work, source)


def leave(work: Work, source: PaymentMethod) -> None:
    """A source object was taken from its customer: it cannot be used again. Others have no status."""
    if source.source_status is not None and SOURCE.can(source.source_status, SourceFact.DETACHED):
        apply(work, source, SourceFact.DETACHED)


def told(source: PaymentMethod) -> Tree:
    """What is kept of a source object beside its payment method."""
    kept: Tree = source.extras["source"]
    return kept


def tell(source: PaymentMethod, **changes: Tree | int | str | None) -> None:
    """Change what is kept of a source object."""
    source.extras = source.extras | {"source": told(source) | changes}


async def expire(work: Work, job: Job) -> None:
    """Nobody did in time what the source waited for: its payer to agree, or the merchant to charge it."""
    source = await work.get(PaymentMethod, job.payload["source"], lock=True)
    if source is not None and source.source_status == job.payload["status"]:
        apply(work, source, SourceFact.EXPIRED)


def _expire_later(work: Work, source: PaymentMethod) -> None:
    waits = types.of(told(source)["type"]).pending_life
    if waits is None:
        return  # Nobody had to agree, or proves an account in their own time.
    life = waits if source.source_status == SourceStatus.PENDING else types.CHARGEABLE_LIFE
    jobs.later(
        work,
        EXPIRY_JOB,
        work.now + life,
        {"source": source.id, "status": source.source_status},
        livemode=source.livemode,
    )
