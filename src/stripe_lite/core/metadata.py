"""Metadata: the client's own keys and values, kept with an object and given back."""

from collections.abc import Mapping

from stripe_lite.core.errors import InvalidParameter

KEYS_MAX = 50
KEY_CHARACTERS_MAX = 40
VALUE_CHARACTERS_MAX = 500


def check(given: Mapping[str, str], *, param: str = "metadata") -> None:
    """Refuse metadata with too many keys, with a key or a value that is too long, or with brackets in a key."""
    message = problem(given)
    if message is not None:
        raise InvalidParameter(message, param=param)


def merge(existing: Mapping[str, str], given: Mapping[str, str] | None) -> dict[str, str]:
    """Return the metadata after an update: given keys replace, an empty value unsets its key, None unsets all.

    Raises InvalidParameter when the result has too many keys.
    """
    if given is None:
        return {}
    merged = {key: value for key, value in {**existing, **given}.items() if value != ""}
    check(merged)
    return merged


def problem(given: Mapping[str, str]) -> str | None:
    """Say what is wrong with the metadata: which limit it exceeds, or which key has brackets."""
    for key, value in given.items():
        if "[" in key or "]" in key:
            return f"Metadata keys cannot contain square brackets ([ and ]). Invalid key: {key[:100]}"
        if len(key) > KEY_CHARACTERS_MAX:
            return (
                f"Metadata keys can have up to {KEY_CHARACTERS_MAX} characters, "
                f"but you passed in a key that is {len(key)} characters. Invalid key: {key[:100]}"
            )
        if len(value) > VALUE_CHARACTERS_MAX:
            return (
                f"Metadata values can have up to {VALUE_CHARACTERS_MAX} characters, "
                f"but you passed in a value that is {len(value)} characters. Invalid value: {value[:100]}"
            )
    count = sum(value != "" for value in given.values())
    if count > KEYS_MAX:
        return f"Metadata can have up to {KEYS_MAX} keys, but you've set {count}."
    return None
