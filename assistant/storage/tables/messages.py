"""Message tree: branches, versions and the journal, on an open transaction."""

import sqlite3
from collections.abc import Iterable, Mapping

from assistant.core.errors import NotFoundError
from assistant.storage.tables import rows, word_index
from assistant.storage.tables.rows import LAST_CHARACTER

_COLUMNS = rows.MESSAGE_COLUMNS

_BRANCH = f"""
    WITH RECURSIVE chosen (number, next, depth) AS (
        SELECT m.number, m.active_child, 0
        FROM conversations c JOIN messages m ON m.id = c.active_root WHERE c.id = ?
        UNION ALL
        SELECT m.number, m.active_child, depth + 1
        FROM chosen JOIN messages m ON m.id = chosen.next
    )
    SELECT {_COLUMNS} FROM chosen CROSS JOIN messages m ON m.number = chosen.number ORDER BY depth
"""

_TIP = """
    WITH RECURSIVE chosen (id, next) AS (
        SELECT m.id, m.active_child
        FROM conversations c JOIN messages m ON m.id = c.active_root WHERE c.id = ?
        UNION ALL
        SELECT m.id, m.active_child FROM chosen JOIN messages m ON m.id = chosen.next
    )
    SELECT id FROM chosen WHERE next IS NULL
"""

_ANCESTRY = """
    WITH RECURSIVE up (number, id, parent, height) AS (
        SELECT number, id, parent, 0 FROM messages WHERE id = ?
        UNION ALL
        SELECT m.number, m.id, m.parent, height + 1 FROM up JOIN messages m ON m.id = up.parent
    )
"""

_PATH = f"""
    {_ANCESTRY}
    SELECT {_COLUMNS} FROM up CROSS JOIN messages m ON m.number = up.number ORDER BY height DESC
"""

_OFF_BRANCH = f"""
    {_ANCESTRY}
    SELECT up.id, up.parent FROM up LEFT JOIN messages m ON m.id = up.parent
    WHERE m.active_child IS NOT up.id
"""


_NEXT = """
    1 + max((SELECT coalesce(max(number), 0) FROM messages),
            (SELECT coalesce(max(number), 0) FROM removed))
"""
"""A number that no message has, nor one in the trash, which keeps its own."""


def branch(connection: sqlite3.Connection, conversation: str) -> list[sqlite3.Row]:
    """Rows of the active branch, from its first message to its last."""
    return connection.execute(_BRANCH, (conversation,)).fetchall()


def tip(connection: sqlite3.Connection, conversation: str) -> str | None:
    """Id of the last message of the active branch; None when there is no message."""
    row = connection.execute(_TIP, (conversation,)).fetchone()
    return None if row is None else str(row[0])


def path(connection: sqlite3.Connection, message: str) -> list[sqlite3.Row]:
    """Rows from the first message down to this one."""
    found = connection.execute(_PATH, (message,)).fetchall()
    if not found:
        raise unknown(message)
    return found


def message(connection: sqlite3.Connection, id: str) -> sqlite3.Row:
    """Row of a message. Raises NotFoundError."""
    query = f"SELECT {_COLUMNS} FROM messages m WHERE id = ?"
    row: sqlite3.Row | None = connection.execute(query, (id,)).fetchone()
    if row is None:
        raise unknown(id)
    return row


def find(connection: sqlite3.Connection, id: str) -> sqlite3.Row:
    """Row of a message by its id or by the start of it.

    Raises:
        NotFoundError: there is none, or several begin like that.
    """
    query = "SELECT id FROM messages WHERE id >= ? AND id < ? ORDER BY id LIMIT 2"
    found = connection.execute(query, (id, id + LAST_CHARACTER)).fetchall() if id else []
    if not found:
        raise unknown(id)
    if len(found) > 1 and found[0]["id"] != id:
        raise NotFoundError(f"Several messages begin with {id}.", "Give more of the id.")
    return message(connection, found[0]["id"])


def exists(connection: sqlite3.Connection, id: str) -> bool:
    query = "SELECT 1 FROM messages WHERE id = ?"
    return connection.execute(query, (id,)).fetchone() is not None


def all_messages(connection: sqlite3.Connection, conversation: str) -> list[sqlite3.Row]:
    """Rows of all messages of a conversation as they were stored: parents before children."""
    query = f"SELECT {_COLUMNS} FROM messages m WHERE m.conversation = ? ORDER BY m.number"
    return connection.execute(query, (conversation,)).fetchall()


def active_ids(connection: sqlite3.Connection, conversation: str) -> set[str]:
    """Ids of the active messages: of those with one parent, the one last used."""
    query = """
        SELECT active_child FROM messages WHERE conversation = :id AND active_child IS NOT NULL
        UNION SELECT active_root FROM conversations WHERE id = :id AND active_root IS NOT NULL
    """
    return {id for (id,) in connection.execute(query, {"id": conversation})}


def active_below(
    connection: sqlite3.Connection, conversation: str, parent: str | None
) -> str | None:
    """Id of the active message among those with this parent; None when there is none."""
    if parent is None:
        query, id = "SELECT active_root FROM conversations WHERE id = ?", conversation
    else:
        query, id = "SELECT active_child FROM messages WHERE id = ?", parent
    row = connection.execute(query, (id,)).fetchone()
    return None if row is None else row[0]


def set_active(
    connection: sqlite3.Connection, conversation: str, parent: str | None, id: str | None
) -> None:
    """Make a message the active one of those with this parent; the branch above stays."""
    if parent is None:
        query, where = "UPDATE conversations SET active_root = ? WHERE id = ?", conversation
    else:
        query, where = "UPDATE messages SET active_child = ? WHERE id = ?", parent
    connection.execute(query, (id, where))


def retrievals(connection: sqlite3.Connection, conversation: str) -> dict[str, str]:
    """JSON of what was searched for the messages of a conversation, by their ids."""
    query = """
        SELECT r.message, r.retrieval FROM retrievals r JOIN messages m ON m.id = r.message
        WHERE m.conversation = ?
    """
    return dict(connection.execute(query, (conversation,)).fetchall())


def versions(connection: sqlite3.Connection, id: str) -> list[sqlite3.Row]:
    """All messages with the same parent and role, oldest first."""
    this = message(connection, id)
    query = f"""
        SELECT {_COLUMNS} FROM messages m
        WHERE m.conversation = ? AND m.parent IS ? AND m.role = ? ORDER BY m.number
    """
    return connection.execute(
        query, (this["conversation"], this["parent"], this["role"])
    ).fetchall()


def insert(connection: sqlite3.Connection, values: Mapping[str, str | int | None]) -> None:
    """Add a message as the newest version among those with its parent and role.

    Raises:
        NotFoundError: its parent is not in its conversation.
    """
    parent = values["parent"]
    if parent is not None:
        query = "SELECT 1 FROM messages WHERE id = ? AND conversation = ?"
        if connection.execute(query, (parent, values["conversation"])).fetchone() is None:
            raise unknown(str(parent))
    columns = ", ".join(values)
    places = ", ".join(f":{column}" for column in values)
    cursor = connection.execute(
        f"""
        INSERT INTO messages (number, {columns}, version)
        SELECT {_NEXT}, {places}, 1 + count(*) FROM messages
        WHERE conversation = :conversation AND parent IS :parent AND role = :role
        """,
        values,
    )
    word_index.add(connection, word_index.MESSAGES, int(cursor.lastrowid or 0))


def update(connection: sqlite3.Connection, id: str, columns: Mapping[str, str | None]) -> None:
    """Set columns of one message; not its text, which the word index has to follow."""
    assignments = ", ".join(f"{column} = :{column}" for column in columns)
    connection.execute(f"UPDATE messages SET {assignments} WHERE id = :id", {**columns, "id": id})


def set_retrieval(connection: sqlite3.Connection, id: str, retrieval: str) -> None:
    query = "INSERT OR REPLACE INTO retrievals (message, retrieval) VALUES (?, ?)"
    connection.execute(query, (id, retrieval))


def retrieval(connection: sqlite3.Connection, id: str) -> str | None:
    query = "SELECT retrieval FROM retrievals WHERE message = ?"
    row = connection.execute(query, (id,)).fetchone()
    return None if row is None else str(row[0])


def activate(connection: sqlite3.Connection, id: str) -> None:
    """Make the branch through this message active; below it, the choices made before stay."""
    for child, parent in connection.execute(_OFF_BRANCH, (id,)).fetchall():
        if parent is not None:
            query = "UPDATE messages SET active_child = ? WHERE id = ?"
            connection.execute(query, (child, parent))
        else:
            connection.execute(
                """
                UPDATE conversations SET active_root = :root
                WHERE id = (SELECT conversation FROM messages WHERE id = :root)
                """,
                {"root": child},
            )


def streaming(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    """Rows with id and writer of every message that is not finished."""
    query = "SELECT id, writer FROM messages WHERE state = 'streaming'"
    return connection.execute(query).fetchall()


def journalled(connection: sqlite3.Connection, id: str) -> str:
    """Text that was journalled since the message was opened."""
    query = "SELECT text FROM journal WHERE message = ? ORDER BY number"
    return "".join(text for (text,) in connection.execute(query, (id,)))


def add_to_journal(connection: sqlite3.Connection, pieces: Iterable[tuple[str, str]]) -> None:
    """Add (message, text) pairs; those of a message that was purged meanwhile go nowhere."""
    connection.executemany(
        """
        INSERT INTO journal (message, text)
        SELECT id, ? FROM messages WHERE id = ?
        """,
        [(text, message) for message, text in pieces],
    )


def fold_journal(connection: sqlite3.Connection, id: str) -> None:
    """Append the journalled text of a message to its own, and empty its journal."""
    added = journalled(connection, id)
    if added:
        query = "SELECT number FROM messages WHERE id = ?"
        (number,) = connection.execute(query, (id,)).fetchone()
        with word_index.rewriting(connection, word_index.MESSAGES, number):
            query = "UPDATE messages SET text = text || ? WHERE number = ?"
            connection.execute(query, (added, number))
    connection.execute("DELETE FROM journal WHERE message = ?", (id,))


def remove(connection: sqlite3.Connection, conversation: str) -> None:
    """Delete all messages of a conversation for good."""
    messages = "SELECT number, id FROM messages WHERE conversation = ?"
    connection.execute("DELETE FROM removed WHERE conversation = ?", (conversation,))
    for number, id in connection.execute(messages, (conversation,)).fetchall():
        word_index.remove(connection, word_index.MESSAGES, number)
        for table in ("journal", "retrievals"):
            connection.execute(f"DELETE FROM {table} WHERE message = ?", (id,))
    connection.execute("DELETE FROM messages WHERE conversation = ?", (conversation,))


def unknown(message: str) -> NotFoundError:
    return NotFoundError(f"There is no message {message}.")
