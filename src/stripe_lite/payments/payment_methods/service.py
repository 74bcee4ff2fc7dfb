"""What can be done with payment methods."""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, and_, or_

from stripe_lite.bank import cards
from stripe_lite.core import contacts, metadata
from stripe_lite.core.errors import InvalidRequest, ResourceMissing
from stripe_lite.core.ids import new_id
from stripe_lite.core.lists import Page
from stripe_lite.core.objects import Params, Tree, changes
from stripe_lite.customers.customers import service as customers
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments.payment_methods import billing
from stripe_lite.payments.payment_methods.details import check_fit, is_named, named, read
from stripe_lite.payments.payment_methods.known import build, network_of, preference
from stripe_lite.payments.payment_methods.model import PAYOUT_ACCOUNT, PaymentMethod
from stripe_lite.payments.payment_methods.schema import (
    CardUpdateParams,
    CustomerPaymentMethodListParams,
    PaymentMethodCreateParams,
    PaymentMethodDataParams,
    PaymentMethodListParams,
    PaymentMethodObject,
    PaymentMethodUpdateParams,
    render,
)
from stripe_lite.payments.sources.machine import SourceStatus
from stripe_lite.payments.sources.types import METHODS
from stripe_lite.payments.tokens import service as tokens

NAMED_MAX = 1000
NAME_PREFIXES = ("pm_", "card_", "ba_", "src_")


async def create(work: Work, params: PaymentMethodCreateParams) -> PaymentMethod:
    """Create a payment method from its details."""
    payment_method = await _read(work, params)
    work.add(payment_method)
    return payment_method


async def create_from_data(work: Work, params: PaymentMethodDataParams) -> PaymentMethod:
    """Create a payment method from the details that `payment_method_data` brings."""
    payment_method = await read_data(work, params)
    work.add(payment_method)
    return payment_method


async def read_data(work: Work, params: PaymentMethodDataParams) -> PaymentMethod:
    """A payment method from the details that `payment_method_data` brings, not written yet."""
    try:
        return await _read(work, params)
    except InvalidRequest as refusal:
        refusal.put_within("payment_method_data")
        raise


async def _read(work: Work, params: PaymentMethodDataParams) -> PaymentMethod:
    """A payment method from its details, not written yet. A card's token is used up by it."""
    check_fit(params)
    if params.type == "card" and params.card is not None and params.card.token is not None:
        known = await tokens.spend_card(work, params.card.token, param="card[token]")
    else:
        known = read(params, work.account_id, work.now.date())
    payment_method = build(work, known, new_id("pm"))
    if params.billing_details is not None:
        _bill(payment_method, params.billing_details)
    billing.check(payment_method)
    if params.allow_redisplay is not None:
        payment_method.allow_redisplay = params.allow_redisplay
    if params.metadata is not None:
        payment_method.meta = metadata.merge({}, params.metadata)
    if params.radar_options is not None and params.radar_options.session is not None:
        payment_method.extras = {"radar_options": {"session": params.radar_options.session}}
    return payment_method


async def resolve(
    work: Work, id: str, *, param: str = "payment_method", lock: bool = False, watch: bool = False
) -> PaymentMethod:
    """The payment method with this id. Each use of a documented name such as `pm_card_visa` makes a new one."""
    payment_method = read_named(work, id)
    if payment_method is not None:
        work.add(payment_method)
        return payment_method
    found = await work.get(PaymentMethod, id, lock=lock, watch=watch) if id.startswith(NAME_PREFIXES) else None
    if found is None or not is_method(found) or not _may_see(work, found):
        raise ResourceMissing("PaymentMethod", id, param=param)
    return found


def read_named(work: Work, name: str) -> PaymentMethod | None:
    """What a documented name such as `pm_card_visa` stands for, not written yet; None for every other id."""
    if not name.startswith("pm_") or not is_named(name):
        return None
    known = _named(name, work.account_id, work.now.date())
    assert known is not None
    # The hashes within are never changed in place, these two are a row's own.
    own = replace(known, details=dict(known.details), billing_details=dict(known.billing_details))
    return build(work, own, new_id("pm"))


# Tests pay with the same few names over and over, and fingerprints take long to make.
_named = lru_cache(NAMED_MAX)(named)


def is_method(found: PaymentMethod) -> bool:
    """Whether it is a payment method, and not a source that only charges can be made with."""
    if found.source_status is None:
        return found.type != PAYOUT_ACCOUNT
    usable = found.source_status == SourceStatus.CHARGEABLE and found.type in METHODS
    return usable and found.customer_id is not None


def _may_see(work: Work, method: PaymentMethod) -> bool:
    """Whether it is there for the caller: for an ephemeral key only what is its customer's, or may become it."""
    return work.request.customer_id is None or method.customer_id in (None, work.request.customer_id)


async def show(work: Work, id: str) -> PaymentMethodObject:
    """The payment method as clients see it."""
    method = await resolve(work, id)
    if work.request.customer_id not in (None, method.customer_id):
        raise ResourceMissing("PaymentMethod", id, param="payment_method")
    return render(method)


async def of_customer(work: Work, customer_id: str, id: str) -> PaymentMethod:
    """The customer's payment method with this id."""
    await customers.living(work, customer_id, param="customer")
    payment_method = await work.get(PaymentMethod, id)
    if payment_method is None or payment_method.customer_id != customer_id or not is_method(payment_method):
        raise ResourceMissing("PaymentMethod", id, param="payment_method")
    return payment_method


async def page(work: Work, params: PaymentMethodListParams) -> Page[PaymentMethod]:
    """The account's payment methods, newest first."""
    if params.customer is None:
        return await _page(work, params, mixed=False)
    return await page_of_customer(work, params.customer, params)


async def page_of_customer(
    work: Work, customer_id: str, params: CustomerPaymentMethodListParams
) -> Page[PaymentMethod]:
    """A customer's payment methods, newest first."""
    await customers.living(work, customer_id, param="customer")
    return await _page(work, params, PaymentMethod.customer_id == customer_id, mixed=True)


async def update(work: Work, id: str, params: PaymentMethodUpdateParams) -> PaymentMethod:
    """Change an attached payment method."""
    payment_method = await resolve(work, id, lock=True)
    if payment_method.customer_id is None:
        raise InvalidRequest("You must save this PaymentMethod to a customer before you can update it.")
    before = render(payment_method)
    _update_details(payment_method, params, work.now)
    if params.billing_details is not None:
        _bill(payment_method, params.billing_details)
    if params.allow_redisplay is not None:
        payment_method.allow_redisplay = params.allow_redisplay
    if params.given("metadata"):
        payment_method.meta = metadata.merge(payment_method.meta, params.metadata)
    after = render(payment_method)
    if difference := changes(before, after):
        record(work, "payment_method.updated", after, difference)
    return payment_method


async def _page(
    work: Work, params: CustomerPaymentMethodListParams, *conditions: ColumnElement[bool], mixed: bool
) -> Page[PaymentMethod]:
    wanted = PaymentMethod.type != PAYOUT_ACCOUNT if params.type is None else PaymentMethod.type == params.type
    usable = and_(
        PaymentMethod.source_status == SourceStatus.CHARGEABLE,
        PaymentMethod.type.in_(METHODS),
        PaymentMethod.customer_id.is_not(None),
    )
    conditions = (*conditions, wanted, or_(PaymentMethod.source_status.is_(None), usable))
    if params.allow_redisplay is not None:
        conditions = (*conditions, PaymentMethod.allow_redisplay == params.allow_redisplay)
    return await work.page(PaymentMethod, params, *conditions, noun="PaymentMethod", mixed=mixed)


def _bill(payment_method: PaymentMethod, given: Params) -> None:
    """Merge billing details; a new address is merged into the old one, and the bank has not checked it yet."""
    sent = given.model_dump(exclude_unset=True)
    address = sent.get("address")
    contacts.check_email(sent.get("email"), "billing_details[email]")
    contacts.check_country((address or {}).get("country"), "billing_details[address][country]")
    if isinstance(address, dict):
        sent["address"] = (payment_method.billing_details.get("address") or {}) | address
    payment_method.billing_details = payment_method.billing_details | sent
    if "address" in sent:
        billing.address_changed(payment_method)


def _update_details(payment_method: PaymentMethod, params: PaymentMethodUpdateParams, now: datetime) -> None:
    for name in ("card", "us_bank_account", "payto"):
        if params.given(name) and name != payment_method.type:
            raise InvalidRequest(
                f"You cannot update {name} of a PaymentMethod of the type {payment_method.type}.", param=name
            )
    if params.card is not None:
        _update_card(payment_method, params.card, now)
    for changed in (params.us_bank_account, params.payto):
        if changed is not None:
            payment_method.details = payment_method.details | _shown(payment_method, changed)


def _update_card(payment_method: PaymentMethod, given: CardUpdateParams, now: datetime) -> None:
    card = dict(payment_method.details)
    today = now.date()
    if given.exp_month is not None:
        card["exp_month"] = given.exp_month
    if given.exp_year is not None:
        card["exp_year"] = cards.expiry_year(given.exp_year, today)
    if given.exp_month is not None or given.exp_year is not None:
        cards.check_expiry(card["exp_month"], card["exp_year"], today)
    if given.networks is not None and given.networks.given("preferred"):
        preferred = given.networks.preferred
        available = card["networks"]["available"]
        card["networks"] = card["networks"] | {"preferred": preference(preferred, available)}
        card["display_brand"] = network_of(card)
    payment_method.details = card


def _shown(payment_method: PaymentMethod, given: Params) -> Tree:
    """Of changed details those that clients see: of an account number only the last four digits."""
    sent = given.model_dump(exclude_unset=True)
    number = sent.pop("account_number", None)
    if number is not None:
        sent["last4"] = number[-4:]
    return {name: value for name, value in sent.items() if name in payment_method.details}
