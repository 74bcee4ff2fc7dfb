"""The demo tells its whole story against a real server, and says what to do where there is none."""

import runpy
import time

from stripe_lite.events.signature import sign
from tests.examples.running import PYTHON, ROOT, run
from tests.watch import Watch

DEMO = ROOT / "examples" / "basic_payments_demo" / "demo.py"


async def test_the_demo_tells_the_whole_story(server: tuple[str, Watch]) -> None:
    url, watch = server
    watch.complaints.clear()
    told = await run(PYTHON, DEMO, STRIPE_LITE_URL=url)
    assert told.code == 0, told.text
    for line in ("insufficient_funds", "3-D Secure", "created → processing → failed", "payment_intent.failed"):
        assert line in told.text
    assert "Everything went as the story tells." in told.text
    assert watch.complaints == []


async def test_without_a_server_the_demo_says_how_to_start_one() -> None:
    told = await run(PYTHON, DEMO, STRIPE_LITE_URL="http://127.0.0.1:9")
    assert told.code == 1
    assert "No stripe_lite answers at http://127.0.0.1:9" in told.text
    assert "./run" in told.text


def test_the_receiver_believes_only_what_is_signed_and_fresh() -> None:
    is_genuine = runpy.run_path(str(DEMO.with_name("receiver.py")))["is_genuine"]
    payload, secret, now = b'{"id": "evt_1"}', "whsec_test", int(time.time())
    header = sign(payload, [secret, "whsec_old"], now)
    assert is_genuine(payload, header, secret, now)
    assert is_genuine(payload, header, "whsec_old", now)
    assert not is_genuine(payload + b" ", header, secret, now)
    assert not is_genuine(payload, header, "whsec_other", now)
    assert not is_genuine(payload, header, secret, now + 301)
    for wrong in ("", "t=,v1=", f"t={now}", "v1=00", f"t={now},v1=é", "nonsense"):
        assert not is_genuine(payload, wrong, secret, now)
