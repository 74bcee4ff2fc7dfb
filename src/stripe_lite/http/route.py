"""Declaring operations: a router collects typed handlers, and learns from their signatures what they take.

A handler takes the unit of work, then the names in its path, then its parameters as one `Params` model:

    @router.post("/v1/refunds/{refund}")
    async def update_refund(work: Work, refund: str, params: RefundUpdateParams) -> RefundObject: ...
"""

import inspect
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, TypeVar, get_type_hints

from stripe_lite import contract
from stripe_lite.core.objects import Params, StripeObject
from stripe_lite.db.work import Work
from stripe_lite.http import permissions

Method: TypeAlias = Literal["GET", "POST", "DELETE"]
AnyHandler = TypeVar("AnyHandler", bound=Callable[..., Awaitable[StripeObject]])

PATH_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path: who handles it, what it takes and what it answers.

    `permission` is the resource a restricted key needs rights to. `publishable` operations may be called with a
    publishable key; those with `ephemeral` by a customer's ephemeral key, which may send these parameters. What a
    `sealed` one answers holds a secret, and is not saved as it is. `official` is the operation's official description,
    where Stripe has it.
    """

    method: Method
    path: str
    handler: Callable[..., Awaitable[StripeObject]]
    params: type[Params] | None
    answer: type[StripeObject]
    names: tuple[str, ...]
    tag: str
    permission: str
    publishable: bool
    official: contract.Operation | None
    ephemeral: tuple[str, ...] | None = None
    sealed: bool = False

    @property
    def id(self) -> str:
        """The handler's name: unique over all operations."""
        return self.handler.__name__

    @property
    def summary(self) -> str:
        """The first line of the handler's docstring."""
        return (inspect.getdoc(self.handler) or self.id.replace("_", " ").capitalize() + ".").partition("\n")[0]


class Router:
    """The operations of one resource."""

    def __init__(self, *, tag: str, permission: str | None = None) -> None:
        self.operations: list[Operation] = []
        self._tag = tag
        self._permission = permissions.name_of(permission or tag)

    def get(
        self, path: str, *, publishable: bool = False, ephemeral: tuple[str, ...] | None = None
    ) -> Callable[[AnyHandler], AnyHandler]:
        """Declare a reading operation."""
        return self._declare("GET", path, publishable, ephemeral)

    def post(
        self, path: str, *, publishable: bool = False, ephemeral: tuple[str, ...] | None = None, sealed: bool = False
    ) -> Callable[[AnyHandler], AnyHandler]:
        """Declare a writing operation."""
        return self._declare("POST", path, publishable, ephemeral, sealed)

    def delete(self, path: str, *, ephemeral: tuple[str, ...] | None = None) -> Callable[[AnyHandler], AnyHandler]:
        """Declare a deleting operation."""
        return self._declare("DELETE", path, False, ephemeral)

    def _declare(
        self, method: Method, path: str, publishable: bool, ephemeral: tuple[str, ...] | None, sealed: bool = False
    ) -> Callable[[AnyHandler], AnyHandler]:
        def declare(handler: AnyHandler) -> AnyHandler:
            operation = self._operation(method, path, publishable, handler)
            self.operations.append(replace(operation, ephemeral=ephemeral, sealed=sealed))
            return handler

        return declare

    def _operation(
        self, method: Method, path: str, publishable: bool, handler: Callable[..., Awaitable[StripeObject]]
    ) -> Operation:
        hints = get_type_hints(handler)
        answer = hints.pop("return")
        names = tuple(PATH_NAME.findall(path))
        if hints.pop("work") is not Work or [name for name in hints if name != "params"] != list(names):
            raise TypeError(f"{handler.__name__} must take work, the names in {path}, and params")
        official = contract.operation(method, path) if contract.is_official(method, path) else None
        params: Any = hints.get("params")
        return Operation(
            method, path, handler, params, answer, names, self._tag, self._permission, publishable, official
        )
