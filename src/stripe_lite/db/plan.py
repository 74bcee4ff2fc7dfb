"""What a unit of work is begun with: who caused it, and what belongs to every one of them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from stripe_lite.core.memory import Memory
from stripe_lite.core.terms import Terms
from stripe_lite.db.base import Base
from stripe_lite.db.recent import Recent
from stripe_lite.db.sending import GroupCommit
from stripe_lite.db.writes import Written

if TYPE_CHECKING:
    from stripe_lite.db.work import Work


@dataclass(frozen=True, slots=True)
class RequestStamp:
    """Who caused the work: an API request, or a named actor of the system."""

    id: str | None
    idempotency_key: str | None = None
    api_version: str | None = None
    actor: str = "api"
    publishable: bool = False
    # The one customer whose ephemeral key it is: nothing of anybody else's is there for it.
    customer_id: str | None = None
    # Whether the client named the API version by itself.
    version_named: bool = False
    origin: str | None = None
    client_ip: str | None = None
    user_agent: str | None = None
    # Refuses to show a resource, by its plural name, that the caller's restricted key may not read.
    guard: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact that was recorded as an event, told to those who react to it."""

    type: str
    object: Any


Reaction: TypeAlias = Callable[["Work", Any], Awaitable[None]]


@dataclass(slots=True)
class Plan:
    """What belongs to every unit of work but lives on a higher floor: registered once, at start.

    `reactions` says who answers which event type, in order, in the same transaction.
    `followers` look at the rows about to be written and add statements of their own, as the outbox adds deliveries.
    """

    reactions: dict[str, tuple[Reaction, ...]] = field(default_factory=dict)
    followers: tuple[Callable[["Work", Sequence[Base]], Written | None], ...] = ()
    single_statements: bool = False
    # The server's own address, for links in objects that no request caused.
    origin: str = "http://127.0.0.1:8000"
    # Whether webhooks may be sent to loopback and private addresses.
    private_targets: bool = True
    terms: Terms = field(default_factory=Terms)
    memory: Memory = field(default_factory=Memory)
    commits: GroupCommit = field(default_factory=GroupCommit)
    recent: Recent = field(default_factory=Recent)
