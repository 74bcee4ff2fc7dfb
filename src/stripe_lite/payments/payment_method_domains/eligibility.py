"""Which names are domains, and which payment methods may be shown on them.

A processor on the internet fetches a file from a domain to see whose it is. stripe_lite dials nobody: a domain counts
as verified, unless its name is reserved for what the internet cannot reach, so that no wallet could verify it either.
"""

import re
from ipaddress import ip_address

NAME_LENGTH_MAX = 253
# RFC 2606, RFC 6761, RFC 6762 and ICANN's resolution of 2024.
RESERVED = frozenset({"example", "internal", "invalid", "local", "localhost", "test"})
VERIFIED_BY_FILE = frozenset({"apple_pay"})

_label = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_name_pattern = re.compile(rf"(?:{_label}\.)+(?!\d+$){_label}", re.ASCII)


def is_name(text: str) -> bool:
    """Whether the text, in lower case, names a domain: not a host on its own, not an address, and no URL."""
    try:
        ip_address(text)
    except ValueError:
        return len(text) <= NAME_LENGTH_MAX and _name_pattern.fullmatch(text) is not None
    return False


def obstacle(name: str, method: str) -> str | None:
    """Why a payment method may not be shown on a domain, or None."""
    if method in VERIFIED_BY_FILE and name.rpartition(".")[2] in RESERVED:
        return f"The domain {name} could not be verified: it cannot be reached from the internet."
    return None
