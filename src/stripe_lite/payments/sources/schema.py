"""What clients send and see of legacy sources: source objects, and a customer's cards and bank accounts."""

from typing import Literal, TypeAlias

from pydantic import Field

from stripe_lite.bank.facts import ThreeDSecure
from stripe_lite.bank.outcomes import by_slug
from stripe_lite.core.clock import unix
from stripe_lite.core.contacts import AddressObject, AddressParams, ShippingParams, address_object
from stripe_lite.core.lists import ListParams
from stripe_lite.core.objects import Expandable, Metadata, Params, StripeObject, Tree
from stripe_lite.customers.customers.source_params import BankAccountSourceParams, CardSourceParams
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.sources.types import Flow, Usage

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
# What a card tells of its part in 3-D Secure.
THREE_D_SECURE: dict[ThreeDSecure, str] = {
    "unsupported": "not_supported",
    "unenrolled": "optional",
    "optional": "optional",
    "optional_error": "optional",
    "required": "required",
    "required_error": "required",
    "unless_set_up": "required",
    "set_up": "required",
}


class SourceOwnerParams(Params):
    """Whose source it is."""

    address: AddressParams | None = Field(None, description="The owner's address.")
    email: str | None = Field(None, description="The owner's e-mail address.")
    name: str | None = Field(None, description="The owner's name.")
    phone: str | None = Field(None, description="The owner's telephone number.")


class OfflineAcceptanceParams(Params):
    """A mandate that was accepted on paper."""

    contact_email: str = Field(description="Where the payer can be reached.")


class OnlineAcceptanceParams(Params):
    """A mandate that was accepted on a website."""

    date: int | None = Field(None, description="When, in seconds since 1970.")
    ip: str | None = Field(None, description="From which address.")
    user_agent: str | None = Field(None, description="By which browser.")


class MandateAcceptanceParams(Params):
    """How and when the payer agreed to the mandate."""

    date: int | None = Field(None, description="When, in seconds since 1970.")
    ip: str | None = Field(None, description="From which address.")
    offline: OfflineAcceptanceParams | None = Field(None, description="Of one that was accepted on paper.")
    online: OnlineAcceptanceParams | None = Field(None, description="Of one that was accepted on a website.")
    status: Literal["accepted", "pending", "refused", "revoked"] = Field(
        description="Whether the payer agrees; refused and revoked mandates cancel the source."
    )
    type: Literal["offline", "online"] | None = Field(None, description="How the payer agreed.")
    user_agent: str | None = Field(None, description="By which browser.")


class SourceMandateParams(Params):
    """The payer's consent to debits."""

    acceptance: MandateAcceptanceParams | None = Field(None, description="How and when the payer agreed.")
    amount: int | None = Field(None, description="What one debit may take, in minor units.")
    currency: str | None = Field(None, description="The currency of the amount.")
    interval: Literal["one_time", "scheduled", "variable"] | None = Field(None, description="When debits happen.")
    notification_method: Literal["deprecated_none", "email", "manual", "none", "stripe_email"] | None = Field(
        None, description="Who tells the payer of debits; `manual`: you do, each time an event asks you to."
    )


class SourceReceiverParams(Params):
    """How money that was sent can be sent back."""

    refund_attributes_method: Literal["email", "manual", "none"] | None = Field(
        None, description="How the payer is asked where to send it."
    )


class SourceRedirectParams(Params):
    """Where the payer goes afterwards."""

    return_url: str = Field(description="Address of a page of yours, or of your app.")


class SourceOrderItemParams(Params):
    """A line of what is paid for."""

    amount: int | None = Field(None, description="The line's amount in minor units.")
    currency: str | None = Field(None, description="The currency of the amount.")
    description: str | None = Field(None, description="What it is.")
    parent: str | None = Field(None, description="The SKU it belongs to.")
    quantity: int | None = Field(None, description="How many.")
    type: Literal["discount", "shipping", "sku", "tax"] | None = Field(None, description="What kind of line.")


class SourceOrderParams(Params):
    """What is paid for."""

    items: list[SourceOrderItemParams] | None = Field(None, description="Line by line.")
    shipping: ShippingParams | None = Field(None, description="Where it is sent.")


class AchDebitSourceParams(Params):
    """A bank account in the US."""

    account_number: str = Field(description="Account number.")
    country: str = Field(description="Two-letter code of the bank's country.")
    routing_number: str = Field(description="Routing number.")
    type: Literal["company", "individual"] | None = Field(None, description="Whose account it is.")


class AuBecsDebitSourceParams(Params):
    """A bank account in Australia."""

    account_number: str = Field(description="Account number.")
    bsb_number: str = Field(description="Bank, state and branch number, six digits.")


class BancontactSourceParams(Params):
    """A payment by Bancontact."""

    preferred_language: str | None = Field(None, description="The language of the payer's page.")


class CardHashParams(Params):
    """A card by its number."""

    cvc: str | None = Field(None, description="Security code. Whether one was given is kept, the code is not.")
    exp_month: int = Field(description="Month of expiry, 1 to 12.")
    exp_year: int = Field(description="Year of expiry, with two or four digits.")
    number: str = Field(description="The card number, without separators.")


class IdealSourceParams(Params):
    """A payment by iDEAL."""

    bank: str | None = Field(None, description="The payer's bank.")


class SepaDebitSourceParams(Params):
    """A bank account in the SEPA."""

    iban: str = Field(description="The account's IBAN.")


class SofortSourceParams(Params):
    """A payment by Sofort."""

    country: Literal["AT", "BE", "DE", "ES", "IT", "NL"] = Field(description="Country of the payer's bank.")
    preferred_language: str | None = Field(None, description="The language of the payer's page.")


class ThreeDSecureParams(Params):
    """A card whose payer is to authenticate one payment."""

    card: str = Field(description="The card: a source object of the type `card`, or a customer's card.")
    customer: str | None = Field(None, description="The customer that the card belongs to.")


class SourceObjectCreateParams(Params):
    """A new source object."""

    ach_debit: AchDebitSourceParams | None = Field(None, description="The bank account, for this type.")
    amount: int | None = Field(None, description="What it can be charged, in minor units; for single use.")
    au_becs_debit: AuBecsDebitSourceParams | None = Field(None, description="The bank account, for this type.")
    bancontact: BancontactSourceParams | None = Field(None, description="Settings of this type.")
    card: CardHashParams | None = Field(None, description="The card, for this type.")
    currency: str | None = Field(None, description="Three-letter currency, in lower case.")
    flow: Flow | None = Field(None, description="How the payer agrees; each type has one way.")
    ideal: IdealSourceParams | None = Field(None, description="Settings of this type.")
    mandate: SourceMandateParams | None = Field(None, description="The payer's consent to debits.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    owner: SourceOwnerParams | None = Field(None, description="Whose source it is.")
    receiver: SourceReceiverParams | None = Field(None, description="How money that was sent can be sent back.")
    redirect: SourceRedirectParams | None = Field(None, description="Where the payer goes afterwards.")
    sepa_debit: SepaDebitSourceParams | None = Field(None, description="The bank account, for this type.")
    sofort: SofortSourceParams | None = Field(None, description="Settings of this type.")
    source_order: SourceOrderParams | None = Field(None, description="What is paid for.")
    statement_descriptor: str | None = Field(None, description="What the payer's statement is to say.")
    three_d_secure: ThreeDSecureParams | None = Field(None, description="The card to authenticate, for this type.")
    token: str | None = Field(None, description="A token, in place of the card's or account's details.")
    type: str | None = Field(None, description="The type of source.", examples=["card"])
    usage: Usage | None = Field(None, description="Whether it can be charged once or again and again.")


class SourceObjectUpdateParams(Params):
    """Changes to a source object."""

    amount: int | None = Field(None, description="What it can be charged, while its payer has not agreed yet.")
    mandate: SourceMandateParams | None = Field(None, description="The payer's consent to debits.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    owner: SourceOwnerParams | None = Field(None, description="Whose source it is.")
    source_order: SourceOrderParams | None = Field(None, description="What is paid for.")


class SourceObjectRetrieveParams(Params):
    """What proves the right to see a source object."""

    client_secret: str | None = Field(None, description="The source's client secret; a publishable key needs it.")


class SourceObjectVerifyParams(Params):
    """What the payer read on their bank statement."""

    values: list[str] = Field(description="The two amounts that were sent, in cents.")


class SourceCreateParams(Params):
    """A new source of a customer: by a token, or by its details."""

    bank_account: BankAccountSourceParams | str | None = Field(None, description="A bank account, or its token.")
    card: CardSourceParams | str | None = Field(None, description="A card, or its token.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    source: CardSourceParams | BankAccountSourceParams | str | None = Field(
        None, description="A card or a bank account, or the token of one."
    )


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
    owner: SourceOwnerParams | None = Field(None, description="Of a source object: whose it is.")


class SourceVerifyParams(Params):
    """What the customer read on the bank statement."""

    amounts: list[int] | None = Field(None, description="The two amounts that were sent, in cents.")


class SourceListParams(ListParams):
    """Which of a customer's sources to list."""

    object: str | None = Field(None, description="Only sources of this kind: `card`, `bank_account` or `source`.")


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


class SourceOwnerObject(StripeObject):
    """Whose source it is, as the merchant said, and as the payer's bank confirmed."""

    address: AddressObject | None
    email: str | None
    name: str | None
    phone: str | None
    verified_address: AddressObject | None
    verified_email: str | None
    verified_name: str | None
    verified_phone: str | None


class SourceSourceObject(StripeObject):
    """A source object: it can be charged once its payer has done what its type asks for."""

    id: str = Field(description="The source's id.")
    object: Literal["source"] = "source"
    ach_credit_transfer: Tree | None = Field(None, description="Where the payer sends the money, of this type.")
    ach_debit: Tree | None = Field(None, description="The bank account, of this type.")
    alipay: Tree | None = Field(None, description="What is known of the payment, of this type.")
    allow_redisplay: str | None = Field(description="Whether it may be shown to its customer again.")
    amount: int | None = Field(description="What it can be charged, in minor units; null for repeated use.")
    au_becs_debit: Tree | None = Field(None, description="The bank account, of this type.")
    bancontact: Tree | None = Field(None, description="What is known of the payment, of this type.")
    card: Tree | None = Field(None, description="The card, of this type.")
    client_secret: str = Field(description="Lets a client look the source up with a publishable key.")
    code_verification: Tree | None = Field(None, description="How the proof of the account stands, for this flow.")
    created: int = Field(description="When it was created, in seconds since 1970.")
    currency: str | None = Field(description="What it can be charged in; null where any will do.")
    customer: str | None = Field(None, description="The customer that it belongs to, if it does.")
    eps: Tree | None = Field(None, description="What is known of the payment, of this type.")
    flow: str = Field(description="How the payer agrees: `redirect`, `receiver`, `code_verification` or `none`.")
    giropay: Tree | None = Field(None, description="What is known of the payment, of this type.")
    ideal: Tree | None = Field(None, description="What is known of the payment, of this type.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    metadata: Metadata | None = Field(description="Your own key-value pairs.")
    multibanco: Tree | None = Field(None, description="What the payer types in to pay, of this type.")
    owner: SourceOwnerObject | None = Field(description="Whose source it is.")
    p24: Tree | None = Field(None, description="What is known of the payment, of this type.")
    receiver: Tree | None = Field(None, description="What was sent and what was charged, for this flow.")
    redirect: Tree | None = Field(None, description="Where the payer is led, for this flow.")
    sepa_debit: Tree | None = Field(None, description="The bank account and its mandate, of this type.")
    sofort: Tree | None = Field(None, description="What is known of the payment, of this type.")
    source_order: Tree | None = Field(None, description="What is paid for, where it was told.")
    statement_descriptor: str | None = Field(description="What the payer's statement is to say.")
    status: str = Field(description="`pending`, `chargeable`, `consumed`, `canceled` or `failed`.")
    three_d_secure: Tree | None = Field(None, description="The card and its authentication, of this type.")
    type: str = Field(description="The type; the hash named like it holds the details.")
    usage: str | None = Field(description="`reusable` or `single_use`.")
    wechat: Tree | None = Field(None, description="What the payer scans, of this type.")


SourceObject: TypeAlias = CardSourceObject | BankAccountSourceObject | SourceSourceObject
DeletedSourceObject: TypeAlias = DeletedCardObject | DeletedBankAccountObject | SourceSourceObject


def render(source: PaymentMethod) -> SourceObject:
    """A customer's source as clients see it."""
    if source.source_status is not None:
        return render_source(source)
    return render_card(source) if source.type == "card" else render_bank_account(source)


def render_source(source: PaymentMethod) -> SourceSourceObject:
    """A source object as clients see it."""
    told: Tree = source.extras["source"]
    names = ("code_verification", "receiver", "redirect", "source_order")
    present: Tree = {name: told[name] for name in names if told.get(name) is not None}
    if source.customer_id is not None:
        present["customer"] = source.customer_id
    return SourceSourceObject(
        id=source.id,
        allow_redisplay=source.allow_redisplay,
        amount=told["amount"],
        client_secret=told["client_secret"],
        created=unix(source.created_at),
        currency=told["currency"],
        flow=told["flow"],
        livemode=source.livemode,
        metadata=source.meta,
        owner=_owner(source.billing_details, told.get("verified") or {}),
        statement_descriptor=told["statement_descriptor"],
        status=str(source.source_status),
        type=told["type"],
        usage=told["usage"],
        **{told["type"]: _hash(source, told)},
        **present,
    )


def render_card(source: PaymentMethod) -> CardSourceObject:
    """A customer's card as clients see it."""
    return _card(source, customer=source.customer_id)


def render_bank_account(source: PaymentMethod) -> BankAccountSourceObject:
    """A customer's bank account as clients see it."""
    return _bank_account(source, customer=source.customer_id, metadata=source.meta)


def render_deleted(source: PaymentMethod) -> DeletedSourceObject:
    """A deleted source as clients see it; a source object stays, and tells so by its status."""
    if source.source_status is not None:
        return render_source(source)
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


def _owner(given: Tree, verified: Tree) -> SourceOwnerObject:
    return SourceOwnerObject(
        address=address_object(given.get("address")),
        email=given.get("email"),
        name=given.get("name"),
        phone=given.get("phone"),
        verified_address=None,
        verified_email=None,
        verified_name=verified.get("name"),
        verified_phone=None,
    )


def _hash(source: PaymentMethod, told: Tree) -> Tree:
    """The hash named like a source object's type."""
    known = source.details
    shown: Tree = told["shown"]
    match told["type"]:
        case "card":
            return _card_hash(source)
        case "three_d_secure":
            return _card_hash(source) | shown
        case "ach_debit":
            names = ("bank_name", "fingerprint", "last4", "routing_number")
            account: Tree = {name: known[name] for name in names}
            return account | {"country": source.extras["country"], "type": known["account_holder_type"]}
        case "au_becs_debit":
            return {name: known[name] for name in ("bsb_number", "fingerprint", "last4")}
        case "sepa_debit":
            iban: Tree = {name: known[name] for name in ("bank_code", "branch_code", "country", "fingerprint", "last4")}
            return iban | shown
    return shown


def _card_hash(source: PaymentMethod) -> Tree:
    card, outcome = source.details, by_slug(source.outcome)
    checks = card["checks"] or {}
    return {
        "address_line1_check": checks.get("address_line1_check"),
        "address_zip_check": checks.get("address_postal_code_check"),
        "brand": BRANDS.get(card["brand"], "Unknown"),
        "country": card["country"],
        "cvc_check": checks.get("cvc_check"),
        "dynamic_last4": None,
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "last4": card["last4"],
        "name": source.billing_details.get("name"),
        "three_d_secure": "optional" if outcome is None else THREE_D_SECURE[outcome.three_d_secure],
        "tokenization_method": None,
    }


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
