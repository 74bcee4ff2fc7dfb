"""Lists and search results, and the parameters that page through them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, Protocol, Self, TypeVar, overload

from pydantic import Field, PrivateAttr, SerializeAsAny, field_validator, model_validator
from pydantic_core import to_json

from stripe_lite.core.errors import InvalidParameter
from stripe_lite.core.objects import Params, StripeObject, Tree

LIST_LIMIT_DEFAULT = 10
LIST_LIMIT_MAX = 100
KNOWN_MAX = 200  # Of about two kilobytes each: enough for the pages that are looked at again and again.

AnyRow = TypeVar("AnyRow")
AnyObject = TypeVar("AnyObject", bound=StripeObject)
AnyStored = TypeVar("AnyStored", bound="Stored")


def checked_limit(limit: int) -> int:
    """A page's size, refused unless it is between 1 and 100."""
    if not 1 <= limit <= LIST_LIMIT_MAX:
        bound = "greater than or equal to 1" if limit < 1 else f"less than or equal to {LIST_LIMIT_MAX}"
        raise InvalidParameter(f"This value must be {bound}.", code="parameter_invalid_integer", param="limit")
    return limit


class CreatedFilter(Params):
    """Bounds on the time of creation, in seconds since 1970. A single number means exactly that second."""

    gt: int | None = Field(None, description="Later than this time.")
    gte: int | None = Field(None, description="At this time or later.")
    lt: int | None = Field(None, description="Before this time.")
    lte: int | None = Field(None, description="At this time or before.")

    @model_validator(mode="before")
    @classmethod
    def _exactly(cls, value: object) -> object:
        return {"gte": value, "lte": value} if isinstance(value, int) else value


class ListParams(Params):
    """Which part of a list to return. Lists run from the newest object to the oldest."""

    limit: Annotated[int, Field(description="How many objects to return, 1 to 100.")] = LIST_LIMIT_DEFAULT
    starting_after: str | None = Field(None, description="Return the objects that follow the one with this id.")
    ending_before: str | None = Field(None, description="Return the objects that come before the one with this id.")

    @field_validator("limit")
    @classmethod
    def _bounded(cls, limit: int) -> int:
        return checked_limit(limit)

    @model_validator(mode="after")
    def _one_direction(self) -> Self:
        if self.starting_after is not None and self.ending_before is not None:
            raise InvalidParameter("You may only specify one of these parameters: ending_before, starting_after.")
        return self


class SearchParams(Params):
    """What to search for, and which page of the results to return."""

    query: str = Field(description="A query in Stripe's search language.")
    limit: Annotated[int, Field(description="How many objects to return, 1 to 100.")] = LIST_LIMIT_DEFAULT
    page: str | None = Field(None, description="`next_page` of the previous result.")

    @field_validator("limit")
    @classmethod
    def _bounded(cls, limit: int) -> int:
        return checked_limit(limit)


class Unmade(Sequence[AnyRow]):
    """Rows of which ids and versions are known; each is made when it is looked at."""

    def __init__(self, names: Sequence[tuple[str, int]], make: Callable[[int], AnyRow]) -> None:
        self.names = names
        self._make = make

    @overload
    def __getitem__(self, place: int) -> AnyRow: ...
    @overload
    def __getitem__(self, place: slice) -> list[AnyRow]: ...
    def __getitem__(self, place: int | slice) -> AnyRow | list[AnyRow]:
        if isinstance(place, slice):
            return [self._make(each) for each in range(*place.indices(len(self.names)))]
        return self._make(range(len(self.names))[place])

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, slots=True)
class Page(Generic[AnyRow]):
    """Rows of one page, newest first, and whether more follow."""

    rows: Sequence[AnyRow]
    has_more: bool


class ListObject(StripeObject, Generic[AnyObject]):
    """One page of a list."""

    object: Literal["list"] = "list"
    data: list[SerializeAsAny[AnyObject]] = Field(description="The objects of this page, newest first.")
    has_more: bool = Field(description="Whether objects follow after this page.")
    url: str = Field(description="The path this list is read from.")

    def open(self) -> None:
        """Have the objects in `data`, where they have not been needed yet."""


class Stored(Protocol):
    """A row that clients see as an object, and that counts its changes."""

    @property
    def id(self) -> str: ...

    @property
    def version(self) -> int: ...


class StoredList(ListObject[AnyObject]):
    """One page of rows that are shown as they are. What was shown of a row is remembered until the row changes."""

    _page: Page[Any] | None = PrivateAttr(None)
    _render: Callable[[Any], AnyObject] = PrivateAttr()

    def dump(self) -> bytes:
        """The JSON that clients get; the objects themselves are made only of rows that have not been shown before."""
        if self._page is None:
            return super().dump()
        rows = self._page.rows
        names = rows.names if isinstance(rows, Unmade) else [(row.id, row.version) for row in rows]
        shown = b",".join([_json_of(rows, place, name, self._render) for place, name in enumerate(names)])
        has_more = b"true" if self.has_more else b"false"
        return b'{"object":"list","data":[%b],"has_more":%b,"url":%b}' % (shown, has_more, to_json(self.url))

    def tree(self) -> Tree:
        """The same as Python values."""
        self.open()
        return super().tree()

    def open(self) -> None:
        """Make the objects: they are to be looked into, or changed."""
        if self._page is not None:
            self.data = [self._render(row) for row in self._page.rows]
            self._page = None


def listed(page: Page[AnyStored], render: Callable[[AnyStored], AnyObject], url: str) -> ListObject[AnyObject]:
    """A page of a list of rows; `render` must depend on nothing but the row."""
    shown: StoredList[AnyObject] = StoredList(data=[], has_more=page.has_more, url=url)
    shown._page, shown._render = page, render
    return shown


# What was shown of rows, by how, their ids and versions: what a version is shown as never changes.
_known: dict[tuple[Callable[[Any], StripeObject], str, int], bytes] = {}


def _json_of(rows: Sequence[Any], place: int, name: tuple[str, int], render: Callable[[Any], StripeObject]) -> bytes:
    key = (render, *name)
    json = _known.get(key)
    if json is None:
        if len(_known) >= KNOWN_MAX:
            _known.clear()
        json = _known[key] = render(rows[place]).dump()
    return json


class SearchResultObject(StripeObject, Generic[AnyObject]):
    """One page of the results of a search."""

    object: Literal["search_result"] = "search_result"
    data: list[SerializeAsAny[AnyObject]] = Field(description="The objects that match, newest first.")
    has_more: bool = Field(description="Whether results follow after this page.")
    next_page: str | None = Field(description="What to send as `page` for the next results.")
    total_count: int | None = Field(None, description="How many objects match, up to 10,000; only when expanded.")
    url: str = Field(description="The path that was searched.")

    _count: Callable[[], Awaitable[int]] | None = PrivateAttr(None)

    def count_with(self, count: Callable[[], Awaitable[int]]) -> Self:
        """Know how to count what matches, which takes longer than to find one page of it."""
        self._count = count
        return self

    async def include_total_count(self) -> None:
        """Tell how many objects match in all."""
        if self._count is not None:
            self.total_count = await self._count()
