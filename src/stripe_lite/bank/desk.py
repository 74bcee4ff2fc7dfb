"""Puts the questions that services leave behind to the bank, in the bank's own terms."""

from typing import assert_never

from stripe_lite.bank.port import (
    Answer,
    Authorization,
    Bank,
    BankUnreachable,
    Capture,
    Increment,
    Inquiry,
    Refund,
    Void,
)
from stripe_lite.http.questions import Question, Unanswered


class BankDesk:
    """The processor's end of the line to one bank."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    async def ask(self, question: Question) -> Answer:
        """The bank's answer; asking again with the same terms gives the same one. Raises Unanswered."""
        try:
            return await self._put(question)
        except BankUnreachable as error:
            raise Unanswered from error

    async def inquire(self, question: Question) -> Answer:
        """What became of a question that was put before. Raises Unanswered."""
        terms = {name: question.terms[name] for name in ("account_id", "ref", "at")}
        try:
            answer = await self._bank.inquire(Inquiry(**terms, kind=question.verb))
        except BankUnreachable as error:
            raise Unanswered from error
        # The bank never saw the question: whoever was to put it died before.
        return await self.ask(question) if answer.result == "not_found" else answer

    async def _put(self, question: Question) -> Answer:
        match question.verb:
            case "authorize":
                return await self._bank.authorize(Authorization.model_validate(question.terms))
            case "increment":
                return await self._bank.increment(Increment.model_validate(question.terms))
            case "capture":
                return await self._bank.capture(Capture.model_validate(question.terms))
            case "void":
                return await self._bank.void(Void.model_validate(question.terms))
            case "refund":
                return await self._bank.refund(Refund.model_validate(question.terms))
            case _:
                assert_never(question.verb)
