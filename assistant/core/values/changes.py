"""What was changed or removed and can be taken back.

What changed in the middle of a conversation: marks in the transcript, where it happened.

What a search in the conversations has found.

In every text that is shown around a match, the match stands between U+0002 and U+0003.
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


class Removed(Value):
    """Something in the trash."""

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
    """A folder or a tag that is in use."""

    name: str
    conversations: int


OWN = "own text"
"""The role whose system prompt is in no file. Its words are kept where they can be forgotten."""
ALL_FILES = "all"
NO_FILES = "none"
NO_ADAPTERS = "none"


def between(before: Conversation, after: Conversation, at: datetime) -> tuple[Mark, ...]:
    """The marks of a change to a conversation; none when nothing of it can be felt."""
    return tuple(
        Mark(id=secrets.token_hex(4), subject=subject, before=was, after=now, at=at)
        for subject, was, now in _changes(before, after)
    )


def told(marks: Sequence[Mark]) -> list[tuple[MarkSubject, str]]:
    """Marks of one place in words: of several on the same subject only what came of them."""
    by_subject: dict[MarkSubject, list[Mark]] = {}
    for mark in marks:
        by_subject.setdefault(mark.subject, []).append(mark)
    return [
        (subject, _words(subject, same[-1].after))
        for subject, same in by_subject.items()
        if subject == "role" or same[0].before != same[-1].after
    ]


def role_of(conversation: Conversation) -> str:
    """What a conversation's role is called: its prompt's name; empty for none."""
    return conversation.prompt_name or (OWN if conversation.system_prompt else "")


def files_of(collections: Sequence[str] | None) -> str:
    """Which files a conversation is about, in words."""
    if collections is None:
        return ALL_FILES
    return ", ".join(f"#{name}" for name in collections) or NO_FILES


def adapters_of(adapters: Sequence[AdapterUse] | None) -> str:
    """What a model is run with, in words; empty for what the settings say."""
    if adapters is None:
        return ""
    return ", ".join(str(each) for each in adapters) or NO_ADAPTERS


def _changes(before: Conversation, after: Conversation) -> Iterator[tuple[MarkSubject, str, str]]:
    if _role(before) != _role(after):
        yield "role", role_of(before), role_of(after)
    if before.model != after.model:
        yield "model", before.model or "", after.model or ""
    if before.adapters != after.adapters:
        yield "adapters", adapters_of(before.adapters), adapters_of(after.adapters)
    if before.collections != after.collections:
        yield "files", files_of(before.collections), files_of(after.collections)
    for field in SamplingChanges.model_fields:
        was, now = getattr(before.sampling, field), getattr(after.sampling, field)
        if was != now:
            yield field, _number(was), _number(now)  # type: ignore[misc]


def _role(conversation: Conversation) -> tuple[object, ...]:
    return conversation.system_prompt, conversation.prompt_name, conversation.examples


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _words(subject: MarkSubject, after: str) -> str:
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


def without(marks: Iterable[Mark], ids: Iterable[str]) -> tuple[Mark, ...]:
    """Marks but for those with these ids."""
    gone = set(ids)
    return tuple(mark for mark in marks if mark.id not in gone)


MATCH_BEGIN, MATCH_END = "\x02", "\x03"


class Finding(Value):
    """A conversation with something of what was looked for."""

    conversation: ConversationSummary
    title: str = ""
    """Its title with the matches marked; empty when it is not the title that was found."""
    prompt: str = ""
    """The surroundings of the match in its system prompt, in the same way."""
    hits: tuple[SearchHit, ...] = ()
    """Its best messages, best first. `ConversationStore.select` leads to one of them."""
    messages: int = 0
    """How many of its messages were found."""


class Findings(Value):
    """All that was found."""

    conversations: tuple[Finding, ...] = ()
    """Best first."""
    messages: int = 0
    """How many messages were found, those of conversations beyond the limit included."""
    is_capped: bool = False
    """Whether there are more messages than were looked at: only the newest ones were ranked."""
    notes: tuple[str, ...] = ()
    """What of the query was not understood, and how it was taken."""
