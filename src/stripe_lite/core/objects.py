"""What clients send and see, as types: `StripeObject` for what we answer, `Params` for what they may ask.

In a `StripeObject` a field without a default is always present (null where its type allows it), and mypy makes every
`render` give it; a field with the default None is left out of the JSON unless it was given.
"""

from functools import cache
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, SerializeAsAny

Tree: TypeAlias = dict[str, Any]
Metadata: TypeAlias = dict[str, str]


# `defer_build`: there are many hundred types, each of which is compiled when it is first needed, by most servers never.


class StripeObject(BaseModel):
    """An object, or a hash within one, as a client sees it."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=False, defer_build=True)

    def model_post_init(self, context: object, /) -> None:
        """Count the constant `object` field as given, so that it is always dumped."""
        self.__pydantic_fields_set__.add("object")

    def dump(self) -> bytes:
        """The JSON that clients get, and that an idempotent replay repeats byte for byte."""
        return self.__pydantic_serializer__.to_json(self, exclude_unset=True)

    def tree(self) -> Tree:
        """The same as Python values."""
        tree: Tree = self.__pydantic_serializer__.to_python(self, mode="json", exclude_unset=True)
        return tree


class TrustedObject(StripeObject):
    """An object that is made without checking its values, at a third of the cost: `render` takes them from our rows.

    For the few kinds that lists and payments make by the thousand. Hashes within it must be given as their own types.
    """

    def __init__(self, /, **values: Any) -> None:
        object.__setattr__(self, "__dict__", _defaults_of(type(self)) | values)
        object.__setattr__(self, "__pydantic_fields_set__", {*values, "object"})
        object.__setattr__(self, "__pydantic_extra__", None)
        object.__setattr__(self, "__pydantic_private__", None)


@cache
def _defaults_of(kind: type[StripeObject]) -> Tree:
    return {name: field.default for name, field in kind.model_fields.items() if not field.is_required()}


# The id of an object, or the whole object where the client asked for it with `expand`.
Expandable: TypeAlias = str | SerializeAsAny[StripeObject]


class Params(BaseModel):
    """The parameters of an operation, already checked and converted against the official parameter tree.

    None means that the client sent an empty value, to unset the field; `given` tells whether it was sent at all.
    """

    model_config = ConfigDict(extra="forbid", defer_build=True)

    def given(self, name: str) -> bool:
        """Whether the client sent the parameter, be it empty."""
        return name in self.model_fields_set

    def sent(self) -> Tree:
        """Everything that the client sent, by name, as plain values."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


def changes(before: StripeObject, after: StripeObject) -> Tree:
    """`previous_attributes` of an update: the old values of what differs; within hashes only what differs in them."""
    return _differences(before.tree(), after.tree())


def _differences(old: Tree, new: Tree) -> Tree:
    found: Tree = {}
    for name in old.keys() | new.keys():
        was, now = old.get(name), new.get(name)
        if was == now:
            continue
        found[name] = _differences(was, now) if isinstance(was, dict) and isinstance(now, dict) else was
    return dict(sorted(found.items()))


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


EmptyAsNone = BeforeValidator(_none_if_empty)
Text: TypeAlias = Annotated[str | None, EmptyAsNone]
