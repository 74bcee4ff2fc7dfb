"""What can be done with tokens."""

import re
from dataclasses import asdict, dataclass, replace

from stripe_lite.bank import accounts, cards, payout_accounts, payout_cards
from stripe_lite.bank.facts import fingerprint
from stripe_lite.core.contacts import COUNTRIES
from stripe_lite.core.errors import InvalidParameter, InvalidRequest, ResourceMissing
from stripe_lite.core.ids import new_id
from stripe_lite.core.money import check_currency
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.payments.payment_methods.details import missing, named, of_us_bank_account
from stripe_lite.payments.payment_methods.known import Known, build, fingerprint_key, of_card
from stripe_lite.payments.payment_methods.model import PaymentMethod
from stripe_lite.payments.sources.schema import render_bank_account_of_token, render_card_of_token
from stripe_lite.payments.tokens import legal
from stripe_lite.payments.tokens.model import Token
from stripe_lite.payments.tokens.schema import (
    BankAccountTokenParams,
    CardTokenParams,
    TokenCreateParams,
    TokenObject,
    render,
)

PREFIXES = ("tok_", "btok_", "cvctok_", "pii_", "ct_", "cpt_")
ACCOUNT_NUMBER = re.compile(r"(?=.*[0-9])[A-Za-z0-9]{4,34}")
ROUTING_NUMBER = re.compile(r"[A-Za-z0-9-]{1,12}")
US_ACCOUNT = {"country": "US", "currency": "usd"}


@dataclass(frozen=True, slots=True)
class Spent:
    """What a used token stood for, and the id that its card or bank account gets as a source."""

    type: str
    known: Known
    source_id: str
    extras: Tree

    def source(self, work: Work) -> PaymentMethod:
        """The source as a row, not written yet."""
        source = build(work, self.known, self.source_id)
        source.extras = self.extras
        return source


async def create(work: Work, params: TokenCreateParams) -> Token:
    """Create a token. Of a number nothing is kept but what a receipt shows and how the bank will behave."""
    kinds = ("account", "bank_account", "card", "cvc_update", "person", "pii")
    given = [name for name in kinds if params.given(name)]
    if len(given) > 1:
        raise InvalidParameter(f"You may only specify one of these parameters: {', '.join(given)}.", param=given[1])
    if params.bank_account is not None:
        known, extras = read_bank_account(work, params.bank_account)
        return _add(work, "bank_account", "btok", known, extras, new_id("ba"))
    if isinstance(params.card, CardTokenParams):
        return _add(work, "card", "tok", read_card(work, params.card), _currency_of(params.card), new_id("card"))
    if params.card is not None or params.customer is not None:
        return _add(work, "card", "tok", await _saved(work, params.customer, params.card), {}, new_id("card"))
    if params.cvc_update is not None:
        cards.check_cvc(params.cvc_update.cvc, "amex")
        return _add(work, "cvc_update", "cvctok", None, {}, None)
    if params.pii is not None:
        return _add(work, "pii", "pii", None, {}, None)
    if params.account is not None:
        return _add(work, "account", "ct", None, legal.read(work, params.account, "account"), None)
    if params.person is not None:
        return _add(work, "person", "cpt", None, legal.read(work, params.person, "person"), None)
    raise InvalidParameter(
        "You must supply either a card, customer, PII data, bank account or CVC update to create a token."
    )


async def retrieve(work: Work, id: str, *, param: str = "token", lock: bool = False) -> Token:
    """The token with this id; a documented name such as `tok_visa` makes a new one."""
    spent = _named(work, id)
    if spent is not None:
        prefix = "tok" if spent.type == "card" else "btok"
        return _add(work, spent.type, prefix, spent.known, spent.extras, spent.source_id)
    token = await work.get(Token, id, lock=lock) if id.startswith(PREFIXES) else None
    if token is None:
        raise ResourceMissing("token", id, param=param)
    return token


async def show(work: Work, id: str) -> TokenObject:
    """The token as clients see it."""
    return rendered(work, await retrieve(work, id))


def rendered(work: Work, token: Token) -> TokenObject:
    """A token as clients see it."""
    match token.type:
        case "card":
            return render(token, render_card_of_token(_spent(token).source(work)))
        case "bank_account":
            return render(token, render_bank_account_of_token(_spent(token).source(work)))
        case _:
            return render(token, None)


async def spend(work: Work, id: str, *, param: str = "source") -> Spent:
    """Use a card's or bank account's token, once; names such as `tok_visa` can be used any number of times."""
    spent = _named(work, id)
    if spent is not None:
        return spent
    token = await _use(work, id, param)
    if token.source_id is None:
        raise InvalidRequest(f"The token {id} is of the type {token.type}, which cannot be used here.", param=param)
    return _spent(token)


async def spend_card(work: Work, id: str, *, param: str) -> Known:
    """Use a card's token, once."""
    spent = await spend(work, id, param=param)
    if spent.type != "card":
        raise InvalidRequest(f"The token {id} does not stand for a card.", param=param)
    return spent.known


async def spend_cvc(work: Work, id: str, *, param: str) -> None:
    """Use the token of a security code that was asked for again, once."""
    token = await _use(work, id, param)
    if token.type != "cvc_update":
        raise InvalidRequest(f"The token {id} does not stand for a security code.", param=param)


def read_card(work: Work, given: CardTokenParams) -> Known:
    """Read a card that was given by its number; raises CardError where it cannot be right."""
    today = work.now.date()
    month = expiry_number(given.exp_month, "month")
    year = cards.expiry_year(expiry_number(given.exp_year, "year"), today)
    fact = cards.recognise(given.number, exp_month=month, exp_year=year, cvc=given.cvc or None, today=today)
    preferred = None if given.networks is None else given.networks.preferred
    billing: Tree = {
        "address": {
            "city": given.address_city,
            "country": given.address_country,
            "line1": given.address_line1,
            "line2": given.address_line2,
            "postal_code": given.address_zip,
            "state": given.address_state,
        },
        "name": given.name,
    }
    return of_card(
        fact,
        month,
        year,
        fingerprint_key(work.account_id),
        cvc=bool(given.cvc),
        preferred=preferred,
        billing_details=billing,
    )


def read_bank_account(work: Work, given: BankAccountTokenParams, *, param: str = "bank_account") -> tuple[Known, Tree]:
    """Read a bank account that was given by its number, in a parameter, and what only the older objects tell of it."""
    key = fingerprint_key(work.account_id)
    country = given.country.upper()
    currency = check_currency(given.currency or "usd", f"{param}[currency]")
    if country not in COUNTRIES:
        raise InvalidRequest(
            f"Country '{given.country}' is unknown. Try a code of two letters instead, such as 'US' or 'GB'.",
            code="country_code_invalid",
            param=f"{param}[country]",
        )
    if country == "US":
        if given.routing_number is None:
            raise missing(f"{param}[routing_number]")
        account = accounts.recognise("us_bank_account", given.account_number, routing=given.routing_number, param=param)
        known = of_us_bank_account(replace(account, routing=given.routing_number), key, False)
    else:
        known = _foreign(given, key, param)
    known.details["account_holder_type"] = given.account_holder_type
    known.details["account_type"] = given.account_type
    known.billing_details["name"] = given.account_holder_name
    return known, {"country": country, "currency": currency}


async def _use(work: Work, id: str, param: str) -> Token:
    token = await retrieve(work, id, param=param, lock=True)
    if token.used:
        raise InvalidRequest(f"You cannot use a Stripe token more than once: {id}.", code="token_already_used")
    token.used = True
    return token


def _currency_of(card: CardTokenParams) -> Tree:
    """What payouts to a debit card are made in, where the client said so."""
    return {} if card.currency is None else {"currency": check_currency(card.currency, "card[currency]")}


def _named(work: Work, id: str) -> Spent | None:
    if not id.startswith(("tok_", "btok_")):
        return None
    known = named(id, work.account_id, work.now.date())
    if known is None:
        return None
    if known.type == "card":
        return Spent("card", known, new_id("card"), payout_cards.named_currency(id))
    return Spent("bank_account", known, new_id("ba"), dict(US_ACCOUNT))


def _spent(token: Token) -> Spent:
    assert token.source_id is not None
    return Spent(token.type, Known(**token.known), token.source_id, token.extras)


def _add(work: Work, type: str, prefix: str, known: Known | None, extras: Tree, source_id: str | None) -> Token:
    token = Token(
        account_id=work.account_id,
        id=new_id(prefix),
        livemode=work.livemode,
        created_at=work.now,
        type=type,
        used=False,
        source_id=source_id,
        client_ip=work.request.client_ip,
        known={} if known is None else asdict(known),
        extras=extras,
    )
    work.add(token)
    return token


def expiry_number(text: str, what: str) -> int:
    """The month or year of expiry, which tokens bring as text."""
    return cards.expiry_number(text, what)


async def _saved(work: Work, customer_id: str | None, card_id: str | None) -> Known:
    """A copy of a customer's saved card."""
    if customer_id is None:
        raise missing("customer")
    if card_id is None:
        raise missing("card")
    card = await work.get(PaymentMethod, card_id)
    if card is None or card.customer_id != customer_id or card.type != "card":
        raise ResourceMissing("card", card_id, param="card")
    return Known("card", card.details, card.outcome, card.fingerprint, False, billing_details=card.billing_details)


def _foreign(given: BankAccountTokenParams, key: bytes, param: str) -> Known:
    """A bank account outside the US: it can receive payouts, and is told apart by its number only."""
    number = given.account_number.replace(" ", "").replace("-", "")
    if ACCOUNT_NUMBER.fullmatch(number) is None:
        raise InvalidRequest(
            "The account number is not valid.", code="account_number_invalid", param=f"{param}[account_number]"
        )
    if given.routing_number is not None and ROUTING_NUMBER.fullmatch(given.routing_number) is None:
        raise InvalidRequest(
            "The routing number is not valid.", code="routing_number_invalid", param=f"{param}[routing_number]"
        )
    mark = fingerprint(f"{given.routing_number}:{number}", key)
    details: Tree = {
        "bank_name": "STRIPE TEST BANK",
        "fingerprint": mark,
        "last4": number[-4:],
        "routing_number": given.routing_number,
    }
    return Known("bank_account", details, payout_accounts.outcome_of(number), mark, verified=False)
