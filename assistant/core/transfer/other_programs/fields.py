"""Fields of JSON that nobody vouches for: text, times, lists, whatever really stands there."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ROOT = "00000000-0000-"
_UNITS = (1, 1_000, 1_000_000, 1_000_000_000)
"""Seconds, milliseconds, microseconds, nanoseconds: how many of them are a second."""
_MAX_PLAUSIBLE_SECONDS = 10_000_000_000
"""Beyond this a number does not count seconds: they would be in the year 2286."""


def text_of(values: Any, *keys: str) -> str:
    """The first text under one of these keys; empty when there is none."""
    if isinstance(values, Mapping):
        for key in keys:
            value = values.get(key)
            if isinstance(value, str) and value.strip():
                return value
    return ""


def object_of(values: Any, key: str) -> dict[str, Any]:
    """The object under a key; empty when there is none."""
    value = values.get(key) if isinstance(values, Mapping) else None
    return value if isinstance(value, dict) else {}


def list_of(values: Any, key: str) -> list[Any]:
    """The list under a key; empty when there is none."""
    value = values.get(key) if isinstance(values, Mapping) else None
    return value if isinstance(value, list) else []


def objects_of(values: Any, key: str) -> list[dict[str, Any]]:
    """What of the list under a key is an object."""
    return [each for each in list_of(values, key) if isinstance(each, dict)]


def names_of(values: Any, key: str) -> tuple[str, ...]:
    """Texts of the list under a key, such as children or tags."""
    return tuple(each for each in list_of(values, key) if isinstance(each, str) and each)


def id_of(values: Any, *keys: str) -> str:
    """The first id under one of these keys, a text or a whole number; empty when there is none."""
    for key in keys:
        value = values.get(key) if isinstance(values, Mapping) else None
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**64:
            return str(value)
    return ""


def parent_of(values: Any, key: str) -> str | None:
    """Id of the parent under a key; None for the root, which some programs call by zeros."""
    id = id_of(values, key)
    return None if not id or id.startswith(_ROOT) else id


def time_of(values: Any, *keys: str) -> datetime | None:
    """The first time under one of these keys: ISO 8601, or a number since 1970 in any unit."""
    for key in keys:
        value = values.get(key) if isinstance(values, Mapping) else None
        time = _time(value)
        if time is not None:
            return time
    return None


def _time(value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            time = datetime.fromisoformat(value.strip())
            return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return None
    for unit in _UNITS:
        if value / unit < _MAX_PLAUSIBLE_SECONDS:
            return EPOCH + timedelta(microseconds=round(value / unit * 1_000_000))
    return None
