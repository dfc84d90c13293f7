"""Transcript: a conversation outside the database, the whole tree, and its JSON form.

The JSON form leaves out what is empty and keeps the order in which messages were stored, so that
the same conversation has the same bytes wherever it is written.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from assistant.core.errors import TranscriptError
from assistant.core.values.base import Value
from assistant.core.values.conversation import Conversation, Message
from assistant.core.values.library import Retrieval
from assistant.language.messages import N_, _

FORMAT = "assistant conversation"
VERSION = 1

OWN_ID = re.compile(r"[0-9a-f]{16}")
"""What ids of conversations and messages look like that may be kept."""

_NOT_KEPT = {"deleted", "temporary"}
EMPTY_MEANS_NONE = {"collections", "adapters"}
"""Fields of a conversation of which an empty list means none, and no list the usual ones."""
CHECKED_TEXT = "checked_text"
"""Field of what is shown of an answer, which follows from the others and is not read back."""
_IMPLIED_FIELDS = {"conversation_id", "version", "versions"}


class TranscriptEntry(Value):
    """A message of a transcript, in its place."""

    message: Message
    active: bool = True
    """Whether it is the one last used of those with its parent."""
    retrieval: Retrieval | None = None
    """What the user's files had to do with it."""


class Transcript(Value):
    """A conversation with all its messages."""

    conversation: Conversation
    entries: tuple[TranscriptEntry, ...]
    """In the order in which they were stored: parents before children, versions oldest first."""

    @property
    def branch(self) -> tuple[TranscriptEntry, ...]:
        """The active branch, from its first message to its last."""
        chosen = {entry.message.parent_id: entry for entry in self.entries if entry.active}
        branch: list[TranscriptEntry] = []
        parent: str | None = None
        while parent in chosen:
            branch.append(chosen.pop(parent))
            parent = branch[-1].message.id
        return tuple(branch)


class Adoption(Value):
    """Result of taking a transcript into a store."""

    conversation_id: str
    title: str
    is_new: bool
    added: int
    """Messages that were not there."""
    present: int
    """Messages that were there already."""
    trashed: int = 0
    """Messages that are in the trash, or below one that is; they were left there."""
    in_trash: bool = False
    """Whether the conversation is in the trash, where it was left."""


class ReadingProblem(Value):
    """What could not be read, or not kept as it was."""

    cause: str
    """A sentence that is the same wherever the same happens."""
    place: str = ""
    """Where in its file."""

    def __str__(self) -> str:
        return f"{self.place}: {self.cause}" if self.place else self.cause


class ParsedTranscripts(Value):
    """Result of reading a file: its transcripts and problems."""

    transcripts: tuple[Transcript, ...] = ()
    problems: tuple[ReadingProblem, ...] = ()
    is_damaged: bool = False
    """Whether a conversation in it could not be read at all."""


def to_json(transcript: Transcript, checked: Mapping[str, str] = MappingProxyType({})) -> str:
    """The JSON form; lossless but for the trash.

    Args:
        checked: by id of their messages, texts of answers as the check left them, for other
            programs to show; `text` is what the model wrote, marks of its own included.
    """
    conversation = _present(transcript.conversation.model_dump(mode="json", exclude=_NOT_KEPT))
    if "sampling" in conversation:
        chosen = conversation["sampling"].items()
        conversation["sampling"] = {key: value for key, value in chosen if value is not None}
    document = {
        "format": FORMAT,
        "version": VERSION,
        "conversation": _present(conversation),
        "messages": [_entry(entry, checked) for entry in transcript.entries],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def from_json(document: dict[str, Any]) -> ParsedTranscripts:
    """The conversation in a JSON document of ours.

    Raises:
        TranscriptError: it is from a newer version, or holds no conversation.
    """
    found = document.get("version")
    if found != VERSION:
        raise TranscriptError(
            f"The conversation has format {found!r}, this version reads {VERSION}.",
            "Update the assistant.",
        )
    problems: list[ReadingProblem] = []
    conversation = _conversation(document.get("conversation"), problems)
    rows = document.get("messages")
    if not isinstance(rows, list):
        raise TranscriptError(f"“{conversation.title}” has no list of messages.")
    entries = _entries(conversation, rows, problems)
    return ParsedTranscripts(
        transcripts=(Transcript(conversation=conversation, entries=entries),),
        problems=tuple(problems),
    )


def stable_id(*parts: str) -> str:
    """Id that is the same whenever the same thing is read; one of ours is kept."""
    return parts[-1] if OWN_ID.fullmatch(parts[-1]) else derived_id(*parts)


def derived_id(*parts: str) -> str:
    """An id of our form that always comes out of the same parts."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def connected(entries: Iterable[TranscriptEntry]) -> tuple[TranscriptEntry, ...]:
    """Entries as a tree: parents before children, one active entry below each parent.

    An entry whose parent is missing begins a branch of its own; ids have to be different.
    """
    known: set[str] = set()
    chosen: dict[str | None, str] = {}
    kept: list[TranscriptEntry] = []
    for entry in entries:
        message = entry.message
        if message.parent_id is not None and message.parent_id not in known:
            message = message.model_copy(update={"parent_id": None})
        known.add(message.id)
        if entry.active or message.parent_id not in chosen:
            chosen[message.parent_id] = message.id
        kept.append(entry.model_copy(update={"message": message}))
    active = set(chosen.values())
    return tuple(entry.model_copy(update={"active": entry.message.id in active}) for entry in kept)


def first_problem(failure: ValidationError) -> str:
    """First problem of a value that failed to validate, in few words."""
    problem = failure.errors()[0]
    place = ".".join(str(part) for part in problem["loc"])
    message = problem["msg"].lower()
    return N_(f"`{place}`: {message}") if place else message


def left_out(place: str, reason: str) -> ReadingProblem:
    """Problem of what is left out for a reason."""
    return ReadingProblem(place=place, cause=_("left out: {reason}.", reason=reason))


def _entry(entry: TranscriptEntry, checked: Mapping[str, str]) -> dict[str, Any]:
    dumped = entry.message.model_dump(mode="json", exclude=_IMPLIED_FIELDS)
    stored = _present(dumped, even_empty=set())
    if entry.message.id in checked:
        stored[CHECKED_TEXT] = checked[entry.message.id]
    if entry.active:
        stored["active"] = True
    if entry.retrieval is not None:
        stored["retrieval"] = entry.retrieval.model_dump(mode="json")
    return stored


def _present(
    values: dict[str, Any], even_empty: Collection[str] = EMPTY_MEANS_NONE
) -> dict[str, Any]:
    """Values without what is empty, but for lists that mean something then."""
    return {
        key: value
        for key, value in values.items()
        if value or (key in even_empty and value is not None) or key in ("text", "title")
    }


def _conversation(stored: Any, problems: list[ReadingProblem]) -> Conversation:
    if not isinstance(stored, dict):
        raise TranscriptError("The document has no conversation.")
    known = set(Conversation.model_fields) - _NOT_KEPT
    _report_unknown(stored.keys() - known, f"“{stored.get('title', '')}”", problems)
    values = {key: value for key, value in stored.items() if key in known}
    if isinstance(values.get("id"), str):
        values["id"] = stable_id(values["id"])
    title = stored.get("title", "")
    try:
        return Conversation.model_validate(values)
    except ValidationError as failure:
        raise TranscriptError(
            f"The conversation “{title}” cannot be read: {first_problem(failure)}."
        ) from None


def _entries(
    conversation: Conversation, rows: Sequence[Any], problems: list[ReadingProblem]
) -> tuple[TranscriptEntry, ...]:
    entries: list[TranscriptEntry] = []
    known: set[str] = set()
    parents: dict[str, str | None] = {}
    """Of messages that cannot be read: what their children belong to instead."""
    for place, row in enumerate(rows, 1):
        name = _(
            "message {place} of “{conversation}”", place=place, conversation=conversation.title
        )
        entry = _read_entry(conversation, row, name, problems)
        if isinstance(entry, TranscriptEntry) and entry.message.id in known:
            cause = _("left out: another one has the same id.")
            problems.append(ReadingProblem(place=name, cause=cause))
        elif isinstance(entry, TranscriptEntry):
            known.add(entry.message.id)
            parent = entry.message.parent_id
            while parent in parents:
                parent = parents[parent]
            message = entry.message.model_copy(update={"parent_id": parent})
            entries.append(entry.model_copy(update={"message": message}))
        elif entry is not None:
            parents[entry[0]] = entry[1]
    return connected(entries)


def _read_entry(
    conversation: Conversation, row: Any, name: str, problems: list[ReadingProblem]
) -> TranscriptEntry | tuple[str, str | None] | None:
    """The entry; when it cannot be read, its id and its parent's, where it has them."""
    if not isinstance(row, dict):
        problems.append(ReadingProblem(place=name, cause=_("left out: it is not a message.")))
        return None
    known = set(Message.model_fields) - _IMPLIED_FIELDS
    _report_unknown(row.keys() - known - {"active", "retrieval", CHECKED_TEXT}, name, problems)
    values = {key: value for key, value in row.items() if key in known}
    for key in ("id", "parent_id"):
        if isinstance(values.get(key), str):
            values[key] = stable_id(conversation.id, values[key])
    try:
        message = Message.model_validate(
            {"parent_id": None, **values, "conversation_id": conversation.id}
        )
    except ValidationError as failure:
        problems.append(left_out(name, first_problem(failure)))
        id, parent = values.get("id"), values.get("parent_id")
        return (id, parent) if isinstance(id, str) else None
    if message.state == "streaming":
        message = message.model_copy(update={"state": "partial"})
    return TranscriptEntry(
        message=message,
        active=bool(row.get("active")),
        retrieval=_retrieval(row.get("retrieval"), name, problems),
    )


def _retrieval(stored: Any, name: str, problems: list[ReadingProblem]) -> Retrieval | None:
    try:
        return None if stored is None else Retrieval.model_validate(stored)
    except ValidationError as failure:
        problems.append(
            left_out(_("the sources of {message}", message=name), first_problem(failure))
        )
        return None


def _report_unknown(keys: Iterable[str], name: str, problems: list[ReadingProblem]) -> None:
    unknown = sorted(map(str, keys))
    if unknown:
        cause = _("left out, unknown to this version: {fields}.", fields=", ".join(unknown))
        problems.append(ReadingProblem(place=name, cause=cause))
