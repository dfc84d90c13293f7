"""Whether a database is in order, looked at as another program would."""

import sqlite3
from contextlib import closing
from pathlib import Path


def assert_sound(file: Path) -> None:
    """Pages, indexes, foreign keys and the word index all agree with the tables."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for index in ("message_words", "conversation_words"):
            connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
        counted = """
            SELECT c.id FROM conversations c WHERE c.messages <>
                (SELECT count(*) FROM messages m WHERE m.conversation = c.id)
        """
        assert connection.execute(counted).fetchall() == []
