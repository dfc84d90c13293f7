"""Answers in the making: opened, journalled, ended; those of dead writers become partial.

A message in state `streaming` names its writer: the store whose lock file says that it is alive.
Its text is the stored text and the journal after it, until both become one.

The journal has a thread of its own: text is on disk soon, and the writer does not wait for it.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import groupby
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Protocol

from assistant.core.errors import StorageError
from assistant.core.values.conversation import Message
from assistant.storage.tables import messages as message_table
from assistant.storage.tables import rows

FLUSH_SECONDS = 0.1
"""Seconds for which pieces are gathered into one write."""

RETRY_SECONDS = 1.0
"""Seconds after a failed write until the next attempt."""

Piece = tuple[str, str]
"""A message's id and the text to add to it."""


class AnswerJournal:
    """Journal of open messages: gathers pieces, and a thread of its own stores them in order."""

    def __init__(self, store: Callable[[Sequence[Piece]], None]) -> None:
        self._store = store
        self._lock = Lock()
        self._storing = Lock()
        self._written: dict[str, list[str]] = {}
        self._pending: list[Piece] = []
        self._failure: StorageError | None = None
        self._thread: Thread | None = None
        self._arrived = Event()
        self._closing = Event()

    def open(self, message_id: str) -> None:
        with self._lock:
            self._written[message_id] = []

    def open_messages(self) -> list[str]:
        """Ids of the open messages."""
        with self._lock:
            return list(self._written)

    def text_since_open(self, message_id: str) -> str | None:
        """Text that was added since the message was opened, stored or not.

        Returns:
            The text; None when the message is not open.
        """
        with self._lock:
            pieces = self._written.get(message_id)
            return None if pieces is None else "".join(pieces)

    def add(self, message_id: str, text: str) -> None:
        """Add a piece to an open message.

        Raises:
            StorageError: the message is not open, or an earlier write failed. In that case the
                piece is taken all the same, and all that is not stored is tried again.
        """
        with self._lock:
            pieces = self._written.get(message_id)
            if pieces is None:
                raise StorageError(f"Message {message_id} is not being written by this window.")
            pieces.append(text)
            self._pending.append((message_id, text))
            failure, self._failure = self._failure, None
            if self._thread is None:
                self._thread = Thread(target=self._run, name="journal", daemon=True)
                self._thread.start()
        self._arrived.set()
        if failure is not None:
            raise failure

    def flush(self) -> None:
        """Store all pieces that were added so far.

        Raises:
            StorageError: not stored; the pieces are kept.
        """
        with self.taking() as pieces:
            if pieces:
                self._store(pieces)

    @contextmanager
    def taking(self) -> Iterator[list[Piece]]:
        """Take all pieces that were added so far, to be stored in the block; where that fails they
        are kept, and tried again."""
        with self._storing:
            with self._lock:
                pieces, self._pending = self._pending, []
            try:
                yield join_pieces(pieces)
            except BaseException:
                with self._lock:
                    self._pending = pieces + self._pending
                self._arrived.set()
                raise
            with self._lock:
                self._failure = None

    def end(self, message_id: str) -> None:
        with self._lock:
            self._written.pop(message_id, None)

    def close(self) -> None:
        """End the thread; what is not stored yet stays so: flush first."""
        self._closing.set()
        self._arrived.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._arrived.wait()
            self._closing.wait(FLUSH_SECONDS)
            self._arrived.clear()
            try:
                self.flush()
            except StorageError as failure:
                with self._lock:
                    self._failure = failure
                self._closing.wait(RETRY_SECONDS)
                self._arrived.set()


def join_pieces(pieces: Sequence[Piece]) -> list[Piece]:
    """Join neighbouring pieces of the same message."""
    groups = groupby(pieces, key=lambda piece: piece[0])
    return [(message, "".join(text for _, text in group)) for message, group in groups]


Query = Callable[[sqlite3.Connection], list[sqlite3.Row]]


class Transactions(Protocol):
    """Transactions on a database, as answers need them."""

    def read(self) -> AbstractContextManager[sqlite3.Connection]: ...

    def write(self, *, durable: bool = True) -> AbstractContextManager[sqlite3.Connection]: ...


class Writers(Protocol):
    """Writers: which stores are alive; see `LockFileWriters`."""

    @property
    def folder(self) -> Path | str: ...

    def own(self) -> str: ...

    def is_alive(self, id: str | None) -> bool: ...

    def forget_dead(self) -> None: ...

    def close(self) -> None: ...


class UnfinishedAnswers:
    """The unfinished answers of a database, this store's own and those of others."""

    def __init__(self, database: Transactions, writers: Writers) -> None:
        self._database = database
        self._writers = writers
        self._journal = AnswerJournal(self._store)

    def tidy(self) -> None:
        """Turn answers whose writers died into partial ones.

        A file that can only be read stays as it is: `read` shows those answers as partial.
        """
        self._writers.forget_dead()
        with self._database.read() as connection:
            unfinished = message_table.streaming(connection)
        dead = [row["id"] for row in unfinished if not self._writers.is_alive(row["writer"])]
        if dead:
            with suppress(StorageError):
                self._store_as_partial(dead)

    def writer(self) -> str:
        """Id under which this store writes.

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
        """Whether a writer is another store that is alive."""
        return self._writers.is_alive(writer) and writer != self.writer()

    def is_live(self, row: sqlite3.Row) -> bool:
        """Whether a message is being written by a process that is alive."""
        return row["state"] == "streaming" and self._writers.is_alive(row["writer"])

    def open(self, message_id: str) -> None:
        """Open a stored message of this store for its journal."""
        self._journal.open(message_id)

    def journal(self, message_id: str, text: str) -> None:
        self._journal.add(message_id, text)

    def finish(self, message_id: str, columns: Mapping[str, str | None]) -> Message:
        """Finish an answer: its text becomes one, and `columns` say how it ended.

        Raises:
            StorageError: it is not this store's, or cannot be stored; then it stays open.
        """
        if self._journal.text_since_open(message_id) is None:
            raise StorageError(f"Message {message_id} is not being written by this window.")
        with self._journal.taking() as pieces, self._database.write() as connection:
            message_table.add_to_journal(connection, pieces)
            message_table.fold_journal(connection, message_id)
            message_table.update(connection, message_id, columns)
            message = rows.message(message_table.message(connection, message_id))
        self._journal.end(message_id)
        return message

    def read(self, query: Query) -> list[Message]:
        """Messages as they are now: with what is journalled, those of dead writers as partial."""
        messages, dead = self._read(query)
        if dead:
            with suppress(StorageError):
                self._store_as_partial(dead)
                messages, _ = self._read(query)
        return messages

    def close(self) -> None:
        """Close the journal; answers that are still open become partial."""
        with suppress(StorageError):
            self._journal.flush()
        self._journal.close()
        self._writers.close()
        own = self._journal.open_messages()
        if own:
            with suppress(StorageError):
                self._store_as_partial(own)

    def _store(self, pieces: Sequence[Piece]) -> None:
        with self._database.write() as connection:
            message_table.add_to_journal(connection, pieces)

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
                text = row["text"] + self._journalled_text(connection, row["id"])
                messages.append(rows.message(row, text=text, dead=is_dead))
        return messages, dead

    def _journalled_text(self, connection: sqlite3.Connection, id: str) -> str:
        """Text that follows the stored text; of an own answer also what is not on disk yet."""
        text = self._journal.text_since_open(id)
        return message_table.journalled(connection, id) if text is None else text

    def _store_as_partial(self, ids: Sequence[str]) -> None:
        """Make answers partial on disk whose writer is dead, unless somebody else just did."""
        with self._database.write() as connection:
            for row in message_table.streaming(connection):
                if row["id"] in ids and not self._writers.is_alive(row["writer"]):
                    message_table.fold_journal(connection, row["id"])
                    message_table.update(connection, row["id"], {"state": "partial"})
