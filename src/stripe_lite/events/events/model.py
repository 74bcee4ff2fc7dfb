"""Table `events`: what happened, with the object as it was at that moment. Rows are never changed."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Resource


class Event(Resource):
    """An event. `data` is the frozen JSON text of the API's `data`, sent unchanged with every delivery."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "account_id", "type", "id"),)

    type: Mapped[str]
    object_id: Mapped[str | None] = mapped_column(Id)
    request_id: Mapped[str | None] = mapped_column(Id)
    idempotency_key: Mapped[str | None]
    actor: Mapped[str]
    api_version: Mapped[str]
    data: Mapped[str]
