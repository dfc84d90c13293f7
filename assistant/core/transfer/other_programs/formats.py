"""Formats of other programs: which of them a JSON document is, and its transcript."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from assistant.core.transfer.other_programs.chatgpt import is_chatgpt, read_chatgpt
from assistant.core.transfer.other_programs.claude import is_claude, read_claude
from assistant.core.transfer.other_programs.conversation_tree import (
    SourceConversation,
    transcript_of,
)
from assistant.core.transfer.other_programs.librechat import is_librechat, read_librechat
from assistant.core.transfer.other_programs.lm_studio import is_lm_studio, read_lm_studio
from assistant.core.transfer.other_programs.message_lists import is_message_list, read_message_list
from assistant.core.transfer.other_programs.open_webui import is_open_webui, read_open_webui
from assistant.core.values.transcript import ParsedTranscripts, ReadingProblem
from assistant.language.messages import _

FORMATS: tuple[tuple[Callable[[Any], bool], Callable[[Any], SourceConversation]], ...] = (
    (is_chatgpt, read_chatgpt),
    (is_claude, read_claude),
    (is_open_webui, read_open_webui),
    (is_lm_studio, read_lm_studio),
    (is_librechat, read_librechat),
    (is_message_list, read_message_list),
)
"""How each is told and read, the most particular one first."""

_WRAPPERS = ("conversations", "chats", "history", "data")
"""What lists of conversations are called where they stand in an object."""


def conversations_in(document: Any) -> list[Any]:
    """The conversations that a document lists; itself when it is one, or none at all."""
    if isinstance(document, dict) and not _reader(document):
        for key in _WRAPPERS:
            listed = document.get(key)
            if isinstance(listed, list) and any(_reader(each) for each in listed):
                return listed
    return [document]


def read_conversation(document: Any, place: int, saved: datetime) -> ParsedTranscripts | None:
    """Read one conversation of any program; None when the document is none.

    Args:
        place: of the document in its file, from 1.
        saved: when the file was written, for a conversation without any time.
    """
    read = _reader(document)
    if read is None:
        return None
    source = read(document)
    transcript, causes = transcript_of(source, saved)
    name = f"“{source.title}”" if source.title else _("conversation {place}", place=place)
    return ParsedTranscripts(
        transcripts=(transcript,) if transcript else (),
        problems=tuple(ReadingProblem(place=name, cause=cause) for cause in causes),
    )


def _reader(document: Any) -> Callable[[Any], SourceConversation] | None:
    return next((read for is_one, read in FORMATS if is_one(document)), None)
