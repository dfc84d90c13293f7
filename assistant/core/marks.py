"""What changed in the middle of a conversation: marks in the transcript, where it happened."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from assistant.core.models import AdapterUse, Conversation, Mark, MarkSubject, SamplingChanges

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
