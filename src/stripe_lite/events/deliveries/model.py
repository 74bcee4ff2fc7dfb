"""Tables `deliveries` and `delivery_attempts`: which event goes to which endpoint, and what came of each try."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Row


class Delivery(Row):
    """One event on its way to one endpoint. `id` is `<event>/<endpoint>`, with a suffix for each resend."""

    __tablename__ = "deliveries"
    __table_args__ = (
        # No foreign key to the event: checking one would take the right to change events, which nobody has.
        CheckConstraint("status IN ('pending', 'delivered', 'exhausted', 'canceled')", name="status"),
        CheckConstraint("kind IN ('automatic', 'resend')", name="kind"),
        Index(None, "next_attempt_at", postgresql_where="status = 'pending'"),
        Index(None, "account_id", "endpoint_id", "next_attempt_at", postgresql_where="status = 'pending'"),
        Index(None, "account_id", "event_id"),
    )

    event_id: Mapped[str] = mapped_column(Id)
    endpoint_id: Mapped[str] = mapped_column(Id)
    kind: Mapped[str]
    status: Mapped[str]
    attempts: Mapped[int]
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    first_attempt_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]


class DeliveryAttempt(Row):
    """One try: the status and the start of the response, or why there was none, and how long it took."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "delivery_id"], ["deliveries.account_id", "deliveries.id"]),
        Index(None, "account_id", "delivery_id"),
    )

    delivery_id: Mapped[str] = mapped_column(Id)
    number: Mapped[int]
    attempted_at: Mapped[datetime]
    duration_ms: Mapped[int]
    status_code: Mapped[int | None]
    response_start: Mapped[str]
    error: Mapped[str | None]
