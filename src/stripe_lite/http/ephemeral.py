"""Ephemeral keys: short-lived keys of one customer. The account stands in the key itself, so that it is found there."""

import base64
import binascii
from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.core.ids import new_secret
from stripe_lite.db.base import BRIN, Id, Resource

PREFIX = "ek"
FIND = """
SELECT account_id, livemode, customer_id, api_version, expires_at FROM ephemeral_keys
WHERE account_id = $1 AND digest = $2
"""


class EphemeralKey(Resource):
    """A key of one customer, by its digest."""

    __tablename__ = "ephemeral_keys"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "customer_id"], ["customers.account_id", "customers.id"]),
        UniqueConstraint("account_id", "digest"),
        Index(None, "created_at", **BRIN),
    )

    digest: Mapped[bytes] = mapped_column(BYTEA)
    customer_id: Mapped[str] = mapped_column(Id)
    # What its requests are answered in, where they name no version.
    api_version: Mapped[str]
    expires_at: Mapped[datetime]


def new_key(account_id: str, *, livemode: bool) -> str:
    """A new ephemeral key of an account."""
    text = base64.urlsafe_b64encode(f"{account_id},{new_secret()}".encode()).decode().rstrip("=")
    return f"{PREFIX}_{'live' if livemode else 'test'}_{text}"


def account_of(secret: str) -> str | None:
    """The account that stands in what follows the key's prefix, or None where there is none."""
    try:
        text = base64.b64decode(secret + "=" * (-len(secret) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    account_id, comma, _ = text.partition(",")
    return account_id if comma and "\0" not in account_id else None
