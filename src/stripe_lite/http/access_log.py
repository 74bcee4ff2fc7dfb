"""One line for each request on standard error, in the form of the rest of the log.

The lines are put together by hand and written a few at a time, because this is done for every request: the log's own
way costs twenty times as much.
"""

import asyncio
import sys
from datetime import UTC, datetime
from typing import Literal, TextIO

from pydantic_core import to_json

from stripe_lite.core.card_numbers import redact
from stripe_lite.http.answers import Outcome
from stripe_lite.http.front import Exchange

WRITE_AFTER_SECONDS = 0.05


class AccessLog:
    """Writes the lines; `form` and the stream are the log's."""

    def __init__(self, form: Literal["text", "json"], stream: TextIO | None = None) -> None:
        self._line = _json_line if form == "json" else _text_line
        self._stream = stream
        self._lines: list[str] = []

    def note(self, exchange: Exchange, outcome: Outcome) -> None:
        """Write a line for a request, within a moment."""
        if not self._lines:
            asyncio.get_running_loop().call_later(WRITE_AFTER_SECONDS, self.flush)
        self._lines.append(self._line(exchange, outcome))

    def flush(self) -> None:
        """Write what is waiting."""
        lines, self._lines = self._lines, []
        if lines:
            stream = self._stream or sys.stderr
            stream.write(redact("".join(lines)))
            stream.flush()


def _text_line(exchange: Exchange, outcome: Outcome) -> str:
    caller = "-" if exchange.caller is None else exchange.caller.masked_key
    return (
        f"{_now()} [info     ] {exchange.method} {exchange.path!a} {outcome.status} {exchange.seconds * 1000:.1f}ms "
        f"{exchange.request_id} {caller}\n"
    )


def _json_line(exchange: Exchange, outcome: Outcome) -> str:
    entry = {
        "event": "request",
        "level": "info",
        "timestamp": _now(),
        "method": exchange.method,
        "path": exchange.path,
        "status": outcome.status,
        "duration_ms": round(exchange.seconds * 1000, 1),
        "request_id": exchange.request_id,
    }
    if exchange.caller is not None:
        entry["key"] = exchange.caller.masked_key
        entry["account"] = exchange.caller.account_id
    if exchange.key is not None:
        entry["idempotency_key"] = exchange.key
    return to_json(entry).decode() + "\n"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
