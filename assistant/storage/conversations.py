"""SqliteConversations: the store over one SQLite file, for any number of threads and processes."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from assistant.core.conversations.search_query import parse
from assistant.core.ports.conversations import Clock
from assistant.core.values.changes import ConversationSearchResult
from assistant.core.values.conversation import SearchHit
from assistant.storage.database.connection import ChatDatabase
from assistant.storage.database.files import DatabaseFiles
from assistant.storage.database.locks import LockFileWriters
from assistant.storage.database.opening import prepare
from assistant.storage.store.answers import UnfinishedAnswers
from assistant.storage.store.backends import Backend, Backends
from assistant.storage.store.conversations import SqliteCatalog
from assistant.storage.store.messages import SqliteMessages
from assistant.storage.store.transfer import SqliteTransfer
from assistant.storage.store.trash import KEEP_EMPTY, KEEP_TRASH, SqliteTrash
from assistant.storage.tables import search
from assistant.storage.tables.rows import storable

__all__ = ["KEEP_EMPTY", "KEEP_TRASH", "SqliteConversations", "UtcClock"]


class UtcClock:
    """Clock of the system."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SqliteConversations(SqliteMessages, SqliteCatalog, SqliteTrash, SqliteTransfer):
    """ConversationStore on the SQLite database at `path`, which is made when missing.

    An answer that is being written belongs to the store that opened it. When that store is gone,
    whoever reads the answer next finds it in state `partial`. Lone surrogates, which no UTF-8
    text can hold, are stored as U+FFFD. Temporary conversations are in no file; they belong to
    this store alone and end with it.

    Raises:
        DatabaseNewerError: written by a newer version of the program.
        DatabaseDamagedError: damaged; it was set aside, and the next start begins a new one.
        StorageError: it cannot be used for another reason.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock | None = None,
        *,
        forgotten: Callable[[], None] = lambda: None,
    ) -> None:
        """Args:
        forgotten: called when the trash was emptied, so that others forget those words as well.
        """
        self._clock = clock or UtcClock()
        self._forgotten = forgotten
        files = DatabaseFiles(path.resolve())
        prepare(files, self._clock.now())
        self._database = ChatDatabase(files)
        answers = UnfinishedAnswers(self._database, LockFileWriters(files.writers))
        answers.tidy()
        super().__init__(Backends(Backend(self._database, answers), self._clock))

    def empty_trash(self, ids: Collection[str] | None = None) -> int:
        left = super().empty_trash(ids)
        if left:
            self._forgotten()
        return left

    def search(self, query: str, *, limit: int = 50) -> list[SearchHit]:
        with self._database.read() as connection:
            parsed = parse(storable(query))
            return search.search(connection, parsed, self._clock.now(), limit)

    def find(
        self, query: str, *, limit: int = 20, stop: Event | None = None
    ) -> ConversationSearchResult:
        with self._database.read() as connection:
            parsed = parse(storable(query))
            return search.find_until(connection, parsed, self._clock.now(), limit, stop)

    def revision(self) -> int:
        """Number as in the port; what this store writes itself does not count."""
        return self._database.foreign_changes()

    def close(self) -> None:
        """Close the store; answers that are not finished are left as `partial`."""
        self._backends.close()
