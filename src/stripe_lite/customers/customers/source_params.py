"""A legacy source by its details, as customers and charges are sent it."""

from typing import Literal

from pydantic import Field

from stripe_lite.core.objects import Metadata, Params


class CardSourceParams(Params):
    """A card by its number."""

    object: Literal["card"] | None = Field(None, description="`card`.")
    address_city: str | None = Field(None, description="City of the billing address.")
    address_country: str | None = Field(None, description="Country of the billing address.")
    address_line1: str | None = Field(None, description="First line of the billing address.")
    address_line2: str | None = Field(None, description="Second line of the billing address.")
    address_state: str | None = Field(None, description="State of the billing address.")
    address_zip: str | None = Field(None, description="Postal code of the billing address.")
    cvc: str | None = Field(None, description="Security code. Whether one was given is kept, the code is not.")
    exp_month: int = Field(description="Month of expiry, 1 to 12.")
    exp_year: int = Field(description="Year of expiry, with two or four digits.")
    metadata: Metadata | None = Field(None, description="Your own key-value pairs.")
    name: str | None = Field(None, description="The cardholder's name.")
    number: str = Field(description="The card number, without separators.")


class BankAccountSourceParams(Params):
    """A bank account by its number."""

    object: Literal["bank_account"] | None = Field(None, description="`bank_account`.")
    account_holder_name: str | None = Field(None, description="The account holder's name.")
    account_holder_type: Literal["company", "individual"] | None = Field(None, description="Whose account it is.")
    account_number: str = Field(description="Account number.")
    country: str = Field(description="Two-letter code of the bank's country.")
    currency: str | None = Field(None, description="The account's currency.")
    routing_number: str | None = Field(None, description="Routing number.")
