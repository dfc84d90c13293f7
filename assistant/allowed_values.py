"""Allowed values of a field, in words: `a whole number from 1 to 64`, `auto, dark or light`."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel

from assistant.core.values.base import ALLOWED
from assistant.language.messages import _, localized


def allowed_values(model: type[BaseModel], field: str, *, of_entry: bool = False) -> str:
    """What a field takes, in words that go on after "it takes".

    Args:
        of_entry: whether an entry of a field that is a table is meant.
    """
    schema = _schema_of(model, field)
    return _words(schema["additionalProperties"] if of_entry else schema)


def is_table(model: type[BaseModel], field: str) -> bool:
    """Whether a field takes entries, each with a name that the user chooses."""
    return isinstance(_schema_of(model, field).get("additionalProperties"), dict)


def words_of(model: type[BaseModel], field: str) -> tuple[str, ...]:
    """The words that a field takes; empty where it takes other values as well."""
    schema = _schema_of(model, field)
    kinds = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    return tuple(kinds[0].get("enum", ())) if len(kinds) == 1 else ()


def _schema_of(model: type[BaseModel], field: str) -> dict[str, Any]:
    """The schema of a field, also of one that the model does not name."""
    schema = _schema(model)
    found: dict[str, Any] = schema["properties"].get(field) or schema["additionalProperties"]
    return found


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _words(schema: dict[str, Any]) -> str:
    if ALLOWED in schema:
        return localized(str(schema[ALLOWED]))
    if "anyOf" in schema:
        kinds = [one for one in schema["anyOf"] if one.get("type") != "null"]
        first, *others = [_words(one) for one in kinds]
        for other in others:
            first = _("{kind}, or {other}", kind=first, other=other)
        return first
    if "enum" in schema:
        return one_of([str(value) for value in schema["enum"]])
    if "const" in schema:
        return str(schema["const"])
    match schema.get("type"):
        case "boolean":
            return _("true or false")
        case "integer":
            return _whole_number(schema)
        case "number":
            return _number(schema)
        case "array":
            return _("one or several texts")
        case "object":
            return _("a table")
        case _other:
            return _("a text")


def one_of(words: Sequence[str]) -> str:
    """`a, b or c`."""
    *first, last = words
    return _("{listed} or {last}", listed=", ".join(first), last=last) if first else last


def _whole_number(schema: dict[str, Any]) -> str:
    """What a field of whole numbers takes; both bounds are part of the range."""
    low, high = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        low = schema["exclusiveMinimum"] + 1
    if "exclusiveMaximum" in schema:
        high = schema["exclusiveMaximum"] - 1
    match low, high:
        case None, None:
            return _("a whole number")
        case _low, None:
            return _("a whole number from {low:,}", low=low)
        case None, _high:
            return _("a whole number, at most {high:,}", high=high)
    return _("a whole number from {low:,} to {high:,}", low=low, high=high)


def _number(schema: dict[str, Any]) -> str:
    """What a field of numbers takes."""
    low, above, high = (schema.get(k) for k in ("minimum", "exclusiveMinimum", "maximum"))
    if low is not None and high is not None:
        return _("a number from {low:,} to {high:,}", low=low, high=high)
    if above is not None and high is not None:
        return _("a number above {above:,}, at most {high:,}", above=above, high=high)
    if low is not None:
        return _("a number from {low:,}", low=low)
    if above is not None:
        return _("a number above {above:,}", above=above)
    return _("a number, at most {high:,}", high=high) if high is not None else _("a number")
