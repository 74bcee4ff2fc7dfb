"""What clients send and see of tokens."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.clock import unix
from stripe_lite.core.objects import Params, StripeObject, Tree
from stripe_lite.payments.payment_methods.schema import CardNetworksParams
from stripe_lite.payments.sources.schema import BankAccountSourceObject, CardSourceObject
from stripe_lite.payments.tokens.legal_schema import AccountTokenParams, PersonTokenParams
from stripe_lite.payments.tokens.model import Token


class CardTokenParams(Params):
    """The card that the token stands for."""

    address_city: str | None = Field(None, description="City of the billing address.")
    address_country: str | None = Field(None, description="Country of the billing address.")
    address_line1: str | None = Field(None, description="First line of the billing address.")
    address_line2: str | None = Field(None, description="Second line of the billing address.")
    address_state: str | None = Field(None, description="State of the billing address.")
    address_zip: str | None = Field(None, description="Postal code of the billing address.")
    currency: str | None = Field(None, description="For payouts to debit cards: the card's currency.")
    cvc: str | None = Field(None, description="Security code. Whether one was given is kept, the code is not.")
    exp_month: str = Field(description="Month of expiry, 1 to 12.")
    exp_year: str = Field(description="Year of expiry, with two or four digits.")
    name: str | None = Field(None, description="The cardholder's name.")
    networks: CardNetworksParams | None = Field(None, description="Which of a co-branded card's networks to use.")
    number: str = Field(description="The card number, without separators.")


class BankAccountTokenParams(Params):
    """The bank account that the token stands for."""

    account_holder_name: str | None = Field(None, description="The account holder's name.")
    account_holder_type: Literal["company", "individual"] | None = Field(None, description="Whose account it is.")
    account_number: str = Field(description="Account number, or IBAN.")
    account_type: Literal["checking", "futsu", "savings", "toza"] | None = Field(None, description="Kind of account.")
    country: str = Field(description="Two-letter code of the bank's country.")
    currency: str | None = Field(None, description="The account's currency.")
    routing_number: str | None = Field(None, description="Routing number, sort code or the like.")


class CvcUpdateParams(Params):
    """A security code that was asked for again."""

    cvc: str = Field(description="Security code. It is looked at, and not kept.")


class PiiParams(Params):
    """Personal data."""

    id_number: str | None = Field(None, description="A personal identification number. It is not kept.")


class TokenCreateParams(Params):
    """What the token stands for: exactly one of these."""

    account: AccountTokenParams | None = Field(None, description="The business behind an account.")
    bank_account: BankAccountTokenParams | None = Field(None, description="A bank account.")
    card: CardTokenParams | str | None = Field(None, description="A card, or the id of the customer's saved card.")
    customer: str | None = Field(None, description="The customer whose saved card is meant.")
    cvc_update: CvcUpdateParams | None = Field(None, description="A security code that was asked for again.")
    person: PersonTokenParams | None = Field(None, description="A person behind an account.")
    pii: PiiParams | None = Field(None, description="Personal data.")


class TokenObject(StripeObject):
    """A single-use name for details that a payer typed in."""

    id: str = Field(description="The token's id.")
    object: Literal["token"] = "token"
    bank_account: BankAccountSourceObject | None = Field(None, description="The bank account, if it stands for one.")
    card: CardSourceObject | None = Field(None, description="The card, if it stands for one.")
    client_ip: str | None = Field(description="The address of the client that made the token.")
    created: int = Field(description="When it was created, in seconds since 1970.")
    livemode: bool = Field(description="Whether the object belongs to live mode.")
    type: str = Field(description="`card`, `bank_account`, `account`, `person`, `pii` or `cvc_update`.")
    used: bool = Field(description="Whether it was used; it can be used once.")


def render(token: Token, source: CardSourceObject | BankAccountSourceObject | None) -> TokenObject:
    """A token as clients see it, with the card or bank account that it stands for."""
    belongs: Tree = {} if source is None else {source.object: source}
    return TokenObject(
        id=token.id,
        client_ip=token.client_ip,
        created=unix(token.created_at),
        livemode=token.livemode,
        type=token.type,
        used=token.used,
        **belongs,
    )
