"""Table `confirmation_tokens`."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Json, Resource, Versioned


class ConfirmationToken(Versioned, Resource):
    """What a payer filled in, to confirm one intent with: a payment method, and what else they said.

    It names an attached payment method, or holds in `method` the columns of one that is made when the token is used.
    """

    __tablename__ = "confirmation_tokens"

    expires_at: Mapped[datetime]
    payment_method_id: Mapped[str | None] = mapped_column(Id)
    # The intent that it was used for, of either kind.
    payment_intent_id: Mapped[str | None] = mapped_column(Id)
    setup_intent_id: Mapped[str | None] = mapped_column(Id)
    setup_future_usage: Mapped[str | None]
    method: Mapped[Json] = mapped_column(default=dict)
    # The preview, and what is only stored and given back.
    details: Mapped[Json] = mapped_column(default=dict)
