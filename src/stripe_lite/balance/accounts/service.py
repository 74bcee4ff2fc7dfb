"""What can be read of the account itself."""

from sqlalchemy import select

from stripe_lite.balance import settlement
from stripe_lite.balance.accounts.access import check_own
from stripe_lite.balance.accounts.schema import (
    AccountObject,
    AccountPayoutsObject,
    AccountSettingsObject,
    BrandingObject,
    BusinessProfileObject,
    CardPaymentsObject,
    ControllerObject,
    DashboardObject,
    DeclineOnObject,
    PaymentsObject,
    RequirementsObject,
    TransferScheduleObject,
)
from stripe_lite.balance.balance_settings import service as balance_settings
from stripe_lite.balance.external_accounts import service as external_accounts
from stripe_lite.core.clock import unix
from stripe_lite.db.work import Work
from stripe_lite.http.keys import Account

# Where an account that is paid out in a currency is at home; the euro's accounts are Ireland's, as Stripe's are.
COUNTRIES = {"eur": "IE", "gbp": "GB", "usd": "US"}
CURRENCY_LETTERS = 2
MERCHANT = "SELECT details #>> '{business_profile,name}' AS name FROM accounts WHERE id = $1"
NAMELESS = "Sandbox shop"
# Every capability whose payments are served, and payouts.
CAPABILITIES = (
    "acss_debit_payments",
    "au_becs_debit_payments",
    "bacs_debit_payments",
    "card_payments",
    "gb_bank_transfer_payments",
    "jp_bank_transfer_payments",
    "link_payments",
    "mx_bank_transfer_payments",
    "sepa_bank_transfer_payments",
    "sepa_debit_payments",
    "us_bank_account_ach_payments",
    "us_bank_transfer_payments",
)


async def show(work: Work, account_id: str) -> AccountObject:
    """The key's own account as clients see it."""
    check_own(work, account_id)
    profile = await settlement.profile(work)
    externals = await external_accounts.included(work)
    opened = await work.values(select(Account.created_at).where(Account.id == work.account_id))
    return AccountObject(
        id=work.account_id,
        business_profile=BusinessProfileObject(
            mcc=None,
            name=None,
            product_description=None,
            support_email=None,
            support_phone=None,
            support_url=None,
            url=None,
        ),
        business_type=None,
        capabilities=dict.fromkeys(CAPABILITIES, "active"),
        charges_enabled=True,
        controller=ControllerObject(type="account"),
        country=country(profile.default_currency),
        created=unix(opened[0][0]),
        default_currency=profile.default_currency,
        details_submitted=True,
        email=None,
        external_accounts=externals,
        future_requirements=_nothing(),
        metadata={},
        payouts_enabled=bool(externals.data),
        requirements=_nothing(),
        settings=AccountSettingsObject(
            branding=BrandingObject(icon=None, logo=None, primary_color=None, secondary_color=None),
            card_payments=CardPaymentsObject(
                decline_on=DeclineOnObject(avs_failure=False, cvc_failure=True), statement_descriptor_prefix=None
            ),
            dashboard=DashboardObject(display_name=None, timezone="Etc/UTC"),
            payments=PaymentsObject(statement_descriptor=None),
            payouts=await _payouts(work, profile.delay_days),
        ),
        type="standard",
    )


async def merchant_name(work: Work) -> str:
    """What the shop is called, as its customers read it."""
    found = await work.execute(MERCHANT, work.account_id)
    name: str | None = found[0]["name"] if found else None
    return name or NAMELESS


def country(currency: str) -> str:
    """Where an account that settles in a currency is at home."""
    return COUNTRIES.get(currency, currency[:CURRENCY_LETTERS].upper())


async def _payouts(work: Work, delay_days: int) -> AccountPayoutsObject:
    settings = await balance_settings.of(work)
    days = {name: settings.details[name] for name in balance_settings.DAYS_OF.values() if name in settings.details}
    schedule = TransferScheduleObject.model_validate({"delay_days": delay_days, "interval": settings.interval} | days)
    return AccountPayoutsObject(
        debit_negative_balances=settings.debit_negative_balances,
        schedule=schedule,
        statement_descriptor=settings.details.get("statement_descriptor"),
    )


def _nothing() -> RequirementsObject:
    return RequirementsObject(
        alternatives=[],
        current_deadline=None,
        currently_due=[],
        disabled_reason=None,
        errors=[],
        eventually_due=[],
        past_due=[],
        pending_verification=[],
    )
