"""HTTP operations on payment methods."""

from stripe_lite.core.lists import ListObject, listed
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.payment_methods import attachment
from stripe_lite.payments.payment_methods import service as payment_methods
from stripe_lite.payments.payment_methods.schema import (
    CustomerPaymentMethodListParams,
    PaymentMethodAttachParams,
    PaymentMethodCreateParams,
    PaymentMethodListParams,
    PaymentMethodObject,
    PaymentMethodUpdateParams,
    render,
)

router = Router(tag="Payment methods")

# What a customer may change, and look for, by an ephemeral key.
SELF_SERVICE = ("allow_redisplay", "billing_details", "card", "us_bank_account")
FILTERS = ("allow_redisplay", "ending_before", "limit", "starting_after", "type")


@router.post("/v1/payment_methods", publishable=True)
async def create_payment_method(work: Work, params: PaymentMethodCreateParams) -> PaymentMethodObject:
    """Create a payment method."""
    return render(await payment_methods.create(work, params))


@router.get("/v1/payment_methods/{payment_method}", ephemeral=())
async def retrieve_payment_method(work: Work, payment_method: str) -> PaymentMethodObject:
    """Retrieve a payment method; a documented name such as `pm_card_visa` makes a new one."""
    return await payment_methods.show(work, payment_method)


@router.post("/v1/payment_methods/{payment_method}", ephemeral=SELF_SERVICE)
async def update_payment_method(
    work: Work, payment_method: str, params: PaymentMethodUpdateParams
) -> PaymentMethodObject:
    """Change an attached payment method: what is not sent stays as it is."""
    return render(await payment_methods.update(work, payment_method, params))


@router.get("/v1/payment_methods", ephemeral=("customer", *FILTERS))
async def list_payment_methods(work: Work, params: PaymentMethodListParams) -> ListObject[PaymentMethodObject]:
    """List payment methods, newest first."""
    page = await payment_methods.page(work, params)
    return listed(page, render, "/v1/payment_methods")


@router.post("/v1/payment_methods/{payment_method}/attach", ephemeral=("customer",))
async def attach_payment_method(
    work: Work, payment_method: str, params: PaymentMethodAttachParams
) -> PaymentMethodObject:
    """Attach a payment method to a customer; a card is verified by its bank first."""
    return render(await attachment.attach(work, payment_method, params))


@router.post("/v1/payment_methods/{payment_method}/detach", ephemeral=())
async def detach_payment_method(work: Work, payment_method: str) -> PaymentMethodObject:
    """Detach a payment method from its customer for good."""
    return render(await attachment.detach(work, payment_method))


@router.get("/v1/customers/{customer}/payment_methods", ephemeral=FILTERS)
async def list_customer_payment_methods(
    work: Work, customer: str, params: CustomerPaymentMethodListParams
) -> ListObject[PaymentMethodObject]:
    """List a customer's payment methods, newest first."""
    page = await payment_methods.page_of_customer(work, customer, params)
    return ListObject(
        data=[render(row) for row in page.rows],
        has_more=page.has_more,
        url=f"/v1/customers/{customer}/payment_methods",
    )


@router.get("/v1/customers/{customer}/payment_methods/{payment_method}", ephemeral=())
async def retrieve_customer_payment_method(work: Work, customer: str, payment_method: str) -> PaymentMethodObject:
    """Retrieve a customer's payment method."""
    return render(await payment_methods.of_customer(work, customer, payment_method))
