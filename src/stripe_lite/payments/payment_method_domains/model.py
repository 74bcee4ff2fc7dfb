"""Table `payment_method_domains`."""

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from stripe_lite.db.base import Resource, Versioned


class PaymentMethodDomain(Versioned, Resource):
    """A domain that wallets are shown on."""

    __tablename__ = "payment_method_domains"
    __table_args__ = (UniqueConstraint("account_id", "livemode", "domain_name"),)

    domain_name: Mapped[str]
    enabled: Mapped[bool]
