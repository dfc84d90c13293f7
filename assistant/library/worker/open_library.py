"""The library, opened: what the worker holds as long as it lives.

Scanned documents get another chance as soon as there is something that can read them.
"""

import logging
import secrets
import shutil
from pathlib import Path
from time import monotonic

from assistant.core.errors import DatabaseDamagedError, LibraryError
from assistant.core.values.library import Problem
from assistant.library.embedding.sentence_transformers import Embedder, starter_folder
from assistant.library.indexing.job import Embedding
from assistant.library.limits import Ocr
from assistant.library.reading.pool import ReaderPool
from assistant.library.store import seal as seals
from assistant.library.store.catalog import Catalog, Change
from assistant.library.store.collections import Collections
from assistant.library.store.database import Database
from assistant.library.store.integrity import examine, write_words_again
from assistant.library.text.analysis import Analyzer
from assistant.library.vectors.chroma import VectorsError
from assistant.library.vectors.places import EmbeddedPlace, ServerPlace
from assistant.library.vectors.reembedding import Succession
from assistant.library.vectors.semantic import AFTER_FAILURE
from assistant.library.worker.options import LibraryOptions

log = logging.getLogger(__name__)


class OpenLibrary:
    """Everything that is opened once. The embedder and the vectors follow when they are needed."""

    def __init__(self, options: LibraryOptions) -> None:
        """Open library.db; a damaged one is set aside, and all is made again from the files.

        Raises:
            StorageError: it cannot be opened.
        """
        self.options = options
        self.database, self._is_unsure = _open_database(options.database)
        self._resting_until = 0.0
        self.analyzer = Analyzer()
        self.catalog = Catalog(self.database, self.analyzer)
        self.collections = Collections(self.database)
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

    @property
    def is_behind(self) -> bool:
        """Whether there is something that `catch_up` can do now."""
        if monotonic() < self._resting_until:
            return False
        damaged = self.database.keywords_are_damaged
        return self._is_unsure or damaged or self.embedders.is_behind

    def catch_up(self) -> bool:
        """Do a part of what nobody waits for; whether there are files to be read again.

        Raises:
            StorageError: library.db cannot be used.
        """
        if self._is_unsure:
            # Nobody closed it well: what was damaged since is found here.
            self._is_unsure = False
            return bool(self.examine())
        if self.database.keywords_are_damaged:
            write_words_again(self.database, self.analyzer)
        else:
            self.embedders.catch_up()
        return False

    def rest(self) -> None:
        """What was tried failed: leave it for a while."""
        self._resting_until = monotonic() + AFTER_FAILURE

    def examine(self) -> list[Problem]:
        """What was wrong with library.db. Raises DatabaseDamagedError when it is beyond repair."""
        problems = examine(self.database, self.analyzer)
        for problem in problems:
            log.warning("repaired: %s", problem.what)
        if problems:
            self.embedders.look_again()
        return problems

    def close(self) -> None:
        self.reader.close()
        self.embedders.close()
        self.database.close()
        seals.close_well(self.options.database)

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
    """The database, and whether somebody should look whether all is right with it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    trust = seals.look(path)
    if trust == "broken":
        log.warning("%s is not what was written: it is made again", path)
        seals.set_aside(path)
    try:
        return _restored(path, unsealed=trust == "unsealed"), trust == "unsealed"
    except DatabaseDamagedError as failure:
        log.warning("%s", failure)
        seals.set_aside(path)
        return _restored(path), False


def _restored(path: Path, *, unsealed: bool = False) -> Database:
    """The database with its collections, which an empty one gets back."""
    database = Database(path)
    try:
        Collections(database).restore()
        if unsealed:
            database.skip_passage_ids()
    except BaseException:
        # Closed before another file takes its place.
        database.close()
        raise
    return database


_KEY = "ocr"


def notice(database: Database, ocr: Ocr | None) -> bool:
    """Have files without text read again where more can be read than last time; whether so."""
    now = "+".join(ocr.languages) if ocr and shutil.which(ocr.command) else ""
    with database.write() as connection:
        row = connection.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
        if now == (row[0] if row else ""):
            return False
        connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_KEY, now))
        if not now:
            return False
        connection.execute(
            "UPDATE files SET state = 'waiting', reason = NULL, detail = ''"
            " WHERE state = 'skipped' AND reason = 'no_text'"
        )
        return True
