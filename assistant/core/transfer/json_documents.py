"""JSON documents of a file, one at a time, and what is damaged between them.

A file holds one document, a list of them, or one in each line (JSON lines). A damaged document does
not lose those behind it: its end is found by its brackets.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from assistant.language.messages import N_

_WHITE = re.compile(r"[ \t\n\r]*")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
"""A string, closed or not, or a bracket."""
_SEPARATOR = re.compile(r"[,\]]")
_LINE_SUFFIXES = (".jsonl", ".ndjson")
_DECODER = json.JSONDecoder(strict=False)
"""Takes line breaks within strings, too."""


class JsonDocument(NamedTuple):
    """One document of a file, or where one is damaged."""

    place: int
    """From 1."""
    value: Any = None
    damage: str = ""
    """Why it cannot be read; empty when it can."""
    character: int = 0
    """Where in the text that is found out."""


def json_documents(name: str, text: str) -> Iterator[JsonDocument]:
    """All documents of a file: those of a list or of its lines, or the one that it is.

    Args:
        name: of the file; its suffix tells JSON lines.
    """
    begin = _after_white(text, 0)
    if text[begin : begin + 1] not in ("[", "{"):
        return
    if name.lower().endswith(_LINE_SUFFIXES):
        documents = _lines(text)
    elif text[begin] == "[":
        documents = _elements(text, begin)
    else:
        documents = _single_or_lines(text, begin)
    has_surrogates = _SURROGATE.search(text) is not None
    for document in documents:
        yield document._replace(value=_storable(document.value)) if has_surrogates else document


def _single_or_lines(text: str, begin: int) -> Iterator[JsonDocument]:
    value, end, damage = _decoded(text, begin)
    rest = _after_white(text, end)
    if not damage and rest >= len(text):
        yield JsonDocument(1, value)
    elif not damage and "\n" in text[end:rest]:
        yield from _lines(text)
    else:
        yield JsonDocument(1, damage=damage or N_("there is more after its end"), character=end)


def _lines(text: str) -> Iterator[JsonDocument]:
    for place, line in enumerate(filter(None, map(str.strip, text.split("\n"))), 1):
        value, end, damage = _decoded(line, 0)
        if not damage and end < len(line):
            damage = N_("there is more after its end")
        yield JsonDocument(place, None if damage else value, damage, end)


def _elements(text: str, begin: int) -> Iterator[JsonDocument]:
    place, at = 1, _after_white(text, begin + 1)
    while text[at : at + 1] != "]":
        value, end, damage = _decoded(text, at)
        yield JsonDocument(place, value, damage, end)
        if damage:
            end = _end_by_brackets(text, at)
        place, at = place + 1, _after_white(text, end)
        if text[at : at + 1] not in (",", "]"):
            if not damage:
                what = (
                    N_("a comma is missing")
                    if at < len(text)
                    else N_("the end of the list is missing")
                )
                yield JsonDocument(place, damage=what, character=at)
            following = _SEPARATOR.search(text, at)
            if following is None:
                return
            at = following.start()
        if text[at] == ",":
            at = _after_white(text, at + 1)
    if text[at + 1 :].strip():
        yield JsonDocument(place, damage=N_("there is more after its end"), character=at + 1)


def _decoded(text: str, at: int) -> tuple[Any, int, str]:
    """The value that begins at a place, where it ends or cannot be read, and why not."""
    try:
        value, end = _DECODER.raw_decode(text, at)
        return value, end, ""
    except RecursionError:
        return None, at, N_("it is nested too deeply")
    except json.JSONDecodeError as failure:
        return None, failure.pos, failure.msg.lower()
    except ValueError:
        return None, at, N_("a number in it is too long")


def _end_by_brackets(text: str, at: int) -> int:
    """Where a damaged element ends: behind the bracket that closes it, or at the file's end."""
    depth = 0
    for found in _TOKEN.finditer(text, at):
        if found[0] in "[{":
            depth += 1
        elif found[0] in "]}":
            depth -= 1
            if depth == 0:
                return found.end()
            if depth < 0:
                return found.start()
    return len(text)


def _after_white(text: str, at: int) -> int:
    found = _WHITE.match(text, at)
    return found.end() if found else at


def _storable(value: Any) -> Any:
    """Without lone surrogates, which JSON can spell and no text can hold."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(each) for key, each in value.items()}
    return value
