"""The command line: `stripe-lite serve | worker | migrate | bank`."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError

from stripe_lite import log
from stripe_lite.db.binaries import EmbeddedPostgresError
from stripe_lite.db.embedded import EmbeddedPostgres
from stripe_lite.settings import ENV_PREFIX, Settings, unknown_names

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A payment processor of your own that speaks Stripe's API. Settings come from the environment and .env.",
)

Host = Annotated[str | None, typer.Option(help="Address to listen on, instead of STRIPE_LITE_HOST.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on, instead of STRIPE_LITE_PORT; 0 takes a free one.")]


@app.command()
def serve(host: Host = None, port: Port = None) -> None:
    """Start the server, with a PostgreSQL of its own unless DATABASE_URL names one.

    The database is migrated first. Ctrl-C or SIGTERM ends it: requests under way are finished, then PostgreSQL stops.
    """
    from stripe_lite import serving

    settings = _settings(host=host, port=port)
    with _until_stopped(), serving.listen(settings.host, settings.port) as listener, _database(settings) as settings:
        _migrate(settings)
        serving.announce(settings, listener)
        serving.serve(settings, listener)
