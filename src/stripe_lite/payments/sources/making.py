"""How source objects are made: of what a client sends, each type in its own way."""

import secrets
from dataclasses import dataclass, field

from stripe_lite.bank.outcomes import by_slug
from stripe_lite.core import metadata, money
from stripe_lite.core.errors import InvalidRequest, ResourceMissing
from stripe_lite.core.ids import new_id, new_secret
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.payments import kinds
from stripe_lite.payments.payment_intents import checks
from stripe_lite.payments.payment_methods.details import missing, read
from stripe_lite.payments.payment_methods.known import Known, build
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.payment_methods.schema import (
    AuBecsDebitParams,
    IdealParams,
    PaymentMethodCreateParams,
    SepaDebitParams,
    SofortParams,
)
from stripe_lite.payments.source_mandate_notifications import service as notifications
from stripe_lite.payments.source_transactions import service as source_transactions
from stripe_lite.payments.sources import life, types
from stripe_lite.payments.sources.machine import SourceFact, SourceStatus
from stripe_lite.payments.sources.schema import SourceObjectCreateParams, SourceOrderParams, ThreeDSecureParams
from stripe_lite.payments.sources.types import SourceType
from stripe_lite.payments.tokens import service as tokens
from stripe_lite.payments.tokens.schema import BankAccountTokenParams, CardTokenParams

HASHES = ("ach_debit", "au_becs_debit", "bancontact", "card", "ideal", "sepa_debit", "sofort", "three_d_secure")
TRIES = 3
SECRET_LENGTH = 24
# What is told of a payment by each of these types; null until somebody learns it.
SHOWN: dict[str, tuple[str, ...]] = {
    "alipay": ("data_string", "native_url", "statement_descriptor"),
    "bancontact": ("bank_code", "bank_name", "bic", "iban_last4", "preferred_language", "statement_descriptor"),
    "eps": ("reference", "statement_descriptor"),
    "giropay": ("bank_code", "bank_name", "bic", "statement_descriptor"),
    "ideal": ("bank", "bic", "iban_last4", "statement_descriptor"),
    "p24": ("reference",),
    "sofort": (
        "bank_code",
        "bank_name",
        "bic",
        "country",
        "iban_last4",
        "preferred_language",
        "statement_descriptor",
    ),
}
# How a card that cannot be authenticated goes on: it needs no redirect, or it fails.
WITHOUT_CHALLENGE = {"optional_error": True, "required_error": False, "unenrolled": True, "unsupported": False}


@dataclass(frozen=True, slots=True)
class Made:
    """What a source object is made of, and what is known from the start: that it is `ready`, or that it failed."""

    type: str
    known: Known
    shown: Tree = field(default_factory=dict)
    extras: Tree = field(default_factory=dict)
    ready: bool = False
    failed: bool = False


async def create(work: Work, params: SourceObjectCreateParams) -> PaymentMethod:
    """Create a source object. One that needs nothing of its payer can be charged at once."""
    if params.type is None and params.token is None:
        raise missing("type")
    made = await _made(work, params)
    kind = types.of(made.type)
    _check(params, made.type, kind)
    source = build(work, made.known, new_id("src"))
    if params.owner is not None:
        source.billing_details = source.billing_details | params.owner.model_dump(exclude_unset=True)
    source.meta = metadata.merge({}, params.metadata)
    source.extras = made.extras | {"source": _told(work, source, params, made, kind)}
    work.add(source)
    life.begin(work, source, ready=made.ready)
    if made.failed:
        life.apply(work, source, SourceFact.DECLINED)
    if kind.flow == "receiver" and source.source_status == SourceStatus.PENDING:
        source_transactions.expect(work, source)
    notifications.notify(work, source, "mandate_confirmed")
    return source


def order(given: SourceOrderParams | None, amount: int | None, currency: str | None, email: str | None) -> Tree | None:
    """What is paid for, as clients see it."""
    if given is None:
        return None
    names = ("amount", "currency", "description", "parent", "type")
    items = None
    if given.items is not None:
        items = [
            {name: getattr(item, name) for name in names}
            | ({} if item.quantity is None else {"quantity": item.quantity})
            for item in given.items
        ]
    told: Tree = {"amount": amount or 0, "currency": currency or "usd", "items": items}
    if email:
        told["email"] = email
    if given.shipping is not None:
        told["shipping"] = given.shipping.model_dump(exclude_unset=True)
    return told


def _told(work: Work, source: PaymentMethod, params: SourceObjectCreateParams, made: Made, kind: SourceType) -> Tree:
    """What is kept of a new source object beside its payment method."""
    currency = None if params.currency is None else money.check_currency(params.currency)
    secret = f"src_client_secret_{new_secret(SECRET_LENGTH)}"
    told: Tree = {
        "type": made.type,
        "flow": kind.flow,
        "usage": params.usage or kind.usage,
        "amount": params.amount,
        "currency": currency,
        "client_secret": secret,
        "mandate": None if params.mandate is None else params.mandate.model_dump(exclude_unset=True),
        "shown": made.shown,
        "source_order": order(params.source_order, params.amount, currency, source.billing_details.get("email")),
        "statement_descriptor": params.statement_descriptor,
    }
    page = f"{work.origin}/hosted/sources/{work.account_id}/{source.id}/{secret}"
    if params.redirect is not None:
        told["redirect"] = {
            "failure_reason": "processing_error" if made.failed else None,
            "return_url": params.redirect.return_url,
            "status": "failed" if made.failed else "not_required" if made.ready else "pending",
            "url": page,
        }
    if made.type == "wechat":
        said = {} if params.statement_descriptor is None else {"statement_descriptor": params.statement_descriptor}
        told["shown"] = {"qr_code_url": page, **said}
    if made.type == "sepa_debit":
        told["shown"] = {"mandate_reference": new_secret(16).upper(), "mandate_url": page}
    if kind.flow == "code_verification":
        told["code_verification"] = {
            "attempts_remaining": TRIES,
            "status": "succeeded" if made.ready else "pending",
        }
    if kind.flow == "receiver":
        method = None if params.receiver is None else params.receiver.refund_attributes_method
        told["receiver"] = {
            "address": _address(made),
            "amount_charged": 0,
            "amount_received": 0,
            "amount_returned": 0,
            "refund_attributes_method": method or "email",
            "refund_attributes_status": "missing",
        }
    return told


def _address(made: Made) -> str:
    """Where a payer sends the money, in one line."""
    names = ("routing_number", "account_number") if made.type == types.RECEIVED else ("entity", "reference")
    return "-".join(str(made.shown[name]) for name in names)


def _check(params: SourceObjectCreateParams, type: str, kind: SourceType) -> None:
    """Refuse what sources of this type cannot have, and what they cannot be without."""
    for name in HASHES:
        if params.given(name) and name != type:
            raise InvalidRequest(f"You provided {name}, but the source has the type {type}.", param=name)
    if params.flow not in (None, kind.flow):
        raise InvalidRequest(f"Invalid flow: sources of the type {type} have the flow {kind.flow}.", param="flow")
    if params.usage == "reusable" and not kind.reusable:
        raise InvalidRequest(f"Sources of the type {type} are for single use.", param="usage")
    redirects = kind.flow == "redirect" or type == "multibanco"
    if redirects and params.redirect is None:
        raise missing("redirect[return_url]")
    if params.redirect is not None and not redirects:
        raise InvalidRequest(f"Payers are not redirected for sources of the type {type}.", param="redirect")
    if params.redirect is not None:
        checks.check_return_url(params.redirect.return_url, param="redirect[return_url]")
    if params.receiver is not None and kind.flow != "receiver":
        raise InvalidRequest(f"Nothing is sent to sources of the type {type}.", param="receiver")
    _check_mandate(params, type)
    _check_money(params, type, kind)


def _check_mandate(params: SourceObjectCreateParams, type: str) -> None:
    if params.mandate is None:
        return
    if type not in types.MANDATED:
        raise InvalidRequest(f"Sources of the type {type} have no mandate.", param="mandate")
    if params.mandate.acceptance is not None and params.mandate.acceptance.status in ("refused", "revoked"):
        raise InvalidRequest("A source needs a mandate that its payer agrees to.", param="mandate[acceptance][status]")


def _check_money(params: SourceObjectCreateParams, type: str, kind: SourceType) -> None:
    if params.amount is None and not kind.reusable:
        raise missing("amount")
    if params.currency is None:
        if type != "card":
            raise missing("currency")
        return
    currency = money.check_currency(params.currency)
    if params.amount is not None:
        money.check_amount(params.amount, currency)
    taken = kinds.of(kind.method)
    if not taken.takes(currency):
        known = ", ".join(sorted(taken.currencies))
        raise InvalidRequest(f"Sources of the type {type} can be charged in {known} only.", param="currency")


async def _made(work: Work, params: SourceObjectCreateParams) -> Made:
    if params.token is not None:
        return await _of_token(work, params.token, params.type)
    type = params.type or ""
    kind = types.of(type)
    match type:
        case "card":
            if params.card is None:
                raise missing("card[number]")
            sent = params.card
            typed = CardTokenParams(
                cvc=sent.cvc, exp_month=str(sent.exp_month), exp_year=str(sent.exp_year), number=sent.number
            )
            return Made(type, tokens.read_card(work, typed), ready=True)
        case "three_d_secure":
            if params.three_d_secure is None:
                raise missing("three_d_secure[card]")
            return await _authenticated(work, params.three_d_secure)
        case "ach_debit":
            if params.ach_debit is None:
                raise missing("ach_debit[account_number]")
            account = params.ach_debit.model_dump(exclude={"type"})
            given = BankAccountTokenParams(account_holder_type=params.ach_debit.type, currency="usd", **account)
            known, extras = tokens.read_bank_account(work, given)
            return Made(type, known, extras=extras)
        case types.RECEIVED:
            shown = _virtual_account()
            return Made(type, Known(type, shown), shown)
        case "multibanco":
            shown = _multibanco()
            return Made(type, Known(type, {}), shown)
        case _:
            known = read(_as_method(params, kind), work.account_id, work.now.date())
            return Made(type, known, _shown(type, params), ready=kind.pending_life is None)


def _as_method(params: SourceObjectCreateParams, kind: SourceType) -> PaymentMethodCreateParams:
    """The payment method that a source pays with, as a client would send it."""
    hashes: Tree = {}
    if params.au_becs_debit is not None:
        hashes["au_becs_debit"] = AuBecsDebitParams(**params.au_becs_debit.model_dump())
    if params.ideal is not None:
        hashes["ideal"] = IdealParams(bank=params.ideal.bank)
    if params.sepa_debit is not None:
        hashes["sepa_debit"] = SepaDebitParams(iban=params.sepa_debit.iban)
    if params.sofort is not None:
        hashes["sofort"] = SofortParams(country=params.sofort.country)
    return PaymentMethodCreateParams.model_validate({"type": kind.method} | hashes)


def _shown(type: str, params: SourceObjectCreateParams) -> Tree:
    shown: Tree = dict.fromkeys(SHOWN.get(type, ()))
    for sent in (params.bancontact, params.ideal, params.sofort):
        shown |= {name: value for name, value in (sent.sent() if sent else {}).items() if name in shown}
    if "statement_descriptor" in shown:
        shown["statement_descriptor"] = params.statement_descriptor
    return shown


async def _of_token(work: Work, id: str, type: str | None) -> Made:
    spent = await tokens.spend(work, id, param="token")
    named = "card" if spent.type == "card" else "ach_debit"
    if type not in (None, named):
        raise InvalidRequest(f"The token {id} makes a source of the type {named}.", param="token")
    ready = named == "card" or spent.known.verified
    return Made(named, spent.known, extras=spent.extras, ready=ready)


async def _authenticated(work: Work, given: ThreeDSecureParams) -> Made:
    """A card whose payer is to authenticate one payment; what it becomes depends on the card's part in 3-D Secure."""
    card = await work.get(PaymentMethod, given.card) if given.card.startswith(("src_", "card_")) else None
    usable = card is not None and card.source_status in (None, SourceStatus.CHARGEABLE)
    if card is None or not usable or card.type != "card" or card.customer_id != given.customer:
        raise ResourceMissing("source", given.card, param="three_d_secure[card]")
    if card.source_status is not None and life.told(card)["type"] != "card":
        raise InvalidRequest("Only a card can be authenticated.", param="three_d_secure[card]")
    outcome = by_slug(card.outcome)
    goes_on = None if outcome is None else WITHOUT_CHALLENGE.get(outcome.three_d_secure)
    known = Known("card", card.details, card.outcome, card.fingerprint, card.cvc, billing_details=card.billing_details)
    shown: Tree = {"authenticated": False, "card": card.id, "customer": card.customer_id}
    return Made("three_d_secure", known, shown, ready=goes_on is True, failed=goes_on is False)


def _virtual_account() -> Tree:
    """The account of a test bank that a payer sends money to."""
    return {
        "account_number": f"test_{secrets.token_hex(6)}",
        "bank_name": "TEST BANK",
        "fingerprint": new_secret(16),
        "refund_account_holder_name": None,
        "refund_account_holder_type": None,
        "refund_routing_number": None,
        "routing_number": "110000000",
        "swift_code": "TSTEZ122",
    }


def _multibanco() -> Tree:
    refund = ("city", "country", "line1", "line2", "postal_code", "state")
    return {
        "entity": f"{secrets.randbelow(90_000) + 10_000}",
        "reference": f"{secrets.randbelow(900_000_000) + 100_000_000}",
        "refund_account_holder_name": None,
        "refund_iban": None,
        **{f"refund_account_holder_address_{name}": None for name in refund},
    }
