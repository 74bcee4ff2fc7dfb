"""Card numbers are recognised, so that none is kept, logged or repeated in a message."""

import re

LENGTH_MIN, LENGTH_MAX = 13, 19
# A security code goes by other names too: the request is refused then, and what it held is still not written down.
CODES = frozenset({"csc", "cvc", "cvc2", "cvv", "cvv2", "security_code"})

_digits_pattern = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)", re.ASCII)


def passes_luhn(digits: str) -> bool:
    """Tell whether the last digit is the check digit of those before it, as in every card number."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(int(digit) for digit in digits[::-2])) % 10 == 0


def redact(text: str) -> str:
    """Replace all but the last four digits of whatever could be a card number."""
    return _digits_pattern.sub(_redacted, text)


def _redacted(found: re.Match[str]) -> str:
    digits = "".join(character for character in found[0] if character.isdigit())
    return f"****{digits[-4:]}" if passes_luhn(digits) else found[0]
