"""Accounts and their API keys. Only a key's SHA-256 is stored."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.core.ids import ALPHABET
from stripe_lite.db.base import Base, Id, Json


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
    """A key as it may be shown: its kind and its last four characters."""
    prefix = "_".join(key.split("_")[:2])
    return f"{prefix}_****{key[-4:]}" if len(key) > len(prefix) + 5 else f"{prefix}_****"


def sandbox_account_id(secret_key: str) -> str:
    """The account that a key opens in open mode: the same on every process, without asking the database."""
    number = int.from_bytes(sha256(b"sandbox:" + secret_key.encode()).digest()[:16])
    characters = []
    for _ in range(16):
        number, rest = divmod(number, 62)
        characters.append(ALPHABET[rest])
    return "acct_" + "".join(characters)
