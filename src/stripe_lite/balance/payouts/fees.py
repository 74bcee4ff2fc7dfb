"""What payouts cost: standard ones nothing, instant ones a share of their amount."""

from decimal import Decimal

from stripe_lite.balance import exchange
from stripe_lite.core.terms import PERCENT, rounded

INSTANT_PERCENT = Decimal(1)
INSTANT_MINIMUM_US_CENTS = 50


def instant(amount: int, currency: str) -> int:
    """The fee of an instant payout, in minor units of its currency."""
    least = exchange.convert(INSTANT_MINIMUM_US_CENTS, "usd", currency)
    return max(rounded(amount * INSTANT_PERCENT / PERCENT), least)
