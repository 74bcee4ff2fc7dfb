"""Accounts and their API keys. Only a key's SHA-256 is stored."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal, TypeAlias

import asyncpg
from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.core.clock import utc_now
from stripe_lite.core.ids import ALPHABET, new_id, new_secret
from stripe_lite.db.base import Base, Id, Json
from stripe_lite.db.queries import json_text
from stripe_lite.db.session import Database, Driver
from stripe_lite.http.permissions import checked

KeyKind: TypeAlias = Literal["secret", "restricted", "publishable", "ephemeral"]

KINDS: Mapping[str, KeyKind] = {"sk": "secret", "rk": "restricted", "pk": "publishable", "ek": "ephemeral"}
PREFIXES: Mapping[KeyKind, str] = {kind: prefix for prefix, kind in KINDS.items()}

# Of a shorter secret not even four characters are shown.
SHORT_SECRET_LENGTH = 4

INSERT_ACCOUNT = "INSERT INTO accounts (id, created_at, details) VALUES ($1, $2, '{}')"
INSERT_KEY = """
INSERT INTO api_keys (digest, account_id, livemode, kind, masked, permissions, created_at, name)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
LIST_KEYS = "SELECT * FROM api_keys WHERE $1::text IS NULL OR account_id = $1 ORDER BY created_at, digest"
FIND_LIVING = """
SELECT digest FROM api_keys
WHERE (digest = $1 OR masked = $2 OR 'key_' || left(encode(digest, 'hex'), 16) = $2)
  AND (expires_at IS NULL OR expires_at > $3)
"""
# A key that was rolled is not rolled again: its successor is.
EXPIRE_KEY = """
UPDATE api_keys SET expires_at = $2
WHERE digest = $1 AND (expires_at IS NULL OR ($3 AND expires_at > $2)) RETURNING *
"""

# As long as Stripe lets an old key live on beside its successor.
OVERLAP_MAX = timedelta(days=7)
_units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_overlap_pattern = re.compile(r"(\d{1,6})([smhd])?", re.ASCII)


class Account(Base):
    """A tenant: everything it owns carries its id."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    created_at: Mapped[datetime]
    details: Mapped[Json] = mapped_column(default=dict)


class ApiKey(Base):
    """A key by its digest: the reference table that leads from a key to its account."""

    __tablename__ = "api_keys"

    digest: Mapped[bytes] = mapped_column(BYTEA, primary_key=True)
    account_id: Mapped[str] = mapped_column(Id, index=True)
    livemode: Mapped[bool]
    kind: Mapped[str]
    masked: Mapped[str]
    permissions: Mapped[Json] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    name: Mapped[str | None] = mapped_column(Text())


def digest(key: str) -> bytes:
    """What is stored of a key."""
    return sha256(key.encode()).digest()


def masked(key: str) -> str:
    """A key as it may be shown: its kind and its last four characters; of what is no key only the start."""
    prefix, mode, secret = ([*key.split("_", 2), "", ""])[:3]
    if prefix not in KINDS or mode not in ("test", "live"):
        return f"{key[:4]}****" if len(key) > SHORT_SECRET_LENGTH else "****"
    return f"{prefix}_{mode}_****{secret[-4:] if len(secret) > SHORT_SECRET_LENGTH else ''}"


def sandbox_account_id(secret_key: str) -> str:
    """The account that a key opens in open mode: the same on every process, without asking the database."""
    number = int.from_bytes(sha256(b"sandbox:" + secret_key.encode()).digest()[:16])
    characters = []
    for _ in range(16):
        number, rest = divmod(number, 62)
        characters.append(ALPHABET[rest])
    return "acct_" + "".join(characters)


class KeyProblem(Exception):
    """A key cannot be created or found as asked; the message says why."""


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """A new key. This is the only time that the whole key is known."""

    key: str
    account_id: str
    masked: str


@dataclass(frozen=True, slots=True)
class KnownKey:
    """What is known of a key: everything but the key."""

    id: str
    account_id: str
    kind: str
    livemode: bool
    masked: str
    name: str | None
    permissions: Json
    created_at: datetime
    expires_at: datetime | None


async def create_account(database: Database) -> str:
    """Open an account without keys, and give back its id."""
    account_id = new_id("acct")
    async with database.connection() as connection:
        await connection.execute(INSERT_ACCOUNT, account_id, utc_now())
    return account_id


async def create_key(
    database: Database,
    *,
    account_id: str | None = None,
    kind: KeyKind = "secret",
    livemode: bool = False,
    permissions: Mapping[str, str] | None = None,
    name: str | None = None,
) -> CreatedKey:
    """Make a key for an account, or for a new one. Raises KeyProblem for what cannot be."""
    if permissions and kind != "restricted":
        raise KeyProblem("only a restricted key has permissions")
    try:
        granted = checked(permissions or {})
    except ValueError as error:
        raise KeyProblem(str(error)) from None
    if account_id is None:
        account_id = await create_account(database)
    key = _new_key(kind, livemode=livemode)
    values = (digest(key), account_id, livemode, kind, masked(key), json_text(granted), utc_now(), name)
    async with database.connection() as connection:
        if await connection.fetchval("SELECT 1 FROM accounts WHERE id = $1", account_id) is None:
            raise KeyProblem(f"there is no account {account_id}")
        await connection.execute(INSERT_KEY, *values)
    return CreatedKey(key, account_id, masked(key))


async def list_keys(database: Database, account_id: str | None = None) -> list[KnownKey]:
    """Every key of an account, or of all accounts, oldest first."""
    async with database.connection() as connection:
        records = await connection.fetch(LIST_KEYS, account_id)
    return [_known(record) for record in records]


async def revoke_key(database: Database, name: str) -> KnownKey:
    """Let a key expire now, named by its id, its masked form or itself. Every process refuses it within 5 seconds.

    Raises KeyProblem where no living key, or more than one, is meant.
    """
    async with database.connection() as connection:
        found = await _living(connection, name)
        revoked = await connection.fetchrow(EXPIRE_KEY, found, utc_now(), True)
    if revoked is None:
        raise KeyProblem(f"there is no living key {masked(name)}")
    return _known(revoked)


async def roll_key(database: Database, name: str, overlap: timedelta = timedelta()) -> tuple[CreatedKey, KnownKey]:
    """Make a key that takes another one's place; the old one, named as for `revoke_key`, works until the overlap ends.

    The new one has the old one's account, mode, kind, permissions and note. Gives both. Raises KeyProblem.
    """
    if not timedelta() <= overlap <= OVERLAP_MAX:
        raise KeyProblem(f"the old key may live on for {OVERLAP_MAX.days} days at most")
    now = utc_now()
    async with database.connection() as connection, connection.transaction():
        old = await connection.fetchrow(EXPIRE_KEY, await _living(connection, name), now + overlap, False)
        if old is None:
            raise KeyProblem(f"the key {masked(name)} was rolled already: roll the key that took its place")
        key = _new_key(old["kind"], livemode=old["livemode"])
        granted = json_text(old["permissions"])
        values = (digest(key), old["account_id"], old["livemode"], old["kind"], masked(key), granted, now, old["name"])
        await connection.execute(INSERT_KEY, *values)
    return CreatedKey(key, old["account_id"], masked(key)), _known(old)


def overlap_of(text: str) -> timedelta:
    """A length of time such as `24h`, `90m`, `7d` or `0`. Raises KeyProblem for what is none."""
    found = _overlap_pattern.fullmatch(text.strip())
    if found is None or (found[2] is None and int(found[1])):
        raise KeyProblem(f"{text!r} is not a length of time: write 30m, 24h or 7d")
    return timedelta(**{_units[found[2] or "s"]: int(found[1])})


async def _living(connection: Driver, name: str) -> bytes:
    """The digest of the one living key that is meant."""
    found = await connection.fetch(FIND_LIVING, digest(name), name, utc_now())
    if not found:
        raise KeyProblem(f"there is no living key {masked(name)}")
    if len(found) > 1:
        ids = ", ".join(_id_of(record["digest"]) for record in found)
        raise KeyProblem(f"{name} may be any of these keys: {ids}")
    meant: bytes = found[0]["digest"]
    return meant


def _new_key(kind: KeyKind, *, livemode: bool) -> str:
    return f"{PREFIXES[kind]}_{'live' if livemode else 'test'}_{new_secret()}"


def _known(record: asyncpg.Record) -> KnownKey:
    return KnownKey(
        id=_id_of(record["digest"]),
        account_id=record["account_id"],
        kind=record["kind"],
        livemode=record["livemode"],
        masked=record["masked"],
        name=record["name"],
        permissions=record["permissions"],
        created_at=record["created_at"],
        expires_at=record["expires_at"],
    )


def _id_of(key_digest: bytes) -> str:
    """How a key is named without being told: by the start of its digest."""
    return f"key_{key_digest[:8].hex()}"
