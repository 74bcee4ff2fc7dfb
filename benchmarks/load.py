"""The load generator: a process of its own that plays one scenario over HTTP and prints what it counted as JSON.

It reads a `Scenario` on its standard input. The HTTP client is as small as the job allows, because it runs on the cores
that it measures: keep-alive, one request at a time on each connection, answers with a Content-Length.
"""

import asyncio
import itertools
import json
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, runtime_checkable

import uvloop
from pydantic_core import from_json

START_SECONDS_MAX = 10.0
ERRORS_SHOWN_MAX = 3
ERROR_CHARACTERS_MAX = 300


@dataclass
class Step:
    """One request. `{id}` in path and body stands for the id that the step before answered, `{any}` for a given one.

    `expect` names fields of the answer and what they must hold; `count` how many objects a list must have.
    """

    method: str
    path: str
    body: str = ""
    expect: dict[str, Any] = field(default_factory=dict)
    count: int | None = None
    status: int = 200


@dataclass
class Scenario:
    """What the clients do over and over: all steps in order are one operation."""

    port: int
    # The clients take these in turns.
    authorizations: list[str]
    steps: list[Step]
    clients: int = 32
    seconds: float = 3.0
    warm_up_seconds: float = 0.5
    # Instead of a time: how many operations all clients do together.
    operations: int | None = None
    any_of: list[str] = field(default_factory=list)
    keep_ids: bool = False


@dataclass
class Outcome:
    """What a scenario came to. Only operations count whose every answer was the expected one."""

    operations: int
    seconds: float
    refused: int
    errors: list[str]
    p50_ms: float
    p99_ms: float
    ids: list[str]
    # With those of the warm-up.
    asked: int

    @property
    def rate(self) -> float:
        """Operations a second."""
        return self.operations / self.seconds if self.seconds else 0.0


class Unexpected(Exception):
    """An answer was not the expected one."""


@runtime_checkable
class Writable(Protocol):
    """What is needed of a transport; uvloop's are no subclass of asyncio's."""

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...


class Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._wanted = -1
        self._head_length = 0
        self._status = 0
        self._waiter: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: Writable | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, Writable)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._wanted < 0 and not self._read_head():
            return
        if len(self._received) >= self._wanted and self._waiter is not None:
            body = bytes(self._received[self._head_length : self._wanted])
            del self._received[: self._wanted]
            self._wanted = -1
            waiter, self._waiter = self._waiter, None
            waiter.set_result((self._status, body))

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(ConnectionError(f"the server closed the connection: {error}"))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request and wait for its status and body."""
        if self._transport is None:
            raise ConnectionError("the connection is closed")
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiter

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()

    def _read_head(self) -> bool:
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self._received[:end]).lower()
        at = head.find(b"\r\ncontent-length:")
        if at < 0:
            raise RuntimeError("the load generator reads only answers with a Content-Length")
        stop = head.find(b"\r\n", at + 2)
        length = int(head[at + 17 : stop if stop > 0 else None])
        self._status = int(head[9:12])
        self._head_length = end + 4
        self._wanted = self._head_length + length
        return True


class Clients:
    """All clients of a scenario and what they have counted."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._any = itertools.cycle(scenario.any_of or [""])
        self._keys = itertools.count(1)
        self._key_base = int(time.time() * 1000) * 1_000_000
        self._left = scenario.operations
        self._counting = scenario.operations is not None
        self._stopping = False
        self._durations: list[float] = []
        self._refused = self._asked = 0
        self._errors: Counter[str] = Counter()
        self._ids: list[str] = []

    async def run(self) -> Outcome:
        """Play the scenario and count."""
        scenario = self._scenario
        connections = [await _connect(scenario.port) for _ in range(scenario.clients)]
        headers = itertools.cycle(scenario.authorizations)
        tasks = [asyncio.create_task(self._client(*pair)) for pair in zip(connections, headers, strict=False)]
        if scenario.operations is None:
            await asyncio.sleep(scenario.warm_up_seconds)
            self._counting = True
        began = time.perf_counter()
        if scenario.operations is None:
            await asyncio.sleep(scenario.seconds)
            self._counting = False
            ended = time.perf_counter()
            self._stopping = True
            await asyncio.gather(*tasks)
        else:
            await asyncio.gather(*tasks)
            ended = time.perf_counter()
        for connection in connections:
            connection.close()
        return self._outcome(ended - began)

    def _outcome(self, seconds: float) -> Outcome:
        durations = sorted(self._durations) or [0.0]
        return Outcome(
            operations=len(self._durations),
            seconds=seconds,
            refused=self._refused,
            errors=[text for text, _ in self._errors.most_common(ERRORS_SHOWN_MAX)],
            p50_ms=1000 * durations[len(durations) // 2],
            p99_ms=1000 * durations[len(durations) * 99 // 100],
            ids=self._ids,
            asked=self._asked,
        )

    async def _client(self, connection: Connection, authorization: str) -> None:
        while not self._stopping:
            if self._left is not None:
                if self._left == 0:
                    return
                self._left -= 1
            self._asked += 1
            began = time.perf_counter()
            try:
                id = await self._operation(connection, authorization)
            except Unexpected as error:
                self._refused += 1
                self._errors[str(error)] += 1
                continue
            except ConnectionError as error:
                self._refused += 1
                self._errors[str(error)] += 1
                return
            if self._counting:
                self._durations.append(time.perf_counter() - began)
                if self._scenario.keep_ids:
                    self._ids.append(id)

    async def _operation(self, connection: Connection, authorization: str) -> str:
        id = ""
        for step in self._scenario.steps:
            path, body = step.path, step.body
            if "{any}" in path:
                path = path.replace("{any}", next(self._any))
            if "{id}" in path or "{id}" in body:
                path, body = path.replace("{id}", id), body.replace("{id}", id)
            status, answer = await connection.ask(self._request(step.method, path, authorization, body))
            id = _checked(step, status, answer)
        return id

    def _request(self, method: str, path: str, authorization: str, body: str) -> bytes:
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._scenario.port}\r\nAuthorization: {authorization}\r\n"
        )
        if method == "POST":
            # The shape of an id of ours, so that the reference can put its own in its place.
            key = f"key_{self._key_base + next(self._keys):024d}"
            head += (
                f"Content-Type: application/x-www-form-urlencoded\r\nIdempotency-Key: {key}\r\n"
                f"Content-Length: {len(body)}\r\n"
            )
        return f"{head}\r\n{body}".encode()


def _checked(step: Step, status: int, answer: bytes) -> str:
    """The id in an answer, once it is the expected one."""
    if status == step.status:
        tree = from_json(answer)
        as_expected = all(tree.get(name) == wanted for name, wanted in step.expect.items())
        if as_expected and (step.count is None or len(tree["data"]) == step.count):
            return str(tree.get("id", ""))
    told = answer[:ERROR_CHARACTERS_MAX].decode(errors="replace")
    raise Unexpected(f"{step.method} {step.path} → {status} {told}")


async def _connect(port: int) -> Connection:
    loop = asyncio.get_running_loop()
    _, connection = await asyncio.wait_for(
        loop.create_connection(Connection, "127.0.0.1", port), timeout=START_SECONDS_MAX
    )
    return connection


def main() -> None:
    """Play the scenario on standard input."""
    given = json.load(sys.stdin)
    given["steps"] = [Step(**step) for step in given["steps"]]
    outcome = uvloop.run(Clients(Scenario(**given)).run())
    json.dump(asdict(outcome), sys.stdout)


if __name__ == "__main__":
    main()
