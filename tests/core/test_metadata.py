"""Metadata is merged on update, and limited in characters, not bytes."""

import pytest

from stripe_lite.core import metadata
from stripe_lite.core.errors import InvalidParameter


def test_given_keys_replace_and_the_others_stay() -> None:
    existing = {"a": "1", "b": "2"}
    assert metadata.merge(existing, {"b": "3", "c": "4"}) == {"a": "1", "b": "3", "c": "4"}
    assert existing == {"a": "1", "b": "2"}


def test_an_empty_value_unsets_its_key() -> None:
    assert metadata.merge({"a": "1", "b": "2"}, {"a": "", "never": ""}) == {"b": "2"}


def test_empty_metadata_unsets_all() -> None:
    assert metadata.merge({"a": "1"}, None) == {}


def test_an_update_without_keys_changes_nothing() -> None:
    assert metadata.merge({"a": "1"}, {}) == {"a": "1"}


def test_limits_count_characters() -> None:
    metadata.check({"é" * 40: "漢" * 500} | {str(index): "x" for index in range(49)})


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({"k" * 41: "v"}, "a key that is 41 characters"),
        ({"k": "v" * 501}, "a value that is 501 characters"),
        ({str(index): "v" for index in range(51)}, "up to 50 keys"),
        ({"a[b]": "v"}, "square brackets"),
        ({"a]": ""}, "square brackets"),
    ],
)
def test_a_limit_exceeded_is_refused(given: dict[str, str], part: str) -> None:
    with pytest.raises(InvalidParameter, match=part) as refused:
        metadata.check(given)
    assert (refused.value.status, refused.value.param) == (400, "metadata")


def test_the_51st_key_is_refused_on_update_too() -> None:
    fifty = {str(index): "v" for index in range(50)}
    assert len(metadata.merge(fifty, {"0": "", "new": "v"})) == 50
    with pytest.raises(InvalidParameter, match="50 keys"):
        metadata.merge(fifty, {"new": "v"})


def test_50_keys_are_exchanged_for_50_others_at_once() -> None:
    old, new = ({f"{name}{index}": "v" for index in range(50)} for name in ("old", "new"))
    given = dict.fromkeys(old, "") | new
    metadata.check(given)
    assert metadata.merge(old, given) == new
