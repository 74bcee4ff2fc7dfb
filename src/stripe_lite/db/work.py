"""One unit of work: the only way to the database for everything that acts on an account's objects.

A `Work` reads rows, notices what was added and changed, and sends it all as one `WITH …` statement. Without locks that
statement is the whole transaction: one round trip. Taking a lock begins a transaction that `commit` ends.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import Select
from sqlalchemy.orm.base import instance_state

from stripe_lite.core.clock import utc_now
from stripe_lite.core.lists import ListParams, Page
from stripe_lite.core.memory import Memory
from stripe_lite.core.terms import Terms
from stripe_lite.db import queries, writes
from stripe_lite.db.base import Base, Remembered, Row
from stripe_lite.db.outcomes import LOST, CommitUnknown, Conflict
from stripe_lite.db.pages import Condition, page_of
from stripe_lite.db.plan import Plan, Recorded, RequestStamp
from stripe_lite.db.sending import locking, send, send_singly
from stripe_lite.db.session import APPLICATION_NAME, Database, Driver, Lease
from stripe_lite.db.witness import END_SESSION, Witness, witness_of
from stripe_lite.db.writes import Written

AnyRow = TypeVar("AnyRow", bound=Row)


class Work:
    """One transaction of one account in one mode."""

    def __init__(
        self,
        database: Database,
        plan: Plan,
        account_id: str,
        livemode: bool,
        request: RequestStamp,
        *,
        now: datetime | None = None,
    ) -> None:
        self.account_id = account_id
        self.livemode = livemode
        self.request = request
        self.now = now or utc_now()
        self.asked: list[Any] = []
        self.followed = 0
        # Ids that were looked for here, and belong to the account's objects of the other mode.
        self.in_other_mode: set[str] = set()
        self._database = database
        self._plan = plan
        self._lease: Lease | None = None
        self._begun = False
        self._added: list[Base] = []
        self._deleted: list[Base] = []
        self._written: dict[type[Base], list[Base]] = {}
        self._extra: list[Written] = []
        self._known: dict[tuple[type[Base], str], Base] = {}
        self._locked: set[tuple[type[Base], str]] = set()
        # Rows that came from the process's memory and were not read, and those that its memory gets after the commit.
        self._unread: list[Row] = []
        self._fresh: list[Row] = []
        self._recorded: list[Recorded] = []
        self._witness: Witness | None = None
        self._sent = False

    @property
    def origin(self) -> str:
        """The server's address as the client wrote it, for links to pages of ours."""
        return self.request.origin or self._plan.origin

    @property
    def private_targets(self) -> bool:
        """Whether webhooks may be sent to loopback and private addresses."""
        return self._plan.private_targets

    @property
    def terms(self) -> Terms:
        """Fees and delays of this server."""
        return self._plan.terms

    @property
    def memory(self) -> Memory:
        """What this process remembers for a moment, beyond this work; names begin with the account's id."""
        return self._plan.memory

    # Reading

    async def get(self, model: type[AnyRow], id: str, *, lock: bool = False, watch: bool = False) -> AnyRow | None:
        """The account's row with this id in this mode, or None.

        With `lock` it stays ours until the commit. With `watch` it may be changed without a lock: if somebody else
        changes it first, the commit raises Conflict, and whoever runs this work runs it again. That spares the round
        trips of a transaction, and is right where only this row decides what happens to it. Rows of some models come
        from the process's memory then; if they are not changed in the end, the commit raises Conflict, too.
        """
        key = (model, id)
        known = self._known.get(key)
        if isinstance(known, model) and (key in self._locked or not (lock or watch)):
            return known
        if watch and known is None and (values := self._plan.recent.take(model, self.account_id, id)) is not None:
            row = self._remember(model, values, locked=True)
            self._unread += [] if row is None else [row]
            return row
        driver = await (self.begin() if lock else self._connect())
        record = await locking(driver.fetchrow(queries.select_by_id(model, lock), self.account_id, id))
        if record is None:
            return None
        return self._remember(model, record, locked=lock or watch)

    async def watch(self, *wanted: tuple[type[Row], str]) -> None:
        """Read rows of different tables in one round trip, to be changed without a lock; `get` finds them then.

        If one of them is missing, none is read.
        """
        models = tuple(model for model, _ in wanted)
        driver = await self._connect()
        sql = queries.select_together(models)
        record = await locking(driver.fetchrow(sql, self.account_id, *(id for _, id in wanted)))
        if record is None:
            return
        values = tuple(record)
        for model in models:
            width = len(queries.fields_of(model).fields)
            self._remember(model, values[:width], locked=True)
            values = values[width:]

    def remembered(self, *wanted: tuple[type[Row], str]) -> list[Row]:
        """Rows that this work has read, for `adopt`; none where one of them is missing."""
        rows = [row for key in wanted if isinstance(row := self._known.get(key), Row)]
        return rows if len(rows) == len(wanted) else []

    def taken(self, model: type[AnyRow], values: Iterable[Any]) -> AnyRow:
        """The row, of this account and mode, whose values were read by a statement of one's own."""
        row = self._remember(model, values, locked=False)
        assert row is not None, "the statement asked for rows of the other mode"
        return row

    def adopt(self, rows: Iterable[Row]) -> None:
        """Watch rows without reading them, as an earlier work of this process committed them a moment ago.

        If somebody has changed them since, the commit of a change raises Conflict, as with `watch`. What they hold of
        JSON has to be plain lists and hashes, as it would be read.
        """
        for row in rows:
            self._known[type(row), row.id] = row
            self._locked.add((type(row), row.id))

    async def one(self, statement: Select[AnyRow], *, lock: bool = False) -> AnyRow | None:
        """The first row of a `select(Model)`, or None."""
        rows = await self.all(statement.limit(1), lock=lock)
        return rows[0] if rows else None

    async def all(self, statement: Select[AnyRow], *, lock: bool = False, watch: bool = False) -> list[AnyRow]:
        """The rows of a `select(Model)`; the caller's conditions include the account. `lock`, `watch`: as in `get`."""
        if lock:
            statement = statement.with_for_update(key_share=True)
        model = queries.entity_of(statement)
        driver = await (self.begin() if lock else self._connect())
        sql, arguments = queries.compiled(statement)
        records = await locking(driver.fetch(sql, *arguments))
        rows = (self._remember(model, record, locked=lock or watch) for record in records)
        return [row for row in rows if row is not None]

    async def page(
        self, model: type[AnyRow], params: ListParams, *conditions: Condition, noun: str = "", mixed: bool = False
    ) -> Page[AnyRow]:
        """One page of the account's rows, newest first, from the client's cursor; `mixed`: with different prefixes."""
        return await page_of(self, model, params, conditions, noun, mixed=mixed)

    async def values(self, statement: Select[*tuple[Any, ...]]) -> list[asyncpg.Record]:
        """The records of a statement that reads something else than whole rows: counts, sums, single columns."""
        driver = await self._connect()
        sql, arguments = queries.compiled(statement)
        return list(await driver.fetch(sql, *arguments))

    async def execute(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """The records of a hand-written statement on a hot path."""
        driver = await self._connect()
        return list(await locking(driver.fetch(sql, *arguments)))

    # Writing

    def add(self, row: Base) -> None:
        """Write a new row with this work."""
        self._added.append(row)
        if isinstance(row, Row):
            key = (type(row), row.id)
            self._known[key] = row
            self._locked.add(key)

    def delete(self, row: Base) -> None:
        """Delete a row with this work."""
        self._deleted.append(row)
        if isinstance(row, Row):
            self._known.pop((type(row), row.id), None)

    def also(self, part: Written) -> None:
        """Send a statement of one's own with this work's."""
        self._extra.append(part)

    def ask(self, question: Any) -> None:
        """Remember a question that is put to the bank once this work is committed."""
        self.asked.append(question)

    def tell(self, type: str, object: Any) -> None:
        """Remember a recorded fact for those who react to it."""
        self._recorded.append(Recorded(type, object))

    def listens(self, type: str) -> bool:
        """Whether anybody answers facts of this type: what nobody would act on must be refused, not dropped."""
        return bool(self._plan.reactions.get(type))

    async def react(self) -> None:
        """Let everybody answer the facts recorded so far, and the facts recorded by them."""
        while self._recorded:
            fact = self._recorded.pop(0)
            for reaction in self._plan.reactions.get(fact.type, ()):
                await reaction(self, fact.object)

    async def flush(self) -> None:
        """Send what was added, changed and deleted so far, where a query has to see it."""
        parts = self._parts()
        if not parts:
            return
        driver = await self.begin()
        self._sent = True
        await self._send(driver, parts)

    # Ending; for the route and the workers only

    async def commit(self) -> None:
        """Make everything last. Raises CommitUnknown where a lost connection leaves that open."""
        parts = self._parts()
        if not all(row in self._fresh for row in self._unread):
            # What was done here may rest on what is no longer so, and no guard of a row tells.
            raise Conflict
        await self._finish(parts)
        for row in self._fresh:
            self._plan.recent.keep(row)

    async def rollback(self) -> None:
        """Undo everything and forget every row."""
        self.discard()
        self._known.clear()
        self._locked.clear()
        if self._begun and self._lease is not None:
            try:
                await self._lease.driver.execute("ROLLBACK")
            except LOST:
                self.close(broken=True)
        self._begun = self._sent = False
        self._witness = None
        self._fresh.clear()  # But not what was unread: whatever is done now may rest on it.

    def discard(self) -> None:
        """Forget what was to be written and has not been sent, so that only what comes now is committed."""
        self._added.clear()
        self._deleted.clear()
        self._extra.clear()
        self._recorded.clear()
        self.asked.clear()
        for row in self._known.values():
            instance_state(row).committed_state.clear()

    @property
    def adds(self) -> bool:
        """Whether new rows wait to be written: reading a test object by its name makes one."""
        return bool(self._added)

    def added(self, model: type[AnyRow]) -> list[AnyRow]:
        """The new rows of one kind that were sent."""
        return [row for row in self._written.get(model, ()) if isinstance(row, model)]

    @property
    def sent(self) -> bool:
        """Whether something was already sent, so that discarding it takes a rollback."""
        return self._sent

    async def committed(self, unknown: CommitUnknown) -> bool:
        """After CommitUnknown: whether it happened, by what became of one row. Raises what LOST lists, too."""
        if self._witness is None:
            return False
        row = self._witness.row
        driver = await self._connect()
        try:
            ended = await driver.fetchval(END_SESSION, unknown.pid or 0, APPLICATION_NAME)
            if ended is False:
                raise ConnectionError("the lost session is still at work")
            found = await driver.fetchrow(queries.select_by_id(type(row), False), row.account_id, row.id)
        finally:
            self.close()
        return self._witness.seen_in(found)

    def close(self, *, broken: bool = False) -> None:
        """Give the connection back."""
        if self._lease is not None:
            self._lease.end(broken=broken)
            self._lease = None
            self._begun = False

    # How

    async def _connect(self) -> Driver:
        if self._lease is None:
            self._lease = await self._database.acquire()
        return self._lease.driver

    async def begin(self) -> Driver:
        """Begin a transaction, where a lock has to last until the commit."""
        driver = await self._connect()
        if not self._begun:
            await driver.execute("BEGIN")
            self._begun = True
        return driver

    async def _finish(self, parts: list[Written]) -> None:
        if parts and not self._begun and not self._plan.single_statements:
            self.close()
            self.followed += await self._plan.commits.commit(self._database, self.account_id, parts)
            return
        writes = bool(parts) or self._sent
        try:
            if parts:
                await self._send(await (self.begin() if len(parts) > 1 else self._connect()), parts)
            if self._begun and self._lease is not None:
                await self._lease.driver.execute("COMMIT")
                self._begun = False
        except ValueError:
            raise  # The driver refused a value before anything was sent.
        except LOST as error:
            pid = None if self._lease is None else self._lease.driver.get_server_pid()
            self.close(broken=True)
            if writes:
                raise CommitUnknown(pid) from error
        self.close()

    def _remember(self, model: type[AnyRow], record: Iterable[Any], *, locked: bool) -> AnyRow | None:
        """The one instance of a row in this work: what is already known and locked wins over what was read again."""
        facts = queries.fields_of(model)
        row: AnyRow = facts.instance(record)
        values = row.__dict__  # SQLAlchemy's attributes would cost more than all of the rest.
        id: str = values["id"]
        if values.get("livemode", self.livemode) is not self.livemode:
            self.in_other_mode.add(id)
            return None
        key = (model, id)
        known = self._known.get(key)
        if isinstance(known, model):
            if locked and key not in self._locked:
                known.__dict__.update(zip(facts.keys, record, strict=True))
                self._locked.add(key)
            return known
        self._known[key] = row
        if locked:
            self._locked.add(key)
        return row

    def _parts(self) -> list[Written]:
        """The statements for everything that is new, changed or deleted; afterwards nothing is."""
        added = self._added
        changed = writes.changes(self._known, self._locked, (*added, *self._deleted))
        if not added and not changed and not self._deleted and not self._extra:
            return []
        followers = [part for part in (follow(self, added) for follow in self._plan.followers) if part is not None]
        groups: dict[type[Base], list[Base]] = {}
        for row in added:
            groups.setdefault(type(row), []).append(row)
            instance_state(row).committed_state.clear()
        parts = [writes.insert_part(rows) for rows in groups.values()]
        self._written |= groups
        parts += writes.update_parts(changed)
        parts += writes.delete_parts(self._deleted)
        parts += self._extra
        for row, _ in changed:
            if queries.fields_of(type(row)).versioned:
                row.__dict__["version"] += 1
        self._fresh += [row for row in (*added, *(row for row, _ in changed)) if isinstance(row, Remembered)]
        self._witness = self._witness or witness_of(added, self._deleted, changed)
        self._added, self._deleted, self._extra = [], [], []
        return parts + followers

    async def _send(self, driver: Driver, parts: list[Written]) -> None:
        self.followed += await (send_singly if self._plan.single_statements else send)(driver, parts)
