"""Servers in processes of their own, that can be killed and started again under the same address."""

import asyncio
import multiprocessing
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess

import httpx

from stripe_lite.settings import Settings

START_SECONDS_MAX = 40.0

# What the command line does in a process forked from one that has imported the program already: many are started.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["stripe_lite.cli", "stripe_lite.serving", "uvloop", "uvicorn.lifespan.on"])


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass(slots=True)
class Server:
    """One server, or a worker, over one database."""

    dsn: str
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: ForkServerProcess | None = None

    @property
    def url(self) -> str:
        """Where it listens, also while nobody is there."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, command: str = "serve", **settings: str) -> None:
        """Start it; a server is awaited until it answers."""
        self.process = FORKS.Process(target=_run, args=(command, self._environment(self.settings | settings)))
        self.process.start()
        if command != "serve":
            return
        async with asyncio.timeout(START_SECONDS_MAX), httpx.AsyncClient() as client:
            while self.process.is_alive():
                try:
                    await client.get(f"{self.url}/healthz")
                    return
                except httpx.TransportError:
                    await asyncio.sleep(0.02)
        raise RuntimeError("the server did not start")

    async def status(self) -> int:
        """Wait for the end."""
        assert self.process is not None
        while self.process.exitcode is None:  # noqa: ASYNC110 - a process is polled
            await asyncio.sleep(0.01)
        return self.process.exitcode

    async def end(self, asked: signal.Signals) -> int:
        """Send a signal, and wait for the end."""
        assert self.process is not None and self.process.pid is not None
        if self.process.is_alive():
            os.kill(self.process.pid, asked)
        return await self.status()

    def _environment(self, settings: dict[str, str]) -> dict[str, str]:
        ours = {f"STRIPE_LITE_{name.upper()}" for name in Settings.model_fields} | {"DATABASE_URL"}
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        quick = {
            "DATABASE_URL": self.dsn,
            "STRIPE_LITE_PORT": str(self.port),
            "STRIPE_LITE_POOL_SIZE": "8",
            "STRIPE_LITE_WEBHOOK_SCHEDULE": "0,0.2,0.2,0.5,0.5,1,1,1",
            "STRIPE_LITE_SETTLEMENT_DELAY": "0.5",
            "STRIPE_LITE_LOG_LEVEL": "error",
        }
        return kept | quick | {f"STRIPE_LITE_{name}": value for name, value in settings.items()}


def _run(command: str, environment: dict[str, str]) -> None:
    from stripe_lite.cli import app

    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    app([command])


@asynccontextmanager
async def started(server: Server, command: str = "serve", **settings: str) -> AsyncIterator[Server]:
    """A running server, killed in the end."""
    try:
        await server.start(command, **settings)
        yield server
    finally:
        await server.end(signal.SIGKILL)
