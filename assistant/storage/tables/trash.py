"""Trash of messages: each with its branch below, on an open transaction."""

import json
import sqlite3
from collections.abc import Callable, Sequence

from assistant.core.errors import NotFoundError, StorageError
from assistant.storage.tables import messages as message_table
from assistant.storage.tables import section_summaries, word_index

EXCERPT_CHARS = 120
"""Characters of a message that tell what it was."""

_BELOW = """
    WITH RECURSIVE below (number, id) AS (
        SELECT number, id FROM messages WHERE id = ?
        UNION ALL
        SELECT m.number, m.id FROM below JOIN messages m
        ON m.conversation = ? AND m.parent = below.id
    )
    SELECT m.* FROM below JOIN messages m ON m.number = below.number ORDER BY m.number
"""


def below(connection: sqlite3.Connection, id: str) -> list[sqlite3.Row]:
    """Rows of a message and of everything below it, parents before children."""
    conversation = message_table.message(connection, id)["conversation"]
    return connection.execute(_BELOW, (id, conversation)).fetchall()


def remove(
    connection: sqlite3.Connection, id: str, now: int, is_live: Callable[[sqlite3.Row], bool]
) -> str:
    """Move a message and everything below it to the trash.

    Returns:
        Id of its conversation.

    Raises:
        StorageError: one of them is being written.
    """
    rows = below(connection, id)
    first = rows[0]
    if any(map(is_live, rows)):
        raise StorageError(
            "An answer below this message is being written right now.",
            "Stop it first, in the window that writes it.",
        )
    if any(row["state"] == "streaming" for row in rows):
        for row in rows:
            message_table.fold_journal(connection, row["id"])
        rows = below(connection, first["id"])
    above = (first["conversation"], first["parent"])
    was_chosen = message_table.active_below(connection, *above) == first["id"]
    for row in reversed(rows):
        stored = dict(row)
        stored["retrieval"] = message_table.retrieval(connection, row["id"])
        if row["id"] == first["id"]:
            stored["chosen"] = was_chosen
        word_index.remove(connection, word_index.MESSAGES, row["number"])
        connection.execute("DELETE FROM retrievals WHERE message = ?", (row["id"],))
        connection.execute("DELETE FROM messages WHERE number = ?", (row["number"],))
        connection.execute(
            """
            INSERT INTO removed (number, id, conversation, branch, removed, message)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            (row["number"], row["id"], row["conversation"], first["id"], now, json.dumps(stored)),
        )
    _count(connection, first["conversation"], -len(rows))
    siblings = _number_versions(connection, first)
    if was_chosen:
        message_table.set_active(connection, *above, _successor(first, siblings))
    return str(first["conversation"])


def restore(connection: sqlite3.Connection, id: str) -> str:
    """Restore a message, and what was removed together with it, from the trash.

    Returns:
        Id of its conversation.

    Raises:
        NotFoundError: it is not in the trash, or what is above it is there as well.
    """
    query = "SELECT message FROM removed WHERE branch = ? ORDER BY number"
    stored = [json.loads(text) for (text,) in connection.execute(query, (id,))]
    if not stored:
        raise NotFoundError(
            f"There is no message {id} in the trash.", "`assistant chats trash` lists what is."
        )
    first = stored[0]
    was_chosen = first["chosen"]
    _check_parent(connection, first)
    for row in stored:
        _insert(connection, row)
    connection.execute("DELETE FROM removed WHERE branch = ?", (id,))
    _count(connection, first["conversation"], len(stored))
    siblings = _number_versions(connection, first)
    if was_chosen or len(siblings) == 1:
        # The branch in use may be another one by now, as it may have been before.
        message_table.set_active(connection, first["conversation"], first["parent"], id)
    return str(first["conversation"])


def is_removed(connection: sqlite3.Connection, id: str) -> bool:
    query = "SELECT 1 FROM removed WHERE id = ?"
    return connection.execute(query, (id,)).fetchone() is not None


def owner(connection: sqlite3.Connection, id: str) -> str | None:
    """Id of a message's conversation, in the trash or not; None when there is no such message."""
    query = """
        SELECT conversation FROM messages WHERE id = :id
        UNION SELECT conversation FROM removed WHERE id = :id
    """
    row = connection.execute(query, {"id": id}).fetchone()
    return None if row is None else str(row[0])


def listed(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    """What is in the trash, newest first: branch, conversation, title, time, count, message."""
    return connection.execute(
        """
        SELECT r.branch, r.conversation, c.title, r.removed, r.message,
               (SELECT count(*) FROM removed b WHERE b.branch = r.branch) AS messages
        FROM removed r JOIN conversations c ON c.id = r.conversation
        WHERE r.id = r.branch ORDER BY r.removed DESC, r.number DESC
        """
    ).fetchall()


def excerpt(message: str) -> str:
    """First characters of a removed message."""
    text: str = json.loads(message)["text"]
    return text[:EXCERPT_CHARS]


def expired(connection: sqlite3.Connection, before: int) -> list[str]:
    """Ids of branches that were removed before that time."""
    query = "SELECT DISTINCT branch FROM removed WHERE removed < ?"
    return [branch for (branch,) in connection.execute(query, (before,))]


def forget(connection: sqlite3.Connection, branch: str) -> None:
    """Delete a removed branch for good."""
    query = "SELECT conversation FROM removed WHERE id = ?"
    for (conversation,) in connection.execute(query, (branch,)).fetchall():
        # What was read for its answers says what they said.
        section_summaries.remove(connection, conversation)
    connection.execute("DELETE FROM removed WHERE branch = ?", (branch,))


def _check_parent(connection: sqlite3.Connection, row: dict[str, str]) -> None:
    parent = row["parent"]
    if parent is None or message_table.exists(connection, parent):
        return
    above = connection.execute("SELECT branch FROM removed WHERE id = ?", (parent,)).fetchone()
    if above is None:
        raise StorageError(f"What message {row['id']} belonged to was deleted for good.")
    raise NotFoundError(
        f"What message {row['id']} belongs to is in the trash as well.",
        f"Restore {above[0]} first.",
    )


def _insert(connection: sqlite3.Connection, stored: dict[str, str | int | None]) -> None:
    retrieval = stored.pop("retrieval")
    stored.pop("chosen", None)
    columns = ", ".join(stored)
    places = ", ".join(f":{column}" for column in stored)
    cursor = connection.execute(f"INSERT INTO messages ({columns}) VALUES ({places})", stored)
    word_index.add(connection, word_index.MESSAGES, int(cursor.lastrowid or 0))
    if retrieval is not None:
        message_table.set_retrieval(connection, str(stored["id"]), str(retrieval))


def _successor(gone: sqlite3.Row, siblings: Sequence[sqlite3.Row]) -> str | None:
    """The version before it, or the one after it, or whatever else follows its parent."""
    if not siblings:
        return None
    alike = [row for row in siblings if row["role"] == gone["role"]] or list(siblings)
    before = [row for row in alike if row["number"] < gone["number"]]
    return str((before[-1] if before else alike[0])["id"])


def _number_versions(
    connection: sqlite3.Connection, row: sqlite3.Row | dict[str, str]
) -> list[sqlite3.Row]:
    """Count the versions beside a message anew; all messages with its parent, oldest first."""
    query = """
        SELECT number, id, role, version FROM messages
        WHERE conversation = ? AND parent IS ? ORDER BY number
    """
    siblings = connection.execute(query, (row["conversation"], row["parent"])).fetchall()
    alike = [sibling for sibling in siblings if sibling["role"] == row["role"]]
    for version, sibling in enumerate(alike, 1):
        if sibling["version"] != version:
            query = "UPDATE messages SET version = ? WHERE number = ?"
            connection.execute(query, (version, sibling["number"]))
    return siblings


def _count(connection: sqlite3.Connection, conversation: str, more: int) -> None:
    query = "UPDATE conversations SET messages = messages + ? WHERE id = ?"
    connection.execute(query, (more, conversation))
