"""Storage backends: conversations on disk, or in memory as long as the program runs.

The ids of what is in memory show it, those of conversations and of messages alike.
"""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from assistant.core.errors import StorageError
from assistant.core.ports.conversations import Clock
from assistant.storage.database.connection import explain
from assistant.storage.database.schema import migrate
from assistant.storage.store.answers import Transactions, UnfinishedAnswers
from assistant.storage.tables.rows import TEMPORARY, microseconds


class OpenDatabase(Transactions, Protocol):
    """A database on disk or in memory."""

    def scrub(self) -> None:
        """Have nothing deleted left in any file of the database."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Backend:
    """Backend: a database, and the answers that are written into it."""

    database: OpenDatabase
    answers: UnfinishedAnswers
    prefix: str = ""
    """Of all ids."""

    def new_id(self) -> str:
        """A new id, of a conversation or a message."""
        return self.prefix + secrets.token_hex(8)

    def close(self) -> None:
        self.answers.close()
        self.database.close()


class Backends:
    """The backend on disk, and one in memory from when it is first needed."""

    def __init__(self, disk: Backend, clock: Clock) -> None:
        self.disk = disk
        self._clock = clock
        self._memory: Backend | None = None
        self._lock = Lock()

    @property
    def memory(self) -> Backend:
        with self._lock:
            if self._memory is None:
                database = MemoryDatabase(self.now())
                self._memory = Backend(
                    database, UnfinishedAnswers(database, MemoryWriters()), TEMPORARY
                )
            return self._memory

    def for_id(self, id: str) -> Backend:
        """Backend of a conversation or a message, by its id."""
        return self.memory if id.startswith(TEMPORARY) else self.disk

    def now(self) -> int:
        """Microseconds since 1970."""
        return microseconds(self._clock.now())

    def close(self) -> None:
        if self._memory is not None:
            self._memory.close()
        self.disk.close()


class SqliteStorePart:
    """Part of the store's methods; all parts share the backends."""

    def __init__(self, backends: Backends) -> None:
        self._backends = backends

    def _read(self, id: str) -> AbstractContextManager[sqlite3.Connection]:
        return self._backends.for_id(id).database.read()

    def _write(
        self, id: str, *, durable: bool = True
    ) -> AbstractContextManager[sqlite3.Connection]:
        return self._backends.for_id(id).database.write(durable=durable)

    def _now(self) -> int:
        return self._backends.now()


NAME = "memory"
PRAGMAS = ("foreign_keys = ON", "temp_store = MEMORY", "trusted_schema = OFF")


class MemoryDatabase:
    """Database in memory, on one connection that is never shared; nothing of it reaches a file."""

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

    def write(
        self,
        *,
        durable: bool = True,  # noqa: ARG002 -- nothing of it lasts
    ) -> AbstractContextManager[sqlite3.Connection]:
        """The same."""
        return self.read()

    def foreign_changes(self) -> int:
        """Nobody else can change it."""
        return 0

    def scrub(self) -> None:
        """Nothing of it is in any file."""

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._connection.close()


class MemoryWriters:
    """Writers of a database in memory: the one store that has it."""

    folder = NAME

    def own(self) -> str:
        return NAME

    def is_alive(self, id: str | None) -> bool:
        return id == NAME

    def forget_dead(self) -> None:
        """None can die without taking everything along."""

    def close(self) -> None: ...
