"""What clients send and see of tax ids."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.lists import ListParams
from stripe_lite.core.objects import Expandable, Params, StripeObject
from stripe_lite.customers.tax_ids.model import TaxId


class OwnerParams(Params):
    """Whose tax id it is."""

    type: Literal["account", "application", "customer", "self"] = Field(description="What kind of owner it is.")
    account: str | None = Field(None, description="The account, where the type is `account`.")
    customer: str | None = Field(None, description="The customer, where the type is `customer`.")


class CustomerTaxIdCreateParams(Params):
    """A new tax id of a customer."""

    type: str = Field(description="The kind of tax id, such as `eu_vat`.")
    value: str = Field(description="The tax id itself.")


class TaxIdCreateParams(CustomerTaxIdCreateParams):
    """A new tax id of a customer or of the account."""

    owner: OwnerParams | None = Field(None, description="Whose it is; the account's own, unless it is given.")


class CustomerTaxIdListParams(ListParams):
    """Which part of a customer's tax ids to list."""


class TaxIdListParams(ListParams):
    """Which tax ids to list."""

    owner: OwnerParams | None = Field(None, description="Whose they are; the account's own, unless it is given.")


class TaxIdOwnerObject(StripeObject):
    """Whose tax id it is."""

    account: Expandable | None = Field(None, description="The account, where the type is `account`.")
    application: Expandable | None = Field(None, description="Never there: Connect is not served yet.")
    customer: Expandable | None = Field(None, description="The customer, where the type is `customer`.")
    customer_account: str | None = Field(description="Always null: accounts as customers are not served.")
    type: str = Field(description="`account`, `customer` or `self`.")


class TaxIdVerificationObject(StripeObject):
    """What a register says of the tax id."""

    status: str = Field(description="`pending`, `verified`, `unverified` or `unavailable`.")
    verified_address: str | None = Field(description="The address in the register.")
    verified_name: str | None = Field(description="The name in the register.")


class TaxIdObject(StripeObject):
    """A tax id, which stands on invoices."""

    id: str = Field(description="The id of the object.")
    object: Literal["tax_id"] = "tax_id"
    country: str | None = Field(description="Two-letter code of the country the tax id belongs to.")
    created: int = Field(description="When the object was created, in seconds since 1970.")
    customer: Expandable | None = Field(description="The customer, where one owns the tax id.")
    customer_account: str | None = Field(description="Always null: accounts as customers are not served.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    owner: TaxIdOwnerObject | None = Field(description="Whose tax id it is.")
    type: str = Field(description="The kind of tax id, such as `eu_vat`.")
    value: str = Field(description="The tax id itself.")
    verification: TaxIdVerificationObject | None = Field(description="What a register says of it.")


class DeletedTaxIdObject(StripeObject):
    """What is left of a deleted tax id."""

    id: str
    object: Literal["tax_id"] = "tax_id"
    deleted: Literal[True]


def render(tax_id: TaxId) -> TaxIdObject:
    """A tax id as clients see it."""
    return TaxIdObject(
        id=tax_id.id,
        country=tax_id.country,
        created=unix(tax_id.created_at),
        customer=tax_id.customer_id,
        customer_account=None,
        livemode=tax_id.livemode,
        owner=_owner(tax_id),
        type=tax_id.type,
        value=tax_id.value,
        verification=TaxIdVerificationObject(
            status=tax_id.verification_status, verified_address=None, verified_name=None
        ),
    )


def render_deleted(tax_id: TaxId) -> DeletedTaxIdObject:
    """A deleted tax id as clients see it."""
    return DeletedTaxIdObject(id=tax_id.id, deleted=True)


def _owner(tax_id: TaxId) -> TaxIdOwnerObject:
    if tax_id.customer_id is not None:
        return TaxIdOwnerObject(customer=tax_id.customer_id, customer_account=None, type=tax_id.owner_type)
    if tax_id.owner_type == "account":
        return TaxIdOwnerObject(account=tax_id.account_id, customer_account=None, type=tax_id.owner_type)
    return TaxIdOwnerObject(customer_account=None, type=tax_id.owner_type)
