"""library.db: connections, transactions, versions, and SQLite's errors in the program's words.

One process owns the file. It writes through one connection, one thread at a time, and reads
through others, so that a question never waits for the indexing. Only the writing connection makes
checkpoints: until 3.51.3 SQLite can lose a commit when two do at the same instant.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, RLock

from assistant.core.errors import (
    DatabaseBusyError,
    DatabaseDamagedError,
    DatabaseNewerError,
    StorageError,
    UnwritableError,
)
from assistant.library.store import seal as seals
from assistant.library.store.schema import MIGRATIONS
from assistant.system.disk_room import full_disk, why_unwritable
from assistant.system.read_only import connect_to_read, copy_in_memory

BUSY_TIMEOUT = 5.0
"""Seconds to wait for another program's lock."""

_LOST_IDS = 1_000_000
"""More passages than fit into the moments before a crash."""

# NORMAL: a power cut may take back the last moments of indexing, which are then done again; no
# crash of the program takes anything.
_PRAGMAS = (
    "foreign_keys = ON",
    "synchronous = NORMAL",
    "trusted_schema = OFF",
    "secure_delete = ON",
    "cell_size_check = ON",
    "temp_store = MEMORY",
    "cache_size = -16384",
)

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_KEYWORDS_DAMAGED = sqlite3.SQLITE_CORRUPT_VTAB
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class KeywordsDamagedError(DatabaseDamagedError):
    """Only the keyword index is damaged, which is made again from the texts beside it."""


class LibraryDatabase:
    """An open library.db of the newest version."""

    def __init__(self, path: Path, read_only: str = "") -> None:
        """Open the file; make it when it is not there.

        Args:
            read_only: why nothing can be written, where that is so; what is there is read then.

        Raises:
            DatabaseNewerError: a newer version of the program wrote it.
            DatabaseDamagedError: it is no database, or a damaged one.
            StorageError: it cannot be opened.
        """
        self.path = path
        self.read_only = read_only
        self._lock = Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._is_damaged = self._keywords_are_damaged = False
        self.revision = 0
        """Counts what was written since it was opened."""
        self._writing = RLock()
        with self._translated_errors():
            if not read_only:
                _make_private(path)
            self._writer = self._connect()
        try:
            with self._translated_errors():
                if not read_only:
                    self._writer.execute("PRAGMA journal_mode = WAL").fetchone()
                _migrate(self._writer, path)
        except BaseException:
            self._writer.close()
            raise

    @property
    def is_damaged(self) -> bool:
        """Whether damage was met that cannot be repaired."""
        return self._is_damaged

    @property
    def keywords_are_damaged(self) -> bool:
        """Whether damage was met in the keyword index, which can be made again."""
        return self._keywords_are_damaged

    def mark_keywords_repaired(self) -> None:
        """Note that the keyword index has been made again."""
        self._keywords_are_damaged = False

    def mark_damaged(self) -> None:
        """Mark the file as damaged beyond repair: it is set aside when it is opened next."""
        self._is_damaged = True
        seals.mark_damaged(self.path)

    def skip_passage_ids(self) -> None:
        """Skip passage ids that a crash may have lost: the vector index may still hold them
        for other passages.
        """
        with self.write() as connection:
            connection.execute(
                "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'passages'", (_LOST_IDS,)
            )

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A read transaction, which sees one state of the database from beginning to end."""
        with self._translated_errors():
            connection = self._borrow()
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                self._give_back(connection)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A write transaction, which is there whole when the block is left, or not at all."""
        if self.read_only:
            raise UnwritableError(
                f"{self.read_only}: nothing can be stored in {self.path}.",
                "What is there can be read. Free some space, or make it writable, to go on.",
            )
        with self._writing, self._translated_errors():
            self._check_open()
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
                self.revision += 1
            finally:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")

    def close(self) -> None:
        """Close every connection; the write-ahead log goes into the file."""
        with self._writing, self._lock:
            if self._closed:
                return
            self._closed = True
            for connection in self._idle:
                connection.close()
            self._writer.close()

    def _connect(self) -> sqlite3.Connection:
        if self.read_only:
            return self._connect_to_read()
        connection = sqlite3.connect(
            self.path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _connect_to_read(self) -> sqlite3.Connection:
        """A copy in memory of a file with a log, of an older version, or of none at all."""
        try:
            connection = connect_to_read(self.path)
            version: int = connection.execute("PRAGMA user_version").fetchone()[0]
            if version >= len(MIGRATIONS):
                return connection
            connection.close()
            connection = copy_in_memory(self.path)
        except OSError as failure:
            raise StorageError(
                f"{self.path} cannot be read: {failure.strerror}.", "Check the folder."
            ) from failure
        _migrate(connection, self.path)
        return connection

    def _borrow(self) -> sqlite3.Connection:
        with self._lock:
            self._check_open()
            if self._idle:
                return self._idle.pop()
        connection = self._connect()
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _check_open(self) -> None:
        if self._closed:
            raise StorageError(f"{self.path} has been closed.")

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as failure:
            explained = _explain(failure, self.path)
            if isinstance(explained, KeywordsDamagedError):
                self._keywords_are_damaged = True
            elif isinstance(explained, DatabaseDamagedError):
                self.mark_damaged()
            raise explained from failure


def _make_private(path: Path) -> None:
    """An empty file is an empty database; SQLite's other files take its permissions."""
    try:
        path.touch(mode=0o600)
    except OSError as failure:
        raise StorageError(
            f"{path} cannot be written: {failure.strerror}.", "Check the folder."
        ) from failure


def _explain(failure: sqlite3.Error, path: Path) -> StorageError:
    extended = getattr(failure, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    code = extended & 0xFF
    if extended == _KEYWORDS_DAMAGED:
        return KeywordsDamagedError(
            f"The keyword index in {path} is damaged.",
            "It is being rebuilt; try again in a minute.",
        )
    if code in _DAMAGED:
        return DatabaseDamagedError(
            f"{path} is damaged: {failure}.", "It is rebuilt from your files."
        )
    if code in _BUSY:
        return DatabaseBusyError(f"{path} is held by another program.", "Close it and try again.")
    if code == sqlite3.SQLITE_FULL:
        reason = full_disk(path)
        return UnwritableError(f"{reason}: {path} cannot grow.", "Free some space and try again.")
    if reason := why_unwritable(path):
        return UnwritableError(f"{reason}: {path} cannot be used.", "Fix that and try again.")
    return StorageError(f"{path} cannot be used: {failure}.", "Check the folder and the disk.")


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the database to the newest version, each step in one transaction with its record."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise DatabaseNewerError(
            f"{path} was written by a newer version of the program.",
            "Update the assistant, or delete the file to index your files again.",
        )
    for number, statements in enumerate(MIGRATIONS[version:], version + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
