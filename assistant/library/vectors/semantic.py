"""Semantic index: an embedder, its embeddings and their vectors, opened together."""

import logging
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from threading import Event, Lock
from time import monotonic

from assistant.core.errors import AssistantError
from assistant.library.embedding.serving import SharedEmbedder
from assistant.library.store import passages
from assistant.library.store.catalog import CatalogChange
from assistant.library.store.database import LibraryDatabase
from assistant.library.store.embeddings import Embeddings
from assistant.library.text.chunking import context_of, texts_to_embed
from assistant.library.vectors.chroma import VectorsError
from assistant.library.vectors.index import VectorIndex

RETRY_SECONDS = 60.0
"""Seconds after which Chroma is tried again when it failed."""

CLOSE_TIMEOUT = 20.0
"""Seconds that an opening has to notice that nobody wants it any more."""

log = logging.getLogger(__name__)


@dataclass
class SemanticIndex:
    """One embedder with its embeddings and vectors."""

    embedder: SharedEmbedder
    embeddings: Embeddings
    index: VectorIndex
    _lock: Lock = field(default_factory=Lock)
    _closing: Event = field(default_factory=Event)
    _opener: threading.Thread = field(default_factory=threading.Thread)
    _try_again_at: float = 0.0

    def open_in_background(self) -> None:
        """Open the vectors in the background; until then library.db itself answers, only slower."""
        with self._lock:
            if self.index.is_ready or self._opener.is_alive() or monotonic() < self._try_again_at:
                return
            self._try_again_at = monotonic() + RETRY_SECONDS
            self._opener = threading.Thread(target=self._open, daemon=True)
            self._opener.start()

    def wait_opened(self, timeout: float | None = None) -> bool:
        """Wait until opening the vectors has ended, at most `timeout` seconds.

        Returns: whether it has ended.
        """
        self.open_in_background()
        opener = self._opener
        if opener.is_alive():
            opener.join(timeout)
        return not opener.is_alive()

    def embed(self, database: LibraryDatabase, ids: Collection[int]) -> None:
        """Embed passages from their stored texts, and add their vectors to the index."""
        with database.read() as connection:
            stored = list(passages.load(connection, ids).values())
        by_key = {each.key: each for each in stored}
        missing = self.embeddings.missing(list(by_key))
        keys = [key for key in by_key if key in missing]
        pairs = [
            (context_of(by_key[key].title, by_key[key].place), by_key[key].text) for key in keys
        ]
        texts = texts_to_embed(pairs, self.embedder.count_tokens, self.embedder.max_tokens)
        self.embeddings.store(keys, self.embedder.embed(texts))
        for collection, inside in self.embeddings.collections_of(ids).items():
            self.index.apply(CatalogChange((collection,), tuple(inside), ()))

    def close(self) -> None:
        """Close the vectors; an opening that is under way is given up."""
        self._closing.set()
        opener = self._opener
        if opener.is_alive():
            opener.join(CLOSE_TIMEOUT)
        self.index.close()

    def _open(self) -> None:
        try:
            self.index.open(self._check_closing)
        except _GivenUpError:
            log.info("the vectors are not opened any more")
        except (VectorsError, AssistantError) as failure:
            log.warning("Chroma cannot be used: %s", failure)

    def _check_closing(self) -> None:
        if self._closing.is_set():
            raise _GivenUpError


class _GivenUpError(Exception):
    """The vectors are closed while they are being opened."""
