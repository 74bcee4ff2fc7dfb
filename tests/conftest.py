"""One PostgreSQL and one server for the whole session; a fresh account for each test."""

import asyncio
import json
import os
import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, Protocol

import asyncpg
import httpx
import hypothesis
import pytest
import pytest_asyncio
import uvicorn
from starlette.types import ASGIApp
from stripe import HTTPXClient, StripeClient

from stripe_lite.app import create_app
from stripe_lite.audit.verify import State, verify
from stripe_lite.audit.views import CREATE_VIEWS, PROTECT
from stripe_lite.db.embedded import EmbeddedPostgres
from stripe_lite.db.session import Database
from stripe_lite.http.corked import CorkedProtocol
from stripe_lite.registry import METADATA
from stripe_lite.serving import IDLE_SECONDS_MAX
from stripe_lite.settings import Settings
from tests import conformance
from tests.contract.schema import validate_event
from tests.shop import Shop, new_key
from tests.watch import Watch

WATCH = pytest.StashKey[Watch]()
PROBLEMS = pytest.StashKey[list[str]]()
# Which operations got a 200, in this process and in those that ran tests for it.
ANSWERED = pytest.StashKey[Counter[conformance.Operation]]()

# Tests share the cores: how fast data are made says nothing about the code.
hypothesis.settings.register_profile("busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("busy")

WORKERS_MAX = 8
EVENTS_OF = "SELECT * FROM events WHERE account_id = $1 ORDER BY id"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL of this session's own, in memory where the machine has a memory disk."""
    shared_memory = Path("/dev/shm")
    folder = Path(mkdtemp(prefix="stripe_lite_tests_", dir=shared_memory if shared_memory.is_dir() else None))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "data", fast=True)
    try:
        yield server.start()
    finally:
        server.stop()
        rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="session")
async def dsn(postgres: str) -> str:
    """The address of a database that has every table."""
    database = Database(postgres, pool_size=1)
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        for statement in (*CREATE_VIEWS, *PROTECT):
            await connection.exec_driver_sql(statement)
    await database.close()
    return postgres


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Serve an application on a free port of 127.0.0.1, in this loop; gives its base URL."""
    # Without IPPROTO_TCP uvicorn would not switch Nagle's algorithm off: 45 ms a request.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        http=CorkedProtocol,
        log_level="warning",
        lifespan="on",
        ws="none",
        timeout_keep_alive=IDLE_SECONDS_MAX,  # As in earnest: longer than clients keep their connections.
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        if task.done():
            task.result()
            raise RuntimeError("the server stopped before it started")
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


def settings_for_tests(**changes: Any) -> Settings:
    """Settings that read neither the environment's nor a `.env`'s knobs, with everything quick."""
    quick: dict[str, Any] = {
        "settlement_delay": 0.2,
        # What they tell would come between the events that tests list, and be waited for where all has to be quiet.
        "capture_delay": 600,
        "reference_delay": 600,
        "webhook_schedule": "0,0.1,0.2",
        "log_level": "warning",
    }
    return Settings(_env_file=None, **(quick | changes))


@pytest_asyncio.fixture(scope="session")
async def server(dsn: str, pytestconfig: pytest.Config) -> AsyncIterator[tuple[str, Watch]]:
    """The server that most tests share, and the watch over its responses.

    In the end whatever the tests have written has to agree with itself.
    """
    watch = Watch(create_app(settings_for_tests(), dsn))
    pytestconfig.stash[WATCH] = watch
    async with serving(watch) as url:
        yield url, watch
    broken = {each.check.name: each.rows[:3] for each in await verify(dsn) if each.state is State.BROKEN}
    assert not broken, f"an invariant is broken by what the tests wrote: {broken}"


@pytest_asyncio.fixture(scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A plain HTTP client."""
    async with httpx.AsyncClient(timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def sdk_transport() -> HTTPXClient:
    """The SDK's HTTP client: one for all, because each one reads the machine's certificates anew."""
    return HTTPXClient()


@pytest_asyncio.fixture
async def shop(
    server: tuple[str, Watch], http: httpx.AsyncClient, sdk_transport: HTTPXClient, dsn: str
) -> AsyncIterator[Shop]:
    """A new merchant. Afterwards every response and every event that it saw is held against the official schema."""
    url, watch = server
    watch.complaints.clear()
    key = new_key()
    client = StripeClient(key, base_addresses={"api": url}, http_client=sdk_transport, max_network_retries=0)
    shop = Shop(key, client, http, url)
    yield shop
    complaints = list(watch.complaints)
    connection = await asyncpg.connect(dsn)
    try:
        for row in await connection.fetch(EVENTS_OF, shop.account_id):
            complaints += [f"event {row['type']}: {complaint}" for complaint in validate_event(_envelope(row))]
    finally:
        await connection.close()
    assert not complaints, "\n".join(complaints)


def _envelope(row: asyncpg.Record) -> dict[str, object]:
    return {
        "id": row["id"],
        "object": "event",
        "api_version": row["api_version"],
        "created": int(row["created_at"].timestamp()),
        "data": json.loads(row["data"]),
        "livemode": row["livemode"],
        "pending_webhooks": 0,
        "request": {"id": row["request_id"], "idempotency_key": row["idempotency_key"]},
        "type": row["type"],
    }


class Node(Protocol):
    """A process that runs tests for this one, as pytest-xdist shows it: the package has no types."""

    config: pytest.Config


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a whole run write the conformance page instead of comparing with it."""
    parser.addoption("--write-conformance", action="store_true", help="write docs/conformance.md from this run")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count which operations are answered."""
    config.stash[ANSWERED] = Counter()


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: much of a test's time is waiting."""
    return min(len(os.sched_getaffinity(0)) + 1, WORKERS_MAX)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Node) -> None:
    """Take over what a process that ran tests for this one has counted."""
    # A process that died has left nothing; its tests count as failed.
    counted = getattr(node, "workeroutput", {}).get("answered", [])
    node.config.stash[ANSWERED].update({(method, path): count for method, path, count in counted})


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """After a whole green run, hold what was answered against the conformance page, or write it anew."""
    config = session.config
    answered = config.stash[ANSWERED]
    if WATCH in config.stash:
        answered.update(config.stash[WATCH].answered)
    if hasattr(config, "workeroutput"):
        config.workeroutput["answered"] = [(*operation, count) for operation, count in answered.items()]
        return
    narrowed = config.option.keyword or config.option.markexpr
    whole = config.args_source != config.ArgsSource.ARGS and not narrowed
    if exitstatus != 0 or not answered or not (whole or config.option.write_conformance):
        return
    problems = [f"no test gets a 200 from {name}" for name in conformance.untested(answered)]
    page = conformance.page(answered)
    if config.option.write_conformance:
        conformance.PAGE.parent.mkdir(exist_ok=True)
        conformance.PAGE.write_text(page)
    elif not conformance.PAGE.exists() or conformance.PAGE.read_text() != page:
        problems.append("docs/conformance.md is out of date: run ./run test --write-conformance")
    if problems:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        config.stash[PROBLEMS] = problems


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what the conformance check found."""
    for problem in config.stash.get(PROBLEMS, []):
        terminalreporter.write_line(f"conformance: {problem}", red=True)
