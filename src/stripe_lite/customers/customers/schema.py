"""What clients send and see of customers."""

from typing import Literal

from pydantic import Field, SerializeAsAny

from stripe_lite.core.clock import unix
from stripe_lite.core.contacts import AddressObject, AddressParams, ShippingParams, address_object
from stripe_lite.core.lists import CreatedFilter, ListParams, SearchParams
from stripe_lite.core.objects import Expandable, Metadata, Params, StripeObject, Tree
from stripe_lite.customers.customers.model import Customer
from stripe_lite.customers.customers.source_params import BankAccountSourceParams, CardSourceParams


class CashBalanceSettingsParams(Params):
    """How incoming bank transfers are handled."""

    reconciliation_mode: Literal["automatic", "manual", "merchant_default"] | None = Field(
        None, description="Whether funds that arrive are applied by themselves."
    )


class CashBalanceParams(Params):
    """What can be set on a customer's cash balance."""

    settings: CashBalanceSettingsParams | None = Field(None, description="How incoming transfers are handled.")


class CustomFieldParams(Params):
    """A line of your own on invoices."""

    name: str = Field(description="What the line is called, in at most 40 characters.")
    value: str = Field(description="What it says, in at most 140 characters.")


class RenderingOptionsParams(Params):
    """How invoice documents are rendered."""

    amount_tax_display: str | None = Field(None, description="`include_inclusive_tax` or `exclude_tax`.")
    template: str | None = Field(None, description="The template of invoice documents.")


class InvoiceSettingsParams(Params):
    """Defaults for the customer's invoices."""

    custom_fields: list[CustomFieldParams] | None = Field(
        None, description="Up to four name-value pairs shown on invoices."
    )
    default_payment_method: str | None = Field(
        None, description="An attached payment method that invoices are paid with."
    )
    footer: str | None = Field(None, description="Text at the foot of invoices.")
    rendering_options: RenderingOptionsParams | None = Field(None, description="How invoice documents are rendered.")


class TaxParams(Params):
    """Where the customer is taxed."""

    ip_address: str | None = Field(None, description="A recent IP address of the customer.")
    validate_location: str | None = Field(None, description="Whether a location that cannot be taxed is refused.")


class CustomerFields(Params):
    """What can be set on a customer at any time."""

    address: AddressParams | None = Field(None, description="The customer's address.")
    balance: int | None = Field(None, description="Balance in minor units; negative is the customer's credit.")
    business_name: str | None = Field(None, description="The customer's business name.")
    cash_balance: CashBalanceParams | None = Field(None, description="The cash balance's settings.")
    description: str | None = Field(None, description="Your own note about the customer.")
    email: str | None = Field(None, description="E-mail address.")
    individual_name: str | None = Field(None, description="The customer's personal name.")
    invoice_prefix: str | None = Field(None, description="3 to 12 capitals or digits that begin invoice numbers.")
    invoice_settings: InvoiceSettingsParams | None = Field(None, description="Defaults for the customer's invoices.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    name: str | None = Field(None, description="The customer's full name or business name.")
    next_invoice_sequence: int | None = Field(None, description="The number of the customer's next invoice.")
    phone: str | None = Field(None, description="Phone number.")
    preferred_locales: list[str] | None = Field(None, description="Preferred languages, best first.")
    shipping: ShippingParams | None = Field(None, description="Where goods are sent.")
    source: CardSourceParams | BankAccountSourceParams | str | None = Field(
        None, description="A token or source to attach as the new default, or a card or bank account by its details."
    )
    tax: TaxParams | None = Field(None, description="Where the customer is taxed.")
    tax_exempt: Literal["none", "exempt", "reverse"] | None = Field(None, description="Tax exemption.")


class TaxIdDataParams(Params):
    """A tax id to create with the customer."""

    type: str = Field(description="The kind of tax id, such as `eu_vat`.")
    value: str = Field(description="The tax id itself.")


class CustomerCreateParams(CustomerFields):
    """A new customer."""

    payment_method: str | None = Field(None, description="A payment method to attach.")
    tax_id_data: list[TaxIdDataParams] | None = Field(None, description="Tax ids to create with the customer.")


class CustomerUpdateParams(CustomerFields):
    """Changes to a customer."""

    bank_account: BankAccountSourceParams | str | None = Field(
        None, description="A bank account, or its token, to attach as the new default source."
    )
    card: CardSourceParams | str | None = Field(
        None, description="A card, or its token, to attach as the new default source."
    )
    default_bank_account: str | None = Field(None, description="One of the customer's bank accounts, as the default.")
    default_card: str | None = Field(None, description="One of the customer's cards, to be the default source.")
    default_source: str | None = Field(None, description="One of the customer's sources, to be the default.")


class CustomerListParams(ListParams):
    """Which customers to list."""

    created: CreatedFilter | None = Field(None, description="Bounds on the time of creation.")
    email: str | None = Field(None, description="Only customers with exactly this e-mail address.")


class CustomerSearchParams(SearchParams):
    """Which customers to search for: by `created`, `email`, `metadata`, `name` and `phone`."""


class CustomFieldObject(StripeObject):
    """A line of the merchant's own on invoices."""

    name: str = Field(description="What the line is called.")
    value: str = Field(description="What it says.")


class RenderingOptionsObject(StripeObject):
    """How invoice documents are rendered."""

    amount_tax_display: str | None = Field(description="`include_inclusive_tax` or `exclude_tax`.")
    template: str | None = Field(description="The template of invoice documents.")


class InvoiceSettingsObject(StripeObject):
    """Defaults for a customer's invoices."""

    custom_fields: list[CustomFieldObject] | None = Field(description="Lines of the merchant's own on invoices.")
    default_payment_method: Expandable | None = Field(description="What invoices and subscriptions are paid with.")
    footer: str | None = Field(description="Text at the foot of invoices.")
    rendering_options: RenderingOptionsObject | None = Field(description="How invoice documents are rendered.")


class CustomerShippingObject(StripeObject):
    """Where goods are sent, and to whom."""

    address: AddressObject | None
    name: str | None
    phone: str | None


class CustomerObject(StripeObject):
    """A customer: whom payments belong to, and whose payment methods are kept."""

    id: str = Field(description="The customer's id.")
    object: Literal["customer"] = "customer"
    address: AddressObject | None = Field(description="The customer's address.")
    balance: int = Field(description="Balance in minor units; negative is credit that the next invoice uses.")
    business_name: str | None = Field(None, description="The customer's business name, where set.")
    created: int = Field(description="When the customer was created, in seconds since 1970.")
    currency: str | None = Field(description="The currency the customer is billed in.")
    customer_account: str | None = Field(description="Always null: accounts as customers are not served.")
    default_source: Expandable | None = Field(description="The default source for legacy payments.")
    delinquent: bool | None = Field(description="Whether the latest invoice is unpaid and overdue.")
    description: str | None = Field(description="Your own note about the customer.")
    discount: Tree | None = Field(description="The discount in force.")
    email: str | None = Field(description="E-mail address.")
    individual_name: str | None = Field(None, description="The customer's personal name, where set.")
    invoice_prefix: str | None = Field(description="What the customer's invoice numbers begin with.")
    invoice_settings: InvoiceSettingsObject = Field(description="Defaults for the customer's invoices.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    metadata: Metadata = Field(description="Your own key-value pairs.")
    name: str | None = Field(description="The customer's full name or business name.")
    next_invoice_sequence: int = Field(description="The number of the customer's next invoice.")
    phone: str | None = Field(description="Phone number.")
    preferred_locales: list[str] = Field(description="Preferred languages, best first.")
    shipping: CustomerShippingObject | None = Field(description="Where goods are sent.")
    tax_exempt: str | None = Field(description="Tax exemption: `none`, `exempt` or `reverse`.")
    test_clock: Expandable | None = Field(description="The test clock that the customer lives on.")
    cash_balance: SerializeAsAny[StripeObject] | None = Field(
        None, description="Funds held for the customer; only when expanded."
    )
    invoice_credit_balance: SerializeAsAny[StripeObject] | None = Field(
        None, description="Credit in each currency, in minor units, for the next invoices; only when expanded."
    )
    sources: SerializeAsAny[StripeObject] | None = Field(None, description="Legacy sources; only when expanded.")
    subscriptions: SerializeAsAny[StripeObject] | None = Field(None, description="Subscriptions; only when expanded.")
    tax: SerializeAsAny[StripeObject] | None = Field(
        None, description="Where the customer is taxed; only when expanded."
    )
    tax_ids: SerializeAsAny[StripeObject] | None = Field(None, description="Tax ids; only when expanded.")


class DeletedCustomerObject(StripeObject):
    """What is left of a deleted customer."""

    id: str
    object: Literal["customer"] = "customer"
    deleted: Literal[True]


def render(customer: Customer) -> CustomerObject:
    """A customer as clients see it."""
    details = customer.details
    names = {name: details[name] for name in ("business_name", "individual_name") if details.get(name) is not None}
    return CustomerObject(
        id=customer.id,
        address=address_object(details.get("address")),
        balance=customer.balance,
        created=unix(customer.created_at),
        currency=customer.currency,
        customer_account=None,
        default_source=customer.default_source_id,
        delinquent=False,
        description=details.get("description"),
        discount=None,
        email=customer.email,
        invoice_prefix=customer.invoice_prefix,
        invoice_settings=_invoice_settings(details.get("invoice_settings") or {}),
        livemode=customer.livemode,
        metadata=customer.meta,
        name=customer.name,
        next_invoice_sequence=customer.next_invoice_sequence,
        phone=customer.phone,
        preferred_locales=details.get("preferred_locales") or [],
        shipping=_shipping(details.get("shipping")),
        tax_exempt=details.get("tax_exempt") or "none",
        test_clock=None,
        **names,
    )


def render_deleted(customer: Customer) -> DeletedCustomerObject:
    """A deleted customer as clients see it."""
    return DeletedCustomerObject(id=customer.id, deleted=True)


def _invoice_settings(stored: Tree) -> InvoiceSettingsObject:
    fields, rendering = stored.get("custom_fields"), stored.get("rendering_options")
    return InvoiceSettingsObject(
        custom_fields=[CustomFieldObject(name=field["name"], value=field["value"]) for field in fields]
        if fields
        else None,
        default_payment_method=stored.get("default_payment_method"),
        footer=stored.get("footer"),
        rendering_options=RenderingOptionsObject(
            amount_tax_display=rendering.get("amount_tax_display"), template=rendering.get("template")
        )
        if rendering
        else None,
    )


def _shipping(stored: Tree | None) -> CustomerShippingObject | None:
    if stored is None:
        return None
    return CustomerShippingObject(
        address=address_object(stored.get("address")), name=stored.get("name"), phone=stored.get("phone")
    )
