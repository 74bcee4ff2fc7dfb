"""What can be done with the account's external accounts."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, select

from stripe_lite.balance import schedule, settlement
from stripe_lite.balance.accounts.access import check_own
from stripe_lite.balance.external_accounts import links
from stripe_lite.balance.external_accounts.links import Found
from stripe_lite.balance.external_accounts.model import ExternalAccount
from stripe_lite.balance.external_accounts.schema import (
    DeletedExternalAccountObject,
    ExternalAccountCreateParams,
    ExternalAccountListParams,
    ExternalAccountObject,
    ExternalAccountUpdateParams,
    render,
    render_deleted,
)
from stripe_lite.bank import cards
from stripe_lite.core import metadata, money
from stripe_lite.core.errors import InvalidParameter, InvalidRequest, ResourceMissing
from stripe_lite.core.lists import ListObject, Page
from stripe_lite.core.objects import StripeObject, Tree, changes
from stripe_lite.db.locks import hold
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record

PREFIXES = ("ba_", "card_")
LOCK = "external_accounts"
INCLUDED_MAX = 10
ACCOUNTS_MAX = 100
# What only the one kind has.
OF_ACCOUNTS = ("account_holder_name", "account_holder_type", "account_type")
ADDRESS = ("address_city", "address_country", "address_line1", "address_line2", "address_state", "address_zip")
OF_CARDS = (*ADDRESS, "exp_month", "exp_year", "name")


async def create(work: Work, account_id: str, params: ExternalAccountCreateParams) -> ExternalAccount:
    """Add a bank account or a debit card to pay out to; the first one of its currency becomes that one's default."""
    check_own(work, account_id)
    given = [name for name in ("external_account", "bank_account") if params.given(name)]
    if len(given) > 1:
        raise InvalidParameter(f"You may only specify one of these parameters: {', '.join(given)}.", param=given[1])
    value = params.external_account or params.bank_account
    if value is None:
        raise InvalidParameter(
            "Missing required param: external_account.", code="parameter_missing", param="external_account"
        )
    await hold(work, LOCK)
    external = _build(work, await links.read(work, value, given[0]), params)
    others = await living(work)
    if len(others) >= ACCOUNTS_MAX:
        raise InvalidRequest(f"An account can have up to {ACCOUNTS_MAX} external accounts.")
    rivals = [other for other in others if other.currency == external.currency]
    external.default_for_currency = params.default_for_currency is True or not rivals
    work.add(external)
    record(work, "account.external_account.created", render(external))
    if external.default_for_currency:
        await _make_default(work, external, rivals)
    await schedule.ensure(work)
    settlement.forget(work)
    return external


async def retrieve(work: Work, account_id: str, id: str, *, lock: bool = False) -> ExternalAccount:
    """The account's external account with this id."""
    check_own(work, account_id)
    return await of_account(work, id, lock=lock)


async def of_account(work: Work, id: str, *, param: str = "id", lock: bool = False) -> ExternalAccount:
    """The external account with this id, unless it was deleted."""
    external = await find(work, id, lock=lock)
    if external is None or external.deleted:
        raise ResourceMissing("external account", id, param=param)
    return external


async def find(work: Work, id: str, *, lock: bool = False) -> ExternalAccount | None:
    """The external account with this id, be it deleted, or None."""
    return await work.get(ExternalAccount, id, lock=lock) if id.startswith(PREFIXES) else None


async def show(work: Work, id: str) -> StripeObject | None:
    """The external account as clients see it, or what is left of it; None where the id names something else."""
    external = await find(work, id)
    if external is None:
        return None
    return render_deleted(external) if external.deleted else render(external)


async def update(work: Work, id: str, params: ExternalAccountUpdateParams) -> ExternalAccount:
    """Change an external account; what is not sent stays as it is."""
    await hold(work, LOCK)
    external = await of_account(work, id, lock=True)
    sent = params.sent()
    foreign = [name for name in sent if name in (OF_ACCOUNTS if external.type == "card" else OF_CARDS)]
    if foreign:
        raise InvalidParameter(f"Received unknown parameter: {foreign[0]}", code="parameter_unknown", param=foreign[0])
    before = render(external)
    for name in ("account_holder_name", "name"):
        if name in sent:
            external.name = sent[name]
    kept = {name: sent[name] for name in ("account_holder_type", "account_type", *ADDRESS) if name in sent}
    external.details = external.details | kept | _expiry(work, external, params)
    if "metadata" in sent:
        external.meta = metadata.merge(external.meta, params.metadata)
    if OF_ACCOUNTS[0] in sent or "account_holder_type" in sent:
        external.errored = False  # Its details were put right: payouts may try again.
    if params.default_for_currency is False and external.default_for_currency:
        raise InvalidRequest(
            "You cannot unset the default external account of a currency. Set `default_for_currency` on another one "
            "instead.",
            param="default_for_currency",
        )
    if params.default_for_currency and not external.default_for_currency:
        external.default_for_currency = True
        await _make_default(work, external, await living(work, external.currency))
    after = render(external)
    if difference := changes(before, after):
        record(work, "account.external_account.updated", after, difference)
    return external


async def update_own(work: Work, account_id: str, id: str, params: ExternalAccountUpdateParams) -> ExternalAccount:
    """The same where the path names the account."""
    check_own(work, account_id)
    return await update(work, id, params)


async def delete(work: Work, account_id: str, id: str) -> DeletedExternalAccountObject:
    """Delete an external account: a default only where it is its currency's last, and that is not the account's."""
    check_own(work, account_id)
    await hold(work, LOCK)
    external = await of_account(work, id, lock=True)
    others = [other for other in await living(work, external.currency) if other.id != id]
    profile = await settlement.profile(work)
    if external.default_for_currency and (others or external.currency == profile.default_currency):
        whose = "your default currency" if external.currency == profile.default_currency else external.currency
        raise InvalidRequest(
            f"You cannot delete the default external account for {whose}. Please make another external account the "
            "default using the `default_for_currency` param, and then delete this one."
        )
    last = render(external)
    external.deleted = True
    external.default_for_currency = False
    record(work, "account.external_account.deleted", last)
    settlement.forget(work)
    return render_deleted(external)


async def page(work: Work, account_id: str, params: ExternalAccountListParams) -> Page[ExternalAccount]:
    """The account's external accounts, newest first."""
    check_own(work, account_id)
    conditions: list[ColumnElement[bool]] = [ExternalAccount.deleted.is_(False)]
    if params.object is not None:
        conditions.append(ExternalAccount.type == params.object)
    return await work.page(ExternalAccount, params, *conditions, noun="external account")


async def included(work: Work) -> ListObject[ExternalAccountObject]:
    """The newest external accounts, as they stand in the account itself."""
    found = await work.all(_living(work).order_by(ExternalAccount.id.desc()).limit(INCLUDED_MAX + 1))
    return ListObject(
        data=[render(external) for external in found[:INCLUDED_MAX]],
        has_more=len(found) > INCLUDED_MAX,
        url=f"/v1/accounts/{work.account_id}/external_accounts",
    )


async def default_of(work: Work, currency: str) -> ExternalAccount | None:
    """Where payouts in this currency go by default."""
    return await work.one(
        _living(work).where(ExternalAccount.currency == currency, ExternalAccount.default_for_currency.is_(True))
    )


async def living(work: Work, currency: str | None = None) -> list[ExternalAccount]:
    """Every external account that is not deleted, of one currency or of all."""
    statement = _living(work) if currency is None else _living(work).where(ExternalAccount.currency == currency)
    return await work.all(statement.order_by(ExternalAccount.id).limit(ACCOUNTS_MAX))


async def fail(work: Work, id: str) -> None:
    """Mark an external account that a payout failed at: no automatic payout goes to it any more."""
    external = await find(work, id, lock=True)
    if external is None or external.errored or external.deleted:
        return
    before = render(external)
    external.errored = True
    after = render(external)
    record(work, "account.external_account.updated", after, changes(before, after))


def _living(work: Work) -> Select[ExternalAccount]:
    return select(ExternalAccount).where(
        ExternalAccount.account_id == work.account_id,
        ExternalAccount.livemode == work.livemode,
        ExternalAccount.deleted.is_(False),
    )


async def _make_default(work: Work, chosen: ExternalAccount, others: Sequence[ExternalAccount]) -> None:
    for known in others:
        if known.id == chosen.id or not known.default_for_currency:
            continue
        other = await of_account(work, known.id, lock=True)
        before = render(other)
        other.default_for_currency = False
        after = render(other)
        record(work, "account.external_account.updated", after, changes(before, after))


def _build(work: Work, found: Found, params: ExternalAccountCreateParams) -> ExternalAccount:
    if found.currency is None:
        raise InvalidRequest(
            "You must provide a card that has the 'currency' field set when adding a card to a Stripe account.",
            param="external_account",
        )
    return ExternalAccount(
        account_id=work.account_id,
        id=found.id,
        livemode=work.livemode,
        created_at=work.now,
        type=found.type,
        currency=money.check_currency(found.currency),
        default_for_currency=False,
        errored=False,
        verified=found.verified,
        deleted=False,
        outcome=found.outcome,
        fingerprint=found.fingerprint,
        name=found.name,
        meta=metadata.merge({}, params.metadata),
        details=found.details,
    )


def _expiry(work: Work, external: ExternalAccount, params: ExternalAccountUpdateParams) -> Tree:
    """The card's new expiry, where one was sent."""
    if params.exp_month is None and params.exp_year is None:
        return {}
    today = work.now.date()
    month, year = external.details["exp_month"], external.details["exp_year"]
    month = month if params.exp_month is None else cards.expiry_number(params.exp_month, "month")
    if params.exp_year is not None:
        year = cards.expiry_year(cards.expiry_number(params.exp_year, "year"), today)
    cards.check_expiry(month, year, today)
    return {"exp_month": month, "exp_year": year}
