"""Fields of a request: each is read with its type, and one that will not do is named.

What is not read is ignored, as clients send fields of services that are not this one.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import from_json

from assistant.serve.http.errors import ApiError, wrong_field


class Fields:
    """Fields of a JSON object. null is as good as a field that is not there."""

    def __init__(self, values: Mapping[str, Any], path: str = "") -> None:
        """`path` is what stands before the names of its fields."""
        self._values = values
        self._path = path

    def name(self, field: str) -> str:
        """The whole name of a field."""
        return f"{self._path}{field}"

    def value(self, field: str) -> Any:
        """A field of any type; None where it is not there."""
        return self._values.get(field)

    def text(self, field: str) -> str | None:
        value = self.value(field)
        if value is None or isinstance(value, str):
            return value
        raise self.wrong(field, "a string")

    def flag(self, field: str) -> bool:
        value = self.value(field)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise self.wrong(field, "true or false")

    def number(self, field: str, low: float, high: float) -> float | None:
        """A number from `low` to `high`."""
        value = self.value(field)
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not low <= value <= high or math.isnan(value):
            raise self.wrong(field, f"a number from {low:g} to {high:g}")
        return float(value)

    def whole(self, field: str, low: int, high: int) -> int | None:
        """A whole number from `low` to `high`."""
        value = self.value(field)
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.wrong(field, f"a whole number from {low:,} to {high:,}")
        return value

    def object(self, field: str) -> "Fields | None":
        value = self.value(field)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.wrong(field, "an object")
        return Fields(value, f"{self.name(field)}.")

    def objects(self, field: str) -> Iterator["Fields"]:
        """The objects of an array; none where the field is not there."""
        value = self.value(field)
        if value is None:
            return
        if not isinstance(value, list):
            raise self.wrong(field, "an array")
        for at, each in enumerate(value):
            if not isinstance(each, dict):
                raise wrong_field(
                    f"{self.name(field)}[{at}]", f"{field}[{at}] has to be an object."
                )
            yield Fields(each, f"{self.name(field)}[{at}].")

    def texts(self, field: str) -> list[str] | None:
        """A string, or an array of strings; None where the field is not there."""
        value = self.value(field)
        if value is None:
            return None
        if isinstance(value, str):
            return [value]
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.wrong(field, "a string, or an array of strings")
        return value

    def wrong(self, field: str, wanted: str) -> ApiError:
        """The error for a field that is not what it has to be."""
        name = self.name(field)
        return wrong_field(name, f"{name} has to be {wanted}.")


def read_fields(body: bytes) -> Fields:
    """The fields of a request.

    Raises:
        ApiError: it is no JSON object.
    """
    try:
        values = from_json(body, allow_inf_nan=False)
    except ValueError as failure:
        raise ApiError(400, f"The request is not JSON: {failure}.", code="invalid_json") from None
    if not isinstance(values, dict):
        raise ApiError(400, "The request has to be a JSON object.", code="invalid_json")
    return Fields(values)
