"""Puts the questions that services leave behind to the bank, in the bank's own terms."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from types import TracebackType
from typing import Self, assert_never

import structlog

from stripe_lite.bank.port import (
    Answer,
    Authorization,
    Bank,
    BankRefused,
    BankUnreachable,
    Capture,
    Increment,
    Inquiry,
    Refund,
    Void,
)
from stripe_lite.http.questions import Question, Unanswered

REFUSED = "An error occurred while processing this with the bank. Try again later, or another way."

log = structlog.get_logger("stripe_lite.bank")


class BankDesk:
    """The processor's end of the line to one bank, which is opened and closed with the server."""

    def __init__(self, open_bank: Callable[[], AbstractAsyncContextManager[Bank]]) -> None:
        self._line = open_bank()
        self._bank: Bank | None = None

    async def __aenter__(self) -> Self:
        self._bank = await self._line.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bank = None
        await self._line.__aexit__(kind, error, trace)

    async def ask(self, question: Question) -> Answer:
        """The bank's answer; asking again with the same terms gives the same one. Raises Unanswered."""
        if self._bank is None:
            raise Unanswered
        try:
            return await _put(self._bank, question)
        except BankUnreachable as error:
            raise Unanswered from error
        except BankRefused as error:
            # It had no effect and never will have one: for whoever asked that is a decline.
            log.error("the bank refuses a question", kind=question.kind, verb=question.verb, reason=str(error))
            ref: str = question.terms["ref"]
            return Answer(ref=ref, kind=question.verb, result="declined", code="processing_error", message=REFUSED)

    async def inquire(self, question: Question, at: datetime) -> Answer:
        """What has become by now of a question that may have been put before. Raises Unanswered."""
        if self._bank is None:
            raise Unanswered
        terms = question.terms
        inquiry = Inquiry(account_id=terms["account_id"], ref=terms["ref"], at=at, kind=question.verb)
        try:
            answer = await self._bank.inquire(inquiry)
        except (BankUnreachable, BankRefused) as error:
            raise Unanswered from error
        # The bank never saw the question: whoever was to put it died before.
        return await self.ask(question) if answer.result == "not_found" else answer


async def _put(bank: Bank, question: Question) -> Answer:
    match question.verb:
        case "authorize":
            return await bank.authorize(Authorization.model_validate(question.terms))
        case "increment":
            return await bank.increment(Increment.model_validate(question.terms))
        case "capture":
            return await bank.capture(Capture.model_validate(question.terms))
        case "void":
            return await bank.void(Void.model_validate(question.terms))
        case "refund":
            return await bank.refund(Refund.model_validate(question.terms))
        case _:
            assert_never(question.verb)
