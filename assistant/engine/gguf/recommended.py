"""Sampling that a model file recommends itself: its `general.sampling.*` keys.

Read here without ggml, for front ends ask for it: a few numbers near the file's beginning. Reading
is bounded, and whatever is not as it should be ends it: then the file recommends nothing more.
Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from assistant.core.values.sampling import SamplingChanges

MAX_BYTES: Final = 2**20
"""Bytes of the file that are looked at; these keys stand among the first."""

_FIELDS: Final = {
    "general.sampling.temp": "temperature",
    "general.sampling.top_k": "top_k",
    "general.sampling.top_p": "top_p",
    "general.sampling.min_p": "min_p",
    "general.sampling.penalty_repeat": "repeat_penalty",
}
"""What llama.cpp's converter writes of a model's `generation_config.json`, and our names for it."""

_NUMBERS: Final = dict(enumerate("BbHhIif?")) | {10: "Q", 11: "q", 12: "d"}
"""Kinds of value by their number in the file, as `struct` calls them."""
_STRING, _ARRAY = 8, 9
_MAX_KEYS: Final = 10_000
_MAX_STRINGS: Final = 20_000
"""Strings of an array that are passed over; vocabularies are longer, and stand behind."""
_DIGITS: Final = 6
"""Significant digits of a number that is stored in four bytes."""
_TOO_LARGE: Final = 2**31
"""What no integer of llama.cpp holds, such as a -1 that was stored without its sign."""

Scalar = int | float | bool


def recommended_sampling(path: Path) -> SamplingChanges:
    """Sampling that a model file recommends; nothing where it does not, or is no such file."""
    found: dict[str, Scalar] = {}
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES)
        for key, value in _numbers(content):
            if key in _FIELDS:
                found[_FIELDS[key]] = value
    except (OSError, struct.error, ValueError):
        pass
    return _accepted(found)


def _accepted(found: dict[str, Scalar]) -> SamplingChanges:
    """Those values that are within their bounds."""
    changes = SamplingChanges()
    for field, value in found.items():
        if abs(value) >= _TOO_LARGE:
            continue
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        number = value if is_whole else float(f"{value:.{_DIGITS}g}")
        try:
            changes = SamplingChanges.model_validate({**changes.model_dump(), field: number})
        except ValidationError:
            continue
    return changes


def _numbers(content: bytes) -> Iterator[tuple[str, Scalar]]:
    """Keys with a number as their value, in the order of the file.

    Raises:
        struct.error: what was read ends.
        ValueError: it is no such file, or has an array that is too long to pass over.
    """
    if content[:4] != b"GGUF":
        raise ValueError("not a GGUF file")
    _, _, keys = struct.unpack_from("<IQQ", content, 4)
    place = 24
    for _ in range(min(keys, _MAX_KEYS)):
        key, place = _string(content, place)
        (kind,) = struct.unpack_from("<I", content, place)
        place += 4
        if kind in _NUMBERS:
            (value,) = struct.unpack_from(f"<{_NUMBERS[kind]}", content, place)
            yield key, value
        place = _end(content, place, kind)


def _string(content: bytes, place: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<Q", content, place)
    end = place + 8 + length
    if end > len(content):
        raise ValueError("a string ends behind what was read")
    return content[place + 8 : end].decode("utf-8", "replace"), end


def _end(content: bytes, place: int, kind: int) -> int:
    """Where the value of a kind ends that begins at a place."""
    if kind in _NUMBERS:
        return place + struct.calcsize(f"<{_NUMBERS[kind]}")
    if kind == _STRING:
        (length,) = struct.unpack_from("<Q", content, place)
        return int(place + 8 + length)
    if kind != _ARRAY:
        raise ValueError("a value of an unknown kind")
    of, count = struct.unpack_from("<IQ", content, place)
    place += 12
    if of in _NUMBERS:
        return int(place + count * struct.calcsize(f"<{_NUMBERS[of]}"))
    if of != _STRING or count > _MAX_STRINGS:
        raise ValueError("an array that is not passed over")
    for _ in range(count):
        place = _end(content, place, _STRING)
    return place
