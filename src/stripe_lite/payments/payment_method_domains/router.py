"""HTTP operations on payment method domains."""

from stripe_lite.core.lists import ListObject
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.payment_method_domains import service as domains
from stripe_lite.payments.payment_method_domains.schema import (
    PaymentMethodDomainCreateParams,
    PaymentMethodDomainListParams,
    PaymentMethodDomainObject,
    PaymentMethodDomainUpdateParams,
    render,
)

router = Router(tag="Payment method domains")


@router.post("/v1/payment_method_domains")
async def create_payment_method_domain(
    work: Work, params: PaymentMethodDomainCreateParams
) -> PaymentMethodDomainObject:
    """Register a domain to show wallets on."""
    return render(await domains.create(work, params))


@router.get("/v1/payment_method_domains/{payment_method_domain}")
async def retrieve_payment_method_domain(work: Work, payment_method_domain: str) -> PaymentMethodDomainObject:
    """Retrieve a domain."""
    return render(await domains.retrieve(work, payment_method_domain))


@router.post("/v1/payment_method_domains/{payment_method_domain}")
async def update_payment_method_domain(
    work: Work, payment_method_domain: str, params: PaymentMethodDomainUpdateParams
) -> PaymentMethodDomainObject:
    """Switch a domain on or off."""
    return render(await domains.update(work, payment_method_domain, params))


@router.post("/v1/payment_method_domains/{payment_method_domain}/validate")
async def validate_payment_method_domain(work: Work, payment_method_domain: str) -> PaymentMethodDomainObject:
    """Check again which payment methods may be shown on a domain."""
    return render(await domains.validate(work, payment_method_domain))


@router.get("/v1/payment_method_domains")
async def list_payment_method_domains(
    work: Work, params: PaymentMethodDomainListParams
) -> ListObject[PaymentMethodDomainObject]:
    """List domains, newest first."""
    page = await domains.page(work, params)
    url = "/v1/payment_method_domains"
    return ListObject(data=[render(row) for row in page.rows], has_more=page.has_more, url=url)
