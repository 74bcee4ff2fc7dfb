"""What a refund takes its money from: a charge, or what a customer transferred and no payment used."""

from stripe_lite.core.errors import InvalidParameter, InvalidRequest
from stripe_lite.db.work import Work
from stripe_lite.payments.refunds import returns
from stripe_lite.payments.refunds import service as refunds
from stripe_lite.payments.refunds.model import Refund
from stripe_lite.payments.refunds.schema import RefundCreateParams

OF_CASH = ("customer", "currency")


async def create(work: Work, params: RefundCreateParams) -> Refund:
    """Give money back, from where the client says."""
    if params.origin is None:
        for name in OF_CASH:
            if params.given(name):
                raise InvalidRequest(f"`{name}` goes with `origin` only: a charge has its own.", param=name)
        return await refunds.create(work, params)
    for name in ("charge", "payment_intent"):
        if params.given(name):
            raise InvalidParameter(f"You may only specify one of these parameters: origin, {name}.", param=name)
    return await returns.create(work, params)
