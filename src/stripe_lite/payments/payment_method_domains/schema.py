"""What clients send and see of payment method domains."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.lists import ListParams
from stripe_lite.core.objects import Params, StripeObject
from stripe_lite.payments.payment_method_domains import eligibility
from stripe_lite.payments.payment_method_domains.model import PaymentMethodDomain


class PaymentMethodDomainCreateParams(Params):
    """A new domain."""

    domain_name: str = Field(description="The name of the domain, without scheme, port and path.")
    enabled: bool = Field(True, description="Whether wallets are shown on it.")


class PaymentMethodDomainUpdateParams(Params):
    """Changes to a domain."""

    enabled: bool | None = Field(None, description="Whether wallets are shown on it.")


class PaymentMethodDomainListParams(ListParams):
    """Which domains to list."""

    domain_name: str | None = Field(None, description="Only the domain of this name.")
    enabled: bool | None = Field(None, description="Only those on which wallets are shown, or are not.")


class DomainStatusDetailsObject(StripeObject):
    """Why a method is not active."""

    error_message: str = Field(description="What is missing.")


class DomainStatusObject(StripeObject):
    """Whether one payment method may be shown on a domain."""

    status: str = Field(description="`active` or `inactive`.")
    status_details: DomainStatusDetailsObject | None = Field(None, description="Why it is not active.")


class PaymentMethodDomainObject(StripeObject):
    """A domain that wallets are shown on."""

    id: str = Field(description="The id of the object.")
    object: Literal["payment_method_domain"] = "payment_method_domain"
    amazon_pay: DomainStatusObject = Field(description="Whether Amazon Pay may be shown on it.")
    apple_pay: DomainStatusObject = Field(description="Whether Apple Pay may be shown on it.")
    created: int = Field(description="When the object was created, in seconds since 1970.")
    domain_name: str = Field(description="The name of the domain.")
    enabled: bool = Field(description="Whether wallets are shown on it.")
    google_pay: DomainStatusObject = Field(description="Whether Google Pay may be shown on it.")
    klarna: DomainStatusObject = Field(description="Whether Klarna may be shown on it.")
    link: DomainStatusObject = Field(description="Whether Link may be shown on it.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    paypal: DomainStatusObject = Field(description="Whether PayPal may be shown on it.")


def render(domain: PaymentMethodDomain) -> PaymentMethodDomainObject:
    """A domain as clients see it."""
    return PaymentMethodDomainObject(
        id=domain.id,
        amazon_pay=_status(domain, "amazon_pay"),
        apple_pay=_status(domain, "apple_pay"),
        created=unix(domain.created_at),
        domain_name=domain.domain_name,
        enabled=domain.enabled,
        google_pay=_status(domain, "google_pay"),
        klarna=_status(domain, "klarna"),
        link=_status(domain, "link"),
        livemode=domain.livemode,
        paypal=_status(domain, "paypal"),
    )


def _status(domain: PaymentMethodDomain, method: str) -> DomainStatusObject:
    obstacle = eligibility.obstacle(domain.domain_name, method)
    if obstacle is None:
        return DomainStatusObject(status="active")
    return DomainStatusObject(status="inactive", status_details=DomainStatusDetailsObject(error_message=obstacle))
