"""Where webhooks may go. Nothing is dialled here: only the decision is asked."""

import socket

import pytest

from stripe_lite.core.errors import InvalidRequest
from stripe_lite.events import targets
from stripe_lite.events.targets import ForbiddenTarget, Policy

PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.15.0.1", "172.32.0.1", "192.167.1.1", "100.63.1.1",
          "223.255.255.1",
          "2606:4700::1111", "2a00:1450:4001::8a", "::ffff:8.8.8.8"]  # fmt: skip
PRIVATE = ["127.0.0.1", "127.255.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1",
           "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1",
           "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1",
           "255.255.255.255", "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
           "::ffff:a9fe:a9fe", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1",
           "2001::1", "2001:db8::1", "2001:2::1", "2002:7f00:1::", "2002:808:808::", "3fff::1", "5f00::1",
           "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "4000::1",
           "not an address", ""]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_dialled(address: str) -> None:
    assert not targets.forbidden(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_special_and_embedding_addresses_may_not(address: str) -> None:
    assert targets.forbidden(address)


def test_the_socket_is_refused_for_the_address_that_is_really_dialled() -> None:
    loopback = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 80))
    with pytest.raises(ForbiddenTarget, match=r"127\.0\.0\.1 is not a public address"):
        targets.make_socket(Policy.DENY, loopback)
    with pytest.raises(ForbiddenTarget):
        targets.make_socket(Policy.DENY, (socket.AF_INET6, socket.SOCK_STREAM, 0, "", ("fe80::1%lo", 80, 0, 1)))
    # Made, not connected:
    targets.make_socket(Policy.DENY, (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("8.8.8.8", 80))).close()
    targets.make_socket(Policy.ALLOW, loopback).close()


@pytest.mark.parametrize(
    "url",
    ["https://example.com/hook", "http://example.com:8080/a?b=c", "https://8.8.8.8/", "https://user:pw@example.com/",
     "https://[2606:4700::1111]/x", "https://exämple.com/", "HTTPS://EXAMPLE.COM"],
)  # fmt: skip
def test_a_public_url_is_accepted_everywhere(url: str) -> None:
    targets.check_url(url, Policy.DENY, livemode=False)
    targets.check_url(url.lower().replace("http://", "https://"), Policy.DENY, livemode=True)


@pytest.mark.parametrize(
    "url",
    ["http://localhost:3000/hook", "http://LOCALHOST./", "http://127.0.0.1:1/", "http://[::1]:8/", "http://127.1/",
     "http://2130706433/", "http://0x7f000001/", "http://10.0.0.7/", "http://app.localhost/", "http://db.internal/",
     "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest"],
)  # fmt: skip
def test_a_private_url_is_accepted_only_where_private_targets_are(url: str) -> None:
    targets.check_url(url, Policy.ALLOW, livemode=False)
    targets.check_url(url, Policy.ALLOW, livemode=True)
    with pytest.raises(InvalidRequest, match="Invalid URL: URL must be publicly accessible") as caught:
        targets.check_url(url, Policy.DENY, livemode=False)
    assert (caught.value.code, caught.value.param, caught.value.status) == ("url_invalid", "url", 400)


@pytest.mark.parametrize(
    "url",
    ["", "example.com/hook", "ftp://example.com/", "javascript:alert(1)", "https://", "https:///path", "https://:443/",
     "https://a b.com/", "https://example.com/\n", "https://example.com:99999/", "https://example.com:0/",
     "https://[::1", "https://exa\x00mple.com", "http:\\\\example.com", "https://example.com/" + "a" * 5000],
)  # fmt: skip
def test_what_cannot_be_delivered_to_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^Invalid URL: ") as caught:
        targets.check_url(url, Policy.ALLOW, livemode=False)
    assert caught.value.code == "url_invalid"


def test_live_mode_wants_https() -> None:
    targets.check_url("http://example.com/", Policy.DENY, livemode=False)
    with pytest.raises(InvalidRequest, match="https in live mode"):
        targets.check_url("http://example.com/", Policy.DENY, livemode=True)
