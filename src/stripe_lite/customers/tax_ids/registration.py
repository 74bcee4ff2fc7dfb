"""Writing a tax id down, and what becomes of it when a register has been asked."""

from datetime import timedelta
from typing import Literal

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import changes
from stripe_lite.customers.tax_ids import formats
from stripe_lite.customers.tax_ids.model import TaxId
from stripe_lite.customers.tax_ids.schema import render
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record

CUSTOMER_MAX = 5
VERIFICATION_JOB = "tax_id_verification"
VERIFICATION_DELAY_SECONDS = 1.0


def register(
    work: Work,
    type: str,
    value: str,
    *,
    customer_id: str | None = None,
    owner_type: Literal["account", "customer", "self"] = "customer",
    param: str = "value",
) -> TaxId:
    """Write a tax id down, and have it verified where its type can be. Raises InvalidRequest for a wrong form."""
    if not formats.fits(type, value, livemode=work.livemode):
        raise InvalidRequest(f"Invalid value for {type}.", code="tax_id_invalid", param=param)
    tax_id = TaxId(
        account_id=work.account_id,
        id=new_id("txi"),
        livemode=work.livemode,
        created_at=work.now,
        owner_type=owner_type,
        customer_id=customer_id,
        type=type,
        value=value,
        country=formats.country_of(type, value),
        verification_status="pending" if type in formats.VERIFIABLE else "unavailable",
    )
    work.add(tax_id)
    verdict = formats.verdict(type, value, livemode=work.livemode)
    if tax_id.verification_status == "pending" and verdict != "pending":
        work.add(_verification(work, tax_id))
    tell(work, "customer.tax_id.created", tax_id)
    return tax_id


def too_many(owner: str, most: int, *, param: str | None = None) -> InvalidRequest:
    """The refusal of one more tax id than an owner can have."""
    return InvalidRequest(f"{owner} can have up to {most} tax IDs.", param=param)


async def verify(work: Work, job: Job) -> None:
    """Record what the register says of a tax id: the deed of a `tax_id_verification` job."""
    tax_id = await work.get(TaxId, job.payload["tax_id"], lock=True)
    if tax_id is None or tax_id.verification_status != "pending":
        return
    before = render(tax_id)
    tax_id.verification_status = formats.verdict(tax_id.type, tax_id.value, livemode=tax_id.livemode)
    after = render(tax_id)
    if tax_id.customer_id is not None:
        record(work, "customer.tax_id.updated", after, changes(before, after))


def tell(work: Work, type: str, tax_id: TaxId) -> None:
    """Record an event about a customer's tax id; there are none about the account's own."""
    if tax_id.customer_id is not None:
        record(work, type, render(tax_id))


def _verification(work: Work, tax_id: TaxId) -> Job:
    return Job(
        account_id=work.account_id,
        id=new_id("job"),
        livemode=work.livemode,
        kind=VERIFICATION_JOB,
        created_at=work.now,
        run_at=work.now + timedelta(seconds=VERIFICATION_DELAY_SECONDS),
        payload={"tax_id": tax_id.id},
    )
