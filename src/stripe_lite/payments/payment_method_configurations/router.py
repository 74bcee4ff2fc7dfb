"""HTTP operations on payment method configurations."""

from stripe_lite.core.lists import ListObject
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.payment_method_configurations import service as configurations
from stripe_lite.payments.payment_method_configurations.schema import (
    PaymentMethodConfigurationCreateParams,
    PaymentMethodConfigurationListParams,
    PaymentMethodConfigurationObject,
    PaymentMethodConfigurationUpdateParams,
    render,
)

router = Router(tag="Payment method configurations")


@router.post("/v1/payment_method_configurations")
async def create_payment_method_configuration(
    work: Work, params: PaymentMethodConfigurationCreateParams
) -> PaymentMethodConfigurationObject:
    """Create a payment method configuration."""
    return render(await configurations.create(work, params))


@router.get("/v1/payment_method_configurations/{configuration}")
async def retrieve_payment_method_configuration(work: Work, configuration: str) -> PaymentMethodConfigurationObject:
    """Retrieve a payment method configuration."""
    return render(await configurations.retrieve(work, configuration))


@router.post("/v1/payment_method_configurations/{configuration}")
async def update_payment_method_configuration(
    work: Work, configuration: str, params: PaymentMethodConfigurationUpdateParams
) -> PaymentMethodConfigurationObject:
    """Change a payment method configuration: what is not sent stays as it is."""
    return render(await configurations.update(work, configuration, params))


@router.get("/v1/payment_method_configurations")
async def list_payment_method_configurations(
    work: Work, params: PaymentMethodConfigurationListParams
) -> ListObject[PaymentMethodConfigurationObject]:
    """List payment method configurations, newest first."""
    page = await configurations.page(work, params)
    url = "/v1/payment_method_configurations"
    return ListObject(data=[render(row) for row in page.rows], has_more=page.has_more, url=url)
