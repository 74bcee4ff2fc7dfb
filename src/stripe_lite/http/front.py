"""The front door: one plain ASGI middleware that serves the API's operations itself and hands the rest to FastAPI.

Operations are found by walking a tree of path segments, so that the last declared one costs what the first one does.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import structlog
from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from stripe_lite import contract
from stripe_lite.core import forms
from stripe_lite.core.errors import (
    ApiError,
    InvalidParameter,
    InvalidRequest,
    PermissionDenied,
    ResourceMissing,
    StripeError,
    UnrecognizedUrl,
)
from stripe_lite.core.ids import new_id
from stripe_lite.core.objects import Params, StripeObject, Tree
from stripe_lite.db.work import RequestStamp, Work
from stripe_lite.http import idempotency, phases
from stripe_lite.http.answers import API_VERSION, COMMON_HEADERS, Headers, Outcome, failure
from stripe_lite.http.auth import Authenticator, Caller, key_of
from stripe_lite.http.idempotency import Claim
from stripe_lite.http.phases import Call, Kit
from stripe_lite.http.route import Operation

BODY_BYTES_MAX = 1024 * 1024

log = structlog.get_logger("stripe_lite.http")

RawHeaders: TypeAlias = Mapping[bytes, bytes]


@dataclass(slots=True)
class Segment:
    """One step of a path: the steps that may follow, and the operations that end here, by method."""

    literal: dict[str, "Segment"] = field(default_factory=dict)
    named: "Segment | None" = None
    ends: dict[str, Operation] = field(default_factory=dict)


class Routes:
    """All operations, found by method and path in as many steps as the path has segments."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._root = Segment()
        for operation in operations:
            self._add(operation)

    def _add(self, operation: Operation) -> None:
        at = self._root
        for step in operation.path.split("/")[1:]:
            if step.startswith("{"):
                at.named = at.named or Segment()
                at = at.named
            else:
                at = at.literal.setdefault(step, Segment())
        if operation.method in at.ends:
            raise ValueError(f"{operation.method} {operation.path} is declared twice")
        at.ends[operation.method] = operation

    def find(self, method: str, path: str) -> tuple[Operation, list[str]] | None:
        """The operation that serves the path, and the values in it."""
        return self._walk(self._root, method, path.split("/")[1:], 0, [])

    def _walk(
        self, at: Segment, method: str, steps: list[str], index: int, values: list[str]
    ) -> tuple[Operation, list[str]] | None:
        if index == len(steps):
            operation = at.ends.get(method)
            return None if operation is None else (operation, values)
        step = steps[index]
        literal = at.literal.get(step)
        if literal is not None:
            found = self._walk(literal, method, steps, index + 1, values)
            if found is not None:
                return found
        if at.named is None or not step:
            return None
        return self._walk(at.named, method, steps, index + 1, [*values, step])


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
    parameters: Tree = field(default_factory=dict)
    key: str | None = None
    version: str = API_VERSION


# Called after each answer, with what was asked and answered: the request log listens here.
Listener: TypeAlias = Callable[[Exchange, Outcome], None]


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
        admit: Callable[[Caller, Operation], Any] | None = None,
        refuse_unsupported: bool = True,
    ) -> None:
        self._app = app
        self._kit = kit
        self._routes = routes
        self._authenticator = authenticator
        self._listeners = listeners
        self._admit = admit
        self._refuse_unsupported = refuse_unsupported

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        exchange = Exchange(new_id("req"), scope["method"], scope["path"], dict(scope["headers"]), time.perf_counter())
        try:
            outcome = await self._serve(exchange, scope, receive)
        except StripeError as error:
            outcome = failure(error)
        except Exception:
            log.exception("request failed", request_id=exchange.request_id)
            outcome = failure(ApiError())
        await _respond(exchange, outcome, send)
        for listener in self._listeners:
            listener(exchange, outcome)

    async def _serve(self, exchange: Exchange, scope: Scope, receive: Receive) -> Outcome:
        body = await _body(exchange, receive)
        found = self._routes.find(exchange.method, exchange.path)
        if found is None:
            raise _unrecognized(exchange)
        operation, values = found
        exchange.operation = operation
        caller = await self._authenticator.caller(key_of(_text(exchange.headers.get(b"authorization"))))
        exchange.caller = caller
        _check_headers(exchange)
        if self._admit is not None:
            await self._admit(caller, operation)
        if caller.kind == "publishable" and not operation.publishable:
            raise PermissionDenied(
                "This API call cannot be made with a publishable API key. Please use a secret API key."
            )
        tree = _parameters(exchange, scope, body)
        exchange.parameters = tree
        claim = _claim(exchange, tree)
        params, expand = self._typed(exchange, operation, tree)
        stamp = RequestStamp(
            exchange.request_id, exchange.key, exchange.version, publishable=caller.kind == "publishable"
        )

        async def handler(work: Work) -> StripeObject:
            arguments = values if params is None else [*values, params]
            try:
                return await operation.handler(work, *arguments)
            except ResourceMissing as error:
                # One that the path names is 404; one that only a parameter names makes the request invalid.
                if error.param in exchange.parameters:
                    error.status = InvalidRequest.status
                raise

        return await phases.execute(
            self._kit,
            Call(caller.account_id, caller.livemode, stamp, handler, exchange.method != "GET", claim, expand),
        )

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
            raise InvalidParameter(
                f"stripe_lite does not act on the parameter {names[0]} yet, so it does not accept it.",
                code="parameter_unsupported",
                param=names[0],
            )
        log.warning("parameters ignored", request_id=exchange.request_id, parameters=names)


def _unrecognized(exchange: Exchange) -> UnrecognizedUrl:
    hint = " If you are trying to list objects, remove the trailing slash." if exchange.path.endswith("/") else ""
    if contract.is_official(exchange.method, exchange.path):
        hint = " Stripe has this operation; stripe_lite does not serve it yet."
    return UnrecognizedUrl(exchange.method, exchange.path, hint)


def _check_headers(exchange: Exchange) -> None:
    version = _text(exchange.headers.get(b"stripe-version"))
    if version is not None:
        exchange.version = version
    if exchange.headers.get(b"stripe-account") is not None:
        raise InvalidParameter(
            "stripe_lite does not serve connected accounts yet: send the request without the Stripe-Account header."
        )


def _claim(exchange: Exchange, tree: Tree) -> Claim | None:
    key = exchange.headers.get(b"idempotency-key")
    if key is None or exchange.method != "POST":
        return None
    exchange.key = key.decode("latin-1")
    return idempotency.claim_of(exchange.key, exchange.method, exchange.path, tree)


def _text(header: bytes | None) -> str | None:
    return None if header is None else header.decode("latin-1")


async def _body(exchange: Exchange, receive: Receive) -> bytes:
    """The request's body, refused as soon as it is too large."""
    length = exchange.headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > BODY_BYTES_MAX:
        raise _too_large()
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > BODY_BYTES_MAX:
            raise _too_large()
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks)


def _too_large() -> InvalidParameter:
    error = InvalidParameter(f"The request's body is larger than {BODY_BYTES_MAX} bytes.")
    error.status = 413
    return error


def _parameters(exchange: Exchange, scope: Scope, body: bytes) -> Tree:
    """What the client sent, in the query or in the body, as a tree."""
    query: bytes = scope["query_string"]
    tree = forms.decode_form(query) if query else {}
    if not body:
        return tree
    content_type = (_text(exchange.headers.get(b"content-type")) or "").partition(";")[0].strip().lower()
    sent = forms.decode_json(body) if content_type == "application/json" else forms.decode_form(body)
    return tree | sent


def _invalid(error: ValidationError) -> InvalidParameter:
    """What the typed model refused although the official tree allowed it."""
    first = error.errors()[0]
    head, *rest = [str(step) for step in first["loc"]]
    param = head + "".join(f"[{step}]" for step in rest)
    if first["type"] == "missing":
        return InvalidParameter(f"Missing required param: {param}.", code="parameter_missing", param=param)
    if first["type"] == "extra_forbidden":
        return InvalidParameter(
            f"stripe_lite does not act on the parameter {param} yet, so it does not accept it.",
            code="parameter_unsupported",
            param=param,
        )
    return InvalidParameter(f"Invalid {param}: {first['msg']}", param=param)


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
    await send({"type": "http.response.body", "body": outcome.body})
