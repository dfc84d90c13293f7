"""SqliteConversations: the store over one SQLite file, for any number of threads and processes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from assistant.core.errors import UnwritableError
from assistant.core.ports.conversations import Clock
from assistant.storage.database.connection import ChatDatabase
from assistant.storage.database.files import DatabaseFiles
from assistant.storage.database.locks import LockFileWriters
from assistant.storage.database.opening import prepare
from assistant.storage.database.read_only import ReadOnlyDatabase
from assistant.storage.store.answers import UnfinishedAnswers
from assistant.storage.store.backends import (
    Backend,
    Backends,
    MemoryDatabase,
    MemoryWriters,
)
from assistant.storage.store.conversations import SqliteCatalog
from assistant.storage.store.messages import SqliteMessages
from assistant.storage.store.transfer import SqliteTransfer
from assistant.storage.store.trash import KEEP_EMPTY, KEEP_TRASH, SqliteTrash
from assistant.storage.tables.rows import microseconds, storable

if TYPE_CHECKING:
    from assistant.core.values.changes import ConversationSearchResult
    from assistant.core.values.conversation import SearchHit

__all__ = ["KEEP_EMPTY", "KEEP_TRASH", "SqliteConversations", "UtcClock"]


class UtcClock:
    """Clock of the system."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SqliteConversations(SqliteMessages, SqliteCatalog, SqliteTrash, SqliteTransfer):
    """ConversationStore on the SQLite database at `path`, which is made when missing.

    Where nothing can be written the conversations are read, and temporary ones are made.

    An answer that is being written belongs to the store that opened it. When that store is gone,
    whoever reads the answer next finds it in state `partial`. Lone surrogates, which no UTF-8
    text can hold, are stored as U+FFFD. Temporary conversations are in no file; they belong to
    this store alone and end with it.

    Raises:
        DatabaseNewerError: written by a newer version of the program.
        DatabaseDamagedError: damaged; it was set aside, and the next start begins a new one.
        UnwritableError: it can neither be written nor read.
        StorageError: it cannot be used for another reason.
    """

    def __init__(
        self,
        path: Path | None,
        clock: Clock | None = None,
        *,
        forgotten: Callable[[], None] = lambda: None,
    ) -> None:
        """Args:
        path: None keeps everything in memory, as long as this store is open.
        forgotten: called when the trash was emptied, so that others forget those words as well.
        """
        self._clock = clock or UtcClock()
        self._forgotten = forgotten
        now = self._clock.now()
        self._database: ChatDatabase | ReadOnlyDatabase | MemoryDatabase
        writers: LockFileWriters | MemoryWriters
        if path is None:
            self._database, writers = MemoryDatabase(microseconds(now)), MemoryWriters()
        else:
            files = DatabaseFiles(path.resolve())
            self._database, writers = _open_database(files, now), LockFileWriters(files.writers)
        answers = UnfinishedAnswers(self._database, writers)
        answers.tidy()
        super().__init__(Backends(Backend(self._database, answers), self._clock))

    def unwritable(self) -> str:
        """Why nothing can be written, as in the port."""
        database = self._database
        return database.reason.message if isinstance(database, ReadOnlyDatabase) else ""

    def empty_trash(self, ids: Collection[str] | None = None) -> int:
        left = super().empty_trash(ids)
        if left:
            self._forgotten()
        return left

    def search(self, query: str, *, limit: int = 50) -> list[SearchHit]:
        # Who asks does not wait for what searches.
        from assistant.core.conversations.search_query import parse  # noqa: PLC0415
        from assistant.storage.tables import search  # noqa: PLC0415

        with self._database.read() as connection:
            parsed = parse(storable(query))
            return search.search(connection, parsed, self._clock.now(), limit)

    def find(
        self, query: str, *, limit: int = 20, stop: Event | None = None
    ) -> ConversationSearchResult:
        from assistant.core.conversations.search_query import parse  # noqa: PLC0415 -- see search
        from assistant.storage.tables import search  # noqa: PLC0415

        with self._database.read() as connection:
            parsed = parse(storable(query))
            return search.find_until(connection, parsed, self._clock.now(), limit, stop)

    def revision(self) -> int:
        """Number as in the port; what this store writes itself does not count."""
        return self._database.foreign_changes()

    def close(self) -> None:
        """Close the store; answers that are not finished are left as `partial`."""
        self._backends.close()


def _open_database(files: DatabaseFiles, now: datetime) -> ChatDatabase | ReadOnlyDatabase:
    try:
        prepare(files, now)
    except UnwritableError as reason:
        return ReadOnlyDatabase(files, microseconds(now), reason)
    return ChatDatabase(files)
