"""The simulated bank's books. The processor never writes here: the bank does, over connections of its own."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Base, Id


class BankOp(Base):
    """One operation that the bank was asked for, under the ref of whoever asked.

    The row of an authorization is also its account: how much of it is reserved, taken and given back.
    """

    __tablename__ = "bank_ops"
    __table_args__ = (
        CheckConstraint("kind IN ('authorize', 'increment', 'capture', 'void', 'refund')", name="kind"),
        CheckConstraint("result IN ('approved', 'declined', 'pending')", name="result"),
        CheckConstraint("0 <= refunded AND refunded <= captured AND captured <= authorized", name="books"),
    )

    account_id: Mapped[str] = mapped_column(Id, primary_key=True)
    ref: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    parent: Mapped[str | None] = mapped_column(Id)  # The authorization's ref, for the other kinds.
    amount: Mapped[int]
    currency: Mapped[str]
    result: Mapped[str]
    answer: Mapped[str] = mapped_column(JSON)  # As it was sent: `json` keeps the text, which `jsonb` would not.
    later_result: Mapped[str | None] = mapped_column(Text)  # What it becomes at `due_at`.
    later_answer: Mapped[str | None] = mapped_column(JSON)
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    authorized: Mapped[int] = mapped_column(default=0)
    captured: Mapped[int] = mapped_column(default=0)
    refunded: Mapped[int] = mapped_column(default=0)
    closed: Mapped[bool] = mapped_column(default=False)  # Voided, or captured for good.
    refund_behaviour: Mapped[str | None]  # How refunds of it go: succeeds, pending, fails.
