"""Which addresses webhooks may be sent to.

A URL is checked when it is registered, but a name may lead elsewhere by the time it is dialled: what decides is the
check of the address itself, made for each socket just before it connects. The lists are our own: Python's `is_global`
calls 6to4, NAT64, multicast, `fec0::1` and `::127.0.0.1` global.
"""

import ipaddress
import re
import socket
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from stripe_lite.core.errors import InvalidParameter

URL_CHARACTERS_MAX = 5000

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[object, ...]]

FORBIDDEN_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers' shared space
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's platform service, reachable from its machines only
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# Everything outside 2000::/3 is loopback, local, multicast, unassigned, or carries an IPv4 address in itself.
GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
FORBIDDEN_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo, benchmarks, ORCHID and other protocol assignments
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address follows
        "3fff::/20",  # documentation
    )
)
LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"})
LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".home.arpa")


class Policy(StrEnum):
    """Whether webhooks may go to loopback and private addresses."""

    ALLOW = "allow"
    DENY = "deny"


class ForbiddenTarget(OSError):
    """The address that was about to be dialled is not a public one."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} is not a public address")


def forbidden(address: str) -> bool:
    """Whether an IP address, as text, is anything but a public unicast address. What is no address is forbidden."""
    try:
        parsed: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        if mapped is None:
            return parsed not in GLOBAL_V6 or any(parsed in network for network in FORBIDDEN_V6)
        parsed = mapped  # The kernel dials the IPv4 address inside.
    return any(parsed in network for network in FORBIDDEN_V4)


def make_socket(policy: Policy, info: AddressInfo) -> socket.socket:
    """A socket to an address that is about to be dialled; raises ForbiddenTarget where the address is forbidden.

    aiohttp's connector calls this for every address, literal ones and those of a later look-up included.
    """
    family, kind, protocol, _, address = info
    host = str(address[0])
    if policy is Policy.DENY and forbidden(host):
        raise ForbiddenTarget(host)
    return socket.socket(family, kind, protocol)


def check_url(url: str, policy: Policy, *, livemode: bool, param: str = "url") -> None:
    """Refuse an endpoint's URL that could never be delivered to."""
    parts = _split(url, param)
    if parts.scheme not in ("http", "https"):
        raise _invalid("An explicit scheme (such as https) must be provided.", param)
    host = parts.hostname
    if not host:
        raise _invalid("A host must be provided.", param)
    local = _is_local(host)
    if policy is Policy.DENY and local:
        raise _invalid(
            "URL must be publicly accessible. To receive webhooks on a private network, set "
            "STRIPE_LITE_PRIVATE_TARGETS=allow on the server.",
            param,
        )
    if livemode and parts.scheme != "https" and not local:
        raise _invalid("Webhook URLs must use https in live mode.", param)


def _split(url: str, param: str) -> SplitResult:
    """The URL's parts; urlsplit raises ValueError for brackets and ports that make no sense."""
    if len(url) > URL_CHARACTERS_MAX:
        raise _invalid(f"URL must be at most {URL_CHARACTERS_MAX} characters.", param)
    if re.search(r"[\s\x00-\x1f\x7f\\]", url):
        raise _invalid("URL must not contain spaces, backslashes or control characters.", param)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _invalid("URL could not be read.", param) from error
    if port == 0:
        raise _invalid("Port 0 cannot be connected to.", param)
    return parts


def _is_local(host: str) -> bool:
    """Whether the host is by its own text a private one; names are looked up only when they are dialled."""
    name = host.rstrip(".").lower()
    if name in LOCAL_NAMES or name.endswith(LOCAL_ENDINGS):
        return True
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        # Old spellings of IPv4 addresses (127.1, 0x7f000001) are numbers to the last dot, which no public name is.
        return re.fullmatch(r"(0x[0-9a-f]*|[0-9]+)", name.rpartition(".")[2]) is not None
    return forbidden(name)


def _invalid(why: str, param: str) -> InvalidParameter:
    return InvalidParameter(f"Invalid URL: {why}", code="url_invalid", param=param)
