"""What must not be written down: card numbers, security codes, bank accounts and secrets, in requests and responses."""

import re

from stripe_lite.core.card_numbers import CODES, redact
from stripe_lite.core.objects import Tree

REDACTED = "[redacted]"

# Of these the last four characters stay, as on a receipt.
NUMBERS = frozenset({"account_number", "iban", "number"})
SECRETS = CODES | {"api_key", "client_secret", "id_number", "id_number_secondary", "password", "secret", "ssn_last_4"}

_secret_pattern = re.compile(
    rf'"({"|".join(sorted(NUMBERS | SECRETS))})":\s*"((?:[^"\\]|\\.)*)"',
)
# Cheap, and true of every text with a card number in it.
_many_digits_pattern = re.compile(r"\d[\d -]{11}", re.ASCII)


def redacted_tree(tree: Tree) -> Tree:
    """The parameters of a request as they may be kept."""
    return {redacted_text(name): _value(name, value) for name, value in tree.items()}


def _value(name: str, value: object) -> object:
    match value:
        case dict() | list() if value and name in SECRETS:
            return REDACTED
        case dict():
            return redacted_tree(value)
        case list():
            return [_value(name, item) for item in value]
        case None | bool():
            return value
        case _ if name in SECRETS:
            return REDACTED
        case _ if name in NUMBERS:
            return _last_four(str(value))
        case str():
            return redacted_text(value)
        case int():
            shown = redacted_text(str(value))
            return value if shown == str(value) else shown
    return value


def redacted_json(body: str) -> str:
    """The JSON of a response as it may be kept."""
    return redacted_text(_secret_pattern.sub(_redacted_member, body))


def redacted_text(text: str) -> str:
    """Text as it may be written down: without what could be a card number."""
    return redact(text) if _many_digits_pattern.search(text) else text


def _redacted_member(found: re.Match[str]) -> str:
    name, value = found.groups()
    return f'"{name}":"{_last_four(value) if name in NUMBERS else REDACTED}"'


def _last_four(value: str) -> str:
    return f"****{value[-4:]}" if len(value) > 8 else REDACTED
