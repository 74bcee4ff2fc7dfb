"""Table `customer_sessions`."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import BRIN, Id, Json, Resource


class CustomerSession(Resource):
    """What one customer may do on a page, for a while. Of its client secret only the digest is kept."""

    __tablename__ = "customer_sessions"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "customer_id"], ["customers.account_id", "customers.id"]),
        UniqueConstraint("account_id", "digest"),
        Index(None, "created_at", **BRIN),
    )

    digest: Mapped[bytes] = mapped_column(BYTEA)
    customer_id: Mapped[str] = mapped_column(Id)
    components: Mapped[Json]
    expires_at: Mapped[datetime]
