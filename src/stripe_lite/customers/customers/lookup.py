"""Finding a customer by its id, for everything that belongs to one or refers to one."""

from stripe_lite.core.errors import ResourceMissing
from stripe_lite.customers.customers.model import Customer
from stripe_lite.db.work import Work


async def retrieve(work: Work, id: str, *, param: str = "id", lock: bool = False) -> Customer:
    """The customer with this id, deleted ones included."""
    customer = await work.get(Customer, id, lock=lock)
    if customer is None:
        raise ResourceMissing("customer", id, param=param)
    return customer


async def living(work: Work, id: str, *, param: str = "customer", lock: bool = False) -> Customer:
    """The customer with this id, unless it was deleted: what other resources may refer to."""
    customer = await retrieve(work, id, param=param, lock=lock)
    if customer.deleted:
        raise ResourceMissing("customer", id, param=param)
    return customer
