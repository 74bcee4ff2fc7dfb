"""The example that follows every cent, and the command that shows the books behind it."""

import re

from tests.examples.running import PYTHON, ROOT, run
from tests.watch import Watch

SCRIPT = ROOT / "examples" / "follow_the_money" / "follow.py"


async def test_every_cent_is_found_again(server: tuple[str, Watch], dsn: str) -> None:
    url, _ = server
    told = await run(PYTHON, SCRIPT, STRIPE_LITE_URL=url, DATABASE_URL=dsn)
    assert told.code == 0, told.text
    assert "Every cent was found again." in told.text
    for type in ("charge", "refund", "adjustment", "payout"):
        assert re.search(rf"^{type} ", told.text, re.MULTILINE), told.text

    for reason, book in (
        ("charge", "exchange"),
        ("refund", "bank"),
        ("adjustment", "disputes"),
        ("payout", "payouts"),
    ):
        assert re.search(rf"^ +txn_\w+ +{reason} +{book} ", told.text, re.MULTILINE), told.text

    key = re.search(r"sk_test_money\w+", told.text)
    assert key is not None
    books = await run(PYTHON, "-m", "stripe_lite", "ledger", key.group(), DATABASE_URL=dsn)
    assert books.code == 0, books.text
    assert re.search(r"^together +\$0\.00", books.text, re.MULTILINE), books.text
    for book in ("merchant", "fees", "bank", "exchange"):
        assert re.search(rf"^{book} ", books.text, re.MULTILINE), books.text
    nobody = await run(PYTHON, "-m", "stripe_lite", "ledger", "acct_nobody", DATABASE_URL=dsn)
    assert (nobody.code, nobody.text.strip()) == (1, "stripe-lite: No such account: 'acct_nobody'")


async def test_without_a_server_it_says_so() -> None:
    told = await run(PYTHON, SCRIPT, STRIPE_LITE_URL="http://127.0.0.1:9")
    assert told.code == 1
    assert "No stripe_lite answers at http://127.0.0.1:9" in told.text
