"""Allowed values of a field, in words: `a whole number from 1 to 64`, `auto, dark or light`."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel

from assistant.core.values.base import ALLOWED


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
        return str(schema[ALLOWED])
    if "anyOf" in schema:
        kinds = [one for one in schema["anyOf"] if one.get("type") != "null"]
        words = [_words(one) for one in kinds]
        return words[0] if len(words) == 1 else ", or ".join(words)
    if "enum" in schema:
        return one_of([str(value) for value in schema["enum"]])
    if "const" in schema:
        return str(schema["const"])
    match schema.get("type"):
        case "boolean":
            return "true or false"
        case "integer":
            return f"a whole number{_bounds(schema, 1)}"
        case "number":
            return f"a number{_bounds(schema, 0)}"
        case "array":
            return "one or several texts"
        case "object":
            return "a table"
        case _:
            return "a text"


def one_of(words: Sequence[str]) -> str:
    """`a, b or c`."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def _bounds(schema: dict[str, Any], step: int) -> str:
    """Both bounds; of whole numbers they are part of the range."""
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    if step and below is not None:
        high = below - step
    if step and above is not None:
        low = above + step
    if low is not None and high is not None:
        return f" from {low:,} to {high:,}"
    if above is not None and high is not None:
        return f" above {above:,}, at most {high:,}"
    if low is not None:
        return f" from {low:,}"
    if above is not None:
        return f" above {above:,}"
    return f", at most {high:,}" if high is not None else ""
