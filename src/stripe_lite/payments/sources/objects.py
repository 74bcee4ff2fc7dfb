"""What can be done with source objects (`src_…`), and what charging one does to it."""

from hmac import compare_digest
from typing import Literal

from stripe_lite.bank.outcomes import by_slug
from stripe_lite.core import metadata, money
from stripe_lite.core.errors import InvalidRequest, ResourceMissing
from stripe_lite.core.objects import Tree, changes
from stripe_lite.db.work import Work
from stripe_lite.events.outbox import record
from stripe_lite.payments import microdeposits
from stripe_lite.payments.microdeposits import Verdict, VerificationFailed
from stripe_lite.payments.payment_methods.details import missing
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.source_mandate_notifications import service as notifications
from stripe_lite.payments.source_transactions import service as source_transactions
from stripe_lite.payments.sources import life, making, types
from stripe_lite.payments.sources.machine import SOURCE, SourceFact, SourceStatus
from stripe_lite.payments.sources.schema import (
    SourceObjectUpdateParams,
    SourceObjectVerifyParams,
    SourceOwnerParams,
    SourceSourceObject,
    render_source,
)

PREFIX = "src_"
NOT_ENDED = (SourceStatus.PENDING, SourceStatus.CHARGEABLE)


async def retrieve(work: Work, id: str, *, param: str = "source", lock: bool = False) -> PaymentMethod:
    """The source object with this id."""
    source = await work.get(PaymentMethod, id, lock=lock) if id.startswith(PREFIX) else None
    if source is None:
        raise ResourceMissing("source", id, param=param)
    return source


async def show(work: Work, id: str) -> SourceSourceObject:
    """The source object as clients see it."""
    return render_source(await retrieve(work, id))


async def seen(work: Work, id: str, client_secret: str | None) -> PaymentMethod:
    """The source object, for whoever may see it: a publishable key proves its right by the client secret."""
    if work.request.publishable and client_secret is None:
        raise missing("client_secret")
    source = await retrieve(work, id)
    if client_secret is not None:
        secret: str = life.told(source)["client_secret"]
        if not compare_digest(client_secret.encode(), secret.encode()):
            raise InvalidRequest("The client_secret provided does not match the source's.", param="client_secret")
    return source


async def update(work: Work, id: str, params: SourceObjectUpdateParams) -> PaymentMethod:
    """Change a source object."""
    source = await retrieve(work, id, lock=True)
    before = render_source(source)
    _change(work, source, params)
    after = render_source(source)
    if source.customer_id is not None and (difference := changes(before, after)):
        record(work, "customer.source.updated", after, difference)
    acceptance = None if params.mandate is None else params.mandate.acceptance
    over = acceptance is not None and acceptance.status in ("refused", "revoked")
    if over and source.source_status in NOT_ENDED:
        life.apply(work, source, SourceFact.REVOKED)
    return source


def _change(work: Work, source: PaymentMethod, params: SourceObjectUpdateParams) -> None:
    if params.amount is not None:
        _set_amount(source, params.amount)
    if params.given("metadata"):
        source.meta = metadata.merge(source.meta, params.metadata)
    if params.owner is not None:
        set_owner(work, source, params.owner)
    told = life.told(source)
    if params.source_order is not None:
        email = source.billing_details.get("email")
        life.tell(source, source_order=making.order(params.source_order, told["amount"], told["currency"], email))
    if params.mandate is not None:
        if told["type"] not in types.MANDATED:
            raise InvalidRequest(f"Sources of the type {told['type']} have no mandate.", param="mandate")
        mandate: Tree = (told.get("mandate") or {}) | params.mandate.model_dump(exclude_unset=True)
        life.tell(source, mandate=mandate)


def set_owner(work: Work, source: PaymentMethod, owner: SourceOwnerParams) -> None:
    """Change whose a source object is. A new address of a test receiver's owner may send it more money."""
    sent = owner.model_dump(exclude_unset=True)
    if isinstance(sent.get("address"), dict):
        sent["address"] = (source.billing_details.get("address") or {}) | sent["address"]
    source.billing_details = source.billing_details | sent
    email: str | None = sent.get("email")
    if email and source_transactions.AMOUNT.match(email) and life.told(source)["type"] == types.RECEIVED:
        source_transactions.expect(work, source)


async def verify(work: Work, id: str, params: SourceObjectVerifyParams) -> PaymentMethod:
    """Prove a bank account to be the payer's by the two amounts that were sent to it."""
    source = await retrieve(work, id, lock=True)
    told = life.told(source)
    if told["flow"] != "code_verification":
        raise InvalidRequest(f"Sources of the type {told['type']} are not verified by values.", param="source")
    if source.source_status != SourceStatus.PENDING:
        raise InvalidRequest(f"This source is {source.source_status}: it waits for no verification.", param="source")
    if len(params.values) != 2 or not all(text.isascii() and text.isdigit() for text in params.values):
        raise InvalidRequest("You must provide exactly two amounts, in cents.", param="values")
    left: int = told["code_verification"]["attempts_remaining"]
    amounts = [max(int(text[:6]), 1) for text in params.values]
    verdict = microdeposits.judge(amounts, None, making.TRIES - left)
    outcome = by_slug(source.outcome)
    if verdict is Verdict.RIGHT and (outcome is None or outcome.microdeposits == "sent"):
        source.verified = True
        life.tell(source, code_verification={"attempts_remaining": left, "status": "succeeded"})
        life.apply(work, source, SourceFact.READY)
        return source
    over = verdict in (Verdict.EXCEEDED, Verdict.LATE) or left == 1
    status = "failed" if over else "pending"
    life.tell(source, code_verification={"attempts_remaining": 0 if over else left - 1, "status": status})
    if over:
        life.apply(work, source, SourceFact.DECLINED)
    raise VerificationFailed(
        "The values provided do not match the amounts that were sent to the bank account.", param="values"
    )


def waits_for_decision(source: PaymentMethod) -> bool:
    """Whether the payer has to decide on the page that they are led to, be it by a QR code."""
    told = life.told(source)
    led = told.get("redirect") is not None or told["type"] == "wechat"
    return led and source.source_status == SourceStatus.PENDING


def finish(work: Work, source: PaymentMethod, outcome: Literal["complete", "fail"]) -> None:
    """The payer agreed on the page that they were led to, or turned the payment down. The row must be locked."""
    if not waits_for_decision(source):
        raise InvalidRequest(f"This source is {source.source_status}: it waits for no decision.", param="outcome")
    told = life.told(source)
    redirect: Tree | None = told.get("redirect")
    news: Tree = {}
    if outcome == "fail":
        if redirect is not None:
            news = {"redirect": redirect | {"failure_reason": "declined", "status": "failed"}}
        life.tell(source, **news)
        life.apply(work, source, SourceFact.DECLINED)
        return
    if redirect is not None:
        news = {"redirect": redirect | {"status": "succeeded"}}
    if told["type"] == "three_d_secure":
        news["shown"] = told["shown"] | {"authenticated": True}
    else:
        news["verified"] = {"name": source.billing_details.get("name")}
    if told["flow"] == "receiver":
        news["receiver"] = told["receiver"] | {"amount_received": told["amount"]}
    life.tell(source, **news)
    life.apply(work, source, SourceFact.READY)


def check_chargeable(source: PaymentMethod, amount: int, currency: str) -> None:
    """Refuse a charge that a source object is not good for."""
    told = life.told(source)
    if not SOURCE.can(str(source.source_status), SourceFact.CHARGED):
        raise InvalidRequest("The source you provided is not in a chargeable state.", param="source")
    if told["currency"] not in (None, currency):
        raise InvalidRequest(f"The source {source.id} can be charged in {told['currency']} only.", param="currency")
    if told["flow"] == "receiver":
        receiver = told["receiver"]
        left = receiver["amount_received"] - receiver["amount_charged"]
        if amount > left:
            held = money.display(left, currency)
            raise InvalidRequest(f"The source {source.id} has received {held} that can be charged.", param="amount")
    elif told["usage"] == "single_use" and told["amount"] not in (None, amount):
        raise InvalidRequest(
            f"The source {source.id} can be charged {money.display(told['amount'], currency)} only.", param="amount"
        )


def charged(work: Work, source: PaymentMethod, amount: int) -> None:
    """A charge of this amount is made with a source object. One that no customer keeps is good for one charge."""
    told = life.told(source)
    if told["flow"] == "receiver":
        receiver: Tree = told["receiver"]
        life.tell(source, receiver=receiver | {"amount_charged": receiver["amount_charged"] + amount})
    notifications.notify(work, source, "debit_initiated", amount)
    if told["usage"] == "single_use" or source.customer_id is None:
        life.apply(work, source, SourceFact.CHARGED)


def not_charged(source: PaymentMethod, amount: int) -> None:
    """The bank declined a charge of this amount: what a receiver holds is still there."""
    told = life.told(source)
    if told["flow"] == "receiver":
        receiver: Tree = told["receiver"]
        life.tell(source, receiver=receiver | {"amount_charged": receiver["amount_charged"] - amount})


def authentication_of(source: PaymentMethod) -> Literal["authenticated"] | None:
    """What 3-D Secure said of the payment that a source object is good for."""
    if source.source_status is None or life.told(source)["type"] != "three_d_secure":
        return None
    return "authenticated" if life.told(source)["shown"]["authenticated"] else None


def check_attachable(source: PaymentMethod) -> None:
    """Refuse a source object that cannot become a customer's."""
    if source.customer_id is not None:
        raise InvalidRequest(f"The source {source.id} belongs to a customer already.", param="source")
    if source.source_status not in NOT_ENDED:
        raise InvalidRequest(
            f"The source {source.id} cannot be attached: its status is {source.source_status}.", param="source"
        )
    if life.told(source)["usage"] == "single_use":
        raise InvalidRequest(f"The source {source.id} is for single use: no customer can keep it.", param="source")


def _set_amount(source: PaymentMethod, amount: int) -> None:
    told = life.told(source)
    if source.source_status != SourceStatus.PENDING:
        raise InvalidRequest(f"This source is {source.source_status}: its amount stays.", param="amount")
    if told["currency"] is not None:
        money.check_amount(amount, told["currency"])
    paid_for: Tree | None = told["source_order"]
    life.tell(source, amount=amount, source_order=None if paid_for is None else paid_for | {"amount": amount})
