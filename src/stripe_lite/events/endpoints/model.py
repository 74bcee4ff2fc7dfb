"""Table `webhook_endpoints`: where events are sent to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Json, Resource


class WebhookEndpoint(Resource):
    """An endpoint. Its secrets are kept as they are, because every delivery is signed with them.

    `subscribed_at` is since when it has been sent the events it is sent now; `failing_since` is when the first of an
    unbroken row of failed attempts was made.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (CheckConstraint("status IN ('enabled', 'disabled')", name="status"),)

    url: Mapped[str]
    status: Mapped[str]
    enabled_events: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    secret: Mapped[str]
    previous_secret: Mapped[str | None]
    previous_secret_until: Mapped[datetime | None]
    subscribed_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    api_version: Mapped[str | None]
    description: Mapped[str | None]
    meta: Mapped[Json] = mapped_column("metadata", default=dict)
