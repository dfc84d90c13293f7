"""Answers in the making: opened, journalled, ended; and what becomes of those whose writer died.

A message in state `streaming` names its writer: the store whose lock file says that it is alive.
Its text is the stored text and the journal after it, until both become one.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Protocol

from assistant.core.errors import StorageError
from assistant.core.models import Message
from assistant.storage import rows, tree
from assistant.storage.journal import Journal, Piece

Query = Callable[[sqlite3.Connection], list[sqlite3.Row]]


class Transactions(Protocol):
    """What answers need of a database."""

    def read(self) -> AbstractContextManager[sqlite3.Connection]: ...

    def write(self) -> AbstractContextManager[sqlite3.Connection]: ...


class Writers(Protocol):
    """Which stores are alive; see `locks.Writers`."""

    @property
    def folder(self) -> Path | str: ...

    def own(self) -> str: ...

    def is_alive(self, id: str | None) -> bool: ...

    def forget_dead(self) -> None: ...

    def close(self) -> None: ...


class Answers:
    """The unfinished answers of a database, this store's own and those of others."""

    def __init__(self, database: Transactions, writers: Writers) -> None:
        self._database = database
        self._writers = writers
        self._journal = Journal(self._store)

    def tidy(self) -> None:
        """Settle what earlier processes left behind when they died.

        A file that can only be read stays as it is: `read` shows those answers as partial.
        """
        self._writers.forget_dead()
        with self._database.read() as connection:
            unfinished = tree.streaming(connection)
        dead = [row["id"] for row in unfinished if not self._writers.is_alive(row["writer"])]
        if dead:
            with suppress(StorageError):
                self._settle(dead)

    def writer(self) -> str:
        """The id under which this store writes.

        Raises:
            StorageError: its lock file cannot be made.
        """
        try:
            return self._writers.own()
        except OSError as failure:
            raise StorageError(
                f"{self._writers.folder} cannot be written: {failure.strerror}.",
                "Check the permissions of the folder and the free space.",
            ) from failure

    def is_elsewhere(self, writer: str | None) -> bool:
        """Whether that is another store, and alive."""
        return self._writers.is_alive(writer) and writer != self.writer()

    def is_live(self, row: sqlite3.Row) -> bool:
        """Whether a message is being written by a process that is alive."""
        return row["state"] == "streaming" and self._writers.is_alive(row["writer"])

    def open(self, message_id: str) -> None:
        """Let a message that is stored as this store's be journalled."""
        self._journal.open(message_id)

    def journal(self, message_id: str, text: str) -> None:
        self._journal.add(message_id, text)

    def finish(self, message_id: str, columns: Mapping[str, str | None]) -> Message:
        """End an answer: its text becomes one, and `columns` say how it ended.

        Raises:
            StorageError: it is not this store's, or cannot be stored; then it stays open.
        """
        if self._journal.written(message_id) is None:
            raise StorageError(f"Message {message_id} is not being written by this window.")
        self._journal.flush()
        with self._database.write() as connection:
            tree.fold(connection, message_id)
            tree.update(connection, message_id, columns)
            message = rows.message(tree.message(connection, message_id))
        self._journal.end(message_id)
        return message

    def read(self, query: Query) -> list[Message]:
        """Messages as they are now: with what is journalled, those of dead writers as partial."""
        messages, dead = self._read(query)
        if dead:
            with suppress(StorageError):
                self._settle(dead)
                messages, _ = self._read(query)
        return messages

    def close(self) -> None:
        """Leave what is still open as partial."""
        with suppress(StorageError):
            self._journal.flush()
        self._journal.close()
        self._writers.close()
        own = self._journal.opened()
        if own:
            with suppress(StorageError):
                self._settle(own)

    def _store(self, pieces: Sequence[Piece]) -> None:
        with self._database.write() as connection:
            tree.add_to_journal(connection, pieces)

    def _read(self, query: Query) -> tuple[list[Message], list[str]]:
        messages: list[Message] = []
        dead: list[str] = []
        with self._database.read() as connection:
            for row in query(connection):
                if row["state"] != "streaming":
                    messages.append(rows.message(row))
                    continue
                is_dead = not self.is_live(row)
                if is_dead:
                    dead.append(row["id"])
                text = row["text"] + self._added(connection, row["id"])
                messages.append(rows.message(row, text=text, dead=is_dead))
        return messages, dead

    def _added(self, connection: sqlite3.Connection, id: str) -> str:
        """What follows the stored text; of an own answer also what is not on disk yet."""
        written = self._journal.written(id)
        return tree.journalled(connection, id) if written is None else written

    def _settle(self, ids: Sequence[str]) -> None:
        """Make answers partial on disk whose writer is dead, unless somebody else just did."""
        with self._database.write() as connection:
            for row in tree.streaming(connection):
                if row["id"] in ids and not self._writers.is_alive(row["writer"]):
                    tree.fold(connection, row["id"])
                    tree.update(connection, row["id"], {"state": "partial"})
