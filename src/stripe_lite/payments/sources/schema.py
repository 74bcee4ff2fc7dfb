"""What clients send and see of legacy sources: cards and bank accounts of a customer."""

from typing import Literal, TypeAlias

from pydantic import Field

from stripe_lite.core.lists import ListParams
from stripe_lite.core.objects import Expandable, Metadata, Params, StripeObject, Tree
from stripe_lite.customers.customers.source_params import BankAccountSourceParams, CardSourceParams
from stripe_lite.payments.payment_methods.model import PaymentMethod

# How the older objects spell a card's brand.
BRANDS = {
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_au": "Eftpos Australia",
    "jcb": "JCB",
    "mastercard": "MasterCard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}


VERIFICATION_FAILED = "verification_failed"


class SourceCreateParams(Params):
    """A new source of a customer: by a token, or by its details."""

    bank_account: BankAccountSourceParams | str | None = Field(None, description="A bank account, or its token.")
    card: CardSourceParams | str | None = Field(None, description="A card, or its token.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    source: str | None = Field(None, description="The token of a card or of a bank account.")


class SourceUpdateParams(Params):
    """Changes to a source."""

    account_holder_name: str | None = Field(None, description="The bank account's holder.")
    account_holder_type: Literal["company", "individual"] | None = Field(None, description="Whose account it is.")
    address_city: str | None = Field(None, description="City of the billing address.")
    address_country: str | None = Field(None, description="Country of the billing address.")
    address_line1: str | None = Field(None, description="First line of the billing address.")
    address_line2: str | None = Field(None, description="Second line of the billing address.")
    address_state: str | None = Field(None, description="State of the billing address.")
    address_zip: str | None = Field(None, description="Postal code of the billing address.")
    exp_month: str | None = Field(None, description="Month of expiry, 1 to 12.")
    exp_year: str | None = Field(None, description="Year of expiry, with four digits.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    name: str | None = Field(None, description="The cardholder's name.")


class SourceVerifyParams(Params):
    """What the customer read on the bank statement."""

    amounts: list[int] | None = Field(None, description="The two amounts that were sent, in cents.")


class SourceListParams(ListParams):
    """Which of a customer's sources to list."""

    object: str | None = Field(None, description="Only sources of this kind: `card` or `bank_account`.")


class KindListParams(ListParams):
    """Which part of a customer's cards, or bank accounts, to list."""


class TokenNetworksObject(StripeObject):
    """Which of a co-branded card's networks was chosen."""

    preferred: str | None


class CardSourceObject(StripeObject):
    """A card, as it was saved before there were payment methods."""

    id: str = Field(description="The card's id; it can be used as a payment method's id too.")
    object: Literal["card"] = "card"
    address_city: str | None = Field(description="City of the billing address.")
    address_country: str | None = Field(description="Country of the billing address.")
    address_line1: str | None = Field(description="First line of the billing address.")
    address_line1_check: str | None = Field(description="What the bank said of the first line.")
    address_line2: str | None = Field(description="Second line of the billing address.")
    address_state: str | None = Field(description="State of the billing address.")
    address_zip: str | None = Field(description="Postal code of the billing address.")
    address_zip_check: str | None = Field(description="What the bank said of the postal code.")
    allow_redisplay: str | None = Field(description="Whether it may be shown to its customer again.")
    brand: str = Field(description="The card's brand, such as `Visa`.")
    country: str | None = Field(description="Two-letter code of the issuer's country.")
    currency: str | None = Field(None, description="What it is paid out to in; only in tokens that say so.")
    customer: Expandable | None = Field(None, description="The customer that it belongs to; not in tokens.")
    cvc_check: str | None = Field(description="What the bank said of the security code.")
    dynamic_last4: str | None = Field(description="Always null: no wallets are simulated.")
    exp_month: int = Field(description="Month of expiry.")
    exp_year: int = Field(description="Year of expiry.")
    fingerprint: str | None = Field(description="The same for every card with this number.")
    funding: str = Field(description="`credit`, `debit`, `prepaid` or `unknown`.")
    last4: str = Field(description="Last four digits of the number.")
    metadata: Metadata | None = Field(description="Your own key-value pairs.")
    name: str | None = Field(description="The cardholder's name.")
    networks: TokenNetworksObject | None = Field(None, description="The chosen network; only in tokens.")
    regulated_status: str | None = Field(description="Whether the issuer's fees are regulated.")
    tokenization_method: str | None = Field(description="Always null: no wallets are simulated.")


class BankAccountSourceObject(StripeObject):
    """A bank account, as it was saved before there were payment methods."""

    id: str = Field(description="The bank account's id.")
    object: Literal["bank_account"] = "bank_account"
    account_holder_name: str | None = Field(description="The account holder's name.")
    account_holder_type: str | None = Field(description="`individual` or `company`.")
    account_type: str | None = Field(description="Kind of account, such as `checking`.")
    bank_name: str | None = Field(description="The bank's name.")
    country: str = Field(description="Two-letter code of the bank's country.")
    currency: str = Field(description="The account's currency.")
    customer: Expandable | None = Field(None, description="The customer that it belongs to; not in tokens.")
    fingerprint: str | None = Field(description="The same for every bank account with this number.")
    last4: str = Field(description="Last four digits of the number.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs; not in tokens.")
    routing_number: str | None = Field(description="The routing number.")
    status: str = Field(description="`new`, `verified` once it is proven to be the customer's, `verification_failed`.")


class DeletedCardObject(StripeObject):
    """What is left of a deleted card."""

    id: str
    object: Literal["card"] = "card"
    deleted: Literal[True]


class DeletedBankAccountObject(StripeObject):
    """What is left of a deleted bank account."""

    id: str
    object: Literal["bank_account"] = "bank_account"
    deleted: Literal[True]


SourceObject: TypeAlias = CardSourceObject | BankAccountSourceObject
DeletedSourceObject: TypeAlias = DeletedCardObject | DeletedBankAccountObject


def render(source: PaymentMethod) -> SourceObject:
    """A customer's source as clients see it."""
    return render_card(source) if source.type == "card" else render_bank_account(source)


def render_card(source: PaymentMethod) -> CardSourceObject:
    """A customer's card as clients see it."""
    return _card(source, customer=source.customer_id)


def render_bank_account(source: PaymentMethod) -> BankAccountSourceObject:
    """A customer's bank account as clients see it."""
    return _bank_account(source, customer=source.customer_id, metadata=source.meta)


def render_deleted(source: PaymentMethod) -> DeletedSourceObject:
    """A deleted source as clients see it."""
    if source.type == "card":
        return DeletedCardObject(id=source.id, deleted=True)
    return DeletedBankAccountObject(id=source.id, deleted=True)


def render_card_of_token(source: PaymentMethod) -> CardSourceObject:
    """A card within a token: it belongs to nobody yet."""
    networks = TokenNetworksObject(preferred=source.details["networks"]["preferred"])
    if "currency" in source.extras:
        return _card(source, networks=networks, currency=source.extras["currency"])
    return _card(source, networks=networks)


def render_bank_account_of_token(source: PaymentMethod) -> BankAccountSourceObject:
    """A bank account within a token: it belongs to nobody yet."""
    return _bank_account(source)


def _card(source: PaymentMethod, **belonging: Tree | TokenNetworksObject | str | None) -> CardSourceObject:
    card, address = source.details, source.billing_details.get("address") or {}
    checks = card["checks"] or {}
    belongs: Tree = dict(belonging)
    return CardSourceObject(
        id=source.id,
        address_city=address.get("city"),
        address_country=address.get("country"),
        address_line1=address.get("line1"),
        address_line1_check=checks.get("address_line1_check"),
        address_line2=address.get("line2"),
        address_state=address.get("state"),
        address_zip=address.get("postal_code"),
        address_zip_check=checks.get("address_postal_code_check"),
        allow_redisplay=source.allow_redisplay,
        brand=BRANDS.get(card["brand"], "Unknown"),
        country=card["country"],
        cvc_check=checks.get("cvc_check"),
        dynamic_last4=None,
        exp_month=card["exp_month"],
        exp_year=card["exp_year"],
        fingerprint=card["fingerprint"],
        funding=card["funding"],
        last4=card["last4"],
        metadata=source.meta,
        name=source.billing_details.get("name"),
        regulated_status=card["regulated_status"],
        tokenization_method=None,
        **belongs,
    )


def _bank_account(source: PaymentMethod, **belonging: Tree | str | None) -> BankAccountSourceObject:
    account, extras = source.details, source.extras
    belongs: Tree = dict(belonging)
    return BankAccountSourceObject(
        id=source.id,
        account_holder_name=source.billing_details.get("name"),
        account_holder_type=account["account_holder_type"],
        account_type=account["account_type"],
        bank_name=account["bank_name"],
        country=extras["country"],
        currency=extras["currency"],
        fingerprint=account["fingerprint"],
        last4=account["last4"],
        routing_number=account["routing_number"],
        status=_status(source),
        **belongs,
    )


def _status(source: PaymentMethod) -> str:
    if source.verified:
        return "verified"
    return VERIFICATION_FAILED if source.extras.get(VERIFICATION_FAILED) else "new"
