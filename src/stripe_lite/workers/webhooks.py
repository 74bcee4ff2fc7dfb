"""Sends webhooks: claims what is due, sends it with a limit for each endpoint, and records what came of it.

Sending runs beside the ticks, so that one hanging receiver delays no other; the results of many are recorded at once.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog

from stripe_lite.core import failpoints
from stripe_lite.core.clock import utc_now
from stripe_lite.db.session import Database
from stripe_lite.events.deliveries import queue
from stripe_lite.events.deliveries.lanes import AT_ONCE_START, Lane
from stripe_lite.events.deliveries.queue import BATCH_MAX, Claimed, Result
from stripe_lite.events.deliveries.schedule import Schedule
from stripe_lite.events.deliveries.sender import Attempt, Sender
from stripe_lite.events.targets import Policy
from stripe_lite.workers.loop import Alarm

POLL_SECONDS = 1.0
OPEN_MAX = 300  # Connections in use at once over all endpoints; each takes a file descriptor.
ACCOUNTS_WITH_LANES_MAX = 1000
DATABASE_CONNECTIONS_MAX = 4  # For claims, and as many again for results: the rest of the pool is the API's.
LEASE_MARGIN_SECONDS = 10.0
RECORD_PAUSE_SECONDS = 0.03  # What else ends meanwhile is recorded in the same transaction.
RECORD_AGAIN_SECONDS = 0.2
RECORD_TRIES_MAX = 10
FINISH_SECONDS_MAX = 5.0

log = structlog.get_logger("stripe_lite.webhooks")


class WebhookWorker:
    """The delivery worker of one process."""

    name = "webhooks"
    period_seconds = POLL_SECONDS

    def __init__(
        self,
        database: Database,
        schedule: Schedule,
        *,
        timeout_seconds: float,
        policy: Policy,
        count: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.alarm = Alarm()
        self._count = count
        self._database = database
        self._schedule = schedule
        self._policy = policy
        self._timeout_seconds = timeout_seconds
        self._lease = timedelta(seconds=timeout_seconds + LEASE_MARGIN_SECONDS)
        self._sender: Sender | None = None
        self._lanes: defaultdict[str, dict[str, Lane]] = defaultdict(dict)
        self._open = 0
        self._sending: dict[asyncio.Task[None], Claimed] = {}
        self._put_off: set[str] = set()
        self._doubtful: set[tuple[str, datetime]] = set()
        self._results: defaultdict[str, list[Result]] = defaultdict(list)
        self._recording: dict[str, asyncio.Task[None]] = {}
        self._claimers = asyncio.Semaphore(DATABASE_CONNECTIONS_MAX)
        self._recorders = asyncio.Semaphore(DATABASE_CONNECTIONS_MAX)
        self._next_poll = 0.0
        self._closing = False

    async def tick(self) -> bool:
        """Claim what is due for the accounts that rang, and about once a second for all, and begin to send it."""
        if self._sender is None:
            self._sender = Sender(self._timeout_seconds, self._policy)
        names, anyone = self.alarm.answer()
        now = asyncio.get_running_loop().time()
        if anyone or now >= self._next_poll:
            self._next_poll = now + POLL_SECONDS
            due = await queue.due(self._database, utc_now())
            await asyncio.gather(*(self._cancel(account_id, endpoints) for account_id, endpoints in due.items()))
            names.update(due)
            self._prune()
            await self._release_doubtful()
        await asyncio.gather(*(self._claim(account_id) for account_id in names))
        return False

    async def close(self) -> None:
        """Give back what was not begun, let the rest finish for a while, and record what came of it."""
        self._closing = True
        waiting = [claimed for lane in self._all_lanes() for claimed in lane.waiting]
        for lane in self._all_lanes():
            lane.waiting.clear()
        await self._release(waiting)
        if self._sending:
            _, unfinished = await asyncio.wait(self._sending, timeout=FINISH_SECONDS_MAX)
            cut_short = [self._sending[task] for task in unfinished]
            for task in unfinished:
                task.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)
            await self._release(cut_short)
        await asyncio.gather(*self._recording.values())
        if self._sender is not None:
            await self._sender.close()

    async def _cancel(self, account_id: str, endpoint_ids: list[str]) -> None:
        async with self._claimers:
            await queue.cancel(self._database, account_id, endpoint_ids, utc_now())

    async def _release(self, claims: Iterable[Claimed]) -> None:
        grouped: defaultdict[str, list[Claimed]] = defaultdict(list)
        for claimed in claims:
            grouped[claimed.account_id].append(claimed)
        for account_id, group in grouped.items():
            await queue.release(self._database, account_id, group)

    async def _claim(self, account_id: str) -> None:
        """Take what is due for the account's endpoints and line it up."""
        if self._open >= OPEN_MAX:
            self._put_off.add(account_id)
            return
        lanes = self._lanes[account_id]
        quotas = {endpoint_id: lane.quota for endpoint_id, lane in lanes.items()}
        async with self._claimers:
            now = utc_now()
            lease_until = now + self._lease
            try:
                claims = await queue.claim(self._database, account_id, now, lease_until, quotas, AT_ONCE_START)
            except Exception:
                # What was claimed, if it was, would wait for the end of its lease in nobody's hands.
                self._doubtful.add((account_id, lease_until))
                raise
        taken = Counter(claimed.endpoint_id for claimed in claims)
        for claimed in claims:
            lanes.setdefault(claimed.endpoint_id, Lane()).waiting.append(claimed)
        for endpoint_id, number in taken.items():
            lane = lanes[endpoint_id]
            lane.more_due = number >= quotas.get(endpoint_id, AT_ONCE_START)
            self._advance(lane)

    async def _release_doubtful(self) -> None:
        for account_id, lease_until in list(self._doubtful):
            await queue.release_all(self._database, account_id, lease_until)
            self._doubtful.discard((account_id, lease_until))
            self.alarm.ring(account_id)

    def _advance(self, lane: Lane) -> None:
        """Begin to send as many of a lane's deliveries as it may have under way."""
        while (claimed := self._take(lane)) is not None:
            task = asyncio.create_task(self._send(claimed, lane))
            self._sending[task] = claimed
            task.add_done_callback(self._sending.pop)

    def _take(self, lane: Lane) -> Claimed | None:
        """A place, and the lane's next delivery for it; None where there is none of either."""
        while lane.free and self._open < OPEN_MAX and not self._closing:
            claimed = lane.waiting.popleft()
            if claimed.lease_until - utc_now() < timedelta(seconds=self._timeout_seconds):
                continue  # It waited too long behind slow ones: whoever claims it next will send it.
            lane.open += 1
            self._open += 1
            return claimed
        return None

    async def _send(self, first: Claimed, lane: Lane) -> None:
        """Send a delivery, and after it the lane's next ones in its place: a task for each would cost a tenth more."""
        task = asyncio.current_task()
        assert task is not None
        claimed: Claimed | None = first
        while claimed is not None:
            self._sending[task] = claimed
            try:
                await self._deliver(claimed, lane)
            finally:
                was_full = self._open == OPEN_MAX
                lane.open -= 1
                self._open -= 1
            last, claimed = claimed, self._take(lane)
            self._follow_up(last.account_id, lane, was_full=was_full)

    async def _deliver(self, claimed: Claimed, lane: Lane) -> None:
        try:
            await failpoints.hit("before_send")
            attempt = await self._post(claimed)
            await failpoints.hit("after_send")
            lane.learn(attempt)
            self._keep(claimed, attempt)
        except Exception:
            # The lease ends by itself; then the delivery is tried again.
            log.exception("delivery failed on our side", delivery=claimed.id)

    async def _post(self, claimed: Claimed) -> Attempt:
        if self._sender is None:
            raise RuntimeError("the worker has not ticked yet")
        return await self._sender.post(claimed.url, claimed.body, claimed.secrets(utc_now()))

    def _follow_up(self, account_id: str, lane: Lane, *, was_full: bool) -> None:
        """What an answer makes possible: more at once of the lane, a new claim, or others that waited for a place."""
        self._advance(lane)
        if lane.hungry:
            lane.more_due = False
            self.alarm.ring(account_id)
        if was_full:
            for other in self._all_lanes():
                self._advance(other)
            for name in self._put_off:
                self.alarm.ring(name)
            self._put_off.clear()

    def _all_lanes(self) -> list[Lane]:
        return [lane for lanes in self._lanes.values() for lane in lanes.values()]

    def _prune(self) -> None:
        """Forget what was learnt about endpoints that nothing is claimed for, once there are many."""
        if len(self._lanes) > ACCOUNTS_WITH_LANES_MAX:
            for account_id, lanes in list(self._lanes.items()):
                if all(lane.idle for lane in lanes.values()):
                    del self._lanes[account_id]

    def _keep(self, claimed: Claimed, attempt: Attempt) -> None:
        """Keep a result until the next statement of results of its account."""
        self._count("delivered" if attempt.succeeded else "failed")
        wait = None if attempt.succeeded or not claimed.automatic else self._wait(claimed, attempt)
        next_attempt_at = None if wait is None else utc_now() + timedelta(seconds=wait)
        self._results[claimed.account_id].append(Result(claimed, attempt, next_attempt_at))
        if claimed.account_id not in self._recording:
            self._recording[claimed.account_id] = asyncio.create_task(self._record(claimed.account_id))

    def _wait(self, claimed: Claimed, attempt: Attempt) -> float | None:
        first = claimed.first_attempt_at or attempt.began_at
        elapsed = (utc_now() - first).total_seconds()
        return self._schedule.wait_before(claimed.attempts + 1, elapsed, attempt.retry_after_seconds)

    async def _record(self, account_id: str) -> None:
        """Record an account's results until there are none left."""
        try:
            await asyncio.sleep(RECORD_PAUSE_SECONDS)
            while results := self._results.pop(account_id, []):
                if len(results) > BATCH_MAX:
                    self._results[account_id] = results[BATCH_MAX:]
                async with self._recorders:
                    await self._record_batch(account_id, results[:BATCH_MAX])
        finally:
            del self._recording[account_id]

    async def _record_batch(self, account_id: str, batch: list[Result]) -> None:
        """What cannot be recorded for long is forgotten: its lease ends, and the delivery is tried again."""
        for _ in range(RECORD_TRIES_MAX):
            try:
                disabled = await queue.record(self._database, account_id, batch)
            except Exception:
                log.exception("results of deliveries could not be recorded", account=account_id, number=len(batch))
                await asyncio.sleep(RECORD_AGAIN_SECONDS)
                continue
            for endpoint_id in disabled:
                log.warning("endpoint disabled: it failed for the whole schedule", endpoint=endpoint_id)
            self._ring_in_time(account_id, batch)
            return

    def _ring_in_time(self, account_id: str, batch: list[Result]) -> None:
        """Ring for what is due again before the next poll."""
        moments = {result.next_attempt_at for result in batch if result.next_attempt_at is not None}
        for moment in sorted(moments):
            seconds = (moment - utc_now()).total_seconds()
            if seconds < POLL_SECONDS:
                asyncio.get_running_loop().call_later(max(0.0, seconds), self.alarm.ring, account_id)
