"""HTTP operations on customer sessions."""

from stripe_lite.customers.customer_sessions import service as customer_sessions
from stripe_lite.customers.customer_sessions.schema import CustomerSessionCreateParams, CustomerSessionObject
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router

router = Router(tag="Customer sessions")


@router.post("/v1/customer_sessions", sealed=True)
async def create_customer_session(work: Work, params: CustomerSessionCreateParams) -> CustomerSessionObject:
    """Begin a session in which a page may show one customer what is saved of it."""
    return await customer_sessions.create(work, params)
