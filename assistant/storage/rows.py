"""Rows of the database as the core's values, and back."""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from assistant.core.models import (
    Conversation,
    ConversationSummary,
    Message,
    MessageState,
    Sampling,
    Timings,
    Usage,
    Value,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Stored = TypeVar("Stored", bound=Value)


def microseconds(time: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (time - EPOCH) // MICROSECOND


def moment(time: int) -> datetime:
    return EPOCH + timedelta(microseconds=time)


def json(value: Value | None) -> str | None:
    return None if value is None else value.model_dump_json()


def conversation(row: sqlite3.Row) -> Conversation:
    deleted = row["deleted"]
    return Conversation(
        id=row["id"],
        title=row["title"],
        created=moment(row["created"]),
        updated=moment(row["updated"]),
        system_prompt=row["system_prompt"],
        prompt_name=row["prompt_name"],
        model=row["model"],
        draft=row["draft"],
        deleted=None if deleted is None else moment(deleted),
    )


def summary(row: sqlite3.Row) -> ConversationSummary:
    return ConversationSummary(
        id=row["id"],
        title=row["title"],
        created=moment(row["created"]),
        updated=moment(row["updated"]),
        messages=row["messages"],
    )


def message(row: sqlite3.Row, *, text: str | None = None, dead: bool = False) -> Message:
    """A message with the number of its `versions`.

    Args:
        text: instead of the stored text.
        dead: it is streaming, but whoever wrote it is gone.
    """
    state: MessageState = "partial" if dead else row["state"]
    return Message(
        id=row["id"],
        conversation_id=row["conversation"],
        parent_id=row["parent"],
        role=row["role"],
        text=row["text"] if text is None else text,
        state=state,
        created=moment(row["created"]),
        version=row["version"],
        versions=row["versions"],
        model=row["model"],
        sampling=_parsed(Sampling, row["sampling"]),
        stop_reason=row["stop_reason"],
        usage=_parsed(Usage, row["usage"]),
        timings=_parsed(Timings, row["timings"]),
        error=row["error"],
    )


def _parsed(kind: type[Stored], text: str | None) -> Stored | None:
    return None if text is None else kind.model_validate_json(text)
