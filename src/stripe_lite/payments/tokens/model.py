"""Table `tokens`."""

from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Id, Json, Resource


class Token(Resource):
    """A single-use name for details that a payer typed in. Once used, its source is a row of `payment_methods`."""

    __tablename__ = "tokens"

    type: Mapped[str]
    used: Mapped[bool] = mapped_column(default=False)
    # The id that the card or bank account gets: it shows in the token and becomes the source's.
    source_id: Mapped[str | None] = mapped_column(Id)
    client_ip: Mapped[str | None]
    # What may be kept of the details; see `Known`.
    known: Mapped[Json] = mapped_column(default=dict)
    # The card's or account's own fields that a payment method has no place for.
    extras: Mapped[Json] = mapped_column(default=dict)
