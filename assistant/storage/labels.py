"""Tags and folders, on an open transaction. Two that differ in case or accents only are one."""

import sqlite3
from collections.abc import Iterable, Sequence

from assistant.storage.text import comparable, storable

_KEPT = "c.deleted IS NULL AND (c.messages > 0 OR c.draft <> '')"


def clean(name: str) -> str:
    """A tag or a folder on one line; folders within folders are separated by single `/`."""
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


def changed(tags: Sequence[str], add: Iterable[str], remove: Iterable[str]) -> list[str]:
    """Those that are left, and the new ones under the spelling that is known."""
    unwanted = {comparable(clean(name)) for name in remove}
    known = {comparable(tag): tag for tag in tags}
    for name in map(clean, add):
        if name:
            known.setdefault(comparable(name), name)
    return [tag for key, tag in known.items() if key not in unwanted]


def in_use(connection: sqlite3.Connection, what: str) -> list[sqlite3.Row]:
    """Folders or tags by name, with the number of conversations outside the trash."""
    if what == "folders":
        query = f"""
            SELECT min(c.folder) AS name, count(*) AS conversations FROM conversations c
            WHERE c.folder IS NOT NULL AND {_KEPT} GROUP BY c.folder_key ORDER BY c.folder_key
        """
    else:
        query = f"""
            SELECT min(t.tag) AS name, count(*) AS conversations
            FROM tags t JOIN conversations c ON c.id = t.conversation
            WHERE {_KEPT} GROUP BY t.key ORDER BY t.key
        """
    return connection.execute(query).fetchall()
