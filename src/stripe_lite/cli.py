"""The command line: what `stripe-lite …` does."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from pydantic import SecretStr, ValidationError

from stripe_lite import log
from stripe_lite.core.clock import utc_now
from stripe_lite.db.binaries import EmbeddedPostgresError
from stripe_lite.db.embedded import EmbeddedPostgres
from stripe_lite.settings import ENV_PREFIX, Settings, unknown_names

if TYPE_CHECKING:
    from stripe_lite.db.session import Database

Answer = TypeVar("Answer")

# What only the two tutorial APIs have.
CLASSIC_PERMISSIONS = frozenset({"dashboard", "subscription"})
MINUTE = "%Y-%m-%d %H:%M"

# Commands import what they run, so that `--help` and mistakes are answered at once.
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A payment processor of your own that speaks Stripe's API. Settings come from the environment and .env.",
)

keys_app = typer.Typer(no_args_is_help=True, help="Create, list, roll and revoke API keys.")
app.add_typer(keys_app, name="keys")

webhooks_app = typer.Typer(no_args_is_help=True, help="Roll the secrets of webhook endpoints.")
app.add_typer(webhooks_app, name="webhooks")

AccountName = Annotated[str, typer.Argument(help="The account's id, or the test key whose sandbox it is.")]

Host = Annotated[str | None, typer.Option(help="Address to listen on, instead of STRIPE_LITE_HOST.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on, instead of STRIPE_LITE_PORT; 0 takes a free one.")]


@app.command()
def serve(host: Host = None, port: Port = None) -> None:
    """Start the server, with a PostgreSQL of its own unless DATABASE_URL names one.

    The database is migrated first. Ctrl-C or SIGTERM ends it: requests under way are finished, then PostgreSQL stops.
    """
    from stripe_lite import serving
    from stripe_lite.app import create_app

    _override("HOST", host)
    _override("PORT", port)
    settings = _settings()
    with (
        _explained(),
        serving.until_stopped(),
        serving.listen(settings.host, settings.port, workers=settings.workers) as listener,
        _migrated(settings) as (settings, place),
    ):
        _announce(settings, serving.address_of(listener), place)
        if settings.workers == 1:
            serving.serve(create_app(settings), listener)
        else:
            serving.serve_in_processes(settings.workers, listener)


@app.command()
def bank(
    host: Host = None, port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8001
) -> None:
    """Serve the simulated bank over HTTP, as a server whose STRIPE_LITE_BANK_URL names it expects.

    It is where a connector to a real bank plugs in. Its journal is kept in the same database, by commits of its own.
    """
    from stripe_lite import serving
    from stripe_lite.app import bank_knobs
    from stripe_lite.bank.server import create_bank_app

    _override("HOST", host)
    settings = _settings()
    with (
        _explained(),
        serving.until_stopped(),
        serving.listen(settings.host, port) as listener,
        _migrated(settings) as (settings, place),
    ):
        url = serving.address_of(listener)
        typer.echo(
            f"The simulated bank\n  address   {url}\n  database  {place}\n  use it    STRIPE_LITE_BANK_URL={url}"
        )
        sys.stdout.flush()
        serving.serve(create_bank_app(_dsn(settings), bank_knobs(settings)), listener)


@app.command()
def worker() -> None:
    """Do the background work in a process of its own: send webhooks, settle payments, do what is due.

    Servers leave the webhooks to it where STRIPE_LITE_DELIVERY=apart. Ctrl-C or SIGTERM ends it.
    """
    from stripe_lite import serving
    from stripe_lite.app import create_app

    settings = _settings()
    with _explained(), serving.until_stopped(), _migrated(settings) as (settings, place):
        typer.echo(f"The worker\n  database  {place}")
        sys.stdout.flush()
        serving.work(create_app(settings).work)


@app.command()
def verify(
    quiet_state: Annotated[
        bool, typer.Option("--quiet-state", help="Check also what holds only while nothing is under way.")
    ] = False,
) -> None:
    """Check every invariant of the data, and show the rows that break one; then the status is 1."""
    from rich.console import Console

    from stripe_lite.audit import verify as audit

    with _explained(), _database(_settings()) as (url, place):
        try:
            findings = asyncio.run(audit.verify(url, quiet=quiet_state))
        except audit.NotMigrated as error:
            typer.echo(f"stripe-lite: {error}", err=True)
            raise typer.Exit(1) from None
        console = Console()
        console.print(place, highlight=False)
        audit.show(findings, console)
    if any(finding.state is audit.State.BROKEN for finding in findings):
        raise typer.Exit(1)


@app.command()
def ledger(
    account: AccountName, live: Annotated[bool, typer.Option("--live", help="The books of live mode.")] = False
) -> None:
    """Show an account's books, which add up to zero, and the entries that came last."""
    from rich.console import Console

    from stripe_lite.audit import books

    with _explained(), _database(_settings()) as (url, _):
        asyncio.run(books.show(url, _account_id(account), Console(), livemode=live))


@app.command()
def migrate() -> None:
    """Bring the database to the schema that this version knows."""
    with _explained(), _migrated(_settings()) as (_, place):
        typer.echo(f"{place} is up to date.")


@keys_app.command("create")
def create_key(
    live: Annotated[bool, typer.Option("--live", help="A key of live mode.")] = False,
    publishable: Annotated[bool, typer.Option("--publishable", help="A key for browsers and apps.")] = False,
    permission: Annotated[
        list[str] | None, typer.Option(help="Makes a restricted key: customer=read, payment_intent=write, *=read.")
    ] = None,
    account: Annotated[str | None, typer.Option(help="The account it belongs to; without one, a new account.")] = None,
    name: Annotated[str | None, typer.Option(help="A note of your own on what the key is for.")] = None,
) -> None:
    """Create an API key and show it: the key alone on standard output, for scripts."""
    from stripe_lite.http import keys
    from stripe_lite.registry import permissions

    granted = dict(part.partition("=")[::2] for part in permission or ())
    known = permissions() | CLASSIC_PERMISSIONS
    for resource in granted.keys() - known:
        typer.echo(f"stripe-lite: there is no resource {resource!r}; these are: {' '.join(sorted(known))}", err=True)
        raise typer.Exit(1)
    kind: keys.KeyKind = "publishable" if publishable else "restricted" if granted else "secret"
    created = _in_database(
        lambda database: keys.create_key(
            database, account_id=account, kind=kind, livemode=live, permissions=granted, name=name
        )
    )
    typer.echo(created.key)
    typer.echo(f"It belongs to {created.account_id}. It is not shown again.", err=True)


@keys_app.command("list")
def list_keys(account: Annotated[str | None, typer.Option(help="Only the keys of this account.")] = None) -> None:
    """List all keys as far as they are known: nobody keeps the keys themselves."""
    from stripe_lite.http import keys

    for key in _in_database(lambda database: keys.list_keys(database, account)):
        granted = " ".join(f"{resource}={access}" for resource, access in key.permissions.items())
        state = _state_of(key.expires_at)
        typer.echo(f"{key.id}  {key.masked}  {key.account_id}  {state}  {key.name or '-'}  {granted}".rstrip())


@keys_app.command("roll")
def roll_key(
    key: Annotated[str, typer.Argument(help="Its id, its masked form, or the key itself.")],
    overlap: Annotated[str, typer.Option(help="How long the old key works beside the new one, up to 7d.")] = "0",
) -> None:
    """Replace a key by a new one that may do the same: the new key alone is on standard output, and not shown again."""
    from stripe_lite.http import keys

    with _explained():
        length = keys.overlap_of(overlap)
    created, old = _in_database(lambda database: keys.roll_key(database, key, length))
    typer.echo(created.key)
    typer.echo(
        f"It takes the place of {old.id} {old.masked}, which works until {old.expires_at:{MINUTE}} UTC.", err=True
    )


@keys_app.command("revoke")
def revoke_key(key: Annotated[str, typer.Argument(help="Its id, its masked form, or the key itself.")]) -> None:
    """End a key: 5 seconds later no server accepts it."""
    from stripe_lite.http import keys

    revoked = _in_database(lambda database: keys.revoke_key(database, key))
    typer.echo(f"{revoked.id} {revoked.masked} is revoked.")


@webhooks_app.command("roll")
def roll_secret(
    account: AccountName,
    endpoint: Annotated[str, typer.Argument(help="The endpoint's id.")],
    overlap: Annotated[str, typer.Option(help="How long events are signed with the old secret too, up to 24h.")] = "0",
    live: Annotated[bool, typer.Option("--live", help="An endpoint of live mode.")] = False,
) -> None:
    """Give a webhook endpoint a new secret: it alone is on standard output, and not shown again."""
    from stripe_lite import registry
    from stripe_lite.db.plan import RequestStamp
    from stripe_lite.db.work import Work
    from stripe_lite.events.endpoints import service as endpoints
    from stripe_lite.http.keys import overlap_of

    with _explained():
        length = overlap_of(overlap)

    async def roll(database: "Database") -> tuple[str, datetime | None]:
        work = Work(database, registry.plan(), _account_id(account), live, RequestStamp(None, actor="cli"))
        try:
            rolled = await endpoints.roll_secret(work, endpoint, length)
            await work.commit()
            return rolled.secret, rolled.previous_secret_until
        finally:
            work.close()

    secret, until = _in_database(roll)
    typer.echo(secret)
    typer.echo(f"The old one is valid until {until:{MINUTE}} UTC." if until else "The old one has ended.", err=True)


def _account_id(name: str) -> str:
    from stripe_lite.http.keys import sandbox_account_id

    return sandbox_account_id(name) if name.startswith("sk_test_") else name


def _state_of(expires_at: datetime | None) -> str:
    """Whether a key works, and until when it does or did."""
    if expires_at is None:
        return "living"
    return f"{'until' if expires_at > utc_now() else 'revoked'} {expires_at:{MINUTE}}"


def _in_database(act: "Callable[[Database], Coroutine[Any, Any, Answer]]") -> Answer:
    """Do something in the database that servers use, too."""
    from stripe_lite.db.session import Database

    async def do(dsn: str) -> Answer:
        database = Database(dsn, pool_size=1)
        try:
            return await act(database)
        finally:
            await database.close()

    with _explained(), _migrated(_settings()) as (settings, _):
        return asyncio.run(do(_dsn(settings)))


def _override(name: str, value: str | int | None) -> None:
    """Let an option stand in the environment, where server processes of our own find it too."""
    if value is not None:
        os.environ[ENV_PREFIX + name] = str(value)


def _settings() -> Settings:
    """Read the settings, pointing out what is wrong with them and which variables nobody reads."""
    try:
        settings = Settings()
    except ValidationError as error:
        for each in error.errors():
            if each["type"] != "default_factory_not_called":
                name = "".join(str(part) for part in each["loc"][:1])
                variable = name if name in ("", "DATABASE_URL") else ENV_PREFIX + name.upper()
                said = each["msg"].removeprefix("Value error, ")
                typer.echo(f"stripe-lite: {variable}{': ' if variable else ''}{said}", err=True)
        raise typer.Exit(1) from None
    for line in unknown_names():
        typer.echo(f"stripe-lite: {line}", err=True)
    log.configure(settings.log, settings.log_level)
    return settings


@contextmanager
def _explained() -> Iterator[None]:
    """End with a sentence and status 1, not with a traceback, for what the user can mend."""
    from stripe_lite.core.errors import StripeError
    from stripe_lite.db.migrate import DatabaseUnreachable, UnknownRevision
    from stripe_lite.http.keys import KeyProblem
    from stripe_lite.serving import ServingError

    try:
        yield
    except (
        EmbeddedPostgresError,
        UnknownRevision,
        DatabaseUnreachable,
        ServingError,
        KeyProblem,
        StripeError,
    ) as error:
        typer.echo(f"stripe-lite: {error}", err=True)
        raise typer.Exit(1) from error


@contextmanager
def _migrated(settings: Settings) -> Iterator[tuple[Settings, str]]:
    """Have a database with the current schema, and settings that name it, for as long as the block runs."""
    from stripe_lite.db.migrate import upgrade

    with _database(settings) as (url, place):
        os.environ["DATABASE_URL"] = url  # For server processes of our own.
        asyncio.run(upgrade(url))
        yield settings.model_copy(update={"database_url": SecretStr(url)}), place


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[str, str]]:
    """The address of the database, and how to call it; an embedded one runs for as long as the block does."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value(), "The database of DATABASE_URL"
        return
    with EmbeddedPostgres(settings.data_dir, settings.pg_bin) as embedded:
        yield embedded.dsn, f"The embedded PostgreSQL in {settings.data_dir}"


def _dsn(settings: Settings) -> str:
    assert settings.database_url is not None, "only settings of a migrated database are served"
    return settings.database_url.get_secret_value()


def _announce(settings: Settings, url: str, place: str) -> None:
    """Say where the server is, whom it lets in, and how to talk to it."""
    open_keys = "any sk_test_… opens a sandbox of its own (STRIPE_LITE_KEYS=open)"
    strict_keys = "only those work that `keys create` made (STRIPE_LITE_KEYS=strict)"
    typer.echo(f"""\
stripe_lite {version("stripe-lite")}
  address   {url}
  API docs  {url}/docs
  keys      {open_keys if settings.keys == "open" else strict_keys}
  database  {place}

  import stripe
  stripe.api_base = "{url}"
  stripe.api_key = "sk_test_{"anything" if settings.keys == "open" else "…"}"
""")
    sys.stdout.flush()
