"""Re-embedding: which embedder serves, and how another one takes its place.

When the settings name another embedder than the one that library.db has embeddings of, the old one
goes on serving while the new one's embeddings are made from the stored texts, little by little.
When all are there and their vectors stand, the new one serves, and what was the old one's goes.
How far that is stands in library.db, and it goes on there after a restart. Where the model of the
old one is gone, questions are answered by their words alone meanwhile.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, RLock
from time import monotonic
from typing import NamedTuple

from assistant.core.errors import ModelError, ModelFileError, ModelNotFoundError
from assistant.library.embedding.sentence_transformers import Embedder
from assistant.library.embedding.serving import (
    SharedEmbedder,
    embedder_name,
    identity_in,
    open_embedder,
)
from assistant.library.store import embeddings as records
from assistant.library.store.catalog import CatalogChange
from assistant.library.store.database import LibraryDatabase
from assistant.library.store.embeddings import Embeddings
from assistant.library.vectors.chroma import VectorsError
from assistant.library.vectors.index import VectorIndex
from assistant.library.vectors.places import VectorPlace
from assistant.library.vectors.semantic import RETRY_SECONDS, SemanticIndex

EMBEDDED_AT_ONCE = 64
"""Passages that are embedded before anything else may come first."""

OPENING_POLL_SECONDS = 0.5
"""Seconds that one look at vectors takes which are being made."""

RECOUNT_SECONDS = 2.0
"""Seconds between two counts of what is left to embed."""

log = logging.getLogger(__name__)


class EmbedderSlot(NamedTuple):
    """An embedder that may be opened: its identity and folder."""

    identity: str
    folder: Path | None
    """None: its model is gone."""


class EmbedderStatus(NamedTuple):
    """The embedder that serves, how far the next one is, and what is wrong."""

    serving: str
    """The name of the one that serves; empty while there is none."""
    next_done: float | None
    """The share of the passages that the next one has embedded; None when there is no next one."""
    problem: str
    """Why an embedder cannot be used; empty when all can."""


class EmbedderSwitch:
    """The embedders of an open library. Questions come from any thread, the rest from one."""

    def __init__(
        self,
        database: LibraryDatabase,
        wanted: Path | None,
        shipped: Path | None,
        place: Callable[[Embedder], VectorPlace],
        *,
        identify: Callable[[Path], str] = identity_in,
        load: Callable[[Path], Embedder] = open_embedder,
    ) -> None:
        """Opens nothing yet.

        Args:
            wanted: the folder of the embedder that the settings name; None takes the shipped one.
            shipped: the folder of the one that comes with the program; None when it is not there.
            place: where the vectors of an embedder are kept.
            identify: tells the identity of the embedder in a folder. Raises ModelError.
            load: loads the model in a folder. Raises ModelError.
        """
        self._database = database
        self._wanted = wanted
        self._shipped = shipped
        self._place = place
        self._identify = identify
        self._load_model = load
        self._opening = Lock()
        self._deciding = RLock()
        """Held for moments only; never is anything opened under it."""
        self._slots: tuple[EmbedderSlot | None, EmbedderSlot | None] | None = None
        self._opened: dict[str, SemanticIndex] = {}
        self._failed: dict[str, tuple[float, ModelError]] = {}
        self._missing: ModelError | None = None
        self._questions: Counter[str] = Counter()
        self._behind = True
        self._reached: dict[str, int | None] = {}
        self._share = 0.0
        self._counted_at = float("-inf")

    @property
    def is_behind(self) -> bool:
        """Whether there is something that `catch_up` can do now."""
        return self._behind

    @contextmanager
    def for_questions(self) -> Iterator[SemanticIndex | None]:
        """The index that answers questions, open for the block; None when only words do."""
        with self._deciding:
            slot = self._decide()[0]
            name = slot.identity if slot else ""
            self._questions[name] += 1
        try:
            semantic = self._open_or_none(slot) if slot else None
            if semantic is not None:
                semantic.open_in_background()
            yield semantic
        finally:
            with self._deciding:
                self._questions[name] -= 1

    def for_indexing(self) -> SemanticIndex:
        """The index that new passages go to: the serving one, or the next when that is gone.

        Raises:
            ModelError: no embedder can be used.
        """
        problem = self._missing
        for slot in self._decide():
            if slot is not None:
                try:
                    semantic = self._open(slot)
                except ModelError as failure:
                    problem = failure
                else:
                    semantic.open_in_background()
                    return semantic
        raise problem or self._missing or _no_embedder()

    def follow(self, change: CatalogChange) -> None:
        """Have the open vectors follow a change of the catalog."""
        for semantic in list(self._opened.values()):
            semantic.index.apply(change)

    def drop(self, collection: int) -> None:
        """Have the open vectors follow the removal of a collection."""
        for semantic in list(self._opened.values()):
            semantic.index.drop(collection)

    def check_again(self) -> None:
        """Note that something changed: there may be passages to embed, or embeddings to delete."""
        self._reached.clear()
        self._behind = True

    def stand_by(self) -> None:
        """Do nothing more until something changes."""
        self._behind = False

    def catch_up(self) -> None:
        """Do a part of the background work: embed, switch the embedder, delete old vectors."""
        serving, following = self._decide()
        for semantic in list(self._opened.values()):
            if semantic.embeddings.has_damage and semantic.embeddings.delete_damaged():
                self.check_again()
        if any(slot and self._embed_some(slot) for slot in (serving, following)):
            return
        if following is None or self._switch_to(following):
            self._behind = not self._delete_unneeded()

    def state(self) -> EmbedderStatus:
        """The state of the embedders; opens nothing."""
        serving, following = self._decide()
        slots = [slot for slot in (serving, following) if slot is not None]
        tried = [self._failed[slot.identity] for slot in slots if slot.identity in self._failed]
        problem = tried[0][1] if tried else self._missing
        done = None
        if following is not None:
            self._count(following)
            done = self._share
        name = embedder_name(serving.folder) if serving and serving.folder else ""
        return EmbedderStatus(name, done, problem.message if problem else "")

    def close(self) -> None:
        with self._opening:
            for semantic in self._opened.values():
                semantic.close()
            self._opened.clear()

    def _decide(self) -> tuple[EmbedderSlot | None, EmbedderSlot | None]:
        """The embedder that serves and the one that follows it, as far as there are any."""
        with self._deciding:
            if self._slots is None:
                wanted = self._wanted_slot()
                served = records.serving_embedder(self._database)
                if served is None or (wanted and wanted.identity == served.identity):
                    self._slots = (wanted, None)
                else:
                    self._slots = (EmbedderSlot(served.identity, self._find(served)), wanted)
            return self._slots

    def _wanted_slot(self) -> EmbedderSlot | None:
        folder = self._wanted or self._shipped
        try:
            if folder is None:
                raise _no_embedder()
            return EmbedderSlot(self._identify(folder), folder)
        except ModelError as failure:
            log.warning("%s", failure)
            self._missing = failure
            return None

    def _find(self, known: records.KnownEmbedder) -> Path | None:
        """Where the model of an embedder lies now."""
        for folder in (known.folder, self._shipped):
            try:
                if folder is not None and self._identify(folder) == known.identity:
                    return folder
            except ModelError:
                continue
        return None

    def _open_or_none(self, slot: EmbedderSlot) -> SemanticIndex | None:
        try:
            return self._open(slot)
        except ModelError:
            return None

    def _open(self, slot: EmbedderSlot) -> SemanticIndex:
        """Raises ModelError."""
        if slot.identity in self._opened:
            return self._opened[slot.identity]
        with self._opening:
            semantic = self._opened.get(slot.identity)
            if semantic is not None:
                return semantic
            since, failure = self._failed.get(slot.identity, (float("-inf"), None))
            if failure is not None and monotonic() - since < RETRY_SECONDS:
                raise failure
            try:
                semantic = self._load(slot)
            except ModelError as problem:
                log.warning("%s", problem)
                self._failed[slot.identity] = (monotonic(), problem)
                raise
            self._failed.pop(slot.identity, None)
            self._opened[slot.identity] = semantic
            return semantic

    def _load(self, slot: EmbedderSlot) -> SemanticIndex:
        if slot.folder is None:
            raise ModelNotFoundError(
                "The embedder that your files were indexed with was not found any more.",
                "They are searched by words until another embedder is ready.",
            )
        embedder = SharedEmbedder(self._load_model(slot.folder))
        if embedder.identity != slot.identity:
            raise ModelFileError(
                f"The embedder in {slot.folder} is another one than a moment ago.",
                "Start the assistant again.",
            )
        embeddings = Embeddings(self._database, embedder.identity, embedder.dimensions)
        if not self._database.read_only:
            records.store_model_folder(self._database, slot.identity, slot.folder)
            if slot == self._decide()[0]:
                records.set_serving(self._database, slot.identity)
        return SemanticIndex(embedder, embeddings, VectorIndex(self._place(embedder), embeddings))

    def _embed_some(self, slot: EmbedderSlot) -> bool:
        """Embed some of what has no embedding by this embedder; whether there was anything."""
        reached = self._reached.get(slot.identity, 0)
        if reached is None:
            return False
        ids = records.passages_without_embedding(
            self._database, slot.identity, reached, EMBEDDED_AT_ONCE
        )
        semantic = self._open_or_none(slot) if ids else None
        if semantic is None:
            self._reached[slot.identity] = None
            return False
        semantic.embed(self._database, ids)
        self._reached[slot.identity] = ids[-1]
        return True

    def _switch_to(self, slot: EmbedderSlot) -> bool:
        """Let the next embedder serve once its vectors stand; whether it does."""
        semantic = self._open_or_none(slot)
        if semantic is None:
            self.stand_by()
            return False
        if not semantic.wait_opened(OPENING_POLL_SECONDS):
            return False
        records.set_serving(self._database, slot.identity)
        with self._deciding:
            self._slots = (slot, None)
        log.info("the embedder in %s serves now", slot.folder)
        return True

    def _delete_unneeded(self) -> bool:
        """Delete what nobody needs any more; False when it has to wait."""
        serving = self._decide()[0]
        if serving is None:
            return True
        for identity in [each for each in self._opened if each != serving.identity]:
            with self._deciding:
                if self._questions[identity]:
                    return False
            self._opened.pop(identity).close()
        if records.has_other_embedders(self._database, serving.identity):
            semantic = self._open_or_none(serving)
            if semantic is None:
                return True
            try:
                semantic.index.forget_other_embedders()
            except VectorsError as failure:
                log.warning("old vectors cannot be deleted: %s", failure)
                return True
            records.delete_other_embedders(self._database, serving.identity)
        records.delete_unused(self._database)
        return True

    def _count(self, slot: EmbedderSlot) -> None:
        if monotonic() - self._counted_at >= RECOUNT_SECONDS:
            self._counted_at = monotonic()
            self._share = records.embedded_share(self._database, slot.identity)


def _no_embedder() -> ModelNotFoundError:
    return ModelNotFoundError(
        "There is no embedder on this machine.",
        "Install assistant[starter], or set library.embedder to the folder of one.",
    )
