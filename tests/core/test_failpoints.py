"""Failpoints strike once, where and how they were armed."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from stripe_lite.core import failpoints


@pytest.fixture(autouse=True)
def disarm() -> Iterator[None]:
    yield
    failpoints.configure(None)


async def test_an_armed_failpoint_raises_at_its_nth_hit_only() -> None:
    failpoints.configure("before_send:2:raise")
    await failpoints.hit("before_send")
    await failpoints.hit("after_send")
    with pytest.raises(failpoints.FailpointHit, match="before_send"):
        await failpoints.hit("before_send")
    await failpoints.hit("before_send")


async def test_nothing_happens_unarmed() -> None:
    failpoints.configure("")
    await failpoints.hit("before_commit")


async def test_a_delay_takes_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failpoints, "DELAY_SECONDS", 0.05)
    failpoints.configure("after_bank:1:delay")
    began = asyncio.get_running_loop().time()
    await failpoints.hit("after_bank")
    assert asyncio.get_running_loop().time() - began >= 0.04


def test_kill_ends_the_process_at_once() -> None:
    program = (
        "import asyncio; from stripe_lite.core import failpoints as f; "
        "f.configure('before_commit:1:kill'); asyncio.run(f.hit('before_commit')); print('survived')"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=30)
    assert ended.returncode == -signal.SIGKILL
    assert ended.stdout == ""


@pytest.mark.parametrize("text", ["before_send", "nowhere:1:kill", "before_send:0:kill", "before_send:x:kill", "a:1:"])
def test_a_misspelt_failpoint_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="name:nth"):
        failpoints.configure(text)
