"""The library, opened: what the worker holds as long as it lives."""

import logging
import secrets
from pathlib import Path

from assistant.core.errors import DatabaseDamagedError, LibraryError
from assistant.library.analysis import Analyzer
from assistant.library.catalog import Catalog, Change
from assistant.library.collections import Collections
from assistant.library.database import Database
from assistant.library.embedding import Embedder, starter_folder
from assistant.library.indexing import Embedding
from assistant.library.options import LibraryOptions
from assistant.library.reading import ReaderPool
from assistant.library.succession import Succession
from assistant.library.vector_places import EmbeddedPlace, ServerPlace
from assistant.library.vectors import VectorsError

log = logging.getLogger(__name__)


class OpenLibrary:
    """Everything that is opened once. The embedder and the vectors follow when they are needed."""

    def __init__(self, options: LibraryOptions) -> None:
        """Open library.db; a damaged one is set aside, and all is made again from the files.

        Raises:
            StorageError: it cannot be opened.
        """
        self.options = options
        self.database, self.was_damaged = _open_database(options.database)
        self.analyzer = Analyzer()
        self.catalog = Catalog(self.database, self.analyzer)
        self.collections = Collections(self.database)
        self.collections.restore()
        self.reader = ReaderPool(options.reader, options.limits, processes=options.processes)
        self.embedders = Succession(self.database, options.embedder, starter_folder(), self._place)

    def embedding(self) -> Embedding:
        """What new passages are embedded with, opened by the first call. Raises ModelError."""
        meaning = self.embedders.for_indexing()
        return Embedding(meaning.embedder, meaning.embeddings)

    def follow(self, change: Change) -> None:
        """Have the vectors follow the catalog; those that are not open yet do so when they are."""
        self.embedders.follow(change)

    def drop(self, collection: int) -> None:
        """Have the vectors follow the removal of a collection."""
        self.embedders.drop(collection)

    def rebuild_vectors(self) -> None:
        """Make the vectors anew from the embeddings. Raises LibraryError."""
        try:
            with self.embedders.asking() as meaning:
                if meaning is not None:
                    meaning.wait()
                    meaning.index.rebuild()
        except VectorsError as failure:
            raise LibraryError(
                f"The vectors cannot be made anew: {failure}.",
                "Check the folder and the disk; searching works meanwhile, only slower.",
            ) from None

    def close(self) -> None:
        self.reader.close()
        self.embedders.close()
        self.database.close()

    def _place(self, embedder: Embedder) -> EmbeddedPlace | ServerPlace:
        library, options = library_id(self.database), self.options
        if options.server:
            return ServerPlace(options.server, library, embedder.identity)
        return EmbeddedPlace(
            options.vectors, library, embedder.identity, embedder.dimensions, options.probe
        )


def library_id(database: Database) -> str:
    """Tells this library.db from one that was made anew: passages have other ids there."""
    with database.write() as connection:
        connection.execute(
            "INSERT OR IGNORE INTO meta (key, value) VALUES ('id', ?)", (secrets.token_hex(16),)
        )
        row = connection.execute("SELECT value FROM meta WHERE key = 'id'").fetchone()
    return str(row[0])


def _open_database(path: Path) -> tuple[Database, bool]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return Database(path), False
    except DatabaseDamagedError as failure:
        log.warning("%s", failure)
    for suffix in ("", "-wal", "-shm"):
        file = path.with_name(path.name + suffix)
        if file.exists():
            file.replace(path.with_name(f"{path.name}.damaged{suffix}"))
    return Database(path), True
