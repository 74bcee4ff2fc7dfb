"""Who is calling, and may they: from the Authorization header to an account, a mode and a kind of key."""

import asyncio
import base64
import binascii
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

import asyncpg

from stripe_lite.core.clock import utc_now
from stripe_lite.core.errors import AuthenticationFailed, InvalidParameter, PermissionDenied, Unavailable
from stripe_lite.core.objects import Tree
from stripe_lite.db.outcomes import LOST
from stripe_lite.db.session import Database
from stripe_lite.http import ephemeral, permissions
from stripe_lite.http.keys import KINDS, KeyKind, digest, masked, sandbox_account_id
from stripe_lite.http.route import Operation

# A revoked key stops working everywhere within 5 seconds: this, and the time of a look-up.
REMEMBERED_SECONDS = 4.0
REMEMBERED_MAX = 10_000
KEY_LENGTH_MAX = 255
TRIES_MAX = 6
TRY_DELAY_SECONDS = 0.05

HINT = "See https://stripe.com/docs/api#authentication for details."
NO_KEY = (
    "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth "
    f"(e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). {HINT}"
)
NO_KEY_IN_HEADER = (
    "You did not provide an API key, though you did set your Authorization header. Using Bearer auth, your "
    f"Authorization header should look something like 'Authorization: Bearer YOUR_SECRET_KEY'. {HINT}"
)
NOT_FOR_CLIENTS = "This API call cannot be made with a publishable API key. Please use a secret API key."
# What a publishable key may expand in an object that it has the client secret of.
SHOWN_TO_CLIENTS = frozenset({"payment_methods"})
# What an ephemeral key may expand in its customer and in what belongs to it.
SHOWN_TO_CUSTOMERS = frozenset({"bank_accounts", "cards", "customers", "payment_methods", "sources"})

# A key is looked up by its SHA-256: how long that takes tells nothing about keys, because nobody can choose a digest.
FIND_KEY = "SELECT account_id, livemode, kind, permissions, expires_at FROM api_keys WHERE digest = $1"
FIND_OWNER = "SELECT account_id, expires_at FROM api_keys WHERE digest = $1"
OPEN_SANDBOX = """
WITH opened AS (INSERT INTO accounts (id, created_at, details) VALUES ($1, $2, '{}') ON CONFLICT DO NOTHING)
INSERT INTO api_keys (digest, account_id, livemode, kind, masked, permissions, created_at)
VALUES ($3, $1, false, $4, $5, '{}', $2) ON CONFLICT DO NOTHING
"""

_key_pattern = re.compile(r"(sk|rk|pk|ek)_(test|live)_([\x21-\x7e]+)")


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated client."""

    account_id: str
    livemode: bool
    kind: KeyKind
    masked_key: str
    permissions: Mapping[str, str] = field(default_factory=dict)
    # Of an ephemeral key: whose it is, and which version its app speaks.
    customer_id: str | None = None
    api_version: str | None = None


def key_of(authorization: str | None) -> str:
    """The API key in an Authorization header: a bearer token, or the user name of basic authentication."""
    if not authorization:
        raise AuthenticationFailed(NO_KEY)
    scheme, _, rest = authorization.partition(" ")
    match scheme.lower():
        case "bearer":
            key = rest.strip()
        case "basic":
            try:
                key = base64.b64decode(rest.strip(), validate=True).decode().partition(":")[0]
            except (binascii.Error, UnicodeDecodeError):
                key = ""
        case _:
            key = ""
    if not key:
        raise AuthenticationFailed(NO_KEY_IN_HEADER)
    return key


def admit(caller: Caller, operation: Operation) -> None:
    """Refuse a publishable or restricted key that may not do this, before anything is looked up for it."""
    if caller.kind == "publishable" and not operation.publishable:
        raise PermissionDenied(NOT_FOR_CLIENTS, code="secret_key_required")
    if caller.kind == "ephemeral" and operation.ephemeral is None:
        raise PermissionDenied(
            "This API call cannot be made with an ephemeral key. Please use a secret API key.",
            code="secret_key_required",
        )
    if caller.kind == "restricted":
        _permit(caller, operation.permission, writing=operation.method != "GET")


def keep_within(caller: Caller, names: Mapping[str, str]) -> None:
    """Refuse an ephemeral key that a request's path leads to another customer, whether there is one or not."""
    named = names.get("customer", caller.customer_id)
    if named != caller.customer_id:
        raise PermissionDenied(
            f"The provided key '{caller.masked_key}' does not have access to the customer '{named}': an ephemeral key "
            "opens the customer it was created for."
        )


def keep_parameters_within(caller: Caller, operation: Operation, tree: Tree) -> None:
    """The same for its parameters: only those that a customer may send, and no other customer among them."""
    allowed = operation.ephemeral or ()
    for name in tree:
        if name not in allowed and name != "expand":
            raise PermissionDenied(f"The parameter {name} cannot be sent with an ephemeral key.")
    if "customer" in allowed:
        if "customer" not in tree:
            raise InvalidParameter("Missing required param: customer.", code="parameter_missing", param="customer")
        keep_within(caller, {"customer": tree["customer"]})


def guard_of(caller: Caller) -> Callable[[str], None] | None:
    """What refuses to show a caller, by way of `expand`, resources that it may not read."""
    match caller.kind:
        case "secret":
            return None
        case "restricted":
            return lambda resource: _permit(caller, permissions.name_of(resource), writing=False)
        case "publishable":
            return _show_clients
        case "ephemeral":
            return _show_customers
        case _:
            assert_never(caller.kind)


def view_of(caller: Caller) -> str:
    """What tells callers apart who see different things of the same answer: none is replayed to the other."""
    match caller.kind:
        case "secret":
            return ""
        case "restricted":
            return f"restricted {sorted(caller.permissions.items())}"
        case "publishable":
            return caller.kind
        case "ephemeral":
            return f"ephemeral {caller.customer_id}"
        case _:
            assert_never(caller.kind)


def _show_clients(resource: str) -> None:
    if resource not in SHOWN_TO_CLIENTS:
        raise PermissionDenied(NOT_FOR_CLIENTS, code="secret_key_required")


def _permit(caller: Caller, permission: str, *, writing: bool) -> None:
    if not permissions.allows(caller.permissions, permission, writing=writing):
        missing = f"rak_{permission}_{'write' if writing else 'read'}"
        raise PermissionDenied(
            f"The provided key '{caller.masked_key}' does not have the required permissions for this endpoint on "
            f"account '{caller.account_id}'. Having the '{missing}' permission would allow this request to continue."
        )


def _show_customers(resource: str) -> None:
    if resource not in SHOWN_TO_CUSTOMERS:
        raise PermissionDenied(f"An ephemeral key cannot expand {resource}.", code="secret_key_required")


class Authenticator:
    """Finds the caller of a key, remembering it for a few seconds."""

    def __init__(self, database: Database, *, open_keys: bool) -> None:
        self._database = database
        self._open = open_keys
        self._remembered: dict[str, tuple[float, Caller]] = {}

    async def caller(self, key: str) -> Caller:
        """The caller that a key belongs to; in open mode a new test key opens its own empty account."""
        remembered = self._remembered.get(key)
        now = time.monotonic()
        if remembered is not None and now - remembered[0] < REMEMBERED_SECONDS:
            return remembered[1]
        caller = await self._look_up(key)
        if caller.kind == "ephemeral":
            return caller  # Used seldom, and deleted as soon as its app is done: it ends at once, in every process.
        if len(self._remembered) >= REMEMBERED_MAX:
            self._remembered.clear()
        self._remembered[key] = (now, caller)
        return caller

    async def _look_up(self, key: str) -> Caller:
        """The caller, asked again where the connection was lost: a database that restarts refuses nobody."""
        found = _key_pattern.fullmatch(key)
        if found is None or len(key) > KEY_LENGTH_MAX:
            raise AuthenticationFailed(f"Invalid API Key provided: {masked(key)}")
        prefix, mode, secret = found.groups()
        for repeat in range(TRIES_MAX):
            try:
                if prefix == ephemeral.PREFIX:
                    return await self._find_ephemeral(key, mode, secret)
                record = await self._find(key)
                if record is not None:
                    return _caller(key, record)
                if self._open and mode == "test" and prefix != "rk":
                    return await self._open_sandbox(key, KINDS[prefix], secret)
            except LOST:
                await asyncio.sleep(TRY_DELAY_SECONDS * 2**repeat)
            else:
                raise AuthenticationFailed(f"Invalid API Key provided: {masked(key)}")
        raise Unavailable("The database cannot be reached; nothing was done.")

    async def _find_ephemeral(self, key: str, mode: str, secret: str) -> Caller:
        account_id = ephemeral.account_of(secret)
        record = None
        if account_id is not None:
            async with self._database.connection() as connection:
                record = await connection.fetchrow(ephemeral.FIND, account_id, digest(key))
        if record is None or record["livemode"] is not (mode == "live"):
            raise AuthenticationFailed(f"Invalid API Key provided: {masked(key)}")
        _refuse_expired(key, record["expires_at"])
        return Caller(
            record["account_id"],
            record["livemode"],
            "ephemeral",
            masked(key),
            customer_id=record["customer_id"],
            api_version=record["api_version"],
        )

    async def _find(self, key: str) -> asyncpg.Record | None:
        async with self._database.connection() as connection:
            return await connection.fetchrow(FIND_KEY, digest(key))

    async def _open_sandbox(self, key: str, kind: KeyKind, secret: str) -> Caller:
        """`pk_test_X` belongs to the account of `sk_test_X`; once that has ended, none is opened for it."""
        owner = f"sk_test_{secret}"
        account_id = sandbox_account_id(owner)
        async with self._database.connection() as connection:
            known = await connection.fetchrow(FIND_OWNER, digest(owner))
            if known is not None:
                _refuse_expired(key, known["expires_at"])
                account_id = known["account_id"]
            await connection.execute(OPEN_SANDBOX, account_id, utc_now(), digest(key), kind, masked(key))
        return Caller(account_id, False, kind, masked(key))


def _caller(key: str, record: asyncpg.Record) -> Caller:
    _refuse_expired(key, record["expires_at"])
    return Caller(record["account_id"], record["livemode"], record["kind"], masked(key), record["permissions"])


def _refuse_expired(key: str, expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= utc_now():
        raise AuthenticationFailed(f"Expired API Key provided: {masked(key)}", code="api_key_expired")
