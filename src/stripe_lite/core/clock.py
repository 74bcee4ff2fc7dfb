"""Time as the API tells it: whole seconds since 1970 in UTC."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present, with microseconds, in UTC."""
    return datetime.now(UTC)


def unix(moment: datetime) -> int:
    """Whole seconds since 1970, as API fields carry times."""
    return int(moment.timestamp())


def unix_or_none(moment: datetime | None) -> int | None:
    """The same for a time that may not have come yet."""
    return None if moment is None else int(moment.timestamp())


def from_unix(seconds: int) -> datetime:
    """The moment that an API field names."""
    return datetime.fromtimestamp(seconds, UTC)
