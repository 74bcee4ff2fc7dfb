"""Tokens and bank accounts' numbers, read for the account's own external accounts and for its top-ups."""

from stripe_lite.balance.external_accounts.links import Found, Reading
from stripe_lite.balance.external_accounts.schema import BankAccountDetails
from stripe_lite.core.errors import InvalidRequest
from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work
from stripe_lite.payments.sources.schema import BRANDS
from stripe_lite.payments.tokens import service as tokens
from stripe_lite.payments.tokens.schema import BankAccountTokenParams
from stripe_lite.payments.tokens.service import Spent


async def read(work: Work, reading: Reading) -> None:
    """Fill in what may be kept of a bank account or a debit card; its token is spent."""
    if isinstance(reading.given, str):
        spent = await tokens.spend(work, reading.given, param=reading.param)
    else:
        spent = _of_details(work, reading.given, reading.param)
    reading.found = _card(spent, reading.param) if spent.type == "card" else _bank_account(spent)


def _of_details(work: Work, given: BankAccountDetails, param: str) -> Spent:
    sent = given.model_dump(exclude={"object"}, exclude_unset=True)
    known, extras = tokens.read_bank_account(work, BankAccountTokenParams(**sent), param=param)
    return Spent("bank_account", known, new_id("ba"), extras)


def _bank_account(spent: Spent) -> Found:
    known = spent.known
    details: Tree = {
        "account_holder_type": known.details.get("account_holder_type"),
        "account_type": known.details.get("account_type"),
        "bank_name": known.details["bank_name"],
        "country": spent.extras["country"],
        "last4": known.details["last4"],
        "routing_number": known.details["routing_number"],
    }
    return Found(
        "bank_account",
        spent.source_id,
        spent.extras["currency"],
        known.outcome,
        known.fingerprint,
        known.billing_details.get("name"),
        known.verified,
        details,
    )


def _card(spent: Spent, param: str) -> Found:
    known, card = spent.known, spent.known.details
    if card["funding"] != "debit":
        raise InvalidRequest(
            "The card is not a debit card. Payouts can be made to debit cards and to bank accounts.",
            code="invalid_card_type",
            param=param,
        )
    address, checks = known.billing_details.get("address") or {}, card["checks"]
    details: Tree = {
        "address_city": address.get("city"),
        "address_country": address.get("country"),
        "address_line1": address.get("line1"),
        "address_line1_check": checks.get("address_line1_check"),
        "address_line2": address.get("line2"),
        "address_state": address.get("state"),
        "address_zip": address.get("postal_code"),
        "address_zip_check": checks.get("address_postal_code_check"),
        "brand": BRANDS.get(card["brand"], "Unknown"),
        "country": card["country"],
        "cvc_check": checks.get("cvc_check"),
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "funding": card["funding"],
        "last4": card["last4"],
        "regulated_status": card["regulated_status"],
    }
    return Found(
        "card",
        spent.source_id,
        spent.extras.get("currency"),
        known.outcome,
        known.fingerprint,
        known.billing_details.get("name"),
        True,
        details,
    )
