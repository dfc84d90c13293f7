"""Rows of the database as the core's values and back, and text as SQLite can hold it."""

import sqlite3
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from assistant.core.errors import StorageError
from assistant.core.values.base import BUILT_WHEN_USED, Value
from assistant.core.values.conversation import (
    ChatMessage,
    Citation,
    Conversation,
    ConversationSummary,
    Mark,
    Message,
    QuestionPrompt,
    Summary,
    Timings,
    Usage,
)
from assistant.core.values.sampling import AdapterUse, Sampling, SamplingChanges

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

TEMPORARY = "tmp-"
"""How the ids of conversations and messages begin that live in memory only."""

CONVERSATION_COLUMNS = """
    c.*, (SELECT json_group_array(tag) FROM
          (SELECT tag FROM tags WHERE conversation = c.id ORDER BY key)) AS tags
"""
"""What `conversation` and `summary` need of a row `c` of conversations."""

MESSAGE_COLUMNS = """
    m.id, m.conversation, m.parent, m.role, m.text, m.state, m.created, m.version,
    (SELECT count(*) FROM messages s
     WHERE s.conversation = m.conversation AND s.parent IS m.parent AND s.role = m.role
    ) AS versions,
    m.model, m.sampling, m.stop_reason, m.usage, m.timings, m.error, m.sent, m.citations,
    m.attached, m.rating, m.note, m.marks, m.prompt, m.placing, m.summary, m.outgrown,
    m.reasoning, m.adapters, m.edited, m.writer
"""
"""What `message` needs of a row `m` of messages, in its order."""

Stored = TypeVar("Stored", bound=Value)

_ADAPTERS: TypeAdapter[tuple[AdapterUse, ...]] = TypeAdapter(
    tuple[AdapterUse, ...], config=BUILT_WHEN_USED
)
_CITATIONS: TypeAdapter[tuple[Citation, ...]] = TypeAdapter(
    tuple[Citation, ...], config=BUILT_WHEN_USED
)
_EXAMPLES: TypeAdapter[tuple[ChatMessage, ...]] = TypeAdapter(
    tuple[ChatMessage, ...], config=BUILT_WHEN_USED
)
_MARKS: TypeAdapter[tuple[Mark, ...]] = TypeAdapter(tuple[Mark, ...], config=BUILT_WHEN_USED)
_NAMES: TypeAdapter[tuple[str, ...]] = TypeAdapter(tuple[str, ...], config=BUILT_WHEN_USED)


def microseconds(time: datetime) -> int:
    """Microseconds since 1970 of a time, exact."""
    return (time - EPOCH) // MICROSECOND


def from_microseconds(time: int) -> datetime:
    """Time of so many microseconds since 1970, in UTC."""
    return EPOCH + timedelta(microseconds=time)


def json(value: Value | None) -> str | None:
    """JSON of a value; None for None."""
    return None if value is None else value.model_dump_json()


def conversation(row: sqlite3.Row) -> Conversation:
    """Conversation from a row of `CONVERSATION_COLUMNS`."""
    deleted = row["deleted"]
    return Conversation(
        id=row["id"],
        title=row["title"],
        titled=row["titled"],
        created=from_microseconds(row["created"]),
        updated=from_microseconds(row["updated"]),
        system_prompt=row["system_prompt"],
        prompt_name=row["prompt_name"],
        model=row["model"],
        adapters=conversation_adapters(row["adapters"]),
        collections=None if row["collections"] is None else names(row["collections"]),
        examples=_examples(row["examples"]),
        sampling=parsed(SamplingChanges, row["sampling"]) or SamplingChanges(),
        overflow=row["overflow"] or "leave_out",
        draft=row["draft"],
        deleted=None if deleted is None else from_microseconds(deleted),
        forked_from=row["forked_from"],
        forked_at=row["forked_at"],
        **_order(row),
    )


def summary(row: sqlite3.Row) -> ConversationSummary:
    """Line of the list from a row of `CONVERSATION_COLUMNS`."""
    return ConversationSummary(
        id=row["id"],
        title=row["title"],
        created=from_microseconds(row["created"]),
        updated=from_microseconds(row["updated"]),
        messages=row["messages"],
        model=row["model"],
        adapters=conversation_adapters(row["adapters"]),
        **_order(row),
    )


def _order(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "pinned": row["pinned"] is not None,
        "archived": row["archived"] is not None,
        "folder": row["folder"] or "",
        "tags": names(row["tags"]),
        "temporary": row["id"].startswith(TEMPORARY),
    }


def message(row: sqlite3.Row, *, text: str | None = None, dead: bool = False) -> Message:
    """Message from a row of `MESSAGE_COLUMNS`.

    The row is taken apart by position: access by name costs as much as all the rest.

    Args:
        text: instead of the stored text.
        dead: it is streaming, but whoever wrote it is gone.

    Raises:
        StorageError: the row says what no message can.
    """
    id, conversation, parent, role, stored, state, created, version, versions, *rest = row
    model, sampling, stop_reason, usage, timings, error, sent, citations, attached, *more = rest
    rating, note, marks, prompt, placing, summary, outgrown, reasoning, run_with, edited, _ = more
    try:
        return Message(
            id=id,
            conversation_id=conversation,
            parent_id=parent,
            role=role,
            text=stored if text is None else text,
            state="partial" if dead else state,
            created=from_microseconds(created),
            version=version,
            versions=versions,
            model=model,
            sampling=parsed(Sampling, sampling),
            stop_reason=stop_reason,
            usage=parsed(Usage, usage),
            timings=parsed(Timings, timings),
            error=error,
            sent=sent,
            citations=_parsed_all(citations),
            attached=names(attached) if attached else (),
            rating=rating,
            note=note or "",
            marks=stored_marks(marks),
            prompt=parsed(QuestionPrompt, prompt),
            placing=placing,
            summary=parsed(Summary, summary),
            outgrown=outgrown,
            reasoning=reasoning or "",
            edited=bool(edited),
            adapters=adapters(run_with) if run_with else (),
        )
    except ValidationError as failure:
        raise StorageError(f"Message {id} is damaged: {failure.errors()[0]['msg']}.") from failure


def parsed(kind: type[Stored], text: str | None) -> Stored | None:
    """Value from its JSON; None also for what cannot be read, which must not cost a message."""
    if text is None:
        return None
    try:
        return kind.model_validate_json(text)
    except ValidationError:
        return None


def json_list(values: Sequence[Value]) -> str | None:
    """JSON list of values; None for an empty one."""
    return f"[{','.join(value.model_dump_json() for value in values)}]" if values else None


def json_names(values: Sequence[str]) -> str | None:
    """JSON list of names; None for none."""
    return _NAMES.dump_json(tuple(values)).decode() if values else None


def names(text: str) -> tuple[str, ...]:
    try:
        return _NAMES.validate_json(text)
    except ValidationError:
        return ()


def json_adapters(uses: Sequence[AdapterUse]) -> str | None:
    """JSON list of adapters; None for none."""
    return json_list([use.model_copy(update={"name": storable(use.name)}) for use in uses])


def conversation_adapters(text: str | None) -> tuple[AdapterUse, ...] | None:
    return None if text is None else adapters(text)


def adapters(text: str) -> tuple[AdapterUse, ...]:
    try:
        return _ADAPTERS.validate_json(text)
    except ValidationError:
        return ()


def stored_marks(text: str | None) -> tuple[Mark, ...]:
    try:
        return _MARKS.validate_json(text) if text else ()
    except ValidationError:
        return ()


def _examples(text: str | None) -> tuple[ChatMessage, ...]:
    try:
        return _EXAMPLES.validate_json(text) if text else ()
    except ValidationError:
        return ()


def _parsed_all(text: str | None) -> tuple[Citation, ...]:
    try:
        return _CITATIONS.validate_json(text) if text else ()
    except ValidationError:
        return ()


LAST_CHARACTER = "\U0010ffff"
"""After every text that begins alike."""


def storable(text: str) -> str:
    """`text` as SQLite can hold it.

    UTF-8 has no surrogates: two that make a pair become the character they stand for, a lone one
    becomes U+FFFD. Everything else, NUL included, stays as it is.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def storable_or_none(text: str | None) -> str | None:
    return None if text is None else storable(text)


def comparable(text: str) -> str:
    """`text` without case and accents, for titles that are filtered as one types."""
    decomposed = unicodedata.normalize("NFKD", storable(text).casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
