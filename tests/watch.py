"""Watches every response that leaves the server under test, and holds it against the official description."""

import json
from collections import Counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stripe_lite import contract
from tests.conformance import Operation
from tests.contract.schema import validate_response


class Watch:
    """An ASGI wrapper that collects complaints about responses, and counts which operations were answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.complaints: list[str] = []
        self.answered: Counter[Operation] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, body = 0, b""

        async def watched(message: Message) -> None:
            nonlocal status, body
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    self._judge(scope["method"], scope["path"], status, body)
            await send(message)

        await self._app(scope, receive, watched)

    def _judge(self, method: str, path: str, status: int, body: bytes) -> None:
        """Judged before the last byte is sent, so that a test sees the complaint as soon as it sees the answer."""
        template = contract.template(method, path)
        if template is None:
            return
        if status == 200:
            self.answered[method, template] += 1
        if status >= 500 and status != 503:
            self.complaints.append(f"{method} {path} answered {status}: {body[:300]!r}")
        for complaint in validate_response(method, path, status, body):
            self.complaints.append(f"{method} {path} ({status}): {complaint} in {json.loads(body)!s:.2000}")
