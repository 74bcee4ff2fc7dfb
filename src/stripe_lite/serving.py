"""Running an application under uvicorn: in this process, or in several that share one port."""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from stripe_lite import log
from stripe_lite.app import create_app
from stripe_lite.http.corked import CorkedProtocol
from stripe_lite.http.metrics import FOLDER_VARIABLE
from stripe_lite.lifeline import end_with
from stripe_lite.settings import Settings

FINISH_SECONDS_MAX = 6  # For requests under way; the application's workers and PostgreSQL need some of the ten as well.
IDLE_SECONDS_MAX = 75
BACKLOG_MAX = 2048


class ServingError(Exception):
    """The server cannot start; the message says why."""


class Stopped(SystemExit):
    """We were asked to end, by Ctrl-C or SIGTERM. It leaves the event loop, as other exceptions would not."""


@contextmanager
def until_stopped() -> Iterator[None]:
    """Run a block until it ends or a signal asks for it; what it opened is closed, undisturbed by further signals."""
    asked = (signal.SIGINT, signal.SIGTERM)

    def stop(number: int, frame: FrameType | None) -> None:
        for each in asked:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(0)

    before = {each: signal.signal(each, stop) for each in asked}
    try:
        yield
    except Stopped:
        pass
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


class _Patient(uvicorn.Server):
    """A server that finishes what is under way, also where Ctrl-C is pressed again: the time it takes is limited."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            super().handle_exit(sig, frame)


class _Multiplied(socket.socket):
    """A socket that reaches each other process as another one at the same address, so that connections spread evenly.

    Of a single socket, the process that is quickest to wake takes all the connections that wait.
    """

    @classmethod
    def like(cls, other: socket.socket) -> Self:
        """A socket at the address of another one, which gives it up."""
        family, address = other.family, other.getsockname()
        other.close()
        return cls.bound(family, address)

    @classmethod
    def bound(cls, family: int, address: tuple[Any, ...]) -> Self:
        """A socket at an address that others of its kind may have, too."""
        made = cls(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind(address)
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return _Multiplied.bound, (int(self.family), self.getsockname())


@contextmanager
def listen(host: str, port: int, *, workers: int = 1) -> Iterator[socket.socket]:
    """Bind to an address before anything else is started, so that a taken port is told at once."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        # With the protocol named, the event loop turns Nagle's algorithm off: 45 ms a request.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        if workers > 1 and sys.platform == "linux":  # Elsewhere all connections would go to one of them.
            listener = _Multiplied.like(listener)
    except OSError as error:
        raise ServingError(f"Cannot listen on {host}:{port}: {error.strerror or error}.") from error
    with listener:
        yield listener


def address_of(listener: socket.socket) -> str:
    """The URL under which this machine reaches a listener."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(application: ASGIApp, listener: socket.socket) -> None:
    """Serve in this process until a signal ends it."""
    server = _Patient(_configuration(application))
    server.run(sockets=[listener])
    if not server.started:
        raise ServingError("The server did not start; the log says why.")


def work(job: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run a job until a signal sets the event it is given."""
    asyncio.run(_until_signal(job))


async def _until_signal(job: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    await job(stop)


def serve_in_processes(workers: int, listener: socket.socket) -> None:
    """Serve in several processes, which read the settings from the environment, until a signal ends them."""
    listener.set_inheritable(True)
    with TemporaryDirectory(prefix="stripe_lite_metrics_") as folder:
        os.environ[FOLDER_VARIABLE] = folder  # Where the processes' counts are added up.
        supervisor = Multiprocess(_configuration(f"{__name__}:child", workers=workers), sockets=[listener])
        supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise ServingError("A server process did not start; the log says why.")


def child() -> ASGIApp:
    """Make the application of one process among several, which ends with the process that started it."""
    settings = Settings()
    log.configure(settings.log, settings.log_level)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The terminal's Ctrl-C is for our parent, which asks us by SIGTERM.
    parent = multiprocessing.parent_process()
    assert parent is not None and parent.pid is not None, "child() runs in a process that serve_in_processes() made"
    follow = end_with(parent.pid, signal.SIGTERM)
    if follow is not None:
        follow()
    return create_app(settings)


def _configuration(application: ASGIApp | str, workers: int = 1) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        factory=isinstance(application, str),
        workers=workers,
        loop="asyncio" if sys.platform == "win32" else "uvloop",
        http=CorkedProtocol,
        ws="none",
        lifespan="on",
        interface="asgi3",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        backlog=BACKLOG_MAX,
        timeout_keep_alive=IDLE_SECONDS_MAX,
        timeout_graceful_shutdown=FINISH_SECONDS_MAX,
    )
