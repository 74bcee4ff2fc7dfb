"""A merchant who asks the bank, for the stories of these tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from stripe_lite.bank.port import Answer, Authorization, Bank, Capture, Increment, Inquiry, Kind, Refund, Void
from stripe_lite.bank.simulator import Knobs, SimulatedBank, open_simulated_bank
from stripe_lite.core.ids import new_id

SETTLEMENT_SECONDS = 60.0
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SETTLED = NOON + timedelta(seconds=SETTLEMENT_SECONDS)
SETTLED_SLOWLY = SETTLED + timedelta(minutes=3)


class Merchant:
    """Asks with a fresh account, at noon unless said otherwise."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.account_id = new_id("acct")

    async def pay(self, outcome: str = "approved", **details: Any) -> Answer:
        """Ask for 1000 cents of a card, its security code given, unless said otherwise."""
        return await self.bank.authorize(self.payment(outcome, **details))

    def payment(self, outcome: str = "approved", **details: Any) -> Authorization:
        """The question that `pay` asks."""
        told = {"ref": new_id("ch"), "amount": 1000, "currency": "usd", "method": "card", "cvc": True, "at": NOON}
        return Authorization(account_id=self.account_id, outcome=outcome, **(told | details))

    async def debit(self, outcome: str, **details: Any) -> Answer:
        """Ask for 1000 cents of a US bank account."""
        return await self.pay(outcome, **({"method": "us_bank_account", "cvc": False} | details))

    async def increment(self, paid: Answer, amount: int, ref: str | None = None, currency: str = "usd") -> Answer:
        """Ask to reserve more."""
        return await self.bank.increment(
            Increment(
                account_id=self.account_id,
                ref=ref or new_id("inc"),
                of=paid.ref,
                amount=amount,
                currency=currency,
                at=NOON,
            )
        )

    async def capture(
        self, paid: Answer, amount: int, *, ref: str | None = None, final: bool = True, currency: str = "usd"
    ) -> Answer:
        """Ask to take what was reserved."""
        return await self.bank.capture(
            Capture(
                account_id=self.account_id,
                ref=ref or new_id("cap"),
                of=paid.ref,
                amount=amount,
                currency=currency,
                final=final,
                at=NOON,
            )
        )

    async def void(self, paid: Answer, ref: str | None = None) -> Answer:
        """Ask to release what was reserved."""
        return await self.bank.void(Void(account_id=self.account_id, ref=ref or new_id("void"), of=paid.ref, at=NOON))

    async def refund(self, paid: Answer, amount: int, *, ref: str | None = None, currency: str = "usd") -> Answer:
        """Ask to give back what was taken."""
        return await self.bank.refund(
            Refund(
                account_id=self.account_id,
                ref=ref or new_id("re"),
                of=paid.ref,
                amount=amount,
                currency=currency,
                at=NOON,
            )
        )

    async def inquire(self, ref: str, kind: Kind = "authorize", at: datetime = NOON) -> Answer:
        """Ask what became of an operation."""
        return await self.bank.inquire(Inquiry(account_id=self.account_id, ref=ref, kind=kind, at=at))


@asynccontextmanager
async def simulated(books: str, **knobs: Any) -> AsyncIterator[SimulatedBank]:
    """A simulated bank with knobs of one's own."""
    async with open_simulated_bank(books, Knobs(**knobs)) as bank:
        yield bank
