"""The application: puts the rooms together, starts the workers with it and stops them with it."""

import asyncio
import gc
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from stripe_lite import classic, contract, hosted, registry
from stripe_lite.bank.desk import BankDesk
from stripe_lite.bank.port import Bank
from stripe_lite.bank.simulator import Knobs, open_simulated_bank
from stripe_lite.core import failpoints, money
from stripe_lite.core.clock import utc_now
from stripe_lite.core.patience import Patience
from stripe_lite.core.terms import Terms
from stripe_lite.db.sending import GroupCommit
from stripe_lite.db.session import Database
from stripe_lite.events.deliveries.schedule import Schedule
from stripe_lite.events.targets import Policy
from stripe_lite.http.access_log import AccessLog
from stripe_lite.http.answers import API_VERSION
from stripe_lite.http.auth import Authenticator
from stripe_lite.http.expand import Expander
from stripe_lite.http.front import Front, Listener
from stripe_lite.http.metrics import Metrics
from stripe_lite.http.pages import add_docs, add_errors, add_health, add_metrics
from stripe_lite.http.phases import Kit
from stripe_lite.http.questions import BANK_JOB
from stripe_lite.http.rate_limits import RateLimits
from stripe_lite.http.request_log import RequestLogWriter
from stripe_lite.http.routes import Routes
from stripe_lite.settings import Settings
from stripe_lite.workers import loop
from stripe_lite.workers.bank import BankWorker
from stripe_lite.workers.clock import ClockWorker
from stripe_lite.workers.upkeep import UpkeepWorker
from stripe_lite.workers.webhooks import WebhookWorker

# Due work that nobody holds: found by the indexes on the due times, so that it costs what is due, not what there is.
DUE = """
SELECT sought.kind, (
    SELECT count(*) FROM jobs
    WHERE kind = sought.kind AND run_at <= $1 AND (lease_until IS NULL OR lease_until < $1)
) FROM unnest($2::text[]) AS sought (kind)
UNION ALL SELECT 'webhooks', count(*) FROM deliveries WHERE status = 'pending' AND next_attempt_at <= $1
"""

KINDS = [BANK_JOB, *registry.JOBS, *registry.BATCHES]

# A request leaves little behind: looking for cycles after every few hundred objects finds next to nothing.
GC_THRESHOLDS = (20_000, 20, 50)

# One connection of so many is kept for commits: a few that do nothing else have their statements planned and their
# caches warm, and each has room for many works.
COMMIT_SHARE = 5


class StripeLite:
    """The whole server as one ASGI application: the API's front door before FastAPI's pages."""

    def __init__(self, settings: Settings, dsn: str) -> None:
        failpoints.configure(settings.failpoint)
        self.settings = settings
        self.database, self._commits = _connections(settings, dsn)
        self._desk = BankDesk(lambda: _bank(settings, dsn))
        self.kit = Kit(
            database=self.database,
            plan=registry.plan(
                single_statements=settings.single_statements,
                private_targets=settings.private_targets == "allow",
                terms=_terms(settings),
                above=classic.REACTIONS,
                commits=self._commits,
            ),
            desk=self._desk,
            recorders=registry.RECORDERS,
            expander=Expander(registry.RESOURCES, contract.expandable),
            bank_patience=Patience(settings.bank_wait),
        )
        self.metrics = Metrics()
        self._request_log = RequestLogWriter(self.database)
        self._access_log = AccessLog(settings.log)
        authenticator = Authenticator(self.database, open_keys=settings.keys == "open")
        limit = RateLimits(self.database).admit if settings.rate_limits == "stripe" else None
        self._classic = classic.Door(
            self.kit, authenticator, open_keys=settings.keys == "open", listeners=self._listeners(), limit=limit
        )
        self.pages = self._pages()
        self._front = Front(
            self.pages,
            self.kit,
            Routes(registry.operations()),
            authenticator,
            listeners=self._listeners(),
            limit=limit,
            refuse_unsupported=settings.unsupported == "refuse",
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._front(scope, receive, send)

    def _listeners(self) -> list[Listener]:
        listeners: list[Listener] = [self.metrics.request, self._request_log.note]
        if self.settings.log_level in ("debug", "info"):
            listeners.append(self._access_log.note)
        return listeners

    def _pages(self) -> FastAPI:
        pages = FastAPI(
            title="stripe_lite",
            version=API_VERSION,
            lifespan=self._lifespan,
            docs_url=None,
            redoc_url=None,
            openapi_url=None,
            openapi_tags=[{"name": "Health", "description": "Whether the server works, and how much it does."}],
        )
        add_health(pages, self.database, self.settings.keys)
        add_metrics(pages, self.metrics, self._depths)
        add_docs(pages, registry.operations)
        add_errors(pages)
        classic.mount(pages, self._classic)
        hosted.mount(pages, self.kit)
        return pages

    async def _depths(self) -> Mapping[str, int]:
        """How much is due in each queue and was not taken up yet."""
        async with self.database.connection() as connection:
            due = {queue: count for queue, count in await connection.fetch(DUE, utc_now(), KINDS)}
        return {"request_log": self._request_log.waiting} | due

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Open the line to the bank, and keep the workers at work while the server serves."""
        stop = asyncio.Event()
        async with self._desk:
            self._request_log.start()
            working = asyncio.create_task(loop.run(self._workers(deliver=self.settings.delivery == "inside"), stop))
            # What was made until now stays: looking through it again at every collection costs a tenth of the CPU.
            gc.collect()
            gc.freeze()
            gc.set_threshold(*GC_THRESHOLDS)
            try:
                yield
            finally:
                stop.set()
                await self._classic.close()
                await working
                await self._request_log.stop()
                self._access_log.flush()
                await self._close()

    async def work(self, stop: asyncio.Event) -> None:
        """Do the background work alone, deliveries included, until `stop` is set: a process that serves nobody."""
        async with self._desk:
            try:
                await loop.run(self._workers(deliver=True), stop)
            finally:
                await self._close()

    async def _close(self) -> None:
        await self._commits.close()
        await self.database.close()

    def _workers(self, *, deliver: bool) -> list[loop.Worker]:
        settings = self.settings
        clock = ClockWorker(self.kit, registry.JOBS, registry.BATCHES)
        self.kit.expect_job = clock.expect
        workers: list[loop.Worker] = [
            BankWorker(self.kit),
            clock,
            UpkeepWorker(self.database, idempotency_ttl_seconds=settings.idempotency_ttl),
        ]
        if deliver:
            webhooks = WebhookWorker(
                self.database,
                Schedule(settings.webhook_schedule),
                timeout_seconds=settings.webhook_timeout,
                policy=Policy(settings.private_targets),
                count=self.metrics.delivery,
            )
            self.kit.wake_deliveries = webhooks.alarm.ring
            workers.append(webhooks)
        return workers


def _connections(settings: Settings, dsn: str) -> tuple[Database, GroupCommit]:
    """The connections to the database, and those of them that only commit."""
    lock_timeout_ms = int(settings.lock_timeout * 1000)
    lines = settings.pool_size // COMMIT_SHARE
    database = Database(dsn, pool_size=settings.pool_size - lines, lock_timeout_ms=lock_timeout_ms)
    if lines == 0:
        return database, GroupCommit()
    return database, GroupCommit(Database(dsn, pool_size=lines, lock_timeout_ms=lock_timeout_ms, plans="generic"))


def _bank(settings: Settings, dsn: str) -> AbstractAsyncContextManager[Bank]:
    """The bank that payments are made with: the simulator in this process, or one that is reached over HTTP."""
    if settings.bank_url is not None:
        from stripe_lite.bank.http_bank import HttpBank  # Its client is heavy, and seldom needed.

        return HttpBank(settings.bank_url)
    return open_simulated_bank(dsn, bank_knobs(settings))


def _terms(settings: Settings) -> Terms:
    """What payments cost under these settings, and how long their money takes."""
    return Terms(
        currency=money.check_currency(settings.settlement_currency),
        fee_percent=settings.fee_percent,
        fee_fixed=settings.fee_fixed,
        dispute_fee=settings.dispute_fee,
        delay_days=settings.payout_delay,
        capture_delay_seconds=settings.capture_delay,
        reference_delay_seconds=settings.reference_delay,
        settlement_delay_seconds=settings.settlement_delay,
    )


def create_app(settings: Settings | None = None, dsn: str | None = None) -> StripeLite:
    """The application for these settings, on this database."""
    settings = settings or Settings()
    if dsn is None:
        if settings.database_url is None:
            raise RuntimeError("create_app needs a database: DATABASE_URL, or the embedded one that `serve` starts")
        dsn = settings.database_url.get_secret_value()
    return StripeLite(settings, dsn)


def bank_knobs(settings: Settings) -> Knobs:
    """How the simulated bank behaves under these settings."""
    return Knobs(
        latency_seconds=settings.bank_latency,
        jitter_seconds=settings.bank_jitter,
        failure_rate=settings.bank_failure_rate,
        seed=settings.bank_seed,
        settlement_seconds=settings.settlement_delay,
    )
