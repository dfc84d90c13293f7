"""Chroma client: nothing but ids and vectors, one Chroma collection for each of ours.

Collections of their own, and not a filter on one: a filtered query costs Chroma as much as there
are passages that pass the filter. What Chroma holds can be made again from library.db at any
time, and every way in which it fails is one error here.
"""

import os
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import numpy as np

from assistant.library.embedding.similarity import Vectors

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

IDS_PER_REQUEST = 5000
"""Ids in one request; Chroma refuses some more than that."""

VECTORS_PER_WRITE = 500
"""Vectors in one write: a question waits until a write is done."""

SYNC_EVERY = 1000
"""Vectors after which Chroma writes its graph to disk; until then they are in its queue, which
is read again when it is opened."""

EF_SEARCH = 300
"""Passages that a query looks at. Of 150 it missed the nearest one of 100,000 for one question in a
hundred; more than 300 find hardly more."""

_GRAPH = {"space": "cosine", "ef_construction": 100, "ef_search": EF_SEARCH, "max_neighbors": 16}

_NAMES_PER_REQUEST = 500
"""Names of collections in one request."""

Hit = tuple[int, float]
"""A passage and its cosine."""


class VectorsError(Exception):
    """Chroma failed, or holds what it should not; the caller makes the vectors anew."""


class ChromaVectors:
    """The vectors of one embedder in an embedded or served Chroma. Safe to use from threads."""

    def __init__(self, client: "Client", prefix: str, sync_every: int = SYNC_EVERY) -> None:
        """Args:
        prefix: begins the names of our collections.
        """
        self._client = client
        self._prefix = prefix
        self._sync_every = sync_every
        self._opened: dict[int, Collection] = {}

    def collections(self) -> set[int]:
        """The collections that Chroma has, whether they are wanted or not."""
        names = collection_names(self._client, self._prefix)
        endings = (name.removeprefix(self._prefix) for name in names)
        return {int(ending) for ending in endings if ending.isdigit()}

    def ids(self, collection: int) -> set[int]:
        """The passages of a collection; none when Chroma does not have it."""
        found: set[int] = set()
        with _as_vectors_error():
            chroma = self._open(collection)
            while chroma is not None:
                page = chroma.get(limit=IDS_PER_REQUEST, offset=len(found), include=[])["ids"]
                before = len(found)
                found.update(int(id_) for id_ in page)
                if len(page) < IDS_PER_REQUEST or len(found) == before:
                    break
        return found

    def add(self, collection: int, ids: Sequence[int], vectors: Vectors) -> None:
        """Add passages, or give them other vectors, shape (ids, dimensions)."""
        with _as_vectors_error():
            chroma = self._open(collection) or self._create(collection)
            _search_as_widely_as_new_ones(chroma)
            for at in range(0, len(ids), VECTORS_PER_WRITE):
                chroma.upsert(
                    ids=[str(id_) for id_ in ids[at : at + VECTORS_PER_WRITE]],
                    embeddings=vectors[at : at + VECTORS_PER_WRITE],
                )

    def remove(self, collection: int, ids: Sequence[int]) -> None:
        """Remove passages; those that are not there do not matter."""
        with _as_vectors_error():
            chroma = self._open(collection)
            for at in range(0, len(ids) if chroma else 0, VECTORS_PER_WRITE):
                assert chroma is not None
                chroma.delete(ids=[str(id_) for id_ in ids[at : at + VECTORS_PER_WRITE]])

    def drop(self, collection: int) -> None:
        """Remove a whole collection."""
        with _as_vectors_error():
            if self._open(collection) is not None:
                del self._opened[collection]
                self._client.delete_collection(self._name(collection))

    def search(self, vector: Vectors, limit: int, collections: Sequence[int]) -> list[Hit]:
        """The nearest passages of some collections, nearest first; each at most once."""
        if not np.isfinite(vector).all():
            raise VectorsError("the question's vector is not finite")
        best: dict[int, float] = {}
        with _as_vectors_error():
            for collection in collections:
                chroma = self._open(collection)
                if chroma is None:
                    continue
                found = chroma.query(
                    query_embeddings=vector[np.newaxis], n_results=limit, include=["distances"]
                )
                distances: Any = found["distances"]
                for id_, distance in zip(found["ids"][0], distances[0], strict=True):
                    best[int(id_)] = max(best.get(int(id_), -1.0), 1.0 - float(distance))
        return sorted(best.items(), key=lambda hit: -hit[1])[:limit]

    def close(self) -> None:
        self._opened.clear()
        with _as_vectors_error():
            self._client.close()

    def _name(self, collection: int) -> str:
        return f"{self._prefix}{collection}"

    def _open(self, collection: int) -> "Collection | None":
        known = self._opened.get(collection)
        if known is None:
            from chromadb.errors import NotFoundError  # noqa: PLC0415 – costs seconds

            try:
                known = self._client.get_collection(self._name(collection), embedding_function=None)
            except NotFoundError:
                return None
            self._opened[collection] = known
        return known

    def _create(self, collection: int) -> "Collection":
        configuration: Any = {"hnsw": {**_GRAPH, "sync_threshold": self._sync_every}}
        created = self._client.create_collection(
            self._name(collection),
            embedding_function=None,
            configuration=configuration,
        )
        self._opened[collection] = created
        return created


def _search_as_widely_as_new_ones(chroma: "Collection") -> None:
    """Bring a collection of an earlier version in line, from when it is opened next."""
    graph = chroma.configuration_json.get("hnsw") or {}
    if graph.get("ef_search") != EF_SEARCH:
        with warnings.catch_warnings():
            # Chroma warns of what it writes itself where we embed.
            warnings.simplefilter("ignore", DeprecationWarning)
            chroma.modify(configuration={"hnsw": {"ef_search": EF_SEARCH}})


def collection_names(client: "Client", prefix: str) -> list[str]:
    """The collections whose names begin so. Only the names are looked at: opening a collection
    of a stranger could do what its configuration says.

    Raises:
        VectorsError: Chroma failed.
    """
    names: list[str] = []
    with _as_vectors_error():
        while True:
            page = client.list_collections(limit=_NAMES_PER_REQUEST, offset=len(names))
            names += [collection.name for collection in page]
            if len(page) < _NAMES_PER_REQUEST:
                return [name for name in names if name.startswith(prefix)]


def delete_collections(client: "Client", names: Iterable[str]) -> None:
    """Delete collections; those that are not there do not matter. Raises VectorsError."""
    from chromadb.errors import NotFoundError  # noqa: PLC0415 – costs seconds

    with _as_vectors_error():
        for name in names:
            with suppress(NotFoundError):
                client.delete_collection(name)


def embedded_client(folder: Path) -> "Client":
    """A Chroma inside this process. It has to be the only one on this folder.

    Raises:
        VectorsError: Chroma cannot open the folder.
    """
    with _as_vectors_error():
        import chromadb  # noqa: PLC0415 – costs seconds

        client: Any = chromadb.PersistentClient(str(folder), settings=_settings())
        return cast("Client", client)


def server_client(address: str) -> "Client":
    """A Chroma server, such as http://127.0.0.1:8000.

    Raises:
        VectorsError: it cannot be reached.
    """
    with _as_vectors_error():
        import chromadb  # noqa: PLC0415 – costs seconds

        parts = urlsplit(address if "//" in address else f"//{address}")
        client: Any = chromadb.HttpClient(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or (443 if parts.scheme == "https" else 8000),
            ssl=parts.scheme == "https",
            settings=_settings(),
        )
        return cast("Client", client)


def _settings() -> Any:
    """No telemetry, and nothing from an .env file that happens to lie in the current folder."""
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    from chromadb.config import Settings  # noqa: PLC0415 – costs seconds

    given: dict[str, Any] = {"_env_file": None, "anonymized_telemetry": False}
    return Settings(**given)


_MESSAGE_OF_SYSTEM = re.compile(r'message: "([^"]{1,200})"')
"""Within an error of the system, as Rust writes it."""


@contextmanager
def _as_vectors_error() -> Iterator[None]:
    """Chroma raises its own errors, those of what it is built on, and Python's."""
    from chromadb.errors import ChromaError  # noqa: PLC0415 – costs seconds
    from httpx import HTTPError  # noqa: PLC0415 – comes with Chroma

    python = (ValueError, TypeError, LookupError, AttributeError, RuntimeError, OSError)
    try:
        yield
    except (ChromaError, HTTPError, *python) as failure:
        raise VectorsError(f"{type(failure).__name__}: {failure}") from failure
    except BaseException as failure:
        # What Rust panics with is no Exception, and has no class that could be imported.
        if type(failure).__module__ != "pyo3_runtime":
            raise
        told = _MESSAGE_OF_SYSTEM.search(str(failure))
        raise VectorsError(f"Chroma gave up: {told[1] if told else failure}") from failure
