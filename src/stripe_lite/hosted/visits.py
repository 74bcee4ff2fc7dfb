"""Who visits a page: the address tells the account, and proves by its secret what may be seen."""

import re
from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import urlsplit

from sqlalchemy import select
from starlette.datastructures import URL

from stripe_lite.balance.accounts import service as accounts
from stripe_lite.core.objects import Tree
from stripe_lite.db.plan import RequestStamp
from stripe_lite.db.work import Work
from stripe_lite.http.answers import API_VERSION
from stripe_lite.http.phases import Kit, Who
from stripe_lite.payments.charges.model import Charge
from stripe_lite.payments.intents import Intent
from stripe_lite.payments.mandates.model import Mandate
from stripe_lite.payments.payment_intents.model import PaymentIntent
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.refunds.machine import RefundStatus
from stripe_lite.payments.refunds.model import Refund
from stripe_lite.payments.setup_intents.model import SetupIntent

NAME = re.compile(r"[A-Za-z0-9_]{1,255}")
WAITING_MAX = 20


@dataclass(frozen=True, slots=True)
class IntentVisit:
    """A payer at a payment, or at the setup of a payment method."""

    who: Who
    merchant: str
    intent: Intent
    method: PaymentMethod | None

    @property
    def return_url(self) -> str | None:
        """Where the payer goes afterwards."""
        consent: Tree = self.intent.details.get("consent") or {}
        return consent.get("return_url")


@dataclass(frozen=True, slots=True)
class ReceiptVisit:
    """Somebody who reads a receipt. `waiting` are the refunds for which the payer must say where to send them."""

    who: Who
    merchant: str
    charge: Charge
    waiting: tuple[Refund, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundVisit:
    """A payer who is asked where a refund is to be sent."""

    who: Who
    merchant: str
    refund: Refund


@dataclass(frozen=True, slots=True)
class MandateVisit:
    """Somebody who reads a mandate."""

    merchant: str
    mandate: Mandate
    method: PaymentMethod | None


@dataclass(frozen=True, slots=True)
class SourceVisit:
    """A payer at the page of a source object."""

    who: Who
    merchant: str
    source: PaymentMethod


async def of_intent(kit: Kit, account_id: str, client_secret: str, origin: str | None = None) -> IntentVisit | None:
    """The visit that a client secret gives a right to."""
    if not (NAME.fullmatch(account_id) and NAME.fullmatch(client_secret)):
        return None
    id = client_secret.partition("_secret_")[0]
    for livemode in (False, True):
        who = _payer(account_id, livemode, origin)
        work = kit.work(who)
        try:
            intent = await _intent(work, id)
            if intent is not None and compare_digest(client_secret.encode(), intent.client_secret.encode()):
                given = intent.payment_method_id
                method = None if given is None else await work.get(PaymentMethod, given)
                return IntentVisit(who, await accounts.merchant_name(work), intent, method)
        finally:
            work.close()
    return None


async def _intent(work: Work, id: str) -> Intent | None:
    """The intent with this id, of whichever sort it is."""
    if id.startswith("seti_"):
        return await work.get(SetupIntent, id)
    return await work.get(PaymentIntent, id)


async def of_refund(kit: Kit, account_id: str, refund_id: str, url: URL) -> RefundVisit | None:
    """The visit of the page on which a payer says where a refund is to be sent, while that is to be said."""
    if not (NAME.fullmatch(account_id) and NAME.fullmatch(refund_id)):
        return None
    for livemode in (False, True):
        who = _payer(account_id, livemode, f"{url.scheme}://{url.netloc}")
        work = kit.work(who)
        try:
            refund = await work.get(Refund, refund_id)
            if refund is None or refund.status != RefundStatus.REQUIRES_ACTION:
                continue
            page = urlsplit(refund.details.get("page") or "").path
            if compare_digest(page.encode(), url.path.encode()):
                return RefundVisit(who, await accounts.merchant_name(work), refund)
        finally:
            work.close()
    return None


async def of_source(kit: Kit, account_id: str, id: str, client_secret: str) -> SourceVisit | None:
    """The visit that a source's client secret gives a right to."""
    if not (NAME.fullmatch(account_id) and NAME.fullmatch(id) and NAME.fullmatch(client_secret)):
        return None
    for livemode in (False, True):
        who = _payer(account_id, livemode, None)
        work = kit.work(who)
        try:
            source = await work.get(PaymentMethod, id)
            if source is not None and source.source_status is not None:
                secret: str = source.extras["source"]["client_secret"]
                if compare_digest(client_secret.encode(), secret.encode()):
                    return SourceVisit(who, await accounts.merchant_name(work), source)
        finally:
            work.close()
    return None


async def of_receipt(kit: Kit, account_id: str, name: str, origin: str | None = None) -> ReceiptVisit | None:
    """The visit that a receipt's address gives a right to."""
    if not (NAME.fullmatch(account_id) and NAME.fullmatch(name)):
        return None
    id = name.rpartition("_")[0]
    for livemode in (False, True):
        who = _payer(account_id, livemode, origin)
        work = kit.work(who)
        try:
            charge = await work.get(Charge, id)
            if charge is not None and _leads_to(
                charge.details.get("receipt_url") or "", "/receipts/", account_id, name
            ):
                return ReceiptVisit(who, await accounts.merchant_name(work), charge, await _waiting(work, charge))
        finally:
            work.close()
    return None


async def _waiting(work: Work, charge: Charge) -> tuple[Refund, ...]:
    if charge.amount_refunded == 0:
        return ()
    open_ones = select(Refund).where(
        Refund.account_id == work.account_id,
        Refund.charge_id == charge.id,
        Refund.status == RefundStatus.REQUIRES_ACTION,
    )
    return tuple(await work.all(open_ones.order_by(Refund.id).limit(WAITING_MAX)))


async def of_mandate(kit: Kit, account_id: str, name: str) -> MandateVisit | None:
    """The visit that a mandate's address gives a right to."""
    if not (NAME.fullmatch(account_id) and NAME.fullmatch(name)):
        return None
    id = name.rpartition("_")[0]
    for livemode in (False, True):
        work = kit.work(_payer(account_id, livemode, None))
        try:
            mandate = await work.get(Mandate, id)
            if mandate is not None and _leads_to(mandate.details["url"], "/hosted/mandates/", account_id, name):
                method = await work.get(PaymentMethod, mandate.payment_method_id)
                return MandateVisit(await accounts.merchant_name(work), mandate, method)
        finally:
            work.close()
    return None


def _payer(account_id: str, livemode: bool, origin: str | None) -> Who:
    # As with a publishable key: what concerns the server stays hidden.
    stamp = RequestStamp(None, api_version=API_VERSION, actor="payer", publishable=True, origin=origin)
    return Who(account_id, livemode, stamp)


def _leads_to(address: str, path: str, account_id: str, name: str) -> bool:
    return compare_digest(address.partition(path)[2].encode(), f"{account_id}/{name}".encode())
