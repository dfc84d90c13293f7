"""The list of conversations, on an open transaction."""

import sqlite3
from datetime import datetime, timedelta

from assistant.core.errors import NotFoundError
from assistant.storage.rows import microseconds
from assistant.storage.text import comparable, storable

CANDIDATES = 5
"""How many ids to name when the start of an id fits several."""

_LAST = "\U0010ffff"

_LISTED = "deleted IS NULL AND (messages > 0 OR draft <> '')"
_TRASHED = "deleted IS NOT NULL AND (messages > 0 OR draft <> '')"


def find(connection: sqlite3.Connection, id: str) -> sqlite3.Row:
    """A conversation by its id or by the start of it.

    Raises:
        NotFoundError: there is none, or several begin like that; names those.
    """
    id = storable(id)
    query = "SELECT * FROM conversations WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"
    rows: list[sqlite3.Row] = []
    if id:
        rows = connection.execute(query, (id, id + _LAST, CANDIDATES + 1)).fetchall()
    if not rows:
        raise unknown(id)
    if len(rows) > 1 and rows[0]["id"] != id:
        names = [f"{row['id']} ({row['title'] or 'untitled'})" for row in rows[:CANDIDATES]]
        more = ", …" if len(rows) > CANDIDATES else ""
        raise NotFoundError(
            f"Several conversations begin with {id}: {', '.join(names)}{more}.",
            "Give more of the id.",
        )
    return rows[0]


def update(connection: sqlite3.Connection, id: str, **columns: str | int | None) -> None:
    """Set columns of one conversation; the id may be the start of one."""
    number = find(connection, id)["number"]
    assignments = ", ".join(f"{column} = :{column}" for column in columns)
    connection.execute(
        f"UPDATE conversations SET {assignments} WHERE number = :number",
        {**columns, "number": number},
    )


def listed(
    connection: sqlite3.Connection, *, deleted: bool, limit: int | None, title_contains: str
) -> list[sqlite3.Row]:
    """Newest first; those without a message and without a draft are left out."""
    query = f"SELECT * FROM conversations WHERE {_TRASHED if deleted else _LISTED}"
    key = comparable(title_contains)
    if key:
        query += " AND instr(title_key, :key)"
    query += " ORDER BY updated DESC, number DESC LIMIT :limit"
    values = {"key": key, "limit": -1 if limit is None else max(limit, 0)}
    return connection.execute(query, values).fetchall()


def unsent(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    """Conversations with a draft and no message, the newest first."""
    query = """
        SELECT * FROM conversations WHERE messages = 0 AND draft <> '' AND deleted IS NULL
        ORDER BY updated DESC, number DESC LIMIT 100
    """
    return connection.execute(query).fetchall()


def expired(
    connection: sqlite3.Connection, now: datetime, trash: timedelta, empty: timedelta
) -> list[str]:
    """Ids of what was in the trash for longer than `trash`, or stayed empty for `empty`."""
    query = """
        SELECT id FROM conversations WHERE deleted IS NOT NULL AND deleted < ?
        UNION
        SELECT id FROM conversations WHERE messages = 0 AND draft = '' AND updated < ?
    """
    values = (microseconds(now - trash), microseconds(now - empty))
    return [id for (id,) in connection.execute(query, values)]


def remove(connection: sqlite3.Connection, id: str) -> None:
    """Delete a conversation whose messages are gone."""
    connection.execute("DELETE FROM conversations WHERE id = ?", (id,))


def unknown(id: str) -> NotFoundError:
    return NotFoundError(
        f"There is no conversation {id}.", "`assistant chats list` shows those there are."
    )
