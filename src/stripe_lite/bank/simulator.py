"""The simulated bank: it decides by the test card or account that was used, and remembers every operation."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from stripe_lite.bank import journal as books
from stripe_lite.bank import rules
from stripe_lite.bank.journal import Entry, Journal
from stripe_lite.bank.outcomes import DECLINES
from stripe_lite.bank.port import (
    Answer,
    Authorization,
    Capture,
    Increment,
    Inquiry,
    Kind,
    Question,
    Refund,
    Void,
)
from stripe_lite.bank.rules import Luck

ACCOUNTS_MAX = 10_000  # Whose payments are counted, to give each the next draw of its series.
REFUND_FAILURE = "expired_or_canceled_card"
REFUSED = "The authorization does not exist, or its state and amount do not allow this."


@dataclass(frozen=True, slots=True)
class Knobs:
    """How the simulated bank behaves, beside its table of facts."""

    latency_seconds: float = 0.0
    jitter_seconds: float = 0.0  # At most this much more, by the luck of the ref.
    failure_rate: float = 0.0  # The share of payments that fail although their card is good.
    seed: int = 0
    settlement_seconds: float = 5.0  # Until a bank debit is decided, and a refund changes its state.


class SimulatedBank:
    """A bank that moves no money."""

    def __init__(self, journal: Journal, knobs: Knobs | None = None) -> None:
        self._journal = journal
        self._knobs = knobs or Knobs()
        self._payments: Counter[str] = Counter()

    async def authorize(self, question: Authorization) -> Answer:
        """Decide about a payment by its payment method's class of behaviour; bank debits are decided later."""
        knobs = self._knobs
        fate = self._fate(question)
        outcome = rules.outcome_of(question)
        final = rules.decide(question, outcome, fate, knobs.failure_rate)
        if outcome.settlement == "instant" or question.amount == 0:
            answer, later = final, None
        else:
            answer = rules.undecided(question, rules.settles_at(question, outcome, knobs.settlement_seconds))
            later = final if answer.recheck_at is not None else None
        # What is pending counts as reserved and taken: the books only let it be touched once it is approved.
        reserved = question.amount if answer.result != "declined" else 0
        entry = Entry(
            account_id=question.account_id,
            ref=question.ref,
            amount=question.amount,
            currency=question.currency,
            result=answer.result,
            answer=_dump(answer),
            later_result=None if later is None else later.result,
            later_answer=None if later is None else _dump(later),
            due_at=answer.recheck_at,
            created_at=books.now(),
            authorized=reserved,
            captured=reserved if question.capture else 0,
            refund_behaviour=rules.refund_of(question, outcome),
        )
        if not await self._journal.authorize(entry):
            answer = await self.inquire(_inquiry(question, "authorize"))
        await self._wait(fate)
        return answer

    async def increment(self, question: Increment) -> Answer:
        """Reserve more on an authorization that is open and untouched."""
        return await self._on_parent(books.INCREMENT, "increment", question, question.amount, question.currency)

    async def capture(self, question: Capture) -> Answer:
        """Take at most what is reserved."""
        return await self._on_parent(
            books.CAPTURE, "capture", question, question.amount, question.currency, question.final
        )

    async def void(self, question: Void) -> Answer:
        """Release an authorization of which nothing was taken; a pending payment is stopped."""
        canceled = DECLINES["canceled"]
        patch = {"result": "declined", "code": canceled.code, "message": canceled.message, "recheck_at": None}
        return await self._on_parent(books.VOID, "void", question, 0, "", json.dumps(patch))

    async def refund(self, question: Refund) -> Answer:
        """Give back at most what was taken; some test cards decide it later, or change their mind."""
        due_at = question.at + timedelta(seconds=self._knobs.settlement_seconds)
        said = partial(Answer, ref=question.ref, kind="refund", amount=question.amount, currency=question.currency)
        failed = said(result="declined", code=REFUND_FAILURE, message="The refund failed.")
        answers = {
            "succeeds": said(result="approved"),
            "pending": said(result="pending", recheck_at=due_at),
            "later_pending": said(result="approved"),
            "fails": said(result="approved", recheck_at=due_at),
            "later_fails": failed,
        }
        approved = "{" + ",".join(f'"{name}":{_dump(answer)}' for name, answer in answers.items()) + "}"
        return await self._on_parent(
            books.REFUND, "refund", question, question.amount, question.currency, due_at, approved=approved
        )

    async def inquire(self, question: Inquiry) -> Answer:
        """Tell what became of an operation; what is due by the asker's clock is decided now."""
        found = await self._journal.find(question.account_id, question.ref, question.kind, question.at)
        return found or Answer(ref=question.ref, kind=question.kind, result="not_found")

    def _fate(self, question: Authorization) -> Luck:
        """The luck of a payment. Whether it fails by chance hangs on the seed and on which of its account's it is.

        So every new sandbox meets the same series of failures, and a test that provokes one meets it again tomorrow.
        """
        fate = rules.luck(self._knobs.seed, question.ref)
        if self._knobs.failure_rate == 0 or question.amount == 0:
            return fate
        if len(self._payments) >= ACCOUNTS_MAX and question.account_id not in self._payments:
            self._payments.clear()
        self._payments[question.account_id] += 1
        nth = rules.luck(self._knobs.seed, f"payment {self._payments[question.account_id]}")
        return replace(fate, failure=nth.failure)

    async def _on_parent(
        self,
        statement: str,
        kind: Kind,
        question: Increment | Capture | Void | Refund,
        amount: int,
        currency: str,
        *more: object,
        approved: str | None = None,
    ) -> Answer:
        said = partial(Answer, ref=question.ref, kind=kind, amount=amount, currency=currency or None)
        row = await self._journal.write(
            statement,
            question.account_id,
            question.of,
            question.ref,
            amount,
            currency,
            approved or _dump(said(result="approved")),
            _dump(said(result="declined", code="refused", message=REFUSED)),
            books.now(),
            *more,
        )
        answer = books.read(row) if row is not None else await self.inquire(_inquiry(question, kind))
        await self._wait(rules.luck(self._knobs.seed, question.ref))
        return answer

    async def _wait(self, fate: Luck) -> None:
        """Let the asker wait after the books are written: who gives up waiting finds the answer by inquiry."""
        seconds = self._knobs.latency_seconds + self._knobs.jitter_seconds * fate.jitter
        if seconds > 0:
            await asyncio.sleep(seconds)


@asynccontextmanager
async def open_simulated_bank(
    dsn: str, knobs: Knobs | None = None, *, pool_size: int = 8
) -> AsyncIterator[SimulatedBank]:
    """Open the simulated bank with its journal in the database at `dsn`, over connections of its own."""
    async with Journal.open(dsn, pool_size=pool_size) as journal:
        yield SimulatedBank(journal, knobs)


def _inquiry(question: Question, kind: Kind) -> Inquiry:
    return Inquiry(account_id=question.account_id, ref=question.ref, at=question.at, kind=kind)


def _dump(answer: Answer) -> str:
    return answer.model_dump_json(exclude_defaults=True)
