"""A bank somewhere else: the port's verbs as JSON over HTTP, which is where a connector to a real bank plugs in.

`POST {url}/{verb}` carries the question and is answered 200 with an `Answer`, also where the bank declines. 4xx says
that the question was not understood; everything else, silence included, leaves open whether it had an effect.
"""

from types import TracebackType
from typing import Self

import httpx
from pydantic import ValidationError

from stripe_lite.bank.port import (
    Answer,
    Authorization,
    BankRefused,
    BankUnreachable,
    Capture,
    Increment,
    Inquiry,
    Question,
    Refund,
    Void,
)

CONNECT_SECONDS_MAX = 3.0
ANSWER_SECONDS_MAX = 30.0
CONNECTIONS_MAX = 100
REASON_LENGTH_MAX = 500


class HttpBank:
    """A client of a bank at a URL; user and password in the URL are sent as basic authentication."""

    def __init__(self, url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/") + "/",
            headers={"Content-Type": "application/json"},
            timeout=httpx.Timeout(ANSWER_SECONDS_MAX, connect=CONNECT_SECONDS_MAX),
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX),
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def authorize(self, question: Authorization) -> Answer:
        """Take or reserve an amount, or verify a payment method."""
        return await self._ask("authorize", question)

    async def increment(self, question: Increment) -> Answer:
        """Reserve more on an open authorization."""
        return await self._ask("increment", question)

    async def capture(self, question: Capture) -> Answer:
        """Take what was reserved."""
        return await self._ask("capture", question)

    async def void(self, question: Void) -> Answer:
        """Release what was reserved."""
        return await self._ask("void", question)

    async def refund(self, question: Refund) -> Answer:
        """Give back what was taken."""
        return await self._ask("refund", question)

    async def inquire(self, question: Inquiry) -> Answer:
        """Tell what became of an operation."""
        return await self._ask("inquire", question)

    async def _ask(self, verb: str, question: Question) -> Answer:
        try:
            response = await self._client.post(verb, content=question.model_dump_json())
        except httpx.TransportError as error:
            raise BankUnreachable(f"The bank did not answer: {error!r}") from error
        if response.status_code == httpx.codes.OK:
            return _read(response, question)
        reason = f"The bank answered {response.status_code}: {response.text[:REASON_LENGTH_MAX]}"
        if response.is_client_error and response.status_code not in (
            httpx.codes.REQUEST_TIMEOUT,
            httpx.codes.TOO_MANY_REQUESTS,
        ):
            raise BankRefused(reason)
        raise BankUnreachable(reason)


def _read(response: httpx.Response, question: Question) -> Answer:
    try:
        answer = Answer.model_validate_json(response.content)
    except ValidationError as error:
        raise BankUnreachable(f"The bank's answer cannot be read: {error.error_count()} errors") from error
    if answer.ref != question.ref:
        raise BankUnreachable("The bank answered another question.")
    return answer
