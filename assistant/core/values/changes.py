"""Undo history, trash entries, change marks in a transcript, and search results.

In every text that is shown around a search match, the match stands between U+0002 and U+0003.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal

from assistant.core.values.base import Value
from assistant.core.values.conversation import (
    Conversation,
    ConversationSummary,
    Mark,
    MarkSubject,
    SearchHit,
)
from assistant.core.values.sampling import AdapterUse, SamplingChanges

ChangeKind = Literal[
    "title",
    "system prompt",
    "sampling",
    "model",
    "adapters",
    "collections",
    "overflow",
    "pin",
    "archive",
    "folder",
    "tags",
    "rating",
    "turn",
    "summary",
    "trash",
    "messages",
]
"""What is different: `turn` stands for one that was pinned or excluded, `trash` for a conversation
that was moved there or taken back, `messages` for messages that were."""


class Change(Value):
    """One change to a conversation that can be undone."""

    number: int
    """Newer ones have greater numbers."""
    kind: ChangeKind
    conversation_id: str
    title: str
    """Of the conversation, as it is now."""
    message_id: str | None = None
    before: str = ""
    """What it was before, in few words; empty for nothing."""
    at: datetime


class TrashEntry(Value):
    """Entry of the trash: a conversation, or a message with its branch."""

    kind: Literal["conversation", "messages"]
    id: str
    """Of the conversation, or of the first message: `restore` or `restore_message` takes it."""
    conversation_id: str
    title: str
    """Of the conversation."""
    excerpt: str = ""
    """How the first message begins."""
    messages: int
    removed: datetime


class Label(Value):
    """A folder or a tag in use, with the number of its conversations."""

    name: str
    conversations: int


OWN_TEXT = "own text"
"""The role whose system prompt is in no file. Its words are kept where they can be forgotten."""
ALL_FILES = "all"
NO_FILES = "none"
NO_ADAPTERS = "none"


def marks_between(before: Conversation, after: Conversation, at: datetime) -> tuple[Mark, ...]:
    """Change marks for what differs between two states of a conversation.

    Returns:
        One for each subject; none when nothing that a reader can feel has changed.
    """
    return tuple(
        Mark(id=secrets.token_hex(4), subject=subject, before=was, after=now, at=at)
        for subject, was, now in _changes(before, after)
    )


def describe_marks(marks: Sequence[Mark]) -> list[tuple[MarkSubject, str]]:
    """Describe the marks of one place in English, each subject once.

    Returns:
        Pairs of a subject and its words.
    """
    return [(subject, _describe_mark(subject, now)) for subject, now in latest_marks(marks)]


def latest_marks(marks: Sequence[Mark]) -> list[tuple[MarkSubject, str]]:
    """The marks of one place, each subject once.

    Returns:
        Pairs of a subject and what holds of it now; subjects that are as before are left out.
    """
    by_subject: dict[MarkSubject, list[Mark]] = {}
    for mark in marks:
        by_subject.setdefault(mark.subject, []).append(mark)
    return [
        (subject, same[-1].after)
        for subject, same in by_subject.items()
        if subject == "role" or same[0].before != same[-1].after
    ]


def role_name(conversation: Conversation) -> str:
    """Name of a conversation's role: its prompt's name; empty for none."""
    return conversation.prompt_name or (OWN_TEXT if conversation.system_prompt else "")


def describe_collections(collections: Sequence[str] | None) -> str:
    """Collections of a conversation, in words."""
    if collections is None:
        return ALL_FILES
    return ", ".join(f"#{name}" for name in collections) or NO_FILES


def describe_adapters(adapters: Sequence[AdapterUse] | None) -> str:
    """Adapters of a model, in words; empty where the settings decide."""
    if adapters is None:
        return ""
    return ", ".join(str(each) for each in adapters) or NO_ADAPTERS


def _changes(before: Conversation, after: Conversation) -> Iterator[tuple[MarkSubject, str, str]]:
    if _role(before) != _role(after):
        yield "role", role_name(before), role_name(after)
    if before.model != after.model:
        yield "model", before.model or "", after.model or ""
    if before.adapters != after.adapters:
        yield "adapters", describe_adapters(before.adapters), describe_adapters(after.adapters)
    if before.collections != after.collections:
        yield (
            "files",
            describe_collections(before.collections),
            describe_collections(after.collections),
        )
    for field in SamplingChanges.model_fields:
        was, now = getattr(before.sampling, field), getattr(after.sampling, field)
        if was != now:
            yield field, _number(was), _number(now)  # type: ignore[misc]


def _role(conversation: Conversation) -> tuple[object, ...]:
    return conversation.system_prompt, conversation.prompt_name, conversation.examples


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _describe_mark(subject: MarkSubject, after: str) -> str:
    match subject:
        case "role":
            return f"role: {after}" if after else "no role"
        case "model":
            return f"model: {after or 'default'}"
        case "adapters":
            return f"adapters: {after or 'default'}"
        case "files":
            return f"files: {after}"
    return f"{subject} {after or 'default'}"


def without_marks(marks: Iterable[Mark], ids: Iterable[str]) -> tuple[Mark, ...]:
    """Marks without those that have one of these ids."""
    gone = set(ids)
    return tuple(mark for mark in marks if mark.id not in gone)


MATCH_BEGIN, MATCH_END = "\x02", "\x03"


class ConversationHit(Value):
    """Search result: a conversation with its best matches."""

    conversation: ConversationSummary
    title: str = ""
    """Its title with the matches marked; empty when it is not the title that was found."""
    prompt: str = ""
    """The surroundings of the match in its system prompt, in the same way."""
    hits: tuple[SearchHit, ...] = ()
    """Its best messages, best first. `MessageStore.select` leads to one of them."""
    messages: int = 0
    """How many of its messages were found."""


class ConversationSearchResult(Value):
    """Results of a search, best first."""

    conversations: tuple[ConversationHit, ...] = ()
    """Best first."""
    messages: int = 0
    """How many messages were found, those of conversations beyond the limit included."""
    is_capped: bool = False
    """Whether there are more messages than were ranked: only the newest ones were."""
    notes: tuple[str, ...] = ()
    """What of the query was not understood, and how it was taken."""
