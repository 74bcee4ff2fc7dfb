"""`expand[]`: ids in an answer are replaced by the objects they name, up to four levels deep."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from stripe_lite.contract import Expansion
from stripe_lite.core.errors import InvalidParameter
from stripe_lite.core.lists import ListObject, SearchResultObject
from stripe_lite.core.objects import StripeObject, Tree
from stripe_lite.db.work import Work

DEPTH_MAX = 4
PATHS_MAX = 100

Loader: TypeAlias = Callable[[Work, str], Awaitable[StripeObject]]
Guard: TypeAlias = Callable[[str], None]
Includer: TypeAlias = Callable[[Work, StripeObject], Awaitable[StripeObject]]


@dataclass(frozen=True, slots=True)
class Served:
    """A kind of object that can be looked up by its id: its name, how its ids begin, and how it is loaded.

    `includes` are fields that are left out unless the client asks for them with `expand`.
    """

    name: str
    prefix: str
    load: Loader
    includes: Mapping[str, Includer] = field(default_factory=dict)


class Expander:
    """Replaces ids by objects, knowing every kind of object that is served and what may be expanded in it."""

    def __init__(self, served: Sequence[Served], expandable: Callable[[str], Mapping[str, Expansion]]) -> None:
        self.by_name = {kind.name: kind for kind in served}
        self._by_prefix = {kind.prefix: kind for kind in served}
        self._expandable = expandable

    async def load(self, work: Work, name: str, id: str) -> StripeObject:
        """The object of a kind with this id."""
        return await self.by_name[name].load(work, id)

    def check(self, name: str, paths: Sequence[str], guard: Guard | None = None) -> None:
        """Refuse paths that lead nowhere from a kind of object, before anything is done that cannot be taken back;
        and those that lead to what the caller may not see."""
        for path, steps in _steps(paths):
            if not self._leads_on(name, steps):
                raise _not_expandable(path)
            if guard is not None:
                for resource in self._passed(name, steps):
                    guard(f"{resource}s")

    async def expand(self, work: Work, answer: StripeObject, paths: Sequence[str]) -> None:
        """Expand every path in the answer, in place."""
        if paths and isinstance(answer, ListObject):
            answer.open()
        for path, steps in _steps(paths):
            if isinstance(answer, SearchResultObject) and path == "total_count":
                await answer.include_total_count()
            else:
                await self._descend(work, answer, steps, path)

    def _leads_on(self, name: str, steps: list[str]) -> bool:
        fields = self._expandable(name)
        path = ".".join(steps)
        if path in fields or any(field.startswith(f"{path}.") for field in fields):
            return steps[-1] != "data"
        for place in range(1, len(steps)):
            expansion = fields.get(".".join(steps[:place]))
            targets = () if expansion is None else expansion.targets
            if any(self._leads_on(target, steps[place:]) for target in targets):
                return True
        return False

    def _passed(self, name: str, steps: list[str]) -> Iterator[str]:
        """The kinds of objects that a path shows on its way, as far as any are served."""
        fields = self._expandable(name)
        for place in range(1, len(steps) + 1):
            expansion = fields.get(".".join(steps[:place]))
            for target in () if expansion is None or expansion.kind == "inline" else expansion.targets:
                if target in self.by_name:
                    yield target
                yield from self._passed(target, steps[place:])

    async def _descend(self, work: Work, at: StripeObject, steps: list[str], path: str, *, mixed: bool = False) -> None:
        """Expand what a path names below an object. `mixed`: it is one of several kinds that may stand there, and the
        path suits one of them, though perhaps not this one."""
        name, rest = steps[0], steps[1:]
        if not self._allows(at, name, rest):
            if mixed:
                return
            raise _not_expandable(path)
        value = getattr(at, name, None)
        if rest and isinstance(value, StripeObject) and (include := self._includer(at, ".".join(steps))) is not None:
            if work.request.guard is not None:
                work.request.guard(f"{getattr(at, 'object', '')}s")
            setattr(value, rest[-1], await include(work, at))
            return
        if rest and isinstance(value, dict):
            self._check_hash(at, steps, path)
            setattr(at, name, await self._in_hash(work, value, rest, path))
            return
        if isinstance(value, str):
            value = await self._object(work, name, value)
            if value is not None:
                setattr(at, name, value)
        elif value is None:
            value = await self._included(work, at, name)
        if rest:
            await self._descend_into(work, value, rest, path, mixed=mixed or self._is_mixed(at, name, rest, path))

    async def _descend_into(self, work: Work, value: object, steps: list[str], path: str, *, mixed: bool) -> None:
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, StripeObject):
                await self._descend(work, item, steps, path, mixed=mixed)

    async def _in_hash(self, work: Work, hash: Tree, steps: list[str], path: str) -> Tree:
        """The hash with what a path names in it, which leaves the hash itself alone: it may be a row's."""
        name, rest = steps[0], steps[1:]
        value = hash.get(name)
        if rest and isinstance(value, dict):
            return hash | {name: await self._in_hash(work, value, rest, path)}
        found = await self._object(work, name, value) if isinstance(value, str) else None
        if found is None:
            return hash
        if rest:
            await self._descend(work, found, rest, path)
        return hash | {name: found.tree()}

    def _allows(self, at: StripeObject, name: str, rest: list[str]) -> bool:
        """Whether the official description calls this expandable."""
        kind = getattr(at, "object", None)
        if not isinstance(kind, str):
            return name in type(at).model_fields
        if kind in ("list", "search_result"):
            return name == "data" and bool(rest)
        fields = self._expandable(kind)
        allowed = name in fields or any(field.startswith(f"{name}.") for field in fields)
        # A list within an object, such as refunds.data, is walked through by its own name.
        return allowed or (bool(rest) and isinstance(getattr(at, name, None), StripeObject))

    def _is_mixed(self, at: StripeObject, name: str, rest: list[str], path: str) -> bool:
        """Whether objects of several kinds may stand in a field; then the rest of the path must suit one of them."""
        expansion = self._expandable(getattr(at, "object", "")).get(name)
        if expansion is None or len(expansion.targets) < 2:
            return False
        beyond = rest[1:] if rest[0] == "data" else rest  # Where they stand in a list.
        if not any(self._leads_on(target, beyond) for target in expansion.targets):
            raise _not_expandable(path)
        return True

    def _check_hash(self, at: StripeObject, steps: list[str], path: str) -> None:
        """The same within a hash, where every step has to be right."""
        if not self._leads_on(getattr(at, "object", ""), steps):
            raise _not_expandable(path)

    async def _object(self, work: Work, name: str, id: str) -> StripeObject | None:
        # A legacy card's id (`card_…`) names a payment method too, where one is asked for.
        as_method = name.endswith("payment_method") and "payment_method" in self.by_name
        kind = self.by_name["payment_method"] if as_method else self._by_prefix.get(id.rpartition("_")[0])
        if kind is None:
            return None
        if work.request.guard is not None:
            work.request.guard(f"{kind.name}s")
        return await kind.load(work, id)

    async def _included(self, work: Work, at: StripeObject, name: str) -> StripeObject | None:
        include = self._includer(at, name)
        # What is left of a deleted object has nothing to be asked for.
        if include is None or name not in type(at).model_fields:
            return None
        if work.request.guard is not None:
            work.request.guard(name)
        value = await include(work, at)
        setattr(at, name, value)
        return value

    def _includer(self, at: StripeObject, path: str) -> Includer | None:
        """Who makes a field that is left out unless it is asked for; one in a hash is named with the hash's name."""
        kind = self.by_name.get(getattr(at, "object", ""))
        return None if kind is None else kind.includes.get(path)


def _steps(paths: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Every path with its steps; too many of either are refused."""
    if len(paths) > PATHS_MAX:
        raise InvalidParameter(f"You cannot expand more than {PATHS_MAX} properties.", param="expand")
    for path in paths:
        steps = path.split(".")
        if len(steps) - (steps[0] == "data") > DEPTH_MAX:
            raise InvalidParameter(
                f"You cannot expand more than {DEPTH_MAX} levels of a property ({path}).", param="expand"
            )
        yield path, steps


def _not_expandable(path: str) -> InvalidParameter:
    return InvalidParameter(f"This property cannot be expanded ({path}).", param="expand")
