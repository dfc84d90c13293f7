"""Open library: database, readers and embedders, for the worker's lifetime."""

import logging
import secrets
from pathlib import Path
from time import monotonic

from assistant.core.errors import DatabaseDamagedError, LibraryError
from assistant.core.values.library import IntegrityProblem
from assistant.library.embedding.sentence_transformers import Embedder, starter_folder
from assistant.library.file_access import disk_bytes
from assistant.library.indexing.job import OpenEmbedder
from assistant.library.reading.pool import ReaderPool
from assistant.library.store import seal as seals
from assistant.library.store.catalog import CatalogChange, FileCatalog
from assistant.library.store.collections import CollectionStore
from assistant.library.store.database import LibraryDatabase
from assistant.library.store.integrity import (
    check_and_repair,
    has_outdated_keywords,
    rebuild_keywords,
)
from assistant.library.text.analysis import Analyzer
from assistant.library.vectors.chroma import VectorsError
from assistant.library.vectors.places import (
    EmbeddedPlace,
    ServerPlace,
    UnopenedPlace,
    VectorPlace,
)
from assistant.library.vectors.reembedding import EmbedderSwitch
from assistant.library.vectors.semantic import RETRY_SECONDS
from assistant.library.worker.options import LibraryOptions
from assistant.system.disk_room import why_unwritable

MEMORY_PER_BYTE = 3
"""Bytes of memory for each byte of vectors or of an embedder on disk: half precision becomes
single, and an index is filled while another one serves."""

log = logging.getLogger(__name__)


class OpenLibrary:
    """The open parts of the library. Embedder and vectors follow when they are needed."""

    def __init__(self, options: LibraryOptions) -> None:
        """Open library.db; a damaged one is set aside, and all is made again from the files.

        Raises:
            StorageError: it cannot be opened.
        """
        self.options = options
        self.database, self._needs_check = _open_database(options.database)
        self._has_outdated_keywords = has_outdated_keywords(self.database)
        self._back_off_until = 0.0
        self.analyzer = Analyzer()
        self.catalog = FileCatalog(self.database, self.analyzer)
        self.collections = CollectionStore(self.database)
        self.reader = ReaderPool(options.reader, options.limits, processes=options.processes)
        self.embedders = EmbedderSwitch(
            self.database, options.embedder, starter_folder(), self._place
        )

    def embedding(self) -> OpenEmbedder:
        """The embedder for new passages, opened by the first call. Raises ModelError."""
        semantic = self.embedders.for_indexing()
        return OpenEmbedder(semantic.embedder, semantic.embeddings)

    def follow(self, change: CatalogChange) -> None:
        """Have the open vectors follow a change of the catalog."""
        self.embedders.follow(change)

    def drop(self, collection: int) -> None:
        """Have the open vectors follow the removal of a collection."""
        self.embedders.drop(collection)

    def rebuild_vectors(self) -> None:
        """Make the vectors anew from the embeddings. Raises LibraryError."""
        try:
            with self.embedders.for_questions() as semantic:
                if semantic is not None:
                    semantic.wait_opened()
                    semantic.index.rebuild()
        except VectorsError as failure:
            raise LibraryError(
                f"The vectors cannot be rebuilt: {failure}.",
                "Check the folder and the disk; searching works meanwhile, only slower.",
            ) from None

    @property
    def is_behind(self) -> bool:
        """Whether there is background work that `catch_up` can do now."""
        if self.database.read_only or monotonic() < self._back_off_until:
            return False
        keywords = self.database.keywords_are_damaged or self._has_outdated_keywords
        return self._needs_check or keywords or self.embedders.is_behind

    def catch_up(self) -> bool:
        """Do a part of the background work.

        Returns: whether there are files to be read again.

        Raises:
            StorageError: library.db cannot be used.
        """
        if self._needs_check:
            # Nobody closed it well: what was damaged since is found here.
            self._needs_check = False
            return bool(self.check_and_repair())
        if self.database.keywords_are_damaged or self._has_outdated_keywords:
            rebuild_keywords(self.database, self.analyzer)
            self._has_outdated_keywords = False
        else:
            self.embedders.catch_up()
        return False

    def back_off(self) -> None:
        """Leave the background work for a while, after a failure."""
        self._back_off_until = monotonic() + RETRY_SECONDS

    def memory_needed(self) -> int:
        """Bytes that vectors and embedder may take in memory, from above."""
        folders = (self.options.vectors, self.options.embedder or starter_folder())
        return MEMORY_PER_BYTE * sum(disk_bytes(folder) for folder in folders if folder)

    def check_and_repair(self) -> list[IntegrityProblem]:
        """Check and repair library.db. Raises DatabaseDamagedError when it is beyond repair.

        Returns: what was wrong.
        """
        problems = check_and_repair(self.database, self.analyzer)
        for problem in problems:
            log.warning("repaired: %s", problem.what)
        if problems:
            self.embedders.check_again()
        return problems

    def close(self) -> None:
        self.reader.close()
        self.embedders.close()
        self.database.close()
        if not self.database.read_only:
            seals.write_seal(self.options.database)

    def _place(self, embedder: Embedder) -> VectorPlace:
        if self.database.read_only and not self.options.server:
            return UnopenedPlace(self.database.read_only)
        library, options = library_id(self.database), self.options
        if options.server:
            return ServerPlace(options.server, library, embedder.identity)
        return EmbeddedPlace(
            options.vectors, library, embedder.identity, embedder.dimensions, options.probe
        )


def library_id(database: LibraryDatabase) -> str:
    """The id of this library.db; one that was made anew has another, as its passages do."""
    query = "SELECT value FROM meta WHERE key = 'id'"
    with database.read() as connection:
        row = connection.execute(query).fetchone()
    if row is None:
        with database.write() as connection:
            row = connection.execute(
                "INSERT INTO meta (key, value) VALUES ('id', ?) RETURNING value",
                (secrets.token_hex(16),),
            ).fetchone()
    return str(row[0])


def _open_database(path: Path) -> tuple[LibraryDatabase, bool]:
    """The database, and whether somebody should look whether all is right with it."""
    reason = why_unwritable(path)
    if reason:
        log.warning("%s: what is there is read", reason)
        return LibraryDatabase(path, reason), False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    trust = seals.check_seal(path)
    if trust == "broken":
        log.warning("%s is not what was written: it is made again", path)
        seals.set_aside(path)
    try:
        return _with_collections(path, unsealed=trust == "unsealed"), trust == "unsealed"
    except DatabaseDamagedError as failure:
        log.warning("%s", failure)
        seals.set_aside(path)
        return _with_collections(path), False


def _with_collections(path: Path, *, unsealed: bool = False) -> LibraryDatabase:
    """The database with its collections, which an empty one gets back."""
    database = LibraryDatabase(path)
    try:
        CollectionStore(database).restore()
        if unsealed:
            database.skip_passage_ids()
    except BaseException:
        # Closed before another file takes its place.
        database.close()
        raise
    return database
