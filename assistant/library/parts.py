"""The library, opened: what the worker holds as long as it lives."""

import logging
import secrets
from pathlib import Path
from threading import Lock
from time import monotonic

from assistant.core.errors import DatabaseDamagedError, ModelNotFoundError
from assistant.library.analysis import Analyzer
from assistant.library.catalog import Catalog
from assistant.library.collections import Collections
from assistant.library.database import Database
from assistant.library.embedding import SentenceTransformerEmbedder, starter_folder
from assistant.library.embeddings import Embeddings
from assistant.library.indexing import Embedding
from assistant.library.options import LibraryOptions
from assistant.library.reading import ReaderPool
from assistant.library.sharing import SharedEmbedder
from assistant.library.vector_index import VectorIndex
from assistant.library.vector_places import EmbeddedPlace, ServerPlace
from assistant.library.vectors import VectorsError

AFTER_FAILURE = 60.0
"""Seconds after which Chroma is tried again when it failed."""

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
        self._opening = Lock()
        self._embedding: Embedding | None = None
        self._index: VectorIndex | None = None
        self._try_again_at = 0.0

    def embedding(self) -> Embedding:
        """Embedder, embeddings and vectors, opened by the first call.

        Raises:
            ModelError: the embedder cannot be used.
        """
        with self._opening:
            if self._embedding is None:
                embedder = SharedEmbedder(SentenceTransformerEmbedder(self._embedder_folder()))
                embeddings = Embeddings(self.database, embedder.identity, embedder.dimensions)
                self._index = VectorIndex(self._place(embedder), embeddings)
                self._embedding = Embedding(embedder, embeddings, self._index)
            self._ready(self._index)
            return self._embedding

    @property
    def index(self) -> VectorIndex:
        """The vectors. Raises ModelError."""
        self.embedding()
        assert self._index is not None
        return self._index

    def close(self) -> None:
        self.reader.close()
        with self._opening:
            if self._index is not None:
                self._index.close()
        self.database.close()

    def _ready(self, index: VectorIndex | None) -> None:
        """Questions are answered without Chroma too, only slower."""
        if index is None or index.is_ready or monotonic() < self._try_again_at:
            return
        self._try_again_at = monotonic() + AFTER_FAILURE
        try:
            index.open()
        except VectorsError as failure:
            log.warning("Chroma cannot be used: %s", failure)

    def _embedder_folder(self) -> Path:
        folder = self.options.embedder or starter_folder()
        if folder is None:
            raise ModelNotFoundError(
                "There is no embedder on this machine.",
                "Install assistant[starter], or set library.embedder to the folder of one.",
            )
        return folder

    def _place(self, embedder: SharedEmbedder) -> EmbeddedPlace | ServerPlace:
        library, options = library_id(self.database), self.options
        if options.server:
            return ServerPlace(options.server, library, embedder.identity)
        return EmbeddedPlace(options.vectors, library, embedder.identity, embedder.dimensions)


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
