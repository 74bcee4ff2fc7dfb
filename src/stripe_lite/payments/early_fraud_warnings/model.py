"""Table `early_fraud_warnings`."""

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Resource, Versioned


class EarlyFraudWarning(Versioned, Resource):
    """A card's issuer thinks that a charge is fraudulent; a dispute may follow, unless it is refunded first."""

    __tablename__ = "early_fraud_warnings"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "charge_id"], ["charges.account_id", "charges.id"]),
        Index(None, "account_id", "charge_id"),
    )

    charge_id: Mapped[str] = mapped_column(Id)
    payment_intent_id: Mapped[str | None] = mapped_column(Id)
    fraud_type: Mapped[str]
    actionable: Mapped[bool] = mapped_column(default=True)
