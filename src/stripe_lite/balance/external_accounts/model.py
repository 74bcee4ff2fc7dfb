"""Table `external_accounts`."""

from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Json, Resource, Versioned


class ExternalAccount(Versioned, Resource):
    """Where the account's money is paid out to: a bank account (`ba_…`) or a debit card (`card_…`).

    `outcome` is the class of behaviour at the bank; it, `fingerprint` and `details` are all that is kept of a number.
    """

    __tablename__ = "external_accounts"

    # `bank_account` or `card`.
    type: Mapped[str]
    currency: Mapped[str]
    default_for_currency: Mapped[bool]
    # A payout to it failed: nothing is paid out to it automatically any more.
    errored: Mapped[bool] = mapped_column(default=False)
    verified: Mapped[bool] = mapped_column(default=False)
    # Kept, because payouts name it.
    deleted: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str]
    fingerprint: Mapped[str | None]
    # The account holder, or the cardholder.
    name: Mapped[str | None]
    meta: Mapped[Json] = mapped_column("metadata", default=dict)
    # What clients see beside it.
    details: Mapped[Json] = mapped_column(default=dict)
