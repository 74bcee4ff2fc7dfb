"""Table `payment_method_configurations`."""

from sqlalchemy.orm import Mapped, mapped_column

from stripe_lite.db.base import Json, Resource, Versioned


class PaymentMethodConfiguration(Versioned, Resource):
    """Which payment methods are offered. An account's default one has no row before somebody asks for it."""

    __tablename__ = "payment_method_configurations"

    is_default: Mapped[bool]
    active: Mapped[bool]
    name: Mapped[str]
    # By payment method: `on`, `off` or `none`, where it was said.
    preferences: Mapped[Json] = mapped_column(default=dict)
