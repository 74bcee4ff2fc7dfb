"""The front door: one plain ASGI middleware that serves the API's operations itself and hands the rest to FastAPI."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import structlog
from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from stripe_lite import contract
from stripe_lite.core.errors import (
    ApiError,
    InvalidParameter,
    InvalidRequest,
    ResourceMissing,
    StripeError,
    UnrecognizedUrl,
)
from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import Params, StripeObject, Tree
from stripe_lite.db.plan import RequestStamp
from stripe_lite.db.work import Work
from stripe_lite.http import body, idempotency, phases
from stripe_lite.http.answers import API_VERSION, COMMON_HEADERS, Headers, Outcome, failure
from stripe_lite.http.auth import (
    Authenticator,
    Caller,
    admit,
    guard_of,
    keep_parameters_within,
    keep_within,
    key_of,
    view_of,
)
from stripe_lite.http.headers import RawHeaders, api_version, refuse_connected_accounts, text
from stripe_lite.http.idempotency import Claim
from stripe_lite.http.phases import Call, Kit, Who
from stripe_lite.http.route import Operation
from stripe_lite.http.routes import Routes
from stripe_lite.http.sealing import Seal

PATH_SHOWN_MAX = 200
LOGGED_BYTES_MAX = 64 * 1024

log = structlog.get_logger("stripe_lite.http")


@dataclass(slots=True)
class Exchange:
    """One request on its way through the front door, as much as is known of it."""

    request_id: str
    method: str
    path: str
    headers: RawHeaders
    started: float
    operation: Operation | None = None
    caller: Caller | None = None
    # For the logs; those of a very long body are left out.
    parameters: Tree = field(default_factory=dict)
    key: str | None = None
    version: str = API_VERSION
    seconds: float = 0.0


# Called after each answer, with what was asked and answered: the logs and the metrics listen here.
Listener: TypeAlias = Callable[[Exchange, Outcome], None]


class Limit(Protocol):
    """Lets a request pass, or raises RateLimited."""

    async def __call__(self, caller: Caller, *, searching: bool = False) -> None: ...


class Front:
    """Serves `/v1/…` and hands everything else to the FastAPI application."""

    def __init__(
        self,
        app: ASGIApp,
        kit: Kit,
        routes: Routes,
        authenticator: Authenticator,
        *,
        listeners: Sequence[Listener] = (),
        limit: Limit | None = None,
        refuse_unsupported: bool = True,
    ) -> None:
        self._app = app
        self._kit = kit
        self._routes = routes
        self._authenticator = authenticator
        self._listeners = listeners
        self._limit = limit
        self._refuse_unsupported = refuse_unsupported

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_api(scope["path"]):
            await self._app(scope, receive, send)
            return
        exchange = Exchange(new_id("req"), scope["method"], scope["path"], dict(scope["headers"]), time.perf_counter())
        try:
            outcome = await self._serve(exchange, scope, receive)
        except StripeError as error:
            outcome = failure(error)
        except body.ClientGone:
            return
        except Exception:
            log.exception("request failed", request_id=exchange.request_id)
            outcome = failure(ApiError())
        await _respond(exchange, outcome, send)
        exchange.seconds = time.perf_counter() - exchange.started
        for listener in self._listeners:
            listener(exchange, outcome)

    async def _serve(self, exchange: Exchange, scope: Scope, receive: Receive) -> Outcome:
        operation, values = self._route(exchange)
        headers = exchange.headers
        key = key_of(text(headers.get(b"authorization")))
        caller = await self._authenticator.caller(key)
        exchange.caller = caller
        if caller.kind != "secret":
            admit(caller, operation)
        if caller.customer_id is not None:
            keep_within(caller, dict(zip(operation.names, values, strict=True)))
        if self._limit is not None:
            await self._limit(caller, searching=operation.path.endswith("/search"))
        exchange.version = api_version(headers, caller.api_version or API_VERSION)
        refuse_connected_accounts(headers)
        content = await body.read(headers.get(b"content-length"), receive)
        tree = body.parameters(scope["query_string"], content, text(headers.get(b"content-type")))
        if len(content) <= LOGGED_BYTES_MAX:
            exchange.parameters = tree
        claim = _claim(exchange, tree, caller)
        if caller.customer_id is not None:
            keep_parameters_within(caller, operation, tree)
        params, expand = self._typed(exchange, operation, tree)
        stamp = _stamp(exchange, caller, scope)

        async def handler(work: Work) -> StripeObject:
            arguments = values if params is None else [*values, params]
            try:
                return await operation.handler(work, *arguments)
            except ResourceMissing as error:
                # One that the path names is 404; one that only a parameter names makes the request invalid.
                if (error.param or "").partition("[")[0] in tree:
                    error.status = InvalidRequest.status
                if error.id in work.in_other_mode:
                    error.hint_at_other_mode(livemode=work.livemode)
                raise

        return await phases.execute(
            self._kit,
            Call(
                Who(caller.account_id, caller.livemode, stamp),
                handler,
                operation.method != "GET",
                claim,
                expand,
                seal=Seal.of(key) if operation.sealed else None,
            ),
        )

    def _route(self, exchange: Exchange) -> tuple[Operation, list[str]]:
        path = exchange.path
        # The server puts U+FFFD where a path's escapes are not UTF-8.
        if "\0" in path or "\ufffd" in path:
            raise InvalidParameter("Invalid request URL: its path must be UTF-8 without NUL.")
        found = self._routes.find(exchange.method, path)
        if found is None:
            raise _unrecognized(exchange)
        exchange.operation = found[0]
        return found

    def _typed(self, exchange: Exchange, operation: Operation, tree: Tree) -> tuple[Params | None, list[str]]:
        """The handler's parameters, checked by the official tree, and the paths to expand."""
        values = dict(tree) if operation.official is None else operation.official.coerce(tree)
        expand = values.pop("expand", None) or []
        model = operation.params
        if model is None:
            self._unsupported(exchange, list(values))
            return None, expand
        known = {name: value for name, value in values.items() if name in model.model_fields}
        self._unsupported(exchange, [name for name in values if name not in known])
        try:
            return model.model_validate(known), expand
        except ValidationError as error:
            raise _invalid(error) from error

    def _unsupported(self, exchange: Exchange, names: list[str]) -> None:
        if not names:
            return
        if self._refuse_unsupported:
            raise _not_acted_on(names[0])
        log.warning("parameters ignored", request_id=exchange.request_id, parameters=names)


def _is_api(path: str) -> bool:
    return path.startswith(("/v1/", "/v2/")) or path in ("/v1", "/v2")


def _unrecognized(exchange: Exchange) -> UnrecognizedUrl:
    hint = " If you are trying to list objects, remove the trailing slash." if exchange.path.endswith("/") else ""
    if contract.is_official(exchange.method, exchange.path):
        hint = " Stripe has this operation; stripe_lite does not serve it yet."
    return UnrecognizedUrl(exchange.method, exchange.path[:PATH_SHOWN_MAX], hint)


def _claim(exchange: Exchange, tree: Tree, caller: Caller) -> Claim | None:
    key = exchange.headers.get(b"idempotency-key")
    if key is None or exchange.method != "POST":
        return None
    exchange.key = key.decode("latin-1")
    view = view_of(caller)
    apart = view if caller.kind in ("publishable", "ephemeral") else ""
    return idempotency.claim_of(exchange.key, exchange.method, exchange.path, tree, view=view, apart=apart)


def _stamp(exchange: Exchange, caller: Caller, scope: Scope) -> RequestStamp:
    """Who causes what the request does, and what that caller may see."""
    host = text(exchange.headers.get(b"host")) or "localhost"
    return RequestStamp(
        exchange.request_id,
        exchange.key,
        exchange.version,
        publishable=caller.kind == "publishable",
        customer_id=caller.customer_id,
        version_named=b"stripe-version" in exchange.headers,
        origin=f"{scope.get('scheme', 'http')}://{host}",
        client_ip=(scope.get("client") or [None])[0],
        user_agent=text(exchange.headers.get(b"user-agent")),
        guard=guard_of(caller),
    )


def _invalid(error: ValidationError) -> InvalidParameter:
    """What the typed model refused although the official tree allowed it."""
    first = error.errors(include_url=False, include_input=False)[0]
    head, *rest = [str(step) for step in first["loc"]]
    param = head + "".join(f"[{step}]" for step in rest)
    if first["type"] == "missing":
        return InvalidParameter(f"Missing required param: {param}.", code="parameter_missing", param=param)
    if first["type"] == "extra_forbidden":
        return _not_acted_on(param)
    problem = first["msg"]
    if first["type"] == "literal_error":
        values = re.findall("'([^']*)'", first["ctx"]["expected"])
        problem = f"must be {contract.alternatives(values)}"
    return InvalidParameter(f"Invalid {param}: {problem}", param=param)


def _not_acted_on(param: str) -> InvalidParameter:
    return InvalidParameter(
        f"stripe_lite does not act on the parameter {param} yet, so it does not accept it.",
        code="parameter_unsupported",
        param=param,
    )


async def _respond(exchange: Exchange, outcome: Outcome, send: Send) -> None:
    headers: Headers = [
        *COMMON_HEADERS,
        (b"request-id", exchange.request_id.encode()),
        (b"stripe-version", exchange.version.encode("latin-1")),
        (b"content-length", str(len(outcome.body)).encode()),
        *outcome.headers,
    ]
    if exchange.method == "POST":
        headers.append((b"stripe-should-retry", b"true" if outcome.should_retry else b"false"))
        if exchange.key is not None:
            first = outcome.first_request_id or exchange.request_id
            headers.append((b"idempotency-key", exchange.key.encode("latin-1")))
            headers.append((b"original-request", first.encode()))
            if outcome.first_request_id is not None:
                headers.append((b"idempotent-replayed", b"true"))
    await send({"type": "http.response.start", "status": outcome.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if exchange.method == "HEAD" else outcome.body})
