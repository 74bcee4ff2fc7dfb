"""How tokens and account numbers become external accounts: rooms above know how to read them, and answer here."""

from dataclasses import dataclass

from stripe_lite.balance.external_accounts.schema import BankAccountDetails
from stripe_lite.core.errors import InvalidParameter
from stripe_lite.core.objects import Tree
from stripe_lite.db.work import Work

# A token is spent, or a number looked at, and what may be kept of it is told.
READ = "internal.external_account.read"


@dataclass(frozen=True, slots=True)
class Found:
    """What may be kept of a bank account or a card. `details` is what clients see beside the columns."""

    type: str
    id: str
    currency: str | None
    outcome: str
    fingerprint: str | None
    name: str | None
    verified: bool
    details: Tree


@dataclass(slots=True)
class Reading:
    """What the client named, and in which parameter; who answers fills in what it stands for."""

    given: BankAccountDetails | str
    param: str
    found: Found | None = None


async def read(work: Work, given: BankAccountDetails | str, param: str) -> Found:
    """What a token or a bank account's details stand for; a token is spent by it."""
    reading = Reading(given, param)
    work.tell(READ, reading)
    await work.react()
    if reading.found is None:
        raise InvalidParameter(
            f"stripe_lite does not act on the parameter {param} yet, so it does not accept it.",
            code="parameter_unsupported",
            param=param,
        )
    return reading.found
