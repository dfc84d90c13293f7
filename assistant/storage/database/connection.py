"""Database connections: a pool, transactions, pragmas, checkpoints, and SQLite's errors."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from time import monotonic, sleep

from assistant.core.errors import (
    DatabaseBusyError,
    DatabaseDamagedError,
    DatabaseNewerError,
    StorageError,
    UnwritableError,
)
from assistant.storage.database.files import DatabaseFiles
from assistant.storage.database.schema import MIGRATIONS, version_of
from assistant.system.disk_room import full_disk, why_unwritable

BUSY_TIMEOUT = 5.0
"""Seconds to wait for another program's write."""

BUSY_RETRY_SECONDS = 0.002
"""Seconds between two attempts to write."""

CHECKPOINT_COMMITS = 200
CHECKPOINT_BYTES = 4 * 1024 * 1024
"""The write-ahead log goes into the database after so many writes, or when it grew by so much."""

LOG_LIMIT = 4 * CHECKPOINT_BYTES
"""Bytes of the write-ahead log that stay when it begins anew."""

APPLIES_TO_READERS = ("trusted_schema = OFF", "cell_size_check = ON", "temp_store = MEMORY")

PRAGMAS = (
    *APPLIES_TO_READERS,
    "foreign_keys = ON",
    "synchronous = FULL",
    "secure_delete = ON",
    "wal_autocheckpoint = 0",
    f"journal_size_limit = {LOG_LIMIT}",
)


def connect(path: Path, busy_timeout: float = BUSY_TIMEOUT) -> sqlite3.Connection:
    """A connection to an existing file, in autocommit mode, usable from any thread.

    Raises:
        sqlite3.Error: the file cannot be opened.
    """
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=rw",
        uri=True,
        timeout=busy_timeout,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    connection.row_factory = sqlite3.Row
    return connection


class ChatDatabase:
    """An open database; the file exists and has the newest version.

    Connections wait in a pool: threads come and go with every turn, and a transaction takes
    whichever connection is idle. Transactions must not be nested.
    """

    def __init__(self, files: DatabaseFiles, busy_timeout: float = BUSY_TIMEOUT) -> None:
        self._files = files
        self._busy_timeout = busy_timeout
        self._identity = files.identity()
        self._lock = Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._writing = Lock()
        self._own_changes = 0
        self._commits = 0
        self._log_bytes = 0

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees one state of the database from beginning to end."""
        with self._transaction() as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """A transaction that is on disk when the block is left, or not at all.

        Args:
            durable: False leaves it to the next one that is: a loss of power may take it, with
                all that came after it.

        Raises:
            DatabaseNewerError: a newer version of the program has migrated it meanwhile.
            DatabaseBusyError: another program went on writing for `busy_timeout` seconds.
            StorageError: it cannot be written.
        """
        with self._writing:
            with self._transaction() as connection:
                self._begin_writing(connection, durable=durable)
                self._check_version(connection)
                yield connection
                connection.execute("UPDATE changes SET number = number + 1")
            self._own_changes += 1
            self._commits += 1
            if self._is_checkpoint_due():
                self._checkpoint()

    def foreign_changes(self) -> int:
        """Number of writes that were not made through this object.

        PRAGMA data_version would also change with this object's own writes.
        """
        with self.read() as connection:
            changes: int = connection.execute("SELECT number FROM changes").fetchone()[0]
        return changes - self._own_changes

    def scrub(self) -> None:
        """Have nothing deleted left in the write-ahead log, or in copies made before migrations.

        A log that is in the database as a whole is begun anew by the next write, and cut to its
        length. Another window that reads meanwhile may keep the old one for as long.
        """
        self._checkpoint()
        with self.write() as connection:
            connection.execute("PRAGMA journal_size_limit = 0")
        connection.execute(f"PRAGMA journal_size_limit = {LOG_LIMIT}")
        for copy in self._files.copies():
            copy.unlink(missing_ok=True)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._borrow()
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                self._give_back(connection)
        except sqlite3.Error as failure:
            error = explain(failure, self._files.path)
            if isinstance(error, DatabaseDamagedError):
                self._files.suspect()
            raise error from failure

    def _borrow(self) -> sqlite3.Connection:
        if self._files.identity() != self._identity:
            raise StorageError(
                f"{self._files.path} was moved, replaced or deleted while it was in use.",
                "Put it back, or start the assistant again.",
            )
        with self._lock:
            if self._closed:
                raise StorageError(f"{self._files.path} has been closed.")
            if self._idle:
                return self._idle.pop()
        return connect(self._files.path, self._busy_timeout)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        """Return a connection to the pool; what it did not commit is undone."""
        if connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        with self._lock:
            if not self._closed and not connection.in_transaction:
                self._idle.append(connection)
                return
        connection.close()

    def _begin_writing(self, connection: sqlite3.Connection, *, durable: bool = True) -> None:
        """Begin a write transaction as soon as the others let it.

        SQLite waits by itself, but looks less and less often, up to 0.1 s apart: between two busy
        writers an answer would be journalled too late.
        """
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        connection.execute("PRAGMA busy_timeout = 0")
        deadline = monotonic() + self._busy_timeout
        try:
            while True:
                try:
                    connection.execute("BEGIN IMMEDIATE")
                    return
                except sqlite3.OperationalError as failure:
                    if result_code(failure) not in BUSY or monotonic() > deadline:
                        raise
                sleep(BUSY_RETRY_SECONDS)
        finally:
            connection.execute(f"PRAGMA busy_timeout = {int(self._busy_timeout * 1000)}")

    def _check_version(self, connection: sqlite3.Connection) -> None:
        """A window that stays open while the program is updated must not write any more."""
        if version_of(connection) != len(MIGRATIONS):
            raise DatabaseNewerError(
                f"{self._files.path} was brought to another version by another window.",
                "Start this window again.",
            )

    def _is_checkpoint_due(self) -> bool:
        grown = self._files.log_bytes() - self._log_bytes
        return self._commits >= CHECKPOINT_COMMITS or grown >= CHECKPOINT_BYTES

    def _checkpoint(self) -> None:
        """Move the write-ahead log into the database while nobody can write.

        Until 3.51.3 SQLite can lose a commit that resets the log during a checkpoint. So this is
        the only place that makes one, and an empty write transaction on a second connection
        keeps commits of every process out. One that fails is made up for by the next.
        """
        with suppress(StorageError), self._transaction() as guard:
            self._begin_writing(guard)
            connection = self._borrow()
            try:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            finally:
                self._give_back(connection)
            self._commits = 0
            self._log_bytes = self._files.log_bytes()


BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
UNWRITABLE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}
"""SQLite tells of a full disk by any of them, as it has no room for an index, a log or a page."""

_PRIMARY_CODE = 0xFF


def result_code(failure: sqlite3.Error) -> int | None:
    """Primary result code of SQLite; None for errors of the Python module itself."""
    code: int | None = getattr(failure, "sqlite_errorcode", None)
    return None if code is None else code & _PRIMARY_CODE


def explain(failure: sqlite3.Error, path: Path | str) -> StorageError:
    """Error to show for a failed statement on the database at `path`."""
    code = result_code(failure)
    if code in BUSY:
        return DatabaseBusyError(
            f"{path} is held by another program.",
            "Close what else has it open, or try again in a moment.",
        )
    if code in DAMAGED:
        return DatabaseDamagedError(
            f"{path} is damaged: {failure}.",
            "Close every window of the assistant and start it again: it then checks the whole "
            "file, and sets it aside if it cannot be used.",
        )
    if code in UNWRITABLE:
        return unwritable(Path(path), str(failure), is_full=code == sqlite3.SQLITE_FULL)
    return StorageError(f"{path} refused to work: {failure}.")


def unwritable(path: Path, failure: str, *, is_full: bool = False) -> UnwritableError:
    """Error to show where a file cannot be written.

    Args:
        failure: what the system says; told where no better reason can be found.
        is_full: whether it says that there is no room, be it only for what is so large.
    """
    reason = full_disk(path) if is_full else why_unwritable(path)
    if reason:
        return UnwritableError(
            f"{reason}: nothing can be stored in {path}.",
            "What is there can be read. Free some space, or make it writable, to go on writing.",
        )
    return UnwritableError(
        f"{path} cannot be read or written: {failure}.",
        "Check the free space, the permissions and the health of the disk.",
    )


def newer_version(path: Path, version: int, newest: int = len(MIGRATIONS)) -> DatabaseNewerError:
    """Error to show for a database of a version that is not known here."""
    return DatabaseNewerError(
        f"{path} was written by a newer version of the assistant (format {version}, this one "
        f"knows {newest}).",
        "Update the assistant. The file was not changed.",
    )
