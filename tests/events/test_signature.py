"""What we sign, Stripe's own SDK accepts; what it refuses, our verifier refuses too."""

import json
import time

import pytest
import stripe

from stripe_lite.events import signature

SECRET = "whsec_test_4f9c2b"
OLD_SECRET = "whsec_test_older"
CLIENT = stripe.StripeClient("sk_test_unused")
PAYLOAD = json.dumps({"id": "evt_1", "object": "event", "data": {"object": {"name": "Zoë"}}}).encode()


def test_the_official_sdk_accepts_our_signature() -> None:
    header = signature.sign(PAYLOAD, [SECRET], int(time.time()))
    event = CLIENT.construct_event(PAYLOAD, header, SECRET)
    assert event.id == "evt_1"


def test_while_a_secret_is_rolled_both_are_accepted_the_newest_first() -> None:
    now = int(time.time())
    header = signature.sign(PAYLOAD, [SECRET, OLD_SECRET], now)
    assert header.startswith(f"t={now},v1=")
    assert header.count("v1=") == 2
    assert header.split(",")[1] == signature.sign(PAYLOAD, [SECRET], now).split(",")[1]
    for secret in (SECRET, OLD_SECRET):
        CLIENT.construct_event(PAYLOAD, header, secret)
        signature.verify(PAYLOAD, header, [secret], now)


@pytest.mark.parametrize(
    ("payload", "secret", "age_seconds"),
    [(PAYLOAD + b" ", SECRET, 0), (PAYLOAD, "whsec_other", 0), (PAYLOAD, SECRET, 301)],
)
def test_another_body_another_secret_or_an_old_time_is_refused(payload: bytes, secret: str, age_seconds: int) -> None:
    now = int(time.time())
    header = signature.sign(PAYLOAD, [SECRET], now - age_seconds)
    with pytest.raises(signature.SignatureInvalid):
        signature.verify(payload, header, [secret], now)
    with pytest.raises(stripe.SignatureVerificationError):
        CLIENT.construct_event(payload, header, secret)


@pytest.mark.parametrize(
    "header", ["", "t=1", "v1=ab", "t=x,v1=ab", "t=1,t=2,v1=ab", "t=٣,v1=ab", "t=1,v0=ab", "nonsense"]
)
def test_a_malformed_header_is_refused(header: str) -> None:
    with pytest.raises(signature.SignatureInvalid):
        signature.verify(PAYLOAD, header, [SECRET], 1)
