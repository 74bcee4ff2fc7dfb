"""What a client may set on a customer: how it is checked, and where it is written."""

import re
from ipaddress import ip_address

from stripe_lite.core import contacts, metadata
from stripe_lite.core.errors import InvalidParameter
from stripe_lite.customers.customers import location
from stripe_lite.customers.customers.model import Customer
from stripe_lite.customers.customers.schema import CustomerFields, InvoiceSettingsParams, TaxParams

CUSTOM_FIELDS_MAX = 4
INVOICE_SEQUENCE_MAX = 999_999_999

COLUMNS = ("email", "name", "phone", "invoice_prefix", "next_invoice_sequence")
EMPTYABLE_COLUMNS = ("email", "name", "phone")
DETAILS = (
    "address",
    "business_name",
    "cash_balance",
    "description",
    "individual_name",
    "preferred_locales",
    "shipping",
    "tax_exempt",
)

_invoice_prefix = re.compile(r"[A-Z0-9]{3,12}")


def check(params: CustomerFields) -> None:
    """Refuse what no customer can have."""
    contacts.check_email(params.email, "email")
    prefix = params.invoice_prefix
    if prefix is not None and not _invoice_prefix.fullmatch(prefix):
        raise InvalidParameter("An invoice prefix has 3 to 12 capital letters or digits.", param="invoice_prefix")
    sequence = params.next_invoice_sequence
    if sequence is not None and not 1 <= sequence <= INVOICE_SEQUENCE_MAX:
        raise InvalidParameter(
            f"The next invoice's number must be between 1 and {INVOICE_SEQUENCE_MAX}.", param="next_invoice_sequence"
        )
    _check_custom_fields(params.invoice_settings)
    _check_ip_address(params.tax)


def write(customer: Customer, params: CustomerFields) -> None:
    """Write what the client sent. What was not sent stays; what is None was emptied."""
    sent = params.sent()
    for name in COLUMNS:
        if name in sent and (sent[name] is not None or name in EMPTYABLE_COLUMNS):
            setattr(customer, name, sent[name])
    details = dict(customer.details)
    plain = params.model_dump(exclude_unset=True, include={*DETAILS, "invoice_settings", "tax"})
    details |= {name: plain[name] for name in DETAILS if name in plain}
    for name in ("invoice_settings", "tax"):
        # These two are merged: what one request leaves out of them stays as an earlier one set it.
        if plain.get(name) is not None:
            details[name] = (details.get(name) or {}) | plain[name]
    location.check(details, params.tax)
    customer.details = details
    if params.given("metadata"):
        customer.meta = metadata.merge(customer.meta, params.metadata)


def _check_custom_fields(settings: InvoiceSettingsParams | None) -> None:
    if settings is not None and len(settings.custom_fields or ()) > CUSTOM_FIELDS_MAX:
        raise InvalidParameter(
            f"A customer's invoices can have up to {CUSTOM_FIELDS_MAX} custom fields.",
            param="invoice_settings[custom_fields]",
        )


def _check_ip_address(tax: TaxParams | None) -> None:
    if tax is None or tax.ip_address is None:
        return
    try:
        ip_address(tax.ip_address)
    except ValueError as error:
        raise InvalidParameter(f"Invalid IP address: {tax.ip_address}", param="tax[ip_address]") from error
