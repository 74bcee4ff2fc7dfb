"""What happens to mandates: intents make them, payments use them, banks and payers end them."""

from dataclasses import dataclass

from sqlalchemy import select

from stripe_lite.bank.outcomes import by_slug
from stripe_lite.core.errors import ResourceMissing
from stripe_lite.core.ids import new_id, new_secret
from stripe_lite.core.objects import Tree, changes
from stripe_lite.db import jobs
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments.mandates import terms
from stripe_lite.payments.mandates.machine import MANDATE, MandateFact, MandateStatus
from stripe_lite.payments.mandates.model import Mandate
from stripe_lite.payments.mandates.schema import MandateObject, render
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.payment_methods.schema import PaymentMethodObject

JOB = "mandate"
SECRET_LENGTH = 32
OPEN = (MandateStatus.PENDING, MandateStatus.ACTIVE)
# A payment that fails with this code ends the mandate, whatever the payment method.
ENDING_CODES = frozenset({"india_recurring_payment_mandate_canceled"})

NETWORK_STATUSES = {
    MandateFact.ACCEPTED: "accepted",
    MandateFact.REFUSED: "refused",
    MandateFact.REVOKED: "revoked",
}


@dataclass(frozen=True, slots=True)
class Single:
    """The one payment that a mandate is good for."""

    amount: int
    currency: str


async def retrieve(work: Work, id: str, *, param: str = "mandate", lock: bool = False) -> Mandate:
    """The mandate with this id."""
    mandate = await work.get(Mandate, id, lock=lock)
    if mandate is None:
        raise ResourceMissing("mandate", id, param=param)
    return mandate


async def show(work: Work, id: str) -> MandateObject:
    """The mandate as clients see it."""
    return render(await retrieve(work, id))


async def of_method(work: Work, method_id: str) -> list[Mandate]:
    """All mandates of a payment method, newest first."""
    return await work.all(
        select(Mandate)
        .where(
            Mandate.account_id == work.account_id,
            Mandate.livemode == work.livemode,
            Mandate.payment_method_id == method_id,
        )
        .order_by(Mandate.id.desc())
    )


def fitting(mandates: list[Mandate], payment: Single) -> Mandate | None:
    """The one of these under which a payment can be made: one for many payments, or for just this one."""
    return next((mandate for mandate in mandates if allows(mandate, payment)), None)


def allows(mandate: Mandate, payment: Single) -> bool:
    """Whether a payment can be made under this mandate."""
    if mandate.status not in OPEN:
        return False
    return mandate.amount is None or Single(mandate.amount, mandate.currency or "") == payment


def create(
    work: Work, method: PaymentMethod, accepted: Tree, settings: Tree | None = None, single: Single | None = None
) -> Mandate:
    """Note a payer's permission. `accepted` says how it was given, `settings` are its type's `mandate_options`."""
    id = new_id("mandate")
    later = method.type in terms.CONFIRMED_LATER
    secret = new_secret(SECRET_LENGTH)
    url = f"{work.origin}/hosted/mandates/{work.account_id}/{id}_{secret}"
    mandate = Mandate(
        account_id=work.account_id,
        id=id,
        livemode=work.livemode,
        created_at=work.now,
        status=MANDATE.initial if later else MandateStatus.ACTIVE,
        type="multi_use" if single is None else "single_use",
        payment_method_id=method.id,
        amount=None if single is None else single.amount,
        currency=None if single is None else single.currency,
        details={
            "customer_acceptance": accepted,
            "payment_method_details": terms.details(method, id, url, settings or {}),
            "url": url,
        },
    )
    work.add(mandate)
    if later:
        _decide_later(work, mandate)
    return mandate


def apply(work: Work, mandate: Mandate, fact: MandateFact, reason: str | None = None) -> None:
    """Let a fact happen to a mandate, and tell it. `reason` is the failure code of a payment that ended it."""
    before = render(mandate)
    rule = MANDATE.step(mandate.status, fact)
    mandate.status = rule.target
    network_status = NETWORK_STATUSES.get(fact)
    if network_status is not None:
        told = terms.ended(mandate.details["payment_method_details"], network_status, reason)
        mandate.details = mandate.details | {"payment_method_details": told}
    if rule.event is not None:
        after = render(mandate)
        record(work, rule.event, after, changes(before, after))


async def decide(work: Work, job: Job) -> None:
    """The network agrees to a mandate, or does not, unless a payment has shown it already."""
    mandate = await retrieve(work, job.payload["mandate"], lock=True)
    if mandate.status == MandateStatus.PENDING:
        method = await work.get(PaymentMethod, mandate.payment_method_id)
        apply(work, mandate, MandateFact.REFUSED if _is_refused(method) else MandateFact.ACCEPTED)


async def paid(work: Work, id: str | None) -> None:
    """A payment was made under a mandate: it holds, and one for a single payment is used up."""
    mandate = None if id is None else await retrieve(work, id, lock=True)
    if mandate is None or mandate.status not in OPEN:
        return
    if mandate.amount is not None:
        apply(work, mandate, MandateFact.USED)
    elif mandate.status == MandateStatus.PENDING:
        apply(work, mandate, MandateFact.ACCEPTED)


async def failed(work: Work, id: str | None, method: PaymentMethod, code: str | None) -> None:
    """A payment under a mandate failed: for some reasons no other can be made under it."""
    mandate = None if id is None else await retrieve(work, id, lock=True)
    if mandate is None or mandate.status not in OPEN:
        return
    outcome = by_slug(method.outcome)
    if _is_refused(method) and mandate.status == MandateStatus.PENDING:
        apply(work, mandate, MandateFact.REFUSED)
    elif code in ENDING_CODES or (outcome is not None and outcome.mandate != "active"):
        apply(work, mandate, MandateFact.REVOKED, code)


async def end_all(work: Work, method: PaymentMethodObject) -> None:
    """A payment method was detached: nothing can be paid with it, so that its mandates end."""
    for found in await of_method(work, method.id):
        mandate = await retrieve(work, found.id, lock=True)
        if mandate.status in OPEN:
            apply(work, mandate, MandateFact.REVOKED)


def _is_refused(method: PaymentMethod | None) -> bool:
    outcome = None if method is None else by_slug(method.outcome)
    return outcome is not None and outcome.mandate == "refused"


def _decide_later(work: Work, mandate: Mandate) -> None:
    jobs.later(work, JOB, work.now + work.terms.settlement_delay, {"mandate": mandate.id})
