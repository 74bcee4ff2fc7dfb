"""What the processor asks for its work, and how long money takes: the terms that every account begins with."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

PERCENT = Decimal(100)
WHOLE = Decimal(1)


def rounded(amount: Decimal) -> int:
    """A whole number of minor units; halves are rounded away from zero."""
    return int(amount.quantize(WHOLE, ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Terms:
    """Fees, and when what was paid may be used. Fixed amounts are in `currency`, in minor units."""

    currency: str = "usd"
    fee_percent: Decimal = Decimal("2.9")
    fee_fixed: int = 30
    dispute_fee: int = 1500
    # Business days until a payment's money is available.
    delay_days: int = 2
    # Seconds until the charge of an asynchronous capture names its balance transaction.
    capture_delay_seconds: float = 1.0
    # Seconds until a refund to a card names the reference that the card network gave it.
    reference_delay_seconds: float = 1.0
    # Seconds that stand for the days which a bank takes.
    settlement_delay_seconds: float = 5.0

    @property
    def settlement_delay(self) -> timedelta:
        """How long the days last which a bank takes."""
        return timedelta(seconds=self.settlement_delay_seconds)

    def share(self, amount: int) -> int:
        """The part of the fee that grows with the amount."""
        return rounded(amount * self.fee_percent / PERCENT)
