"""The word index over messages, on an open transaction.

Triggers would keep it by themselves, but under `trusted_schema = OFF` the SQLite of current
systems (3.40) lets no trigger write into a virtual table. So whatever changes `messages.text`
calls this; FTS5's integrity check tells when something did not.
"""

import sqlite3


def add(connection: sqlite3.Connection, number: int, text: str) -> None:
    connection.execute("INSERT INTO message_words (rowid, text) VALUES (?, ?)", (number, text))


def remove(connection: sqlite3.Connection, number: int, text: str) -> None:
    """Take out a message; `text` has to be what it was added with."""
    connection.execute(
        """
        INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', ?, ?)
        """,
        (number, text),
    )


def merge(connection: sqlite3.Connection, pages: int) -> bool:
    """Write about so many pages of the index anew, without what was removed from it.

    A removed word stays readable in the file until then. A negative number begins with the
    whole index, a positive one goes on.

    Returns:
        Whether there is more to do.
    """
    before = connection.total_changes
    connection.execute(
        "INSERT INTO message_words (message_words, rank) VALUES ('merge', ?)", (pages,)
    )
    return connection.total_changes - before >= 2


def is_sound(connection: sqlite3.Connection) -> bool:
    """Whether the index holds exactly the words of the messages. Reads all of both."""
    try:
        connection.execute(
            "INSERT INTO message_words (message_words, rank) VALUES ('integrity-check', 1)"
        )
    except sqlite3.DatabaseError:
        return False
    return True


def rebuild(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO message_words (message_words) VALUES ('rebuild')")
