"""Where the vectors are kept: a Chroma in a folder of ours, or a Chroma server."""

import importlib.metadata
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from assistant.library.probing import Probe, find_all, look
from assistant.library.vector_folder import Purpose, Record, VectorFolder
from assistant.library.vectors import (
    SYNC_EVERY,
    ChromaVectors,
    VectorsError,
    embedded_client,
    server_client,
)

PREFIX = "passages-"

_log = logging.getLogger(__name__)


class VectorPlace(Protocol):
    """Keeps vectors, and knows whether what it kept can be trusted."""

    def open(self, probes: Sequence[Probe]) -> ChromaVectors | None:
        """What was kept; None when there is nothing, or nothing that can be trusted.

        Raises:
            VectorsError: whether there is cannot be told now.
        """
        ...

    def fresh(self, collections: Sequence[int]) -> ChromaVectors:
        """Empty vectors, to be filled and then taken."""
        ...

    def take(self, fresh: ChromaVectors) -> None:
        """From now on the fresh vectors count; those before are closed and deleted."""
        ...

    def settle(self, inserted: int) -> None:
        """Note that a write is done, which added so many vectors."""
        ...

    def is_swollen(self, count: int) -> bool:
        """Whether so many vectors take much more room than they need."""
        ...

    def close(self) -> None:
        """Close what is open, in such a way that it can be trusted when it is opened again."""
        ...


class EmbeddedPlace:
    """A folder with Chroma inside this process."""

    def __init__(
        self,
        folder: Path,
        library: str,
        embedder: str,
        dimensions: int,
        probing: Sequence[str],
        sync_every: int = SYNC_EVERY,
    ) -> None:
        """Take the folder.

        Args:
            library: the id of the library.db that the vectors come from.
            probing: the command that looks into a folder; see `probing`.

        Raises:
            LibraryError: another process has the folder.
        """
        self._folder = VectorFolder(folder)
        self._purpose = Purpose(
            chroma=importlib.metadata.version("chromadb"),
            library=library,
            embedder=embedder,
            dimensions=dimensions,
        )
        self._sync_every = sync_every
        self._probing = tuple(probing)
        self._record: Record | None = None
        self._vectors: ChromaVectors | None = None
        self._made = 0

    def open(self, probes: Sequence[Probe]) -> ChromaVectors | None:
        record = self._folder.read()
        doubt = self._doubt(record)
        if record is None or doubt:
            _log.info("The vectors are made anew: %s", doubt)
            return None
        chroma = self._folder.chroma(record.generation)
        wrong = "" if record.database else look(chroma, PREFIX, probes, self._probing)
        if not wrong:
            self._folder.write(record.model_copy(update={"database": None, "opening": True}))
            wrong = self._open(chroma, record, probes)
        if wrong:
            _log.warning("The vectors are made anew: %s", wrong)
            return None
        self._folder.keep_only(record.generation)
        return self._vectors

    def fresh(self, collections: Sequence[int]) -> ChromaVectors:  # noqa: ARG002 – all are new
        self._made = self._folder.next_generation()
        client = embedded_client(self._folder.chroma(self._made))
        return ChromaVectors(client, PREFIX, self._sync_every)

    def take(self, fresh: ChromaVectors) -> None:
        if self._vectors is not None:
            self._vectors.close()
        self._vectors = fresh
        self._record = Record(purpose=self._purpose, generation=self._made, graph={})
        self._folder.forget_seen()
        self.settle(0)
        self._folder.keep_only(self._made)

    def settle(self, inserted: int) -> None:
        if self._record is None:
            return
        prints = self._folder.graph_prints(self._record.generation, self._record.graph)
        self._record = self._record.model_copy(
            update={
                "graph": prints,
                "inserted": self._record.inserted + inserted,
                "database": None,
                "opening": False,
            }
        )
        self._folder.write(self._record)

    def is_swollen(self, count: int) -> bool:
        return self._record is not None and self._record.inserted > 2 * count + self._sync_every

    def close(self) -> None:
        try:
            if self._vectors is not None and self._record is not None:
                self._vectors.close()
                self.settle(0)
                known = self._folder.database_print(self._record.generation)
                self._folder.write(self._record.model_copy(update={"database": known}))
        finally:
            self._vectors = self._record = None
            self._folder.close()

    def _doubt(self, record: Record | None) -> str:
        if record is None:
            return "there is no record of them"
        if record.purpose != self._purpose:
            return "they are of another version, library or embedder"
        if record.opening:
            return "the last one who opened them did not come out of it"
        self._folder.forget_seen()
        if self._folder.graph_prints(record.generation, {}) != record.graph:
            return "the files of the graph are not what was written"
        kept = record.database
        if kept is not None and self._folder.database_print(record.generation) != kept:
            return "Chroma's database is not what was written"
        return ""

    def _open(self, chroma: Path, record: Record, probes: Sequence[Probe]) -> str:
        try:
            vectors = ChromaVectors(embedded_client(chroma), PREFIX, self._sync_every)
            wrong = find_all(vectors, probes)
            if wrong:
                vectors.close()
                return wrong
        except VectorsError as failure:
            return str(failure)
        self._vectors, self._record = vectors, record
        self.settle(0)
        return ""


class ServerPlace:
    """A Chroma server, which may serve others too. What it keeps is its own care."""

    def __init__(self, address: str, library: str, embedder: str) -> None:
        self._address = address
        self._prefix = f"{library[:32]}-{embedder[:32]}-"
        self._vectors: ChromaVectors | None = None

    def open(self, probes: Sequence[Probe]) -> ChromaVectors | None:
        vectors = ChromaVectors(server_client(self._address), self._prefix)
        wrong = find_all(vectors, probes)
        if wrong:
            _log.warning("The vectors on %s are made anew: %s", self._address, wrong)
            vectors.close()
            return None
        self._vectors = vectors
        return vectors

    def fresh(self, collections: Sequence[int]) -> ChromaVectors:
        vectors = ChromaVectors(server_client(self._address), self._prefix)
        for collection in collections:
            vectors.drop(collection)
        return vectors

    def take(self, fresh: ChromaVectors) -> None:
        if self._vectors is not None:
            self._vectors.close()
        self._vectors = fresh

    def settle(self, inserted: int) -> None:
        pass

    def is_swollen(self, count: int) -> bool:  # noqa: ARG002 – the server's own care
        return False

    def close(self) -> None:
        if self._vectors is not None:
            self._vectors.close()
            self._vectors = None
