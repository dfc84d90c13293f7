"""A database that exists in memory only, and the one store that writes into it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from assistant.core.errors import StorageError
from assistant.storage.failures import explain
from assistant.storage.migrations import migrate

NAME = "memory"
PRAGMAS = ("foreign_keys = ON", "temp_store = MEMORY", "trusted_schema = OFF")


class MemoryDatabase:
    """Like `Database`, on one connection that is never shared; nothing of it reaches a file."""

    def __init__(self, now: int) -> None:
        self._lock = Lock()
        self._connection = sqlite3.connect(
            ":memory:", isolation_level=None, check_same_thread=False
        )
        self._closed = False
        for pragma in PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}")
        migrate(self._connection, now)
        self._connection.row_factory = sqlite3.Row

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A transaction; as long as it lasts, others wait."""
        with self._lock:
            if self._closed:
                raise StorageError("The temporary conversations have been closed.")
            connection = self._connection
            try:
                connection.execute("BEGIN")
                yield connection
                connection.execute("COMMIT")
            except sqlite3.Error as failure:
                raise explain(failure, NAME) from failure
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    write = read

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._connection.close()


class MemoryWriters:
    """Which stores are alive: the only one that there is."""

    folder = NAME

    def own(self) -> str:
        return NAME

    def is_alive(self, id: str | None) -> bool:
        return id == NAME

    def forget_dead(self) -> None:
        """None can die without taking everything along."""

    def close(self) -> None: ...
