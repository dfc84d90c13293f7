"""Undo history: what was before each change, so that it can be again; on an open transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assistant.core.errors import NotFoundError
from assistant.storage.tables import conversations as conversation_table
from assistant.storage.tables import marks as mark_table
from assistant.storage.tables import messages as message_table
from assistant.storage.tables import trash as trash_table
from assistant.storage.tables.rows import adapters, from_microseconds

if TYPE_CHECKING:
    from assistant.core.values.changes import Change, ChangeKind

Before = Mapping[str, Any]

_DESCRIPTION_CHARS = 60
"""Characters of what was before that a change tells."""


def record(
    connection: sqlite3.Connection,
    now: int,
    kind: ChangeKind,
    conversation: str,
    before: Before,
    message: str | None = None,
) -> None:
    """Record what is about to change.

    Args:
        before: for `rating`, `turn` and `summary` columns of the message; for `tags` the list of
            them; for `messages` whether they were removed; else columns of the conversation, and
            under `marks` what `course.add` returned.
    """
    connection.execute(
        """
        INSERT INTO undo (changed, kind, conversation, message, before) VALUES (?, ?, ?, ?, ?)
        """,
        (now, kind, conversation, message, json.dumps(before)),
    )


def listed(
    connection: sqlite3.Connection, conversation: str | None, limit: int
) -> list[sqlite3.Row]:
    """Rows of the changes that can be undone, newest first."""
    where = "WHERE u.conversation = :id" if conversation is not None else ""
    return connection.execute(
        f"""
        SELECT u.*, c.title FROM undo u JOIN conversations c ON c.id = u.conversation
        {where} ORDER BY u.number DESC LIMIT :limit
        """,
        {"id": conversation, "limit": limit},
    ).fetchall()


def find(connection: sqlite3.Connection, number: int) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute(
        """
        SELECT u.*, c.title FROM undo u JOIN conversations c ON c.id = u.conversation
        WHERE u.number = ?
        """,
        (number,),
    ).fetchone()
    if row is None:
        raise NotFoundError(f"There is no change {number} that could be undone.")
    return row


def revert(
    connection: sqlite3.Connection,
    row: sqlite3.Row,
    now: int,
    is_live: Callable[[sqlite3.Row], bool],
) -> None:
    """Revert a change, and delete its record.

    Raises:
        NotFoundError: what was changed is in the trash.
        StorageError: it is being written.
    """
    before, conversation, message = json.loads(row["before"]), row["conversation"], row["message"]
    match row["kind"]:
        case "tags":
            conversation_table.set_tags(connection, conversation, before["tags"])
        case "rating" | "turn" | "summary":
            message_table.message(connection, message)
            message_table.update(connection, message, before)
        case "messages" if before["removed"]:
            trash_table.remove(connection, message, now, is_live)
        case "messages":
            trash_table.restore(connection, message)
        case _:
            marked = before.pop("marks", None)
            conversation_table.update(connection, conversation, **before)
            if marked is not None:
                mark_table.remove(connection, marked)
    connection.execute("DELETE FROM undo WHERE number = ?", (row["number"],))


def has_older_than(connection: sqlite3.Connection, time: int) -> bool:
    """Whether any change was recorded before that time; the oldest has the smallest number."""
    first = connection.execute("SELECT changed FROM undo ORDER BY number LIMIT 1").fetchone()
    return first is not None and bool(first[0] < time)


def forget(connection: sqlite3.Connection, before: int) -> None:
    """Delete for good what was recorded before that time."""
    connection.execute("DELETE FROM undo WHERE changed < ?", (before,))


def forget_branch(connection: sqlite3.Connection, branch: str) -> None:
    """Delete for good what was recorded of the messages of a removed branch."""
    connection.execute(
        "DELETE FROM undo WHERE message IN (SELECT id FROM removed WHERE branch = ?)", (branch,)
    )


def change(row: sqlite3.Row) -> Change:
    """Change from its row."""
    # Lists only.
    from assistant.core.values.changes import Change  # noqa: PLC0415

    return Change(
        number=row["number"],
        kind=row["kind"],
        conversation_id=row["conversation"],
        title=row["title"],
        message_id=row["message"],
        before=_describe(row["kind"], json.loads(row["before"])),
        at=from_microseconds(row["changed"]),
    )


def _describe(kind: str, before: Before) -> str:
    from assistant.core.values import changes  # noqa: PLC0415 -- see change

    match kind:
        case "tags":
            return _short(", ".join(before["tags"]))
        case "title" | "folder" | "model" | "overflow" | "rating":
            return _short(before[kind] or "")
        case "system prompt":
            return _short(before["system_prompt"])
        case "turn":
            return before["placing"] or ""
        case "summary":
            return _short(json.loads(before["summary"] or "{}").get("text", ""))
        case "pin" | "archive":
            (was,) = before.values()
            return "no" if was is None else "yes"
        case "trash":
            return "kept" if before["deleted"] is None else "in the trash"
        case "messages":
            return "in the trash" if before["removed"] else "kept"
        case "adapters":
            uses = before["adapters"]
            return "default" if uses is None else _short(changes.describe_adapters(adapters(uses)))
        case "collections":
            names: Sequence[str] | None = json.loads(before["collections"] or "null")
            return "all" if names is None else _short(", ".join(names) or "none")
    return _short(str(before.get(kind) or ""))


def _short(text: str) -> str:
    line = " ".join(text[: 4 * _DESCRIPTION_CHARS].split())
    return line if len(line) <= _DESCRIPTION_CHARS else line[: _DESCRIPTION_CHARS - 1] + "…"
