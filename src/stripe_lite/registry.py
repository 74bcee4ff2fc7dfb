"""What stripe_lite serves, one line each; who answers the bank, and who reacts to which event."""

from collections.abc import Mapping, Sequence

from stripe_lite.customers.customers import router as customers_router
from stripe_lite.customers.customers import service as customers
from stripe_lite.db.base import Base
from stripe_lite.db.jobs import Job
from stripe_lite.db.work import Plan, Reaction
from stripe_lite.events import outbox
from stripe_lite.events.deliveries.model import Delivery
from stripe_lite.events.endpoints.model import WebhookEndpoint
from stripe_lite.events.events.model import Event
from stripe_lite.http.expand import Served
from stripe_lite.http.idempotency import IdempotencyKey
from stripe_lite.http.keys import Account
from stripe_lite.http.questions import Recorder
from stripe_lite.http.route import Operation, Router

# Objects that are found by their id: for `expand`, and for answers that wait for the bank.
RESOURCES: Sequence[Served] = (Served("customer", "cus", customers.show),)

ROUTERS: Sequence[Router] = (customers_router.router,)

# Question kind → who records the bank's answer.
RECORDERS: Mapping[str, Recorder] = {}

# Event type → who reacts to it, in order, in the same transaction.
REACTIONS: Mapping[str, tuple[Reaction, ...]] = {}

# Importing a model is what puts its table into the metadata; tables that no resource above brings along stand here.
TABLES = (Account, Delivery, Event, IdempotencyKey, Job, WebhookEndpoint)

METADATA = Base.metadata


def operations() -> list[Operation]:
    """Every operation that is served."""
    return [operation for router in ROUTERS for operation in router.operations]


def plan(*, single_statements: bool = False) -> Plan:
    """What belongs to every unit of work."""
    return Plan(dict(REACTIONS), (outbox.deliveries,), single_statements)
