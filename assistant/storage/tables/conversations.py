"""Conversation list with its tags and folders, on an open transaction.

Two tags or folders that differ in case or accents only are one.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.core.errors import NotFoundError
from assistant.storage.tables import word_index
from assistant.storage.tables.rows import (
    CONVERSATION_COLUMNS,
    LAST_CHARACTER,
    comparable,
    microseconds,
    storable,
)

MAX_CANDIDATES = 5
"""How many ids to name when the start of an id fits several."""

_HOLDS_SOMETHING = "(messages > 0 OR draft <> '')"

Values = dict[str, str | int | None]


@dataclass(frozen=True)
class ConversationFilter:
    """Filter for the list of conversations; see `ConversationStore.conversations`."""

    deleted: bool = False
    archived: bool | None = False
    pinned: bool | None = None
    folder: str | None = None
    tag: str | None = None
    title_contains: str = ""

    def conditions(self) -> tuple[list[str], Values]:
        """For a row `c` of conversations: all of these, and the values for their places."""
        conditions = [f"deleted IS {'NOT ' if self.deleted else ''}NULL", _HOLDS_SOMETHING]
        values: Values = {}
        for column, wanted in (("archived", self.archived), ("pinned", self.pinned)):
            if wanted is not None:
                conditions.append(f"{column} IS {'NOT ' if wanted else ''}NULL")
        if self.folder == "":
            conditions.append("folder IS NULL")
        elif self.folder is not None:
            conditions.append(in_folder("folder"))
            values |= folder_values("folder", self.folder)
        if self.tag is not None:
            conditions.append(has_tag("tag"))
            values["tag"] = comparable(self.tag)
        key = comparable(self.title_contains)
        if key:
            conditions.append("instr(title_key, :key)")
            values["key"] = key
        return conditions, values


def in_folder(place: str) -> str:
    """SQL condition that a row `c` is in a folder or in one below it."""
    return f"(c.folder_key = :{place} OR c.folder_key BETWEEN :{place}_first AND :{place}_last)"


def folder_values(place: str, folder: str) -> Values:
    key = comparable(folder)
    return {place: key, f"{place}_first": f"{key}/", f"{place}_last": f"{key}/{LAST_CHARACTER}"}


def has_tag(place: str) -> str:
    """SQL condition that a row `c` has a tag."""
    return f"EXISTS (SELECT 1 FROM tags t WHERE t.conversation = c.id AND t.key = :{place})"


def find(connection: sqlite3.Connection, id: str) -> sqlite3.Row:
    """Row of a conversation by its id or by the start of it.

    Raises:
        NotFoundError: there is none, or several begin like that; names those.
    """
    id = storable(id)
    query = f"""
        SELECT {CONVERSATION_COLUMNS} FROM conversations c
        WHERE id >= ? AND id < ? ORDER BY id LIMIT ?
    """
    rows: list[sqlite3.Row] = []
    if id:
        rows = connection.execute(query, (id, id + LAST_CHARACTER, MAX_CANDIDATES + 1)).fetchall()
    if not rows:
        raise unknown(id)
    if len(rows) > 1 and rows[0]["id"] != id:
        names = [f"{row['id']} ({row['title'] or 'untitled'})" for row in rows[:MAX_CANDIDATES]]
        if len(rows) > MAX_CANDIDATES:
            names.append("…")
        raise NotFoundError(
            f"Several conversations begin with {id}: {', '.join(names)}.",
            "Give more of the id.",
        )
    return rows[0]


def find_exact(connection: sqlite3.Connection, id: str) -> sqlite3.Row | None:
    """Row of a conversation by its whole id; None when there is none."""
    query = f"SELECT {CONVERSATION_COLUMNS} FROM conversations c WHERE id = ?"
    row: sqlite3.Row | None = connection.execute(query, (id,)).fetchone()
    return row


def insert(connection: sqlite3.Connection, values: Mapping[str, str | int | None]) -> None:
    columns = ", ".join(values)
    places = ", ".join(f":{column}" for column in values)
    cursor = connection.execute(f"INSERT INTO conversations ({columns}) VALUES ({places})", values)
    word_index.add(connection, word_index.CONVERSATIONS, int(cursor.lastrowid or 0))


def update(connection: sqlite3.Connection, id: str, **columns: str | int | None) -> None:
    """Set columns of one conversation; the id may be the start of one."""
    number = find(connection, id)["number"]
    assignments = ", ".join(f"{column} = :{column}" for column in columns)
    statement = f"UPDATE conversations SET {assignments} WHERE number = :number"
    values = {**columns, "number": number}
    if columns.keys() & {"title", "system_prompt"}:
        with word_index.rewriting(connection, word_index.CONVERSATIONS, number):
            connection.execute(statement, values)
    else:
        connection.execute(statement, values)


def listed(
    connection: sqlite3.Connection, wanted: ConversationFilter, limit: int | None
) -> list[sqlite3.Row]:
    """Rows of the list, newest first, without conversations that have neither message nor draft."""
    conditions, values = wanted.conditions()
    query = f"""
        SELECT {CONVERSATION_COLUMNS} FROM conversations c WHERE {" AND ".join(conditions)}
        ORDER BY updated DESC, number DESC LIMIT :limit
    """
    values["limit"] = -1 if limit is None else max(limit, 0)
    return connection.execute(query, values).fetchall()


def unsent(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    """Conversations with a draft and no message, the newest first."""
    query = f"""
        SELECT {CONVERSATION_COLUMNS} FROM conversations c
        WHERE messages = 0 AND draft <> '' AND deleted IS NULL
        ORDER BY updated DESC, number DESC LIMIT 100
    """
    return connection.execute(query).fetchall()


def expired(
    connection: sqlite3.Connection, now: datetime, trash: timedelta, empty: timedelta
) -> list[str]:
    """Ids of what was in the trash for longer than `trash`, or stayed empty for `empty`.

    One whose messages are all in the trash is not empty.
    """
    query = """
        SELECT id FROM conversations WHERE deleted IS NOT NULL AND deleted < ?
        UNION
        SELECT id FROM conversations c WHERE messages = 0 AND draft = '' AND updated < ?
        AND NOT EXISTS (SELECT 1 FROM removed r WHERE r.conversation = c.id)
    """
    values = (microseconds(now - trash), microseconds(now - empty))
    return [id for (id,) in connection.execute(query, values)]


def remove(connection: sqlite3.Connection, id: str) -> None:
    """Delete a conversation whose messages are gone, unless another window was faster."""
    query = "SELECT number FROM conversations WHERE id = ?"
    row = connection.execute(query, (id,)).fetchone()
    if row is None:
        return
    number = row["number"]
    word_index.remove(connection, word_index.CONVERSATIONS, number)
    for table in ("tags", "undo", "section_summaries"):
        connection.execute(f"DELETE FROM {table} WHERE conversation = ?", (id,))
    connection.execute(
        "UPDATE conversations SET forked_from = NULL, forked_at = NULL WHERE forked_from = ?", (id,)
    )
    connection.execute("DELETE FROM conversations WHERE number = ?", (number,))


def unknown(id: str) -> NotFoundError:
    return NotFoundError(
        f"There is no conversation {id}.", "`assistant chats list` shows all conversations."
    )


_IS_LISTED = "c.deleted IS NULL AND (c.messages > 0 OR c.draft <> '')"


def clean_label(name: str) -> str:
    """Tag or folder on one line; folders within folders are separated by single `/`."""
    parts = (" ".join(part.split()) for part in storable(name).replace("\0", " ").split("/"))
    return "/".join(part for part in parts if part)


def tags(connection: sqlite3.Connection, conversation: str) -> list[str]:
    query = "SELECT tag FROM tags WHERE conversation = ? ORDER BY key"
    return [tag for (tag,) in connection.execute(query, (conversation,))]


def set_tags(connection: sqlite3.Connection, conversation: str, names: Iterable[str]) -> None:
    connection.execute("DELETE FROM tags WHERE conversation = ?", (conversation,))
    connection.executemany(
        "INSERT OR IGNORE INTO tags (conversation, key, tag) VALUES (?, ?, ?)",
        [(conversation, comparable(name), name) for name in names],
    )


def merge_tags(tags: Sequence[str], add: Iterable[str], remove: Iterable[str]) -> list[str]:
    """Tags after adding and removing some; known ones keep their spelling."""
    unwanted = {comparable(clean_label(name)) for name in remove}
    known = {comparable(tag): tag for tag in tags}
    for name in map(clean_label, add):
        if name:
            known.setdefault(comparable(name), name)
    return [tag for key, tag in known.items() if key not in unwanted]


def labels_in_use(connection: sqlite3.Connection, what: str) -> list[sqlite3.Row]:
    """Folders or tags by name, with the number of conversations outside the trash."""
    if what == "folders":
        query = f"""
            SELECT min(c.folder) AS name, count(*) AS conversations FROM conversations c
            WHERE c.folder IS NOT NULL AND {_IS_LISTED} GROUP BY c.folder_key ORDER BY c.folder_key
        """
    else:
        query = f"""
            SELECT min(t.tag) AS name, count(*) AS conversations
            FROM tags t JOIN conversations c ON c.id = t.conversation
            WHERE {_IS_LISTED} GROUP BY t.key ORDER BY t.key
        """
    return connection.execute(query).fetchall()
