"""What clients see of their account."""

from typing import Literal

from pydantic import Field

from stripe_lite.balance.external_accounts.schema import ExternalAccountObject
from stripe_lite.core.lists import ListObject
from stripe_lite.core.objects import Metadata, StripeObject


class BusinessProfileObject(StripeObject):
    """What the business says of itself: nothing is asked here."""

    mcc: str | None = Field(description="Always null.")
    name: str | None = Field(description="Always null.")
    product_description: str | None = Field(description="Always null.")
    support_email: str | None = Field(description="Always null.")
    support_phone: str | None = Field(description="Always null.")
    support_url: str | None = Field(description="Always null.")
    url: str | None = Field(description="Always null.")


class ControllerObject(StripeObject):
    """Who governs the account: itself."""

    type: Literal["account"] = Field(description="Always `account`: Connect is not served yet.")


class RequirementsObject(StripeObject):
    """What has to be proven before the account may go on: nothing."""

    alternatives: list[StripeObject] = Field(description="Always empty.")
    current_deadline: int | None = Field(description="Always null.")
    currently_due: list[str] = Field(description="Always empty.")
    disabled_reason: str | None = Field(description="Always null.")
    errors: list[StripeObject] = Field(description="Always empty.")
    eventually_due: list[str] = Field(description="Always empty.")
    past_due: list[str] = Field(description="Always empty.")
    pending_verification: list[str] = Field(description="Always empty.")


class BrandingObject(StripeObject):
    """How pages look to payers: as everywhere."""

    icon: str | None = Field(description="Always null.")
    logo: str | None = Field(description="Always null.")
    primary_color: str | None = Field(description="Always null.")
    secondary_color: str | None = Field(description="Always null.")


class DeclineOnObject(StripeObject):
    """Which failed checks make a card be declined."""

    avs_failure: bool = Field(description="Whether a wrong postal code does.")
    cvc_failure: bool = Field(description="Whether a wrong security code does.")


class CardPaymentsObject(StripeObject):
    """How cards are charged."""

    decline_on: DeclineOnObject = Field(description="Which failed checks make a card be declined.")
    statement_descriptor_prefix: str | None = Field(description="Always null.")


class DashboardObject(StripeObject):
    """How the dashboard shows the account."""

    display_name: str | None = Field(description="Always null.")
    timezone: str | None = Field(description="The time zone of days: always `Etc/UTC`.")


class PaymentsObject(StripeObject):
    """What payers read on their statements."""

    statement_descriptor: str | None = Field(description="Always null.")


class TransferScheduleObject(StripeObject):
    """When what is available is paid out."""

    delay_days: int = Field(description="Business days until a payment's money is available.")
    interval: str = Field(description="`daily`, `weekly`, `monthly` or `manual`.")
    monthly_payout_days: list[int] | None = Field(None, description="The days of the month, of a monthly schedule.")
    weekly_payout_days: list[str] | None = Field(None, description="The days of the week, of a weekly schedule.")


class AccountPayoutsObject(StripeObject):
    """How the account is paid out: its balance settings, under their older name."""

    debit_negative_balances: bool = Field(description="Whether a negative balance is taken from the bank account.")
    schedule: TransferScheduleObject = Field(description="When what is available is paid out.")
    statement_descriptor: str | None = Field(description="What automatic payouts say on the bank's statement.")


class AccountSettingsObject(StripeObject):
    """The account's settings."""

    branding: BrandingObject = Field(description="How pages look to payers.")
    card_payments: CardPaymentsObject = Field(description="How cards are charged.")
    dashboard: DashboardObject = Field(description="How the dashboard shows the account.")
    payments: PaymentsObject = Field(description="What payers read on their statements.")
    payouts: AccountPayoutsObject = Field(description="How the account is paid out.")


class AccountObject(StripeObject):
    """The account that a key belongs to."""

    id: str = Field(description="The account's id.")
    object: Literal["account"] = "account"
    business_profile: BusinessProfileObject | None = Field(description="What the business says of itself.")
    business_type: str | None = Field(description="Always null.")
    capabilities: dict[str, str] = Field(description="What it may do: `active` for what is served.")
    charges_enabled: bool = Field(description="Whether it can be paid: always.")
    controller: ControllerObject = Field(description="Who governs the account.")
    country: str = Field(description="Two-letter code of the account's country.")
    created: int = Field(description="When it was opened, in seconds since 1970.")
    default_currency: str = Field(description="What is paid in another currency is converted into this one.")
    details_submitted: bool = Field(description="Whether it is set up: always.")
    email: str | None = Field(description="Always null.")
    external_accounts: ListObject[ExternalAccountObject] = Field(
        description="The newest bank accounts and debit cards that it is paid out to."
    )
    future_requirements: RequirementsObject = Field(description="What will have to be proven: nothing.")
    metadata: Metadata = Field(description="Always empty.")
    payouts_enabled: bool = Field(description="Whether it can be paid out: once there is a place to pay out to.")
    requirements: RequirementsObject = Field(description="What has to be proven: nothing.")
    settings: AccountSettingsObject = Field(description="The account's settings.")
    type: Literal["standard"] = Field(description="Always `standard`.")
