"""Vector places: where vectors are kept, in a Chroma folder of ours or on a Chroma server.

Each embedder has a place of its own, so that another one's can be filled while this one's is
searched.
"""

import hashlib
import importlib.metadata
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol

from assistant.library.vectors.chroma import (
    SYNC_EVERY,
    ChromaVectors,
    VectorsError,
    collection_names,
    delete_collections,
    embedded_client,
    server_client,
)
from assistant.library.vectors.folder import VectorFolder, VectorFolderRecord, VectorsIdentity
from assistant.library.vectors.probe import ProbeVector, check_vectors, probe_folder

if TYPE_CHECKING:
    from chromadb.api.client import Client

PREFIX = "passages-"

_TAG_LENGTH = 16
"""Characters that stand for an embedder in a name."""

_log = logging.getLogger(__name__)


class VectorPlace(Protocol):
    """Keeps vectors, and knows whether what it kept can be trusted."""

    def open(self, probes: Sequence[ProbeVector]) -> ChromaVectors | None:
        """Open the vectors that were kept.

        Returns: them; None when there are none that can be trusted.

        Raises:
            VectorsError: whether there is cannot be told now.
        """
        ...

    def create(self, collections: Sequence[int]) -> ChromaVectors:
        """Create empty vectors, to be filled and then switched to."""
        ...

    def switch_to(self, fresh: ChromaVectors) -> None:
        """Switch to fresh vectors; those before are closed and deleted."""
        ...

    def record_write(self, inserted: int) -> None:
        """Record that a write is done, which added `inserted` vectors."""
        ...

    def is_oversized(self, count: int) -> bool:
        """Whether `count` vectors take much more room than they need."""
        ...

    def delete_others(self) -> None:
        """Delete the vectors of the library's other embedders; nobody uses them now.

        Raises:
            VectorsError: it cannot be deleted now.
        """
        ...

    def close(self) -> None:
        """Close what is open, in such a way that it can be trusted when it is opened again."""
        ...


class UnopenedPlace:
    """No vectors at all: where nothing can be written Chroma cannot even open what it has.

    Questions are compared with the embeddings in library.db instead.
    """

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise VectorsError(self._reason)

    open = create = switch_to = record_write = is_oversized = delete_others = _refuse

    def close(self) -> None:
        """There is nothing open."""


class EmbeddedPlace:
    """Vectors in a folder, with Chroma inside this process."""

    def __init__(
        self,
        folder: Path,
        library: str,
        embedder: str,
        dimensions: int,
        probe_command: Sequence[str],
        sync_every: int = SYNC_EVERY,
    ) -> None:
        """Take this embedder's part of the folder.

        Args:
            folder: of all embedders.
            library: the id of the library.db that the vectors come from.
            probe_command: the command that looks into a folder; see `probe`.

        Raises:
            LibraryError: another process has the folder.
        """
        self._all_embedders = folder
        self._tag = _tag(embedder)
        self._folder = VectorFolder(folder / self._tag)
        self._identity = VectorsIdentity(
            chroma=importlib.metadata.version("chromadb"),
            library=library,
            embedder=embedder,
            dimensions=dimensions,
        )
        self._sync_every = sync_every
        self._probe_command = tuple(probe_command)
        self._record: VectorFolderRecord | None = None
        self._vectors: ChromaVectors | None = None
        self._new_generation = 0

    def open(self, probes: Sequence[ProbeVector]) -> ChromaVectors | None:
        record = self._folder.read()
        doubt = self._reason_to_distrust(record)
        if record is None or doubt:
            _log.info("The vectors are made anew: %s", doubt)
            return None
        chroma = self._folder.chroma(record.generation)
        wrong = "" if record.database else probe_folder(chroma, PREFIX, probes, self._probe_command)
        if not wrong:
            self._folder.write(record.model_copy(update={"database": None, "opening": True}))
            wrong = self._open(chroma, record, probes)
        if wrong:
            _log.warning("The vectors are made anew: %s", wrong)
            return None
        self._folder.keep_only(record.generation)
        return self._vectors

    def create(self, collections: Sequence[int]) -> ChromaVectors:  # noqa: ARG002 – all are new
        self._new_generation = self._folder.next_generation()
        client = embedded_client(self._folder.chroma(self._new_generation))
        return ChromaVectors(client, PREFIX, self._sync_every)

    def switch_to(self, fresh: ChromaVectors) -> None:
        if self._vectors is not None:
            self._vectors.close()
        self._vectors = fresh
        self._record = VectorFolderRecord(
            purpose=self._identity, generation=self._new_generation, graph={}
        )
        self._folder.reread_all()
        self.record_write(0)
        self._folder.keep_only(self._new_generation)

    def record_write(self, inserted: int) -> None:
        if self._record is None:
            return
        checksums = self._folder.graph_checksums(self._record.generation, self._record.graph)
        self._record = self._record.model_copy(
            update={
                "graph": checksums,
                "inserted": self._record.inserted + inserted,
                "database": None,
                "opening": False,
            }
        )
        self._folder.write(self._record)

    def is_oversized(self, count: int) -> bool:
        return self._record is not None and self._record.inserted > 2 * count + self._sync_every

    def delete_others(self) -> None:
        try:
            for entry in self._all_embedders.iterdir():
                if entry.is_dir() and entry.name != self._tag:
                    shutil.rmtree(entry)
                elif not entry.is_dir():
                    entry.unlink()
        except OSError as failure:
            raise VectorsError(str(failure)) from None

    def close(self) -> None:
        try:
            if self._vectors is not None and self._record is not None:
                self._vectors.close()
                self.record_write(0)
                known = self._folder.database_checksum(self._record.generation)
                self._folder.write(self._record.model_copy(update={"database": known}))
        finally:
            self._vectors = self._record = None
            self._folder.close()

    def crash(self) -> None:
        """Let the folder go as a process does that dies: nothing is closed, and nothing noted."""
        self._folder.close()

    def _reason_to_distrust(self, record: VectorFolderRecord | None) -> str:
        if record is None:
            return "there is no record of them"
        if record.purpose != self._identity:
            return "they are of another version, library or embedder"
        if record.opening:
            return "the last one who opened them did not come out of it"
        self._folder.reread_all()
        if self._folder.graph_checksums(record.generation, {}) != record.graph:
            return "the files of the graph are not what was written"
        kept = record.database
        if kept is not None and self._folder.database_checksum(record.generation) != kept:
            return "Chroma's database is not what was written"
        return ""

    def _open(self, chroma: Path, record: VectorFolderRecord, probes: Sequence[ProbeVector]) -> str:
        try:
            vectors = ChromaVectors(embedded_client(chroma), PREFIX, self._sync_every)
            wrong = check_vectors(vectors, probes)
            if wrong:
                vectors.close()
                return wrong
        except VectorsError as failure:
            return str(failure)
        self._vectors, self._record = vectors, record
        self.record_write(0)
        return ""


class ServerPlace:
    """Vectors on a Chroma server, which may serve others too. How it keeps them is its own care.

    The name of a collection there tells its library, its embedder and a number that counts up when
    all is made anew. The lowest number that is there is the one that came to its end.
    """

    def __init__(self, address: str, library: str, embedder: str) -> None:
        self._address = address
        self._library = f"{library[:32]}-"
        self._embedder = f"{self._library}{_tag(embedder)}-"
        self._client: Client | None = None
        self._vectors: ChromaVectors | None = None
        self._generation = self._new_generation = 1

    def open(self, probes: Sequence[ProbeVector]) -> ChromaVectors | None:
        generations = self._generations()
        self._generation = min(generations, default=1)
        self._delete(generations - {self._generation})
        vectors = self._vectors_of(self._generation)
        wrong = check_vectors(vectors, probes)
        if wrong:
            _log.warning("The vectors on %s are made anew: %s", self._address, wrong)
            vectors.close()
            return None
        self._vectors = vectors
        return vectors

    def create(self, collections: Sequence[int]) -> ChromaVectors:  # noqa: ARG002 – all are new
        self._new_generation = max({self._generation, *self._generations()}) + 1
        return self._vectors_of(self._new_generation)

    def switch_to(self, fresh: ChromaVectors) -> None:
        if self._vectors is not None:
            self._vectors.close()
        self._vectors = fresh
        self._generation = self._new_generation
        self._delete(self._generations() - {self._generation})

    def record_write(self, inserted: int) -> None:
        pass

    def is_oversized(self, count: int) -> bool:  # noqa: ARG002 – the server's own care
        return False

    def delete_others(self) -> None:
        names = collection_names(self._server(), self._library)
        others = [name for name in names if not name.startswith(self._embedder)]
        delete_collections(self._server(), others)

    def close(self) -> None:
        if self._vectors is not None:
            self._vectors.close()
            self._vectors = None
        if self._client is not None:
            self._client.close()
            self._client = None

    def _server(self) -> "Client":
        if self._client is None:
            self._client = server_client(self._address)
        return self._client

    def _vectors_of(self, generation: int) -> ChromaVectors:
        return ChromaVectors(server_client(self._address), f"{self._embedder}{generation}-")

    def _generations(self) -> set[int]:
        names = collection_names(self._server(), self._embedder)
        numbers = (name.removeprefix(self._embedder).partition("-")[0] for name in names)
        return {int(number) for number in numbers if number.isdigit()}

    def _delete(self, generations: set[int]) -> None:
        for generation in generations:
            names = collection_names(self._server(), f"{self._embedder}{generation}-")
            delete_collections(self._server(), names)


def _tag(embedder: str) -> str:
    """A short name for an embedder, of characters that any system takes."""
    return hashlib.sha256(embedder.encode()).hexdigest()[:_TAG_LENGTH]
