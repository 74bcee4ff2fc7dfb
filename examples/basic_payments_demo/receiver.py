"""A webhook receiver on FastAPI: it believes an event only when its signature is right and fresh."""

import asyncio
import hashlib
import hmac
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response

TOLERANCE_SECONDS = 300
WAIT_SECONDS_MAX = 15.0


@dataclass(slots=True)
class Inbox:
    """What has arrived: the events that were believed, and how many were not."""

    url: str
    secret: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    forged: int = 0

    async def wait_for(self, type: str, object_id: str) -> dict[str, Any]:
        """The event of this type about this object, as soon as it is there."""
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            while True:
                for event in self.events:
                    if event["type"] == type and event["data"]["object"]["id"] == object_id:
                        return event
                await asyncio.sleep(0.02)


def is_genuine(payload: bytes, header: str, secret: str, now: float) -> bool:
    """Whether `Stripe-Signature: t=…,v1=…` was made over this payload with the secret, not long ago."""
    parts = [part.partition("=") for part in header.split(",")]
    timestamp = next((value for name, _, value in parts if name == "t"), "")
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + payload, hashlib.sha256).hexdigest()
    matches = [hmac.compare_digest(signed.encode(), value.encode()) for name, _, value in parts if name == "v1"]
    fresh = timestamp.isdigit() and abs(now - int(timestamp)) <= TOLERANCE_SECONDS
    return any(matches) and fresh


def create_app(inbox: Inbox) -> FastAPI:
    """The receiver's application."""
    app = FastAPI(title="Webhook receiver")

    @app.post("/webhook")
    async def receive(request: Request) -> Response:
        payload = await request.body()  # The raw bytes: parsing and dumping again would break the signature.
        if not is_genuine(payload, request.headers.get("stripe-signature", ""), inbox.secret, time.time()):
            inbox.forged += 1
            return Response("The signature is wrong.", 400)
        inbox.events.append(json.loads(payload))
        return Response("Thank you.")

    return app


@asynccontextmanager
async def receiving() -> AsyncIterator[Inbox]:
    """Run the receiver on a free port of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        inbox = Inbox(url=f"http://127.0.0.1:{listener.getsockname()[1]}/webhook")
        server = uvicorn.Server(uvicorn.Config(create_app(inbox), log_level="warning", ws="none"))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
            await asyncio.sleep(0.01)
        try:
            yield inbox
        finally:
            server.should_exit = True
            await task
