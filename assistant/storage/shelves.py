"""Where conversations are kept: on disk, or in memory as long as the program runs.

The ids of what is in memory tell it, those of conversations and of messages alike.
"""

import secrets
import sqlite3
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from assistant.core.ports import Clock
from assistant.storage.answers import Answers, Transactions
from assistant.storage.memory import MemoryDatabase, MemoryWriters
from assistant.storage.rows import TEMPORARY, microseconds


class OpenDatabase(Transactions, Protocol):
    """A database on disk or in memory."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Shelf:
    """One database and the answers that are written into it."""

    database: OpenDatabase
    answers: Answers
    prefix: str = ""
    """Of all ids."""

    def new_id(self) -> str:
        return self.prefix + secrets.token_hex(8)

    def close(self) -> None:
        self.answers.close()
        self.database.close()


class Shelves:
    """The shelf on disk, and one in memory from when it is first needed."""

    def __init__(self, disk: Shelf, clock: Clock) -> None:
        self.disk = disk
        self._clock = clock
        self._memory: Shelf | None = None
        self._lock = Lock()

    @property
    def memory(self) -> Shelf:
        with self._lock:
            if self._memory is None:
                database = MemoryDatabase(self.now())
                self._memory = Shelf(database, Answers(database, MemoryWriters()), TEMPORARY)
            return self._memory

    def of(self, id: str) -> Shelf:
        """The shelf on which the conversation or the message is, if there is one."""
        return self.memory if id.startswith(TEMPORARY) else self.disk

    def now(self) -> int:
        """Microseconds since 1970."""
        return microseconds(self._clock.now())

    def close(self) -> None:
        if self._memory is not None:
            self._memory.close()
        self.disk.close()


class Part:
    """Some of what a store does, on the shelves of all of it."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def _read(self, id: str) -> AbstractContextManager[sqlite3.Connection]:
        return self._shelves.of(id).database.read()

    def _write(self, id: str) -> AbstractContextManager[sqlite3.Connection]:
        return self._shelves.of(id).database.write()

    def _now(self) -> int:
        return self._shelves.now()
