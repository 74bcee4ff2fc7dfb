"""One try of a delivery: a signed POST, and what came of it. Receivers are not trusted with time, memory or text."""

import asyncio
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from stripe_lite.core.clock import unix, utc_now
from stripe_lite.core.patience import Patience
from stripe_lite.events import signature, targets
from stripe_lite.events.deliveries.schedule import retry_after
from stripe_lite.events.targets import ForbiddenTarget, Policy

RESPONSE_BYTES_MAX = 64 * 1024
KEPT_BYTES_MAX = 2 * 1024
KEEP_ALIVE_SECONDS = 4.0
LOOKUP_THREADS = 32  # Look-ups block a thread each; hanging name servers must not hold up other receivers.
LOOKUPS_KEPT_SECONDS = 10

HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "User-Agent": "stripe_lite/1.0 (+webhooks)",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one try. `error` says why there was no complete answer; with one, `status_code` decides."""

    began_at: datetime
    duration_ms: int
    status_code: int | None = None
    response_start: str = ""
    error: str | None = None
    retry_after_seconds: float | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the receiver acknowledged the event: any 2xx with a complete answer."""
        return self.error is None and self.status_code is not None and 200 <= self.status_code < 300


@dataclass(frozen=True, slots=True)
class _Answer:
    status_code: int
    start: bytes
    retry_after: str | None
    error: str | None


@dataclass(slots=True)
class _Trip:
    """Whether a try dialled, or went over a connection that was open already."""

    dialled: bool = False


_trips: ContextVar[_Trip] = ContextVar("trip")


class Sender:
    """The HTTP client of the deliveries; made inside the running loop, closed with it."""

    def __init__(self, timeout_seconds: float, policy: Policy) -> None:
        self._patience = Patience(timeout_seconds)
        self._policy = policy
        self._resolver = _Resolver()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # How many are sent at once is decided per endpoint, by those who send.
                keepalive_timeout=KEEP_ALIVE_SECONDS,
                ttl_dns_cache=LOOKUPS_KEPT_SECONDS,
                resolver=self._resolver,
                socket_factory=self._dial,
            ),
            timeout=aiohttp.ClientTimeout(total=None),  # `post` limits the whole try by itself, to the millisecond.
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    async def post(self, url: str, body: bytes, secrets: list[str]) -> Attempt:
        """Send the body once and read the answer; whatever goes wrong is part of what is given back."""
        began_at, began = utc_now(), time.monotonic()
        headers = HEADERS | {signature.HEADER: signature.sign(body, secrets, unix(began_at))}
        answer: _Answer | None = None
        error: str | None = None
        try:
            with self._patience:
                answer = await self._post(url, body, headers)
        except TimeoutError:
            error = f"There was no complete answer within {self._patience.seconds:g} seconds."
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            error = _sentence(failure)
        duration_ms = round((time.monotonic() - began) * 1000)
        if answer is None:
            return Attempt(began_at, duration_ms, error=error)
        return Attempt(
            began_at,
            duration_ms,
            status_code=answer.status_code,
            response_start=_text(answer.start),
            error=answer.error,
            retry_after_seconds=retry_after(answer.retry_after, utc_now()),
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()
        await self._resolver.close()

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> _Answer:
        """A receiver may close an idle connection just when it is used again; that is not a failed try."""
        trip = _Trip()
        _trips.set(trip)
        try:
            return await self._exchange(url, body, headers)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            if trip.dialled:
                raise
            return await self._exchange(url, body, headers)

    async def _exchange(self, url: str, body: bytes, headers: dict[str, str]) -> _Answer:
        # Told what the body is, aiohttp does not go through all the kinds that it knows.
        data = aiohttp.BytesPayload(body, headers=None, content_type=headers["Content-Type"])
        async with self._session.post(URL(url), data=data, headers=headers, allow_redirects=False) as response:
            start, length = b"", 0
            error: str | None = None
            async for chunk in response.content.iter_any():
                length += len(chunk)
                if len(start) < KEPT_BYTES_MAX:
                    start = (start + chunk)[:KEPT_BYTES_MAX]
                if length > RESPONSE_BYTES_MAX:
                    error = f"The answer was longer than {RESPONSE_BYTES_MAX} bytes."
                    response.close()
                    break
            return _Answer(response.status, start, response.headers.get("Retry-After"), error)

    def _dial(self, info: targets.AddressInfo) -> socket.socket:
        """Make the socket of a new connection, for the try in whose context it is made."""
        _trips.get(_Trip()).dialled = True
        return targets.make_socket(self._policy, info)


class _Resolver(AbstractResolver):
    """Looks names up in threads of its own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOKUP_THREADS, thread_name_prefix="webhook-lookup")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _look_up, host, port, family)
        return [
            ResolveResult(
                hostname=host, host=str(address[0]), port=port, family=kind, proto=protocol, flags=socket.AI_NUMERICHOST
            )
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(
    host: str, port: int, family: socket.AddressFamily
) -> list[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[object, ...]]]:
    return list(socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG))


def _sentence(failure: Exception) -> str:
    """Why there was no answer, in words of ours: what a library or a receiver writes may hold anything."""
    match failure:
        case aiohttp.ClientConnectorError(os_error=ForbiddenTarget()) | ForbiddenTarget():
            return "The address is not public, and private addresses may not be sent to."
        case aiohttp.ClientConnectorDNSError():
            return "The host name could not be looked up."
        case aiohttp.ClientConnectorCertificateError():
            return "The receiver's TLS certificate is not valid."
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return "The TLS handshake failed."
        case aiohttp.ClientConnectorError():
            return "The connection could not be made."
        case aiohttp.ClientPayloadError():
            return "The answer ended before it was complete."
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError():
            return "The receiver closed the connection without an answer."
        case aiohttp.InvalidURL():
            return "The URL cannot be connected to."
        case aiohttp.ClientResponseError():
            return "The answer was not valid HTTP."
        case _:
            return f"The request failed ({type(failure).__name__})."


def _text(start: bytes) -> str:
    """The start of an answer as text that PostgreSQL takes: valid UTF-8 without NUL, no longer than what was kept."""
    text = start.decode("utf-8", "replace").replace("\0", "")
    return text.encode()[:KEPT_BYTES_MAX].decode("utf-8", "ignore")
