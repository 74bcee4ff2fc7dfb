"""The log: one line an entry on standard error, as text or JSON, the libraries' entries among ours.

No card number and no secret gets into it, whatever an entry or a traceback says.
"""

import logging
import re
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor

from stripe_lite.core.card_numbers import redact

# API keys, webhook secrets and client secrets, of which the kind and nothing else is left.
_secret_pattern = re.compile(r"\b((?:[srp]k_(?:test|live)|whsec)_|\w+_secret_)[A-Za-z0-9]{8,}")


def configure(form: Literal["text", "json"], level: str) -> None:
    """Send every entry of this process to standard error in one form, from the given level on."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    last: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if form == "json"
        # The default for tracebacks would show local variables, and with them whatever a client sent.
        else [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last, _redacted],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # The libraries' "info" tells of each start and request; ours does that already.
    for name in ("uvicorn", "alembic", "asyncio", "httpx", "httpcore", "sqlalchemy"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))


def _redacted(_: object, __: str, entry: str | bytes | EventDict) -> str:
    """The last processor: the whole line, without card numbers and secrets."""
    return redact(_secret_pattern.sub(r"\1****", str(entry)))
