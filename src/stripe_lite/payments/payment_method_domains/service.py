"""What can be done with payment method domains."""

from sqlalchemy import ColumnElement, select

from stripe_lite.core.errors import InvalidRequest, ResourceMissing
from stripe_lite.core.ids import new_id
from stripe_lite.core.lists import Page
from stripe_lite.db.work import Work
from stripe_lite.payments.payment_method_domains import eligibility
from stripe_lite.payments.payment_method_domains.model import PaymentMethodDomain
from stripe_lite.payments.payment_method_domains.schema import (
    PaymentMethodDomainCreateParams,
    PaymentMethodDomainListParams,
    PaymentMethodDomainUpdateParams,
)

NOUN = "payment_method_domain"


async def create(work: Work, params: PaymentMethodDomainCreateParams) -> PaymentMethodDomain:
    """Register a domain; each name is registered once in an account and mode."""
    name = params.domain_name.strip().lower()
    if not eligibility.is_name(name):
        raise InvalidRequest(f"Invalid domain name: {params.domain_name}", param="domain_name")
    if await work.one(select(PaymentMethodDomain).where(*_named(work, name))) is not None:
        raise InvalidRequest(f"The domain {name} is registered already.", param="domain_name")
    domain = PaymentMethodDomain(
        account_id=work.account_id,
        id=new_id("pmd"),
        livemode=work.livemode,
        created_at=work.now,
        domain_name=name,
        enabled=params.enabled,
    )
    work.add(domain)
    return domain


async def retrieve(work: Work, id: str, *, lock: bool = False) -> PaymentMethodDomain:
    """The domain with this id."""
    domain = await work.get(PaymentMethodDomain, id, lock=lock)
    if domain is None:
        raise ResourceMissing(NOUN, id, param=NOUN)
    return domain


async def update(work: Work, id: str, params: PaymentMethodDomainUpdateParams) -> PaymentMethodDomain:
    """Switch a domain on or off."""
    domain = await retrieve(work, id, lock=True)
    if params.enabled is not None:
        domain.enabled = params.enabled
    return domain


async def validate(work: Work, id: str) -> PaymentMethodDomain:
    """Check again what each payment method wants of a domain; the check needs its name only."""
    return await retrieve(work, id)


async def page(work: Work, params: PaymentMethodDomainListParams) -> Page[PaymentMethodDomain]:
    """The account's domains, newest first."""
    wanted: list[ColumnElement[bool]] = []
    if params.domain_name is not None:
        wanted.append(PaymentMethodDomain.domain_name == params.domain_name.strip().lower())
    if params.enabled is not None:
        wanted.append(PaymentMethodDomain.enabled == params.enabled)
    return await work.page(PaymentMethodDomain, params, *wanted, noun=NOUN)


def _named(work: Work, name: str) -> list[ColumnElement[bool]]:
    return [
        PaymentMethodDomain.account_id == work.account_id,
        PaymentMethodDomain.livemode == work.livemode,
        PaymentMethodDomain.domain_name == name,
    ]
