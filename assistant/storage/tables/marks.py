"""Change marks, kept with the message after which they were made; on an open transaction."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from assistant.core.values.conversation import Mark, QuestionPrompt
from assistant.storage.tables import messages as message_table
from assistant.storage.tables import rows
from assistant.storage.tables.rows import storable


def add(
    connection: sqlite3.Connection, conversation: str, added: Sequence[Mark]
) -> dict[str, Any] | None:
    """Put marks after the last message of the active branch.

    Returns:
        What `remove` takes; None when there was nothing to put, or no message to put it after.
    """
    tip = message_table.tip(connection, conversation) if added else None
    if tip is None:
        return None
    there = rows.stored_marks(_column(connection, tip))
    _set(connection, tip, (*there, *added))
    return {"message": tip, "ids": [mark.id for mark in added]}


def remove(connection: sqlite3.Connection, added: dict[str, Any]) -> None:
    """Take marks away again, also from a message in the trash."""
    # Undo only.
    from assistant.core.values import changes  # noqa: PLC0415

    message, ids = added["message"], added["ids"]
    if message_table.exists(connection, message):
        there = rows.stored_marks(_column(connection, message))
        _set(connection, message, changes.without_marks(there, ids))
        return
    query = "SELECT message FROM removed WHERE id = ?"
    found = connection.execute(query, (message,)).fetchone()
    if found is not None:
        stored = json.loads(found[0])
        kept = changes.without_marks(rows.stored_marks(stored.get("marks")), ids)
        stored["marks"] = rows.json_list(kept)
        query = "UPDATE removed SET message = ? WHERE id = ?"
        connection.execute(query, (json.dumps(stored), message))


def stored(added: Sequence[Mark]) -> str | None:
    """JSON of marks, as a message keeps them."""
    texts = ("id", "before", "after")
    return rows.json_list(
        [
            mark.model_copy(update={text: storable(getattr(mark, text)) for text in texts})
            for mark in added
        ]
    )


def stored_prompt(prompt: QuestionPrompt | None) -> str | None:
    """JSON of a question's prompt, as its message keeps it."""
    if prompt is None:
        return None
    examples = tuple(
        example.model_copy(update={"content": storable(example.content)})
        for example in prompt.examples
    )
    texts = {"name": storable(prompt.name), "text": storable(prompt.text), "examples": examples}
    return rows.json(prompt.model_copy(update=texts))


def _column(connection: sqlite3.Connection, message: str) -> str | None:
    query = "SELECT marks FROM messages WHERE id = ?"
    found: str | None = connection.execute(query, (message,)).fetchone()[0]
    return found


def _set(connection: sqlite3.Connection, message: str, kept: Sequence[Mark]) -> None:
    message_table.update(connection, message, {"marks": stored(kept)})
