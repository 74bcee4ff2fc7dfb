"""Who is calling: from the Authorization header to an account, a mode and a kind of key."""

import base64
import binascii
import time
from dataclasses import dataclass, field
from typing import Literal

from stripe_lite.core.clock import utc_now
from stripe_lite.core.errors import AuthenticationFailed
from stripe_lite.db.session import Database
from stripe_lite.http.keys import digest, masked, sandbox_account_id

KeyKind = Literal["secret", "restricted", "publishable"]

KINDS: dict[str, KeyKind] = {"sk": "secret", "rk": "restricted", "pk": "publishable"}
# A revoked key stops working everywhere within this time.
REMEMBERED_SECONDS = 4.0
REMEMBERED_MAX = 10_000
KEY_LENGTH_MAX = 255

NO_KEY = (
    "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth "
    "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details."
)

FIND_KEY = "SELECT account_id, livemode, kind, permissions, expires_at FROM api_keys WHERE digest = $1"
OPEN_SANDBOX = """
WITH opened AS (INSERT INTO accounts (id, created_at, details) VALUES ($1, $2, '{}') ON CONFLICT DO NOTHING)
INSERT INTO api_keys (digest, account_id, livemode, kind, masked, permissions, created_at)
VALUES ($3, $1, false, $4, $5, '{}', $2) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated client."""

    account_id: str
    livemode: bool
    kind: KeyKind
    masked_key: str
    permissions: dict[str, str] = field(default_factory=dict)


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
    if not key or len(key) > KEY_LENGTH_MAX:
        raise AuthenticationFailed(NO_KEY)
    return key


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
        caller = await self._find(key)
        if len(self._remembered) >= REMEMBERED_MAX:
            self._remembered.clear()
        self._remembered[key] = (now, caller)
        return caller

    async def _find(self, key: str) -> Caller:
        prefix, _, rest = key.partition("_")
        mode, _, secret = rest.partition("_")
        if prefix not in KINDS or mode not in ("test", "live") or not secret:
            raise AuthenticationFailed(f"Invalid API Key provided: {masked(key)}")
        async with self._database.connection() as connection:
            record = await connection.fetchrow(FIND_KEY, digest(key))
        if record is None and self._open and mode == "test" and prefix != "rk":
            return await self._open_sandbox(key, KINDS[prefix], secret)
        if record is None:
            raise AuthenticationFailed(f"Invalid API Key provided: {masked(key)}")
        if record["expires_at"] is not None and record["expires_at"] <= utc_now():
            raise AuthenticationFailed(f"Expired API Key provided: {masked(key)}", code="api_key_expired")
        return Caller(record["account_id"], record["livemode"], record["kind"], masked(key), record["permissions"])

    async def _open_sandbox(self, key: str, kind: KeyKind, secret: str) -> Caller:
        """`pk_test_X` belongs to the sandbox of `sk_test_X`."""
        account_id = sandbox_account_id(f"sk_test_{secret}")
        async with self._database.connection() as connection:
            await connection.execute(OPEN_SANDBOX, account_id, utc_now(), digest(key), kind, masked(key))
        return Caller(account_id, False, kind, masked(key))
