"""From what a tutorial's client sent to the parameters of an official operation, and from pages to plain arrays."""

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias, TypeVar
from urllib.parse import urlencode

from fastapi import Query, Response

from stripe_lite import contract
from stripe_lite.classic.refusals import ClassicError
from stripe_lite.core.lists import LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX
from stripe_lite.core.objects import Params, Tree

AnyParams = TypeVar("AnyParams", bound=Params)
Told = TypeVar("Told")

Limit: TypeAlias = Annotated[int, Query(ge=1, le=LIST_LIMIT_MAX, description="How many to return, newest first.")]
After: TypeAlias = Annotated[str | None, Query(description="Return those that follow the one with this id.")]
LIMIT_DEFAULT = LIST_LIMIT_DEFAULT

# Every way in which these APIs say no, for their description.
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ClassicError, "description": description}
    for status, description in {
        400: "The request cannot be carried out.",
        401: "No API key, or none that is known.",
        402: "The bank declined.",
        404: "There is no such object.",
        422: "A parameter is missing, unknown or ill-formed.",
    }.items()
}


def official(model: type[AnyParams], method: str, path: str, sent: Tree) -> AnyParams:
    """The parameters of an official operation, checked as if they had come in by Stripe's API; None is left out."""
    given = {name: value for name, value in sent.items() if value is not None}
    return model.model_validate(contract.operation(method, path).coerce(given))


def array(response: Response, path: str, page: Tree, limit: int, told: Callable[[Tree], Told]) -> list[Told]:
    """The objects of a page; where more follow, a `Link` header says where."""
    objects: list[Tree] = page["data"]
    if page["has_more"]:
        query = urlencode({"limit": limit, "starting_after": objects[-1]["id"]})
        response.headers["Link"] = f'<{path}?{query}>; rel="next"'
    return [told(object) for object in objects]
