"""Keys from the command line: created, listed and revoked in the database that servers use."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.setup.test_cli import FINISH_SECONDS_MAX, serving, stripe_lite


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The data folder of a running server on which only created keys work."""
    path = Path(tempfile.mkdtemp(prefix="stripe_lite_test_"))
    with serving(path, STRIPE_LITE_KEYS="strict") as server:
        server.await_answer()
        (path / "address").write_text(server.url)
        yield path
        server.process.terminate()
        server.process.wait(FINISH_SECONDS_MAX)
    shutil.rmtree(path)


def test_keys_live_and_end(folder: Path) -> None:
    created = stripe_lite(folder, "keys", "create", "--name", "till")
    assert created.returncode == 0, created.stderr
    key = created.stdout.strip()
    assert re.fullmatch(r"sk_test_\w{32}", key)
    account = re.search(r"acct_\w+", created.stderr)
    assert account is not None
    reader = stripe_lite(folder, "keys", "create", "--account", account[0], "--permission", "customer=read", "--live")
    assert reader.stdout.startswith("rk_live_")
    listed = stripe_lite(folder, "keys", "list", "--account", account[0]).stdout.splitlines()
    assert len(listed) == 2
    assert f"sk_test_****{key[-4:]}" in listed[0]
    assert "living  till" in listed[0]
    assert "customer=read" in listed[1]
    assert key not in "".join(listed)
    revoked = stripe_lite(folder, "keys", "revoke", listed[0].split()[0])
    assert revoked.stdout.strip().endswith("is revoked.")
    assert "revoked 20" in stripe_lite(folder, "keys", "list", "--account", account[0]).stdout


def test_a_key_is_rolled_with_overlap(folder: Path) -> None:
    created = stripe_lite(folder, "keys", "create", "--permission", "refund=write", "--name", "desk")
    old = created.stdout.strip()
    account = re.search(r"acct_\w+", created.stderr)
    assert account is not None
    rolled = stripe_lite(folder, "keys", "roll", old, "--overlap", "24h")
    assert rolled.returncode == 0, rolled.stderr
    new = rolled.stdout.strip()
    assert re.fullmatch(r"rk_test_\w{32}", new)
    assert new != old
    assert f"rk_test_****{old[-4:]}, which works until 20" in rolled.stderr
    first, second = stripe_lite(folder, "keys", "list", "--account", account[0]).stdout.splitlines()
    assert re.search(r"until 20\S+ \S+  desk  refund=write", first)
    assert f"rk_test_****{new[-4:]}" in second
    assert "living  desk  refund=write" in second


def test_a_webhook_secret_is_rolled_with_overlap(folder: Path) -> None:
    created = stripe_lite(folder, "keys", "create")
    account = re.search(r"acct_\w+", created.stderr)
    assert account is not None
    address = (folder / "address").read_text()
    params = {"url": "http://127.0.0.1:9/hook", "enabled_events[]": "*"}
    made = httpx.post(f"{address}/v1/webhook_endpoints", data=params, auth=(created.stdout.strip(), "")).json()
    rolled = stripe_lite(folder, "webhooks", "roll", account[0], made["id"], "--overlap", "24h")
    assert rolled.returncode == 0, rolled.stderr
    assert re.fullmatch(r"whsec_\w{32}\n", rolled.stdout)
    assert rolled.stdout.strip() != made["secret"]
    assert "The old one is valid until 20" in rolled.stderr
    assert "has ended" in stripe_lite(folder, "webhooks", "roll", account[0], made["id"]).stderr


def test_mistakes_with_webhook_secrets_end_with_a_sentence(folder: Path) -> None:
    for arguments in (["sk_test_x", "we_unknown"], ["acct_x", "we_unknown", "--overlap", "25h"]):
        refused = stripe_lite(folder, "webhooks", "roll", *arguments)
        assert refused.returncode == 1
        assert refused.stderr.startswith("stripe-lite: ")
        assert "Traceback" not in refused.stderr


def test_mistakes_end_with_a_sentence(folder: Path) -> None:
    for arguments in (
        ["revoke", "key_unknown"],
        ["create", "--account", "acct_x"],
        ["create", "--permission", "a=b"],
        ["roll", "key_unknown"],
        ["roll", "key_unknown", "--overlap", "soon"],
        ["create", "--permission", "customers=read"],
    ):
        refused = stripe_lite(folder, "keys", *arguments)
        assert refused.returncode == 1
        assert refused.stderr.startswith("stripe-lite: ")
        assert "Traceback" not in refused.stderr
