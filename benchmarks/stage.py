"""What the benchmarks run on: a PostgreSQL on a real disk, and servers started as `./run` starts them."""

import asyncio
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.load import Outcome, Scenario
from stripe_lite.db.embedded import EmbeddedPostgres
from stripe_lite.db.migrate import config
from stripe_lite.db.session import engine_url
from stripe_lite.registry import METADATA

ROOT = Path(__file__).parents[1]
STRIPE_LITE = str(Path(sys.executable).with_name("stripe-lite"))
START_SECONDS_MAX = 30.0
POLL_SECONDS = 0.005
STOP_SECONDS_MAX = 15.0
LOAD_SECONDS_MAX = 600.0


@dataclass
class Account:
    """A sandbox: its key and, where the database was asked for it, its id."""

    key: str
    id: str

    @property
    def authorization(self) -> str:
        """The header that opens it."""
        return f"Bearer {self.key}"


class Process:
    """A child process that serves HTTP on a port of 127.0.0.1, and what it has used."""

    def __init__(self, command: list[str], port: int, environment: Mapping[str, str], log: Path) -> None:
        self.port = port
        self.log = log
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                command, env={**os.environ, **environment}, stdout=output, stderr=output, cwd=ROOT
            )
        self.began = time.perf_counter()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    def await_answer(self, path: str) -> float:
        """Wait until a path answers 200; how long that took since the process was started, in seconds."""
        while self.status(path) != 200:
            if self._child.poll() is not None or time.perf_counter() - self.began > START_SECONDS_MAX:
                raise RuntimeError(f"the server did not start; its log ends:\n{self.log.read_text()[-2000:]}")
            time.sleep(POLL_SECONDS)
        return time.perf_counter() - self.began

    def status(self, path: str) -> int | None:
        """The status that a GET answers, or None where nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    def cpu_seconds(self) -> float:
        """Processor time used so far by all its threads, and by its children where it serves in several processes."""
        tasks = [task for pid in _family(self.pid) for task in Path(f"/proc/{pid}/task").iterdir()]
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def resident_megabytes(self) -> float:
        """Memory in use, in units of 10⁶ bytes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
            try:
                self._child.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()


class Stage:
    """One PostgreSQL for everything that is measured against each other."""

    def __init__(self, folder: Path, postgres: EmbeddedPostgres, *, from_models: bool) -> None:
        self.folder = folder
        self.postgres = postgres
        self._from_models = from_models

    def dsn(self, database: str) -> str:
        """The address of a database of the cluster."""
        return f"postgresql://stripe_lite@/{database}?host={quote(str(self.socket_folder))}&port=5432"

    @property
    def socket_folder(self) -> Path:
        """Where the server's socket is."""
        return Path(self.postgres.dsn.partition("host=")[2].partition("&")[0].replace("%2F", "/"))

    async def create_database(self, name: str) -> str:
        """A new database with every table."""
        connection = await asyncpg.connect(self.postgres.dsn)
        try:
            await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()
        dsn = self.dsn(name)
        await (_make_tables(dsn) if self._from_models else _migrate(dsn))
        return dsn

    @contextmanager
    def server(self, dsn: str, **settings: str) -> Iterator[Process]:
        """A stripe_lite server on a database, as `./run` starts it."""
        process = self.start_server(dsn, **settings)
        try:
            process.await_answer("/healthz")
            yield process
        finally:
            process.stop()

    def start_server(self, dsn: str, **settings: str) -> Process:
        """Start a server without waiting for its first answer."""
        port = free_port()
        environment = {"DATABASE_URL": dsn, "STRIPE_LITE_PORT": str(port)}
        return Process([STRIPE_LITE, "serve"], port, environment | settings, self.folder / "server.log")

    def start_alone(self, folder: Path) -> Process:
        """Start a server that keeps its own PostgreSQL in a folder, as `./run` does."""
        port = free_port()
        environment = {"STRIPE_LITE_DATA_DIR": str(folder), "STRIPE_LITE_PORT": str(port), "DATABASE_URL": ""}
        return Process([STRIPE_LITE, "serve"], port, environment, self.folder / "server.log")

    async def new_account(self, dsn: str, server: Process) -> Account:
        """A new empty account, opened by its first request."""
        key = f"sk_test_{secrets.token_hex(16)}"
        tree = ask(server.port, "POST", "/v1/customers", key, "name=Benchmark")
        connection = await asyncpg.connect(dsn)
        try:
            id = await connection.fetchval("SELECT account_id FROM customers WHERE id = $1", tree["id"])
        finally:
            await connection.close()
        return Account(key, id)


@contextmanager
def set_stage(*, from_models: bool = False) -> Iterator[Stage]:
    """A cluster in a temporary folder on a real disk, so that a commit costs what it costs in earnest."""
    folder = Path(tempfile.mkdtemp(prefix="stripe_lite_bench_", dir=_folder_on_disk()))
    folder.chmod(0o711)
    postgres = EmbeddedPostgres(folder / "data")
    try:
        postgres.start()
        yield Stage(folder, postgres, from_models=from_models)
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def play(scenario: Scenario) -> Outcome:
    """Let the load generator play a scenario in a process of its own.

    First the disk gets what was left to it: else one side of a comparison waits for what the other has written.
    """
    os.sync()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(asdict(scenario)),
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        check=True,
        timeout=LOAD_SECONDS_MAX,
    )
    return Outcome(**json.loads(done.stdout))


def ask(port: int, method: str, path: str, key: str, body: str = "") -> dict[str, object]:
    """One request outside the measurements; its answer must be 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request(method, path, body or None, headers)
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"{method} {path} → {response.status} {answer[:300]!r}")
    tree = json.loads(answer)
    assert isinstance(tree, dict)
    return tree


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from _family(int(child))


def _folder_on_disk() -> Path | None:
    """The first usual place for temporary files that is not kept in memory."""
    in_memory = {
        Path(line.split()[1]) for line in Path("/proc/mounts").read_text().splitlines() if line.split()[2] == "tmpfs"
    }
    for folder in (Path(tempfile.gettempdir()), Path("/var/tmp"), ROOT):
        mount = next(place for place in (folder, *folder.parents) if place.is_mount())
        if mount not in in_memory:
            return folder
    raise RuntimeError("there is no folder on a disk to keep the database in")


async def _migrate(dsn: str) -> None:
    process = await asyncio.create_subprocess_exec(
        STRIPE_LITE, "migrate", env={**os.environ, "DATABASE_URL": dsn}, stdout=subprocess.DEVNULL, cwd=ROOT
    )
    if await process.wait() != 0:
        raise RuntimeError("the database could not be migrated")


async def _make_tables(dsn: str) -> None:
    """Make what the models describe, and have the server believe that it was migrated."""
    engine = create_async_engine(engine_url(dsn))
    async with engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        await connection.execute(text("CREATE TABLE alembic_version (version_num text PRIMARY KEY)"))
        head = ScriptDirectory.from_config(config()).get_current_head()
        await connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
    await engine.dispose()
