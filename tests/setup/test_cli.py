"""The command line serves, tells what is wrong, and ends in order."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from stripe_lite.settings import Settings

COMMANDS = ("serve", "bank", "migrate")
START_SECONDS_MAX = 90.0
FINISH_SECONDS_MAX = 10.0


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder that the tests share: the second start of a server is the common one."""
    path = Path(tempfile.mkdtemp(prefix="stripe_lite_test_"))
    yield path
    shutil.rmtree(path)


def environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    ours = {f"STRIPE_LITE_{name.upper()}" for name in Settings.model_fields} | {"DATABASE_URL"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "STRIPE_LITE_DATA_DIR": str(folder), "STRIPE_LITE_PORT": "0", "COLUMNS": "200", **settings}


def stripe_lite(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [sys.executable, "-m", "stripe_lite", *arguments]
    given = environment(folder, settings)
    return subprocess.run(command, capture_output=True, text=True, check=False, env=given, cwd=folder, timeout=60)


class Server:
    """A server in a process of its own, with what it printed at its start."""

    def __init__(self, process: subprocess.Popen[str], banner: str) -> None:
        self.process = process
        self.banner = banner
        found = re.search(r"address +(http://\S+)", banner)
        assert found is not None, banner
        self.url = found.group(1)

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, timeout=5)

    def await_answer(self) -> None:
        until = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                self.get("/healthz")
                return
            except httpx.TransportError:
                assert time.monotonic() < until
                time.sleep(0.05)


@contextmanager
def serving(folder: Path, *arguments: str, errors: int | None = None, **settings: str) -> Iterator[Server]:
    process = subprocess.Popen(
        [sys.executable, "-m", "stripe_lite", *(arguments or ("serve",))],
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        env=environment(folder, settings),
        cwd=folder,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "stripe.api_key" in line or "STRIPE_LITE_BANK_URL" in line:
                break
        yield Server(process, "".join(lines))
    finally:
        process.kill()
        process.communicate()


def test_each_command_explains_itself(folder: Path) -> None:
    overview = stripe_lite(folder, "--help")
    assert overview.returncode == 0
    for command in COMMANDS:
        assert command in overview.stdout
        explained = stripe_lite(folder, command, "--help")
        assert explained.returncode == 0
        assert len(explained.stdout) > 100


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_answers_and_ends_with_status_0_when_asked(folder: Path, workers: str, asked: signal.Signals) -> None:
    with serving(folder, STRIPE_LITE_WORKERS=workers) as server:
        server.await_answer()
        health = server.get("/healthz").json()
        assert (health["status"], health["mode"], health["api_version"]) == ("ok", "open", "2026-05-27.dahlia")
        assert server.get("/readyz").status_code == 200
        os.killpg(server.process.pid, asked)  # As the terminal sends Ctrl-C: to the whole group.
        assert server.process.wait(FINISH_SECONDS_MAX) == 0
    assert not (folder / "cluster" / "postmaster.pid").exists()


def test_ctrl_c_pressed_three_times_ends_a_server_as_quietly_as_once(folder: Path) -> None:
    with (folder / "log").open("w") as log:
        with serving(folder, errors=log.fileno()) as server:
            server.await_answer()
            for _ in range(3):
                os.killpg(server.process.pid, signal.SIGINT)
                time.sleep(0.03)
            assert server.process.wait(FINISH_SECONDS_MAX) == 0
        assert "Traceback" not in (folder / "log").read_text()
    assert not (folder / "cluster" / "postmaster.pid").exists()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_killed_server_leaves_nothing_in_the_way_of_the_next(folder: Path, workers: str) -> None:
    with serving(folder, STRIPE_LITE_WORKERS=workers) as server:
        server.await_answer()
        port = server.url.rpartition(":")[2]
    with serving(folder, STRIPE_LITE_WORKERS=workers, STRIPE_LITE_PORT=port) as again:
        again.await_answer()
        assert again.url == server.url


def test_the_bank_is_served_apart(folder: Path) -> None:
    with serving(folder, "bank", "--port", "0") as bank:
        bank.await_answer()
        assert f"STRIPE_LITE_BANK_URL={bank.url}" in bank.banner
        assert bank.get("/healthz").json() == {"status": "ok"}
        bank.process.terminate()
        assert bank.process.wait(FINISH_SECONDS_MAX) == 0


def test_the_banner_tells_which_keys_work(folder: Path) -> None:
    with serving(folder, STRIPE_LITE_KEYS="strict") as server:
        assert "only those work that `keys create` made" in server.banner
        assert f'stripe.api_base = "{server.url}"' in server.banner
        assert f"{server.url}/docs" in server.banner


def test_a_taken_port_is_told_before_anything_is_started(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = stripe_lite(folder, "serve", "--port", port)
    assert refused.returncode == 1
    assert refused.stderr == f"stripe-lite: Cannot listen on 127.0.0.1:{port}: Address already in use.\n"


def test_wrong_settings_are_named(folder: Path) -> None:
    refused = stripe_lite(folder, "serve", STRIPE_LITE_WORKERS="many", STRIPE_LITE_PROT="1")
    assert refused.returncode == 1
    assert refused.stderr.startswith("stripe-lite: STRIPE_LITE_WORKERS: ")


def test_a_misspelt_setting_is_pointed_out(folder: Path) -> None:
    done = stripe_lite(folder, "migrate", STRIPE_LITE_PROT="1")
    assert done.returncode == 0
    assert "STRIPE_LITE_PROT is not a setting; did you mean STRIPE_LITE_PORT?" in done.stderr


def test_open_keys_on_every_interface_are_refused(folder: Path) -> None:
    refused = stripe_lite(folder, "serve", "--host", "0.0.0.0", STRIPE_LITE_KEYS="open")
    assert refused.returncode == 1
    assert refused.stderr.startswith("stripe-lite: open keys on 0.0.0.0")
    assert "STRIPE_LITE_UNSAFE_OPEN=true" in refused.stderr


def test_an_unreachable_database_is_told_in_a_sentence(folder: Path) -> None:
    refused = stripe_lite(folder, "migrate", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert refused.returncode == 1
    assert refused.stderr.startswith("stripe-lite: The database does not let us in: ")
    assert "Traceback" not in refused.stderr
