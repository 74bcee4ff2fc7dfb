"""Legacy sources: a customer's cards, bank accounts and source objects, kept as payment methods with ids of their own.

A source can be used as a payment method, and a payment by a token is one by the source that the token becomes.
"""

from typing import Literal, TypeAlias

from sqlalchemy import Select, select

from stripe_lite.balance.external_accounts import service as external_accounts
from stripe_lite.bank import cards
from stripe_lite.core import metadata
from stripe_lite.core.errors import CardError, InvalidParameter, InvalidRequest, ResourceMissing
from stripe_lite.core.ids import new_id
from stripe_lite.core.lists import ListObject, Page
from stripe_lite.core.objects import StripeObject, Tree, changes
from stripe_lite.customers.customers import service as customers
from stripe_lite.customers.customers.links import Link
from stripe_lite.customers.customers.model import Customer
from stripe_lite.customers.customers.schema import CustomerObject
from stripe_lite.customers.customers.schema import render as render_customer
from stripe_lite.customers.customers.source_params import BankAccountSourceParams, CardSourceParams
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments.payment_methods import attachment
from stripe_lite.payments.payment_methods.billing import address_changed
from stripe_lite.payments.payment_methods.details import missing
from stripe_lite.payments.payment_methods.known import build
from stripe_lite.payments.payment_methods.model import PAYOUT_ACCOUNT, PaymentMethod
from stripe_lite.payments.payment_methods.schema import render as render_payment_method
from stripe_lite.payments.sources import life, objects
from stripe_lite.payments.sources.schema import (
    SourceCreateParams,
    SourceListParams,
    SourceObject,
    SourceUpdateParams,
    render,
)
from stripe_lite.payments.tokens import service as tokens
from stripe_lite.payments.tokens.schema import BankAccountTokenParams, CardTokenParams

Kind: TypeAlias = Literal["bank_account", "card"]
PREFIX_OF: dict[str, str] = {"bank_account": "ba_", "card": "card_"}
PREFIXES = (*PREFIX_OF.values(), objects.PREFIX)
TYPES = {"bank_account": ("us_bank_account", PAYOUT_ACCOUNT)}
INCLUDED_MAX = 10
ADDRESS = {
    "address_city": "city",
    "address_country": "country",
    "address_line1": "line1",
    "address_line2": "line2",
    "address_state": "state",
    "address_zip": "postal_code",
}
# What only the one kind of source has.
OF_ACCOUNTS = ("account_holder_name", "account_holder_type")
OF_CARDS = ("exp_month", "exp_year", "name", *ADDRESS)


async def resolve(work: Work, id: str, *, customer_id: str | None = None, param: str = "source") -> PaymentMethod:
    """What a charge by this source is made with: a token becomes a source here; a saved one must be the customer's."""
    if id.startswith(tokens.PREFIXES):
        return await _of_token(work, id, param)
    if id.startswith("pm_"):
        raise InvalidRequest(
            "You cannot use a PaymentMethod as a source. Instead, create a PaymentIntent with it.", param=param
        )
    if id.startswith(objects.PREFIX):
        return await _of_object(work, id, customer_id, param)
    if customer_id is None:
        raise ResourceMissing("source", id, param=param)
    return await retrieve(work, customer_id, id, param=param, lock=True)


async def default_of(work: Work, customer_id: str) -> PaymentMethod:
    """The source that a charge of this customer is made with when it names none."""
    customer = await customers.living(work, customer_id, param="customer")
    if customer.default_source_id is None:
        raise CardError("Cannot charge a customer that has no active card", code="missing", param="card")
    return await retrieve(work, customer_id, customer.default_source_id, lock=True)


async def retrieve(work: Work, customer_id: str, id: str, *, param: str = "id", lock: bool = False) -> PaymentMethod:
    """The customer's source with this id."""
    source = await work.get(PaymentMethod, id, lock=lock) if id.startswith(PREFIXES) else None
    if source is None or source.customer_id != customer_id:
        raise ResourceMissing("source", id, param=param)
    return source


async def show(work: Work, id: str) -> StripeObject:
    """The source as clients see it, whoever's it is: a customer's, or an external account of the account itself."""
    external = await external_accounts.show(work, id)
    if external is not None:
        return external
    source = await work.get(PaymentMethod, id)
    if source is None:
        raise ResourceMissing("source", id)
    return render(source)


def of_kind(kind: Kind, id: str) -> str:
    """The id, if it is one of a source of this kind."""
    if not id.startswith(PREFIX_OF[kind]):
        raise ResourceMissing("source", id)
    return id


async def create(work: Work, customer_id: str, params: SourceCreateParams, kind: Kind | None = None) -> PaymentMethod:
    """Save a card or a bank account with a customer; the first one becomes the default."""
    customer = await customers.living(work, customer_id, param="customer", lock=True)
    source = await of_details(work, params)
    if kind is not None and not source.id.startswith(PREFIX_OF[kind]):
        named = next(name for name in ("source", "card", "bank_account") if params.given(name))
        raise InvalidRequest(f"Here only a {kind.replace('_', ' ')} can be saved.", param=named)
    if params.metadata is not None:
        source.meta = metadata.merge({}, params.metadata)
    await _attach(work, customer, source)
    if customer.default_source_id is None:
        before = render_customer(customer)
        customer.default_source_id = source.id
        after = render_customer(customer)
        record(work, "customer.updated", after, changes(before, after))
    return source


async def attach(work: Work, link: Link) -> None:
    """Save the source that a customer is created or updated with: it takes the place of the old default."""
    if link.id.startswith("pm_"):
        raise InvalidRequest(
            "You cannot use a PaymentMethod as a source for Customers. Instead, use the PaymentMethods API to Attach "
            "a Customer to a PaymentMethod. See https://stripe.com/docs/api/payment_methods/attach",
            param=link.param,
        )
    source = await _named(work, link)
    if link.param in PREFIX_OF and not source.id.startswith(PREFIX_OF[link.param]):
        raise InvalidRequest(f"The token {link.id} does not stand for a {link.param}.", param=link.param)
    await _attach(work, link.customer, source)
    former = link.customer.default_source_id
    link.customer.default_source_id = source.id
    if former is not None:
        _forget(work, await retrieve(work, link.customer.id, former, lock=True))


async def set_default(work: Work, link: Link) -> None:
    """Make one of the customer's sources its default; some parameters name one of a kind only."""
    kind = link.param.removeprefix("default_")
    if kind in PREFIX_OF and not link.id.startswith(PREFIX_OF[kind]):
        raise ResourceMissing("source", link.id, param=link.param)
    await retrieve(work, link.customer.id, link.id, param=link.param)
    link.customer.default_source_id = link.id


async def update(work: Work, customer_id: str, id: str, params: SourceUpdateParams) -> PaymentMethod:
    """Change a source."""
    source = await retrieve(work, customer_id, id, lock=True)
    before = render(source)
    sent = params.sent()
    foreign = [name for name in sent if name in _foreign(source)]
    if foreign:
        raise InvalidParameter(f"Received unknown parameter: {foreign[0]}", code="parameter_unknown", param=foreign[0])
    if params.owner is not None:
        objects.set_owner(work, source, params.owner)
    _bill(source, sent)
    if source.type == "card" and source.source_status is None:
        _update_expiry(work, source, params)
    if "account_holder_type" in sent:
        source.details = source.details | {"account_holder_type": params.account_holder_type}
    if "metadata" in sent:
        source.meta = metadata.merge(source.meta, params.metadata)
    after = render(source)
    if difference := changes(before, after):
        record(work, "customer.source.updated", after, difference)
    return source


def _bill(source: PaymentMethod, sent: Tree) -> None:
    """Change whom the source belongs to; the bank has not checked a new address of a card yet."""
    address = {ADDRESS[name]: value for name, value in sent.items() if name in ADDRESS}
    billing = dict(source.billing_details)
    if address:
        billing["address"] = (billing.get("address") or {}) | address
    for name in ("name", "account_holder_name"):
        if name in sent:
            billing["name"] = sent[name]
    source.billing_details = billing
    if address and source.source_status is None:
        address_changed(source)


async def delete(work: Work, customer_id: str, id: str) -> PaymentMethod:
    """Delete a source. The customer's newest other source becomes the default in its place."""
    source = await retrieve(work, customer_id, id, lock=True)
    _forget(work, source)
    rest = await work.all(_of_customer(work, customer_id).order_by(PaymentMethod.created_at.desc()).limit(2))
    successor = next((other.id for other in rest if other.id != id), None)
    await attachment.forget_defaults(work, customer_id, id, successor)
    return source


async def page(work: Work, customer_id: str, params: SourceListParams) -> Page[PaymentMethod]:
    """A customer's sources, newest first."""
    await customers.living(work, customer_id, param="customer")
    conditions = [PaymentMethod.customer_id == customer_id, PaymentMethod.legacy.is_(True)]
    if params.object == "source":
        conditions.append(PaymentMethod.source_status.is_not(None))
    elif params.object is not None:
        conditions.append(PaymentMethod.source_status.is_(None))
        conditions.append(PaymentMethod.type.in_(TYPES.get(params.object, (params.object,))))
    return await work.page(PaymentMethod, params, *conditions, noun="source", mixed=True)


async def included(work: Work, customer: StripeObject) -> ListObject[SourceObject]:
    """The sources in a customer that is asked for with `expand[]=sources`."""
    assert isinstance(customer, CustomerObject)
    await work.flush()
    found = await work.all(
        _of_customer(work, customer.id)
        .order_by(PaymentMethod.created_at.desc(), PaymentMethod.id.desc())
        .limit(INCLUDED_MAX + 1)
    )
    return ListObject(
        data=[render(source) for source in found[:INCLUDED_MAX]],
        has_more=len(found) > INCLUDED_MAX,
        url=f"/v1/customers/{customer.id}/sources",
    )


async def forget_all(work: Work, customer: CustomerObject) -> None:
    """Detach everything that a deleted customer could pay with."""
    owned = select(PaymentMethod).where(
        PaymentMethod.account_id == work.account_id, PaymentMethod.customer_id == customer.id
    )
    for payment_method in await work.all(owned, lock=True):
        if payment_method.legacy:
            _forget(work, payment_method)
        else:
            attachment.detach_now(work, payment_method)


def _of_customer(work: Work, customer_id: str) -> Select[PaymentMethod]:
    return select(PaymentMethod).where(
        PaymentMethod.account_id == work.account_id,
        PaymentMethod.customer_id == customer_id,
        PaymentMethod.legacy.is_(True),
    )


async def _named(work: Work, link: Link) -> PaymentMethod:
    match link.details:
        case CardSourceParams() as card:
            return _of_card(work, card)
        case BankAccountSourceParams() as account:
            return _of_bank_account(work, account)
        case _:
            return await _of_token(work, link.id, link.param)


async def _of_object(work: Work, id: str, customer_id: str | None, param: str) -> PaymentMethod:
    source = await objects.retrieve(work, id, param=param, lock=True)
    if source.customer_id == customer_id:
        return source
    if customer_id is None:
        raise InvalidRequest(f"The source {id} belongs to a customer, who must be named, too.", param="customer")
    raise not_linked(customer_id, id, param)


def not_linked(customer_id: str, id: str, param: str) -> CardError:
    """The error for a source that is not the customer's."""
    return CardError(f"Customer {customer_id} does not have a linked source with ID {id}.", code="missing", param=param)


async def _of_token(work: Work, id: str, param: str) -> PaymentMethod:
    if id.startswith(objects.PREFIX):
        attached = await objects.retrieve(work, id, param=param, lock=True)
        objects.check_attachable(attached)
        return attached
    source = (await tokens.spend(work, id, param=param)).source(work)
    work.add(source)
    return source


async def of_details(work: Work, params: SourceCreateParams) -> PaymentMethod:
    """A new source that is nobody's yet: of a token, or of a card's or an account's details."""
    given = [name for name in ("source", "card", "bank_account") if params.given(name)]
    if not given:
        raise missing("source")
    if len(given) > 1:
        raise InvalidParameter(f"You may only specify one of these parameters: {', '.join(given)}.", param=given[1])
    match params.source or params.card or params.bank_account:
        case CardSourceParams() as card:
            return _of_card(work, card)
        case BankAccountSourceParams() as account:
            return _of_bank_account(work, account)
        case str() as token:
            return await _of_token(work, token, given[0])
        case _:
            raise missing(given[0])


def _of_card(work: Work, given: CardSourceParams) -> PaymentMethod:
    sent = given.model_dump(exclude={"object", "metadata", "exp_month", "exp_year"}, exclude_unset=True)
    typed = CardTokenParams(exp_month=str(given.exp_month), exp_year=str(given.exp_year), **sent)
    source = build(work, tokens.read_card(work, typed), new_id("card"))
    if given.metadata is not None:
        source.meta = metadata.merge({}, given.metadata)
    work.add(source)
    return source


def _of_bank_account(work: Work, given: BankAccountSourceParams) -> PaymentMethod:
    sent = given.model_dump(exclude={"object"}, exclude_unset=True)
    known, extras = tokens.read_bank_account(work, BankAccountTokenParams(**sent))
    source = build(work, known, new_id("ba"))
    source.extras = extras
    work.add(source)
    return source


async def _attach(work: Work, customer: Customer, source: PaymentMethod) -> None:
    if source.id.startswith(PREFIX_OF["bank_account"]):
        await _check_new(work, customer, source)
    attachment.verify_by_class(source)
    source.customer_id = customer.id
    if source.type == "card":
        record(work, "payment_method.attached", render_payment_method(source))
    record(work, "customer.source.created", render(source))


async def _check_new(work: Work, customer: Customer, account: PaymentMethod) -> None:
    """Refuse a bank account that the customer, who is locked, has already."""
    same = _of_customer(work, customer.id).where(
        PaymentMethod.source_status.is_(None), PaymentMethod.fingerprint == account.fingerprint
    )
    if await work.one(same) is not None:
        raise InvalidRequest(
            "A bank account with that routing number and account number already exists for this customer.",
            code="bank_account_exists",
        )


def _forget(work: Work, source: PaymentMethod) -> None:
    deleted = render(source)
    if source.type == "card":
        attachment.detach_now(work, source)
    life.leave(work, source)
    source.customer_id = None
    source.spent = True
    record(work, "customer.source.deleted", deleted if source.source_status is None else render(source))


def _foreign(source: PaymentMethod) -> tuple[str, ...]:
    """What this kind of source does not have."""
    if source.source_status is not None:
        return OF_ACCOUNTS + OF_CARDS
    return (*(OF_ACCOUNTS if source.type == "card" else OF_CARDS), "owner")


def _update_expiry(work: Work, source: PaymentMethod, params: SourceUpdateParams) -> None:
    card: Tree = dict(source.details)
    today = work.now.date()
    if params.exp_month is not None:
        card["exp_month"] = tokens.expiry_number(params.exp_month, "month")
    if params.exp_year is not None:
        card["exp_year"] = cards.expiry_year(tokens.expiry_number(params.exp_year, "year"), today)
    if card != source.details:
        cards.check_expiry(card["exp_month"], card["exp_year"], today)
        source.details = card
