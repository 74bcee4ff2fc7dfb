"""One effect for each idempotency key, and the same answer for whoever asks again.

A key's row is written in the transaction of its first request: `finished` with the answer, or `started` where a bank
is asked before there is one; then whoever records the bank's answer finishes the row. Nobody looks for the row first:
a second request finds that it cannot write it, nothing of what it did remains, and only then the row is read. Within a
process a request whose key is being worked on is refused at once.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from pydantic_core import to_json
from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.core.errors import IdempotencyMismatch, InvalidParameter, KeyInUse
from stripe_lite.core.objects import Tree
from stripe_lite.db.base import BRIN, Id, Row
from stripe_lite.db.work import Work
from stripe_lite.db.writes import Written
from stripe_lite.http.redaction import redacted_text

KEY_LENGTH_MAX = 255

TAKEN = "pk_idempotency_keys"  # The constraint that says that a key has its row already.

COMPLETE = """
UPDATE idempotency_keys old SET state = 'finished', status = new.status, body = new.body
FROM (SELECT unnest({}::integer[]), unnest({}::bytea[]), unnest({}::text[]), unnest({}::text[]))
     AS new(status, body, account_id, id)
WHERE old.account_id = new.account_id AND old.id = new.id AND old.state = 'started'
"""


class IdempotencyKey(Row):
    """A key of one account and mode, what it was first used with, and what was answered.

    `id` is `test:…` or `live:…`.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        CheckConstraint("state IN ('started', 'finished')", name="state"),
        Index(None, "created_at", **BRIN),
    )

    created_at: Mapped[datetime]
    request_id: Mapped[str] = mapped_column(Id)
    endpoint: Mapped[str]
    fingerprint: Mapped[bytes] = mapped_column(BYTEA)
    state: Mapped[str]
    status: Mapped[int | None]
    body: Mapped[bytes | None] = mapped_column(BYTEA)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says about itself under its key.

    What browsers and apps say is `apart` from what servers say: else whoever has a publishable key could use up the
    keys that a server is going to use.
    """

    key: str
    endpoint: str
    fingerprint: bytes
    apart: str = ""

    def row_id(self, livemode: bool) -> str:
        """The id of the key's row: keys of the two modes don't meet. No header has a line break."""
        apart = f"{self.apart}\n" if self.apart else ""
        return f"{'live' if livemode else 'test'}:{apart}{self.key}"


@dataclass(frozen=True, slots=True)
class Saved:
    """The answer that a key has already got, and the request that got it."""

    request_id: str
    status: int
    body: bytes


def claim_of(key: str, method: str, path: str, parameters: Tree, *, view: str = "", apart: str = "") -> Claim:
    """The claim of a request: its parameters are compared decoded, so that order and encoding don't matter.

    `view` tells callers apart who see different things of the same answer: what one was told, the other is not.
    """
    if not key:
        raise InvalidParameter("The Idempotency-Key header must not be empty.")
    if len(key) > KEY_LENGTH_MAX:
        raise InvalidParameter(f"The Idempotency-Key header is {len(key)} characters long; at most 255 are allowed.")
    canonical = blake2b(digest_size=32)
    canonical.update(_canonical(parameters))
    canonical.update(view.encode())
    return Claim(key, f"{method} {redacted_text(path)}", canonical.digest(), apart)


def _canonical(value: object) -> bytes:
    if isinstance(value, dict):
        return b"{" + b",".join(to_json(str(k)) + b":" + _canonical(value[k]) for k in sorted(value, key=str)) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(_canonical, value)) + b"]"
    # A form sends text where JSON sends numbers; both mean the same parameter.
    return to_json(value if isinstance(value, str) else to_json(value).decode())


async def look(work: Work, claim: Claim) -> Saved | None:
    """The answer that the key has already got; refused if it was first used otherwise, or is still waiting for one."""
    row = await work.get(IdempotencyKey, claim.row_id(work.livemode))
    if row is None:
        return None
    _same(claim, row.endpoint, row.fingerprint)
    if row.status is None or row.body is None:
        raise KeyInUse
    return Saved(row.request_id, row.status, row.body)


def _same(claim: Claim, endpoint: str, fingerprint: bytes) -> None:
    if endpoint != claim.endpoint:
        raise IdempotencyMismatch(
            f"Keys for idempotent requests can only be used for the same endpoint they were first used for "
            f"('{claim.endpoint}' vs '{endpoint}'). Try using a key other than '{claim.key}' if you meant to execute a "
            "different request."
        )
    if fingerprint != claim.fingerprint:
        raise IdempotencyMismatch(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try "
            f"using a key other than '{claim.key}' if you meant to execute a different request."
        )


def start(work: Work, claim: Claim, request_id: str) -> None:
    """Remember that the key's operation has begun and is waiting for a bank."""
    work.add(_row(work, claim, request_id, "started", None, None))


def finish(work: Work, claim: Claim, request_id: str, status: int, body: bytes) -> None:
    """Remember the answer."""
    work.add(_row(work, claim, request_id, "finished", status, body))


def _row(
    work: Work, claim: Claim, request_id: str, state: str, status: int | None, body: bytes | None
) -> IdempotencyKey:
    return IdempotencyKey(
        account_id=work.account_id,
        id=claim.row_id(work.livemode),
        created_at=work.now,
        request_id=request_id,
        endpoint=claim.endpoint,
        fingerprint=claim.fingerprint,
        state=state,
        status=status,
        body=body,
    )


def complete(work: Work, row_id: str, status: int, body: bytes) -> None:
    """Give a started key its answer."""
    work.also(Written(COMPLETE, ([status], [body], [work.account_id], [row_id]), many=COMPLETE))


async def answer_of(work: Work, row_id: str) -> Saved | None:
    """The answer of a key that somebody else finished."""
    row = await work.get(IdempotencyKey, row_id)
    if row is None or row.status is None or row.body is None:
        return None
    return Saved(row.request_id, row.status, row.body)
