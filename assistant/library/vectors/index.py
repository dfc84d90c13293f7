"""Vector index: Chroma kept in line with library.db, and a way around it when it fails.

library.db holds the truth. When Chroma is opened it is compared with it and brought in line; what
cannot be trusted is made anew from the stored embeddings. Until it is ready, and whenever it
fails, questions are answered by comparing them with every embedding in library.db: slower, and
exactly as right.
"""

import logging
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import RLock
from typing import NamedTuple

import numpy as np

from assistant.library.embedding.similarity import Vectors
from assistant.library.store.catalog import CatalogChange
from assistant.library.store.embeddings import Embeddings
from assistant.library.vectors.chroma import VECTORS_PER_WRITE, ChromaVectors, Hit, VectorsError
from assistant.library.vectors.places import VectorPlace
from assistant.library.vectors.probe import ProbeVector

PROBES_PER_COLLECTION = 24
"""Known vectors that are looked for in each collection when the index is opened: the newest and
some others."""

_log = logging.getLogger(__name__)


class IndexDifferences(NamedTuple):
    """Where Chroma and library.db do not agree, as pairs of collection and passage."""

    missing: frozenset[tuple[int, int]]
    """Embedded in library.db and not in Chroma."""
    surplus: frozenset[tuple[int, int]]
    """The other way round."""


class VectorIndex:
    """The vectors of one embedder, searchable. Safe to use from threads."""

    def __init__(self, place: VectorPlace, embeddings: Embeddings) -> None:
        self._place = place
        self._embeddings = embeddings
        self._vectors: ChromaVectors | None = None
        self._changing = RLock()

    @property
    def is_ready(self) -> bool:
        """Whether Chroma answers; to be opened (again) when it does not."""
        return self._vectors is not None

    def open(self, pause: Callable[[], None] | None = None) -> bool:
        """Bring Chroma in line with library.db.

        Args:
            pause: called between batches; may wait, and may raise to give up.

        Returns: whether it had to be made anew.

        Raises:
            VectorsError: Chroma cannot be used at all; questions are still answered.
        """
        with self._changing:
            wanted = self._embeddings.collections()
            self._vectors = None
            kept = self._place.open(self._probes(wanted))
            if kept is not None:
                try:
                    self._bring_in_line(kept, wanted, pause)
                    if not self._place.is_oversized(sum(map(len, wanted.values()))):
                        self._vectors = kept
                        return False
                except VectorsError as failure:
                    _log.warning("The vectors are made anew: %s", failure)
        self.rebuild(pause)
        return True

    def rebuild(self, pause: Callable[[], None] | None = None) -> None:
        """Make Chroma anew from the embeddings in library.db, and switch when that is done.

        Raises: see `open`.
        """
        wanted = self._embeddings.collections()
        fresh = self._place.create(list(wanted))
        try:
            for collection, ids in wanted.items():
                self._fill(fresh, collection, sorted(ids), pause)
            with self._changing:
                self._bring_in_line(fresh, self._embeddings.collections(), None)
                self._place.switch_to(fresh)
                self._place.record_write(sum(map(len, wanted.values())))
                self._vectors = fresh
        except BaseException:
            with suppress(VectorsError):
                fresh.close()
            raise

    def differences(self) -> IndexDifferences:
        """The differences between Chroma and library.db, id by id; none while it is not ready.

        What is on its way here counts as a difference: see what of it lasts.

        Raises:
            VectorsError: Chroma failed.
        """
        with self._changing:
            vectors = self._vectors
            if vectors is None:
                return IndexDifferences(frozenset(), frozenset())
            wanted = self._embeddings.collections()
            there = {
                collection: vectors.ids(collection)
                for collection in wanted.keys() | vectors.collections()
            }
        pairs = {(c, id_) for c, ids in wanted.items() for id_ in ids}
        kept = {(c, id_) for c, ids in there.items() for id_ in ids}
        return IndexDifferences(frozenset(pairs - kept), frozenset(kept - pairs))

    def repair(self) -> None:
        """Repair: bring Chroma in line with library.db while it is in use. Raises VectorsError."""
        with self._changing:
            if self._vectors is not None:
                self._bring_in_line(self._vectors, self._embeddings.collections(), None)

    def forget_other_embedders(self) -> None:
        """Delete the vectors of the library's other embedders. Raises VectorsError."""
        self._place.delete_others()

    def apply(self, change: CatalogChange) -> None:
        """Apply a change of library.db that is on disk. A failure makes the index not ready."""
        with self._changing:
            vectors = self._vectors
            if vectors is None:
                return
            try:
                for collection in change.collections:
                    vectors.remove(collection, change.removed)
                    self._fill(vectors, collection, change.added, None)
                self._place.record_write(len(change.added) * len(change.collections))
            except (VectorsError, OSError) as failure:
                self._disable(failure)

    def drop(self, collection: int) -> None:
        """Remove the vectors of a collection. A failure makes the index not ready."""
        with self._changing:
            if self._vectors is not None:
                try:
                    self._vectors.drop(collection)
                    self._place.record_write(0)
                except (VectorsError, OSError) as failure:
                    self._disable(failure)

    def search(
        self, vector: Vectors, limit: int, collections: Sequence[int] | None = None
    ) -> list[Hit]:
        """Search for the passages nearest to a question.

        Args:
            vector: of length 1, shape (dimensions,).
            collections: where to look; None is everywhere.

        Returns: passages and cosines, nearest first.
        """
        vectors = self._vectors
        if vectors is not None:
            wanted = collections if collections is not None else self._embeddings.collection_ids()
            try:
                return vectors.search(vector, limit, wanted)
            except VectorsError as failure:
                with self._changing:
                    if self._vectors is vectors:
                        self._disable(failure)
        return self._scan(vector, limit, collections)

    def close(self) -> None:
        with self._changing:
            self._vectors = None
            self._place.close()

    def _disable(self, failure: Exception) -> None:
        _log.warning("Chroma failed, library.db answers meanwhile: %s", failure)
        self._vectors = None

    def _probes(self, wanted: dict[int, set[int]]) -> list[ProbeVector]:
        """Some passages of each collection with their vectors, the newest among them."""
        probes = []
        for collection, ids in wanted.items():
            newest = sorted(ids)[-PROBES_PER_COLLECTION // 4 :]
            others = random.sample(sorted(ids), min(PROBES_PER_COLLECTION - len(newest), len(ids)))
            for batch, vectors in self._embeddings.vectors(sorted({*newest, *others})):
                probes += [
                    ProbeVector(collection, passage, vector)
                    for passage, vector in zip(batch, vectors, strict=True)
                ]
        return probes

    def _bring_in_line(
        self,
        vectors: ChromaVectors,
        wanted: dict[int, set[int]],
        pause: Callable[[], None] | None,
    ) -> None:
        inserted = 0
        for stray in vectors.collections() - wanted.keys():
            vectors.drop(stray)
        for collection, ids in wanted.items():
            there = vectors.ids(collection)
            missing, surplus = sorted(ids - there), sorted(there - ids)
            if missing or surplus:
                _log.info(
                    "Collection %d: %d vectors too few, %d too many",
                    collection,
                    len(missing),
                    len(surplus),
                )
                vectors.remove(collection, surplus)
                self._fill(vectors, collection, missing, pause)
                inserted += len(missing)
        if inserted:
            self._place.record_write(inserted)

    def _fill(
        self,
        vectors: ChromaVectors,
        collection: int,
        passages: Sequence[int],
        pause: Callable[[], None] | None,
    ) -> None:
        for at in range(0, len(passages), VECTORS_PER_WRITE):
            for ids, batch in self._embeddings.vectors(passages[at : at + VECTORS_PER_WRITE]):
                vectors.add(collection, ids, batch)
            if pause:
                pause()

    def _scan(self, vector: Vectors, limit: int, collections: Sequence[int] | None) -> list[Hit]:
        """Compare with every embedding in library.db."""
        wanted = self._embeddings.collections()
        scope = wanted if collections is None else {*collections} & wanted.keys()
        passages = sorted(set[int]().union(*(wanted[collection] for collection in scope)))
        ids = np.zeros(0, dtype=np.int64)
        cosines = np.zeros(0, dtype=np.float32)
        for batch, vectors in self._embeddings.vectors(passages):
            ids = np.concatenate([ids, batch])
            cosines = np.concatenate([cosines, vectors @ vector])
            best = np.argsort(-cosines, kind="stable")[:limit]
            ids, cosines = ids[best], cosines[best]
        return [(int(id_), float(cosine)) for id_, cosine in zip(ids, cosines, strict=True)]
