"""What clients send and see of the account's external accounts."""

from typing import Literal, TypeAlias

from pydantic import Field

from stripe_lite.balance.external_accounts.model import ExternalAccount
from stripe_lite.bank import outcomes
from stripe_lite.core.lists import ListParams
from stripe_lite.core.objects import Expandable, Metadata, Params, StripeObject

HolderType = Literal["company", "individual"]
AccountType = Literal["checking", "futsu", "savings", "toza"]
PayoutMethod = Literal["instant", "standard"]

# Where bank accounts receive instant payouts; elsewhere debit cards alone do.
INSTANT_BANKS = frozenset(
    {"AT", "BE", "CY", "DE", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PT"}
    | {"SI", "SK"}
)


class BankAccountDetails(Params):
    """A bank account by its number."""

    account_holder_name: str | None = Field(None, description="The account holder's name.")
    account_holder_type: HolderType | None = Field(None, description="Whose account it is.")
    account_number: str = Field(description="Account number, or IBAN.")
    account_type: AccountType | None = Field(None, description="Kind of account.")
    country: str = Field(description="Two-letter code of the bank's country.")
    currency: str | None = Field(None, description="The account's currency.")
    object: Literal["bank_account"] | None = Field(None, description="`bank_account`.")
    routing_number: str | None = Field(None, description="Routing number, sort code or the like.")


class ExternalAccountCreateParams(Params):
    """A new external account: by a token, or by a bank account's details."""

    bank_account: BankAccountDetails | str | None = Field(None, description="A bank account, or its token.")
    default_for_currency: bool | None = Field(
        None, description="Whether payouts in its currency go to it by default; the first one's do."
    )
    external_account: BankAccountDetails | str | None = Field(
        None, description="The token of a bank account or a debit card, or a bank account."
    )
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")


class ExternalAccountUpdateParams(Params):
    """Changes to an external account."""

    account_holder_name: str | None = Field(None, description="The bank account's holder.")
    account_holder_type: HolderType | None = Field(None, description="Whose account it is.")
    account_type: AccountType | None = Field(None, description="Kind of account.")
    address_city: str | None = Field(None, description="City of the card's billing address.")
    address_country: str | None = Field(None, description="Country of the card's billing address.")
    address_line1: str | None = Field(None, description="First line of the card's billing address.")
    address_line2: str | None = Field(None, description="Second line of the card's billing address.")
    address_state: str | None = Field(None, description="State of the card's billing address.")
    address_zip: str | None = Field(None, description="Postal code of the card's billing address.")
    default_for_currency: bool | None = Field(None, description="True makes it the default of its currency.")
    exp_month: str | None = Field(None, description="The card's month of expiry, 1 to 12.")
    exp_year: str | None = Field(None, description="The card's year of expiry, with four digits.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    name: str | None = Field(None, description="The cardholder's name.")


class ExternalAccountListParams(ListParams):
    """Which external accounts to list."""

    object: Literal["bank_account", "card"] | None = Field(None, description="Only those of this kind.")


class ExternalBankAccountObject(StripeObject):
    """A bank account that the account is paid out to."""

    id: str = Field(description="The bank account's id.")
    object: Literal["bank_account"] = "bank_account"
    account: Expandable | None = Field(description="The account that is paid out to it.")
    account_holder_name: str | None = Field(description="The account holder's name.")
    account_holder_type: str | None = Field(description="`individual` or `company`.")
    account_type: str | None = Field(description="Kind of account, such as `checking`.")
    available_payout_methods: list[PayoutMethod] | None = Field(description="How fast it can be paid out to.")
    bank_name: str | None = Field(description="The bank's name.")
    country: str = Field(description="Two-letter code of the bank's country.")
    currency: str = Field(description="The account's currency.")
    default_for_currency: bool | None = Field(description="Whether payouts in its currency go to it by default.")
    fingerprint: str | None = Field(description="The same for every bank account with this number.")
    last4: str = Field(description="Last four digits of the number.")
    metadata: Metadata | None = Field(description="Your own key-value pairs.")
    routing_number: str | None = Field(description="The routing number.")
    status: str = Field(description="`new`, `verified`, or `errored` once a payout to it failed.")


class ExternalCardObject(StripeObject):
    """A debit card that the account is paid out to."""

    id: str = Field(description="The card's id.")
    object: Literal["card"] = "card"
    account: Expandable | None = Field(description="The account that is paid out to it.")
    address_city: str | None = Field(description="City of the billing address.")
    address_country: str | None = Field(description="Country of the billing address.")
    address_line1: str | None = Field(description="First line of the billing address.")
    address_line1_check: str | None = Field(description="What the bank said of the first line.")
    address_line2: str | None = Field(description="Second line of the billing address.")
    address_state: str | None = Field(description="State of the billing address.")
    address_zip: str | None = Field(description="Postal code of the billing address.")
    address_zip_check: str | None = Field(description="What the bank said of the postal code.")
    available_payout_methods: list[PayoutMethod] | None = Field(description="How fast it can be paid out to.")
    brand: str = Field(description="The card's brand, such as `Visa`.")
    country: str | None = Field(description="Two-letter code of the issuer's country.")
    currency: str | None = Field(description="The currency it is paid out to in.")
    cvc_check: str | None = Field(description="What the bank said of the security code.")
    default_for_currency: bool | None = Field(description="Whether payouts in its currency go to it by default.")
    dynamic_last4: str | None = Field(description="Always null: no wallets are simulated.")
    exp_month: int = Field(description="Month of expiry.")
    exp_year: int = Field(description="Year of expiry.")
    fingerprint: str | None = Field(description="The same for every card with this number.")
    funding: str = Field(description="Always `debit`.")
    last4: str = Field(description="Last four digits of the number.")
    metadata: Metadata | None = Field(description="Your own key-value pairs.")
    name: str | None = Field(description="The cardholder's name.")
    regulated_status: str | None = Field(description="Whether the issuer's fees are regulated.")
    status: str | None = Field(description="`new`, or `errored` once a payout to it failed.")
    tokenization_method: str | None = Field(description="Always null: no wallets are simulated.")


class DeletedExternalBankAccountObject(StripeObject):
    """What is left of a deleted bank account."""

    id: str
    object: Literal["bank_account"] = "bank_account"
    currency: str | None
    deleted: Literal[True]


class DeletedExternalCardObject(StripeObject):
    """What is left of a deleted debit card."""

    id: str
    object: Literal["card"] = "card"
    currency: str | None
    deleted: Literal[True]


ExternalAccountObject: TypeAlias = ExternalBankAccountObject | ExternalCardObject
DeletedExternalAccountObject: TypeAlias = DeletedExternalBankAccountObject | DeletedExternalCardObject


def methods_of(external: ExternalAccount) -> list[PayoutMethod]:
    """How fast it can be paid out to: debit cards at once, unless their bank does not; banks in some countries."""
    outcome = outcomes.by_slug(external.outcome)
    if external.type == "card":
        instant = outcome is None or outcome.instant_payouts
    else:
        instant = external.details["country"] in INSTANT_BANKS
    return ["standard", "instant"] if instant else ["standard"]


def render(external: ExternalAccount) -> ExternalAccountObject:
    """An external account as clients see it."""
    if external.type == "card":
        return ExternalCardObject(
            id=external.id,
            account=external.account_id,
            available_payout_methods=methods_of(external),
            currency=external.currency,
            default_for_currency=external.default_for_currency,
            dynamic_last4=None,
            fingerprint=external.fingerprint,
            metadata=external.meta,
            name=external.name,
            status="errored" if external.errored else "new",
            tokenization_method=None,
            **external.details,
        )
    return ExternalBankAccountObject(
        id=external.id,
        account=external.account_id,
        account_holder_name=external.name,
        available_payout_methods=methods_of(external),
        currency=external.currency,
        default_for_currency=external.default_for_currency,
        fingerprint=external.fingerprint,
        metadata=external.meta,
        status=_status(external),
        **external.details,
    )


def _status(external: ExternalAccount) -> str:
    if external.errored:
        return "errored"
    return "verified" if external.verified else "new"


def render_deleted(external: ExternalAccount) -> DeletedExternalAccountObject:
    """A deleted external account as clients see it."""
    if external.type == "card":
        return DeletedExternalCardObject(id=external.id, currency=external.currency, deleted=True)
    return DeletedExternalBankAccountObject(id=external.id, currency=external.currency, deleted=True)
