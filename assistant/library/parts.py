"""The library, opened: what the worker holds as long as it lives."""

import logging
import secrets
import threading
from pathlib import Path
from threading import Lock
from time import monotonic

from assistant.core.errors import (
    AssistantError,
    DatabaseDamagedError,
    LibraryError,
    ModelNotFoundError,
)
from assistant.library.analysis import Analyzer
from assistant.library.catalog import Catalog, Change
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
        self._opener = threading.Thread()
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
                self._embedding = Embedding(embedder, embeddings)
        self._make_ready()
        return self._embedding

    @property
    def index(self) -> VectorIndex:
        """The vectors. Raises ModelError."""
        self.embedding()
        assert self._index is not None
        return self._index

    def follow(self, change: Change) -> None:
        """Have the vectors follow the catalog; those that are not open yet do so when they are."""
        if self._index is not None:
            self._index.apply(change)

    def drop(self, collection: int) -> None:
        """Have the vectors follow the removal of a collection."""
        if self._index is not None:
            self._index.drop(collection)

    def wait_for_vectors(self) -> VectorIndex:
        """The vectors, after a try to open them has come to its end."""
        index = self.index
        opener = self._opener
        if opener.is_alive():
            opener.join()
        return index

    def rebuild_vectors(self) -> None:
        """Make the vectors anew from the embeddings. Raises LibraryError."""
        try:
            self.wait_for_vectors().rebuild()
        except VectorsError as failure:
            raise LibraryError(
                f"The vectors cannot be made anew: {failure}.",
                "Check the folder and the disk; searching works meanwhile, only slower.",
            ) from None

    def close(self) -> None:
        self.reader.close()
        with self._opening:
            if self._index is not None:
                self._index.close()
        self.database.close()

    def _make_ready(self) -> None:
        """Open the vectors without anybody waiting: until then, and without Chroma altogether,
        library.db itself answers, only slower."""
        index = self._index
        with self._opening:
            if index is None or index.is_ready or self._opener.is_alive():
                return
            if monotonic() < self._try_again_at:
                return
            self._try_again_at = monotonic() + AFTER_FAILURE
            self._opener = threading.Thread(target=_open_vectors, args=(index,), daemon=True)
            self._opener.start()

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
        return EmbeddedPlace(
            options.vectors, library, embedder.identity, embedder.dimensions, options.probe
        )


def _open_vectors(index: VectorIndex) -> None:
    try:
        index.open()
    except (VectorsError, AssistantError) as failure:
        log.warning("Chroma cannot be used: %s", failure)


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
