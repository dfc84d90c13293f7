"""Conversations in a file of a kind that is understood: our JSON and Markdown, ChatGPT's export."""

import json
import re
from collections.abc import Iterable
from typing import Any

from assistant.core.chatgpt import from_chatgpt, is_chatgpt
from assistant.core.errors import TranscriptError
from assistant.core.transcript import FORMAT, Reading, from_json
from assistant.core.transcript_markdown import from_markdown, is_markdown

KINDS = "Conversations are read from JSON and Markdown of ours and from ChatGPT's export."

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read(name: str, content: bytes) -> Reading:
    """The conversations in a file.

    Args:
        name: of the file, for errors.

    Raises:
        TranscriptError: it holds none, or cannot be read.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TranscriptError(f"{name} is no text in UTF-8.", KINDS) from None
    if is_markdown(text):
        return from_markdown(text)
    if text.lstrip()[:1] not in ("{", "["):
        raise TranscriptError(f"{name} holds no conversation.", KINDS)
    try:
        document = json.loads(text)
    except ValueError as failure:
        raise TranscriptError(f"{name} is damaged: {failure}.", KINDS) from None
    except RecursionError:
        raise TranscriptError(f"{name} is nested too deeply.", KINDS) from None
    if _SURROGATE.search(text):
        document = _storable(document)
    return _from_document(name, document)


def joined(readings: Iterable[Reading]) -> Reading:
    """Several readings as one."""
    found = list(readings)
    return Reading(
        transcripts=tuple(each for reading in found for each in reading.transcripts),
        problems=tuple(each for reading in found for each in reading.problems),
    )


def _from_document(name: str, document: Any) -> Reading:
    if isinstance(document, dict) and document.get("format") == FORMAT:
        return from_json(document)
    if is_chatgpt(document):
        return from_chatgpt(document)
    raise TranscriptError(f"{name} holds no conversation.", KINDS)


def _storable(value: Any) -> Any:
    """Without lone surrogates, which JSON can spell and no text can hold."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(each) for key, each in value.items()}
    return value
