"""Conversations in a file of a kind that is understood: our JSON and Markdown, ChatGPT's export."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from assistant.core.chatgpt import from_chatgpt, is_chatgpt
from assistant.core.errors import TranscriptError
from assistant.core.transcript import FORMAT, Reading, from_json
from assistant.core.transcript_markdown import from_markdown, is_markdown

KINDS = "Conversations are read from JSON and Markdown of ours and from ChatGPT's export."

_WHITE = re.compile(r"[ \t\n\r]*")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read(name: str, content: bytes) -> Reading:
    """The conversations in a file; see `read_each`."""
    return joined(read_each(name, content))


def read_each(name: str, content: bytes) -> Iterator[Reading]:
    """The conversations in a file, one at a time: an export of many years is a big file.

    Args:
        name: of the file, for errors.

    Raises:
        TranscriptError: it holds none, or cannot be read from some place on.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TranscriptError(f"{name} is no text in UTF-8.", KINDS) from None
    if is_markdown(text):
        yield from_markdown(text)
        return
    is_known = False
    for place, document in enumerate(_documents(name, text), 1):
        reading = _from_document(document, place)
        is_known = is_known or bool(reading.transcripts) or is_chatgpt(document)
        yield reading
    if not is_known:
        raise TranscriptError(f"{name} holds no conversation.", KINDS)


def joined(readings: Iterable[Reading]) -> Reading:
    """Several readings as one."""
    found = list(readings)
    return Reading(
        transcripts=tuple(each for reading in found for each in reading.transcripts),
        problems=tuple(each for reading in found for each in reading.problems),
    )


def _documents(name: str, text: str) -> Iterator[Any]:
    """A JSON object, or all values of a JSON list, one at a time."""
    decoder = json.JSONDecoder()
    place = _skipped(text, 0)
    is_list = text[place : place + 1] == "["
    if not is_list and text[place : place + 1] != "{":
        return
    has_surrogates = _SURROGATE.search(text) is not None
    place = _skipped(text, place + 1) if is_list else place
    try:
        while not (is_list and text[place : place + 1] == "]"):
            document, end = decoder.raw_decode(text, place)
            yield _storable(document) if has_surrogates else document
            place = _skipped(text, end)
            if not is_list:
                break
            if text[place : place + 1] == ",":
                place = _skipped(text, place + 1)
            elif text[place : place + 1] != "]":
                raise ValueError(f"a comma is missing at character {place}")
        if text[place + is_list :].strip():
            raise ValueError(f"there is more after its end, from character {place} on")
    except ValueError as failure:
        raise TranscriptError(f"{name} is damaged: {failure}.", KINDS) from None
    except RecursionError:
        raise TranscriptError(f"{name} is nested too deeply.", KINDS) from None


def _skipped(text: str, place: int) -> int:
    """The next place without white space."""
    found = _WHITE.match(text, place)
    return found.end() if found else place


def _from_document(document: Any, place: int) -> Reading:
    if isinstance(document, dict) and document.get("format") == FORMAT:
        return from_json(document)
    return from_chatgpt([document], place)


def _storable(value: Any) -> Any:
    """Without lone surrogates, which JSON can spell and no text can hold."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(each) for key, each in value.items()}
    return value
