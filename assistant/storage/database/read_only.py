"""Read-only database: conversations where nothing can be written, as they are or from memory."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from threading import Lock

from assistant.core.errors import StorageError, UnwritableError
from assistant.storage.database.connection import APPLIES_TO_READERS, explain, newer_version
from assistant.storage.database.files import DatabaseFiles
from assistant.storage.database.schema import MIGRATIONS, migrate, version_of
from assistant.system import read_only


class ReadOnlyDatabase:
    """A database that is read and never written, on one connection that is never shared.

    One of an older version is migrated in memory. What another program writes meanwhile is read
    as soon as it is noticed, with the next transaction.
    """

    def __init__(self, files: DatabaseFiles, now: int, reason: UnwritableError) -> None:
        """Args:
        now: microseconds since 1970.

        Raises:
            DatabaseNewerError: written by a newer version.
            UnwritableError: `reason`, when it cannot be read either.
        """
        self._files = files
        self._now = now
        self._reason = reason
        self._lock = Lock()
        self._closed = False
        try:
            self._seen, self._connection = self._connect()
        except (OSError, sqlite3.Error) as failure:
            raise reason from failure

    @property
    def reason(self) -> UnwritableError:
        """Why nothing can be written."""
        return self._reason

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A transaction; as long as it lasts, others wait."""
        with self._lock:
            if self._closed:
                raise StorageError(f"{self._files.path} has been closed.")
            try:
                if self._seen != read_only.signature(self._files.path):
                    self._connection.close()
                    self._seen, self._connection = self._connect()
                self._connection.execute("BEGIN")
                yield self._connection
            except sqlite3.Error as failure:
                raise explain(failure, self._files.path) from failure
            except OSError as failure:
                raise StorageError(
                    f"{self._files.path} cannot be read: {failure.strerror}."
                ) from failure
            finally:
                with suppress(sqlite3.Error):
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")

    def write(
        self,
        *,
        durable: bool = True,  # noqa: ARG002 -- see MemoryDatabase
    ) -> AbstractContextManager[sqlite3.Connection]:
        """Raises UnwritableError, whatever is to be written."""
        raise self._reason

    def foreign_changes(self) -> int:
        """Number that changes with what others write."""
        return hash(read_only.signature(self._files.path))

    def scrub(self) -> None:
        """Raises UnwritableError: what is in the file stays there."""
        raise self._reason

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._connection.close()

    def _connect(self) -> tuple[tuple[int, ...], sqlite3.Connection]:
        seen = read_only.signature(self._files.path)
        connection = read_only.connect_to_read(self._files.path)
        try:
            version = version_of(connection)
            if version > len(MIGRATIONS):
                raise newer_version(self._files.path, version)
            if version < len(MIGRATIONS):
                connection.close()
                connection = read_only.copy_in_memory(self._files.path)
                migrate(connection, self._now)
            for pragma in APPLIES_TO_READERS:
                connection.execute(f"PRAGMA {pragma}")
            connection.row_factory = sqlite3.Row
        except BaseException:
            connection.close()
            raise
        return seen, connection
