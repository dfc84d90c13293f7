"""Word indexes (FTS5) over messages, titles and system prompts, on an open transaction.

Triggers would keep them by themselves, but under `trusted_schema = OFF` the SQLite of current
systems (3.40) lets no trigger write into a virtual table. So whatever changes a text calls this;
FTS5's integrity check shows when something did not.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

MESSAGES = "message_words"
CONVERSATIONS = "conversation_words"

_SOURCES = {
    MESSAGES: ("message_texts", "text, marks"),
    CONVERSATIONS: ("conversation_texts", "title, prompt"),
}


def add(connection: sqlite3.Connection, index: str, number: int) -> None:
    """Add a row as it is now to an index."""
    source, columns = _SOURCES[index]
    connection.execute(
        f"""
        INSERT INTO {index} (rowid, {columns})
        SELECT number, {columns} FROM {source} WHERE number = ?
        """,
        (number,),
    )


def remove(connection: sqlite3.Connection, index: str, number: int) -> None:
    """Remove a row from an index; it has to be as it was when it was added."""
    source, columns = _SOURCES[index]
    connection.execute(
        f"""
        INSERT INTO {index} ({index}, rowid, {columns})
        SELECT 'delete', number, {columns} FROM {source} WHERE number = ?
        """,
        (number,),
    )


@contextmanager
def rewriting(connection: sqlite3.Connection, index: str, number: int) -> Iterator[None]:
    """Around a change of a row's texts: removed from the index before, added after."""
    remove(connection, index, number)
    yield
    add(connection, index, number)


def merge(connection: sqlite3.Connection, index: str, pages: int) -> bool:
    """Write about so many pages of an index anew, without what was removed from it.

    A removed word stays readable in the file until then. A negative number begins with the
    whole index, a positive one goes on.

    Returns:
        Whether there is more to do.
    """
    before = connection.total_changes
    connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', ?)", (pages,))
    return connection.total_changes - before >= 2


def is_sound(connection: sqlite3.Connection) -> bool:
    """Whether the indexes hold exactly the words of their texts. Reads all of both."""
    try:
        for index in _SOURCES:
            connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError:
        return False
    return True


def rebuild(connection: sqlite3.Connection) -> None:
    """Make both indexes anew from their texts."""
    for index in _SOURCES:
        connection.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
