"""Bank transfers: in which currencies, to which kinds of account, and the account of each customer to transfer to.

The accounts are made up, like everything of the bank here. A customer's are the same each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from stripe_lite.balance import settlement
from stripe_lite.balance.accounts import service as accounts
from stripe_lite.core.errors import InvalidParameter, InvalidRequest
from stripe_lite.core.objects import Tree
from stripe_lite.customers.customers.model import Customer
from stripe_lite.db.work import Work

BANK_NAME = "STRIPE TEST BANK"
BRANCH_NAME = "STRIPE TEST BRANCH"
COUNTRY_DEFAULT = "IE"
IBAN_MODULUS = 97
CLABE_WEIGHTS = (3, 7, 1)


@dataclass(frozen=True, slots=True)
class Transfer:
    """A type of bank transfer: its one currency, where the accounts are, and how they are addressed."""

    currency: str
    countries: tuple[str, ...]
    addresses: tuple[str, ...]
    sender: Tree  # What is told of the account that a test transfer comes from, beside its holder's name.
    referenced: bool = True  # Whether transfers name the payment that they are meant for.


TRANSFERS: dict[str, Transfer] = {
    "us_bank_transfer": Transfer("usd", ("US",), ("aba", "swift"), {"network": "ach"}),
    "eu_bank_transfer": Transfer(
        "eur", ("BE", "DE", "ES", "FR", "IE", "NL"), ("iban",), {"bic": "TESTDEFFXXX", "iban_last4": "3000"}
    ),
    "gb_bank_transfer": Transfer(
        "gbp", ("GB",), ("sort_code",), {"account_number_last4": "2345", "sort_code": "108800"}
    ),
    "jp_bank_transfer": Transfer(
        "jpy", ("JP",), ("zengin",), {"sender_bank": BANK_NAME, "sender_branch": BRANCH_NAME}, referenced=False
    ),
    "mx_bank_transfer": Transfer("mxn", ("MX",), ("spei",), {}),
}
TYPES = {transfer.currency: type for type, transfer in TRANSFERS.items()}
CURRENCIES = tuple(sorted(TYPES))
# What else an address may be asked for by.
SYNONYMS = {"sepa": "iban"}
NETWORKS: dict[str, list[str]] = {
    "aba": ["ach", "domestic_wire_us"],
    "iban": ["sepa"],
    "sort_code": ["bacs", "fps"],
    "spei": ["spei"],
    "swift": ["swift"],
    "zengin": ["zengin"],
}
# What stands before the account's own digits in the account number of an IBAN, and how many digits those are.
IBANS: dict[str, tuple[str, int]] = {
    "BE": ("999", 9),
    "DE": ("10000000", 10),
    "ES": ("00000000", 12),
    "FR": ("1000000000", 13),
    "IE": ("TEST000000", 8),
    "NL": ("TEST", 10),
}


def type_of(currency: str, param: str = "currency") -> str:
    """The type of the transfers in a currency; refused where there are none."""
    type = TYPES.get(currency)
    if type is None:
        raise InvalidRequest(
            f"Bank transfers are not possible in {currency}. They are in: {', '.join(CURRENCIES)}.", param=param
        )
    return type


def check(given: Tree | None, currency: str, prefix: str) -> None:
    """Refuse a `bank_transfer` hash that asks for what its type, or the currency, does not have."""
    type: str | None = (given or {}).get("type")
    if given is None or type is None:
        return
    transfer = TRANSFERS[type]
    if transfer.currency != currency:
        raise InvalidRequest(
            f"A {type} is in {transfer.currency}, which is not the currency provided ({currency}).",
            code="payment_intent_incompatible_payment_method",
            param=f"{prefix}[type]",
        )
    country = (given.get("eu_bank_transfer") or {}).get("country")
    if type == "eu_bank_transfer" and country is None:
        param = f"{prefix}[eu_bank_transfer][country]"
        raise InvalidParameter(f"Missing required param: {param}.", code="parameter_missing", param=param)
    if type == "eu_bank_transfer" and country not in transfer.countries:
        param = f"{prefix}[eu_bank_transfer][country]"
        raise InvalidRequest(f"Invalid {param}: must be one of {_or(transfer.countries)}", param=param)
    for name in given.get("requested_address_types") or ():
        if SYNONYMS.get(name, name) not in transfer.addresses:
            param = f"{prefix}[requested_address_types]"
            raise InvalidRequest(f"Invalid {param}: a {type} has {_or(transfer.addresses)}, not {name}.", param=param)


async def country_of(work: Work, customer: Customer, type: str, given: Tree | None) -> str:
    """Where the account is: as asked for, else near the customer, else where the merchant's own accounts are."""
    allowed = TRANSFERS[type].countries
    address = customer.details.get("address") or {}
    own = accounts.country((await settlement.profile(work)).default_currency)
    asked = ((given or {}).get("eu_bank_transfer") or {}).get("country")
    for country in (asked, address.get("country"), own):
        if country in allowed:
            return str(country)
    return COUNTRY_DEFAULT if COUNTRY_DEFAULT in allowed else allowed[0]


async def addresses(
    work: Work, customer: Customer, type: str, country: str, requested: Sequence[str] | None
) -> list[Tree]:
    """The accounts that a customer transfers to, in the shapes that were asked for; in all of them if none was."""
    wanted = {SYNONYMS.get(name, name) for name in requested or TRANSFERS[type].addresses}
    holder = await accounts.merchant_name(work)
    return [
        {
            kind: _address(kind, country, _digits(customer, f"{type}/{country}"), holder),
            "supported_networks": NETWORKS[kind],
            "type": kind,
        }
        for kind in TRANSFERS[type].addresses
        if kind in wanted
    ]


def sent(customer: Customer, type: str, reference: str | None) -> Tree:
    """What the bank tells of a transfer that has come in."""
    told: Tree = {"reference": reference, "type": type}
    if TRANSFERS[type].sender:
        told[type] = TRANSFERS[type].sender | {"sender_name": customer.name}
    return told


def _address(kind: str, country: str, digits: str, holder: str) -> Tree:
    where: Tree = {"account_holder_address": _place(country), "bank_address": _place(country)}
    named = where | {"account_holder_name": holder}
    match kind:
        case "aba":
            routing = {"account_number": f"11{digits[:10]}", "routing_number": "110000000"}
            return named | routing | {"account_type": "checking", "bank_name": BANK_NAME}
        case "swift":
            routing = {"account_number": f"11{digits[:10]}", "swift_code": "TESTUS33XXX"}
            return named | routing | {"account_type": "checking", "bank_name": BANK_NAME}
        case "iban":
            return named | {"bic": f"TEST{country}22XXX", "country": country, "iban": _iban(country, digits)}
        case "sort_code":
            return named | {"account_number": f"00{digits[:6]}", "sort_code": "108800"}
        case "spei":
            return named | {"bank_code": "002", "bank_name": BANK_NAME, "clabe": _clabe(f"002180{digits[:11]}")}
        case _:
            bank = {"bank_code": "0000", "bank_name": BANK_NAME, "branch_code": "000", "branch_name": BRANCH_NAME}
            return named | bank | {"account_number": f"0{digits[:6]}", "account_type": "futsu"}


def _place(country: str) -> Tree:
    """An address that nobody lives at."""
    return {
        "city": "Test City",
        "country": country,
        "line1": "1 Test Street",
        "line2": None,
        "postal_code": "00000",
        "state": None,
    }


def _digits(customer: Customer, kind: str) -> str:
    """Digits that are this customer's, and the same each time they are asked for."""
    named = f"{customer.account_id}/{customer.id}/{kind}".encode()
    return f"{int.from_bytes(blake2b(named, digest_size=8).digest()):020}"[-13:]


def _iban(country: str, digits: str) -> str:
    before, length = IBANS[country]
    own = before + digits[:length]
    letters = "".join(str(int(letter, 36)) for letter in f"{own}{country}00")
    return f"{country}{98 - int(letters) % IBAN_MODULUS:02}{own}"


def _clabe(digits: str) -> str:
    products = (int(digit) * CLABE_WEIGHTS[place % 3] % 10 for place, digit in enumerate(digits))
    return f"{digits}{-sum(products) % 10}"


def _or(names: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
