"""The database's versions: each migration is one transaction together with its record."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.storage.schema import (
    ADAPTERS,
    COURSE,
    FILES,
    FIRST,
    ORGANISED,
    PROMPTS,
    REASONING,
    WINDOW,
)


@dataclass(frozen=True)
class Migration:
    """The step to the version after the one before it."""

    name: str
    statements: tuple[str, ...]


MIGRATIONS: tuple[Migration, ...] = (
    Migration("conversations and messages", FIRST),
    Migration("files of a conversation", FILES),
    Migration("examples and sampling of a conversation", PROMPTS),
    Migration("order, undo and search of conversations", ORGANISED),
    Migration("changes of course in a conversation", COURSE),
    Migration("turns and summaries in the window", WINDOW),
    Migration("what models think", REASONING),
    Migration("adapters of models", ADAPTERS),
)
"""The n-th leads to version n. Never changed once released, only added to."""


def version_of(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def migrate(
    connection: sqlite3.Connection,
    now: int,
    migrations: Sequence[Migration] = MIGRATIONS,
) -> None:
    """Bring the database to the newest version, one step at a time.

    Each step looks at the version only after it has the write lock, so two processes that
    migrate at once do every step once.

    Args:
        now: microseconds since 1970, for the record.

    Raises:
        sqlite3.Error: a step failed; the database is as it was before that step.
    """
    while True:
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = version_of(connection)
            if version >= len(migrations):
                return
            step = migrations[version]
            for statement in step.statements:
                connection.execute(statement)
            connection.execute(
                "INSERT INTO migrations (version, name, applied) VALUES (?, ?, ?)",
                (version + 1, step.name, now),
            )
            connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
