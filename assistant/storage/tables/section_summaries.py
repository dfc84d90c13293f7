"""Summaries of sections of documents, kept with the conversations in which they were read."""

import sqlite3


def find(connection: sqlite3.Connection, key: str) -> str | None:
    """The summary of a section, whichever conversation it was read in."""
    query = "SELECT summary FROM section_summaries WHERE key = ? LIMIT 1"
    row = connection.execute(query, (key,)).fetchone()
    return None if row is None else str(row[0])


def keep(connection: sqlite3.Connection, conversation: str, key: str, summary: str) -> None:
    """Keep the summary of a section with a conversation."""
    query = """
        INSERT OR REPLACE INTO section_summaries (conversation, key, summary) VALUES (?, ?, ?)
    """
    connection.execute(query, (conversation, key, summary))


def remove(connection: sqlite3.Connection, conversation: str) -> None:
    """Delete those of a conversation."""
    connection.execute("DELETE FROM section_summaries WHERE conversation = ?", (conversation,))
