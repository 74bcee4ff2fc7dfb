"""Receipt numbers: what the payer of a live payment is sent a receipt by. Test payments are sent none."""

import secrets

from stripe_lite.payments.charges.model import Charge

NUMBER = "receipt_number"
BLOCK_DIGITS = 4


def make_out(charge: Charge) -> None:
    """Number the receipt of a charge, once there is something to tell, and somebody to tell it to."""
    told = charge.livemode and charge.amount_captured > 0 and charge.details.get("receipt_email")
    if told and not charge.details.get(NUMBER):
        charge.details = charge.details | {NUMBER: new_number()}


def new_number() -> str:
    """A number for a receipt: two blocks of digits."""
    return "-".join(f"{secrets.randbelow(10**BLOCK_DIGITS):0{BLOCK_DIGITS}}" for _ in range(2))
