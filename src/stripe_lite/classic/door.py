"""How requests come in to the tutorial APIs: the same keys, limits and logs as at the front door, JSON in and out."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from typing import Any, TypeAlias

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.exceptions import HTTPException

from stripe_lite.classic import refusals
from stripe_lite.classic.refusals import Refused
from stripe_lite.core import forms
from stripe_lite.core.errors import ApiError, InvalidParameter, InvalidRequest, StripeError
from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import StripeObject, Tree
from stripe_lite.db.outcomes import LOST
from stripe_lite.db.plan import RequestStamp
from stripe_lite.http import body, idempotency, phases
from stripe_lite.http.answers import Outcome, failure
from stripe_lite.http.auth import Authenticator, Caller, admit, key_of
from stripe_lite.http.front import LOGGED_BYTES_MAX, Exchange, Listener
from stripe_lite.http.headers import refuse_connected_accounts
from stripe_lite.http.idempotency import Claim
from stripe_lite.http.phases import Asked, Call, Handler, Kit, Who
from stripe_lite.http.route import Method, Operation

# Whose sandbox is used in open mode by a request without a key: a tutorial's first call needs no set-up.
SHARED_KEY = "sk_test_classic"
STOP_SECONDS_MAX = 2.0

log = structlog.get_logger("stripe_lite.classic")

Handle: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]


class Door:
    """Lets requests in, keeps the logs of them, and asks the bank behind the back of clients who do not wait."""

    def __init__(
        self,
        kit: Kit,
        authenticator: Authenticator,
        *,
        open_keys: bool,
        listeners: Sequence[Listener] = (),
        limit: Callable[[Caller], Awaitable[None]] | None = None,
    ) -> None:
        self.kit = kit
        self._authenticator = authenticator
        self._open = open_keys
        self._listeners = listeners
        self._limit = limit
        self._settling: set[asyncio.Task[None]] = set()

    async def answer(self, request: "ClassicRequest", handle: Handle) -> Response:
        """Let a request through to its route, and make every refusal JSON of one form."""
        scope = request.scope
        exchange = Exchange(new_id("req"), request.method, scope["path"], dict(scope["headers"]), time.perf_counter())
        session = request.state.session = Session(self, exchange, request)
        try:
            await self._let_in(exchange, request)
            response = await handle(request)
            outcome = Outcome(response.status_code, bytes(response.body))
        except Exception as error:  # noqa: BLE001 - `_refusal` logs whatever it does not know
            outcome = refusals.told(_refusal(exchange, error), session.names)
            response = Response(outcome.body, outcome.status, dict(_decoded(outcome)), "application/json")
        response.headers.update(session.headers())
        exchange.seconds = time.perf_counter() - exchange.started
        for listener in self._listeners:
            listener(exchange, outcome)
        return response

    def settle_later(self, call: Call, asked: Asked) -> None:
        """Ask the bank after the client was answered. Should this process die, the bank worker asks instead."""
        if not asked:
            return
        task = asyncio.create_task(self._settle(call, asked))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def close(self) -> None:
        """Give what is still being settled a moment; what then remains is taken up after the next start."""
        if self._settling:
            await asyncio.wait(self._settling, timeout=STOP_SECONDS_MAX)
        for task in list(self._settling):
            task.cancel()
        await asyncio.gather(*self._settling, return_exceptions=True)

    async def _let_in(self, exchange: Exchange, request: "ClassicRequest") -> None:
        if "\0" in exchange.path or "\ufffd" in exchange.path:
            raise InvalidParameter("Invalid request URL: its path must be UTF-8 without NUL.")
        authorization = request.headers.get("authorization")
        key = SHARED_KEY if self._open and not authorization else key_of(authorization)
        exchange.caller = await self._authenticator.caller(key)
        if self._limit is not None:
            await self._limit(exchange.caller)
        refuse_connected_accounts(exchange.headers)
        exchange.parameters = forms.decode_form(request.scope["query_string"])

    async def _settle(self, call: Call, asked: Asked) -> None:
        try:
            outcome = await phases.finish(self.kit, call, asked)
        except (StripeError, *LOST) as error:
            log.warning("left to the bank worker", request_id=call.who.stamp.id, reason=type(error).__name__)
            return
        except Exception:
            log.exception("left to the bank worker", request_id=call.who.stamp.id)
            return
        if outcome is not None:
            status = from_json(outcome.body)["status"] if outcome.status == 200 else "failed"
            intent = asked[-1].task.question.subject[1]
            log.info("payment answered", request_id=call.who.stamp.id, payment_intent=intent, status=status)


class Session:
    """One request that was let in, and the way in which its route has things done."""

    def __init__(self, door: Door, exchange: Exchange, request: "ClassicRequest") -> None:
        self.names: Mapping[str, str] = {}
        self._door = door
        self._exchange = exchange
        self._request = request
        self._first_request_id: str | None = None
        self._sent: Tree = {}

    async def carry_out(self, handler: Handler, *, expand: Collection[str] = (), waits: bool = True) -> Tree:
        """Carry an operation out, and give back the object that Stripe's API would show.

        Raises Refused where it was refused. With `waits=False` the bank is asked after the answer.
        """
        claim = self._claim()
        call = Call(self._who(), handler, self._exchange.method != "GET", claim, list(expand), waits)
        if waits:
            outcome = await phases.execute(self._door.kit, call)
        else:
            outcome, asked = await phases.begin(self._door.kit, call)
            self._door.settle_later(call, asked)
        self._first_request_id = outcome.first_request_id
        if outcome.status != 200:
            raise Refused(outcome)
        tree: Tree = from_json(outcome.body)
        return tree

    def admit(self, permission: str, names: Mapping[str, str]) -> None:
        """Refuse a key that may not do this, and unknown parameters in the query, which FastAPI would drop.

        `names` are this API's names for Stripe's parameters.
        """
        exchange, route = self._exchange, self._request.scope["route"]
        method: Method = "GET" if exchange.method == "GET" else "POST"  # What matters is whether it writes.
        exchange.operation = Operation(
            method, route.path, route.endpoint, None, StripeObject, (), route.tags[0], permission, False, None
        )
        self.names = names
        assert exchange.caller is not None, "nobody comes here without having been let in"
        if exchange.caller.kind != "secret":
            admit(exchange.caller, exchange.operation)
        unknown = set(self._request.query_params) - {field.alias for field in route.dependant.query_params}
        if unknown:
            raise refusals.unknown(min(unknown))

    def note(self, tree: Tree, size: int) -> None:
        """Remember the parameters that came in the body, for the idempotency key and, unless it is long, the logs."""
        self._sent = tree
        if size <= LOGGED_BYTES_MAX:
            self._exchange.parameters = self._exchange.parameters | tree

    def headers(self) -> dict[str, str]:
        """What every response carries."""
        told = {
            "Cache-Control": "no-cache, no-store",
            "Request-Id": self._exchange.request_id,
            "X-Content-Type-Options": "nosniff",
        }
        if self._first_request_id is not None:
            told |= {"Idempotent-Replayed": "true", "Original-Request": self._first_request_id}
        return told

    def _who(self) -> Who:
        exchange, url = self._exchange, self._request.url
        assert exchange.caller is not None, "nobody comes here without having been let in"
        stamp = RequestStamp(exchange.request_id, exchange.key, exchange.version, origin=f"{url.scheme}://{url.netloc}")
        return Who(exchange.caller.account_id, exchange.caller.livemode, stamp)

    def _claim(self) -> Claim | None:
        exchange = self._exchange
        key = exchange.headers.get(b"idempotency-key")
        if key is None or exchange.method != "POST":
            return None
        exchange.key = key.decode("latin-1")
        return idempotency.claim_of(exchange.key, exchange.method, exchange.path, self._sent)


class ClassicRequest(Request):
    """A request whose body is bounded, and whose JSON is read as strictly as everywhere else."""

    async def body(self) -> bytes:
        """The whole body; raises InvalidParameter with status 413 where it is too large."""
        if not hasattr(self, "_body"):
            length = self.headers.get("content-length")
            self._body = await body.read(None if length is None else length.encode("latin-1"), self.receive)
        return self._body

    async def json(self) -> Tree:
        """The body's object; raises InvalidParameter where it is none."""
        content = await self.body()
        tree = forms.decode_json(content)
        session: Session = self.state.session
        session.note(tree, len(content))
        return tree


class ClassicRoute(APIRoute):
    """A FastAPI route behind the door."""

    def get_route_handler(self) -> Handle:
        """What FastAPI made of the route, with the door in front of it."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            door: Door = request.app.state.classic
            return await door.answer(ClassicRequest(request.scope, request.receive), handle)

        return answer


def admitted(permission: str, names: Mapping[str, str]) -> Callable[[Request], Awaitable[Session]]:
    """A dependency that gives a route its session, if the key has the permission."""

    async def session(request: Request) -> Session:
        known: Session = request.state.session
        known.admit(permission, names)
        return known

    return session


def _refusal(exchange: Exchange, error: Exception) -> Outcome:
    """What a client is told of an error. FastAPI wraps what went wrong while the body was read."""
    cause = error.__cause__ if isinstance(error, HTTPException) and error.__cause__ is not None else error
    match cause:
        case Refused():
            return cause.outcome
        case StripeError():
            return failure(cause)
        case RequestValidationError():
            return refusals.invalid(cause)
        case body.ClientGone():
            return failure(InvalidRequest("The request was not complete."))
        case HTTPException():
            refused = InvalidRequest(str(cause.detail))
            refused.status = cause.status_code
            return failure(refused)
    log.error("request failed", request_id=exchange.request_id, exc_info=error)
    return failure(ApiError())


def _decoded(outcome: Outcome) -> list[tuple[str, str]]:
    return [(name.decode(), value.decode()) for name, value in outcome.headers]
