"""A quick embedder, and a library of texts made with it."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from assistant.core.values.documents import Document
from assistant.library.embedding.sentence_transformers import Embedder
from assistant.library.embedding.similarity import Vectors
from assistant.library.store import keywords, passages
from assistant.library.store.catalog import CatalogChange, FileCatalog, FileStamp
from assistant.library.store.collections import CollectionStore
from assistant.library.store.database import LibraryDatabase
from assistant.library.store.embeddings import Embeddings
from assistant.library.store.scope import ScopeCache
from assistant.library.text.analysis import Analyzer
from assistant.library.text.chunking import draft_passages, texts_to_embed
from assistant.library.text.pieces import ChunkLimits

DIMENSIONS = 48
LIMITS = ChunkLimits(tokens=40, overlap=6)
STAMP = FileStamp(1, 1, 1)


class WordEmbedder:
    """A text is the sum of its words, each a direction of its own. Keeps what it embedded."""

    def __init__(
        self, identity: str = "words", dimensions: int = DIMENSIONS, max_tokens: int = 60
    ) -> None:
        self.identity = identity
        self.dimensions = dimensions
        self.max_tokens = max_tokens
        self.unrelated_cosine = 0.0
        self.readable: Callable[[str], bool] = lambda _: True
        self.embedded: list[str] = []
        self.at_batch: Callable[[], None] = lambda: None
        """Called before texts are embedded; may raise."""

    def can_read(self, texts: Sequence[str]) -> list[bool]:
        return [self.readable(text) for text in texts]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def embed(self, texts: Sequence[str], pause: Callable[[], None] | None = None) -> Vectors:
        self.at_batch()
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[:] = self._vector(text)
            if pause:
                pause()
        self.embedded += texts
        return vectors

    def embed_question(self, text: str) -> Vectors:
        return self._vector(text)

    def _vector(self, text: str) -> Vectors:
        vector = np.full(self.dimensions, 1e-3, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower())[: self.max_tokens]:
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
            vector += np.random.default_rng(seed).normal(size=self.dimensions)
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def plain(text: str, title: str = "A title") -> Document:
    return Document(title=title, text=text, blocks=(), has_lines=False)


@dataclass
class MadeLibrary:
    """A library.db with one collection and one root, to be filled with texts."""

    home: Path
    embedder: Embedder = field(default_factory=WordEmbedder)

    def __post_init__(self) -> None:
        self.database = LibraryDatabase(self.home / "library.db")
        self.analyzer = Analyzer()
        self.catalog = FileCatalog(self.database, self.analyzer)
        self.collections = CollectionStore(self.database)
        self.embeddings = Embeddings(
            self.database, self.embedder.identity, self.embedder.dimensions
        )
        self.collection = self.collections.add("default").id
        self.root = self.collections.add_root(self.collection, b"/docs").id

    def put(
        self, name: str, text: str, title: str | None = None, root: int | None = None
    ) -> CatalogChange:
        """Index a file of a text, as the indexing does."""
        return self.put_document(name, plain(text, title or name), root)

    def put_document(
        self, name: str, document: Document, root: int | None = None, stamp: FileStamp = STAMP
    ) -> CatalogChange:
        """Index a file that has been read, as the indexing does."""
        path = f"/docs/{name}".encode()
        self.catalog.add_found(root or self.root, [(path, stamp)])
        drafts = draft_passages(document, self.embedder.count_tokens, LIMITS)
        missing = self.embeddings.missing([draft.key for draft in drafts])
        new = {draft.key: draft for draft in drafts if draft.key in missing}
        texts = texts_to_embed(
            [(draft.context, draft.chunk.text) for draft in new.values()],
            self.embedder.count_tokens,
            self.embedder.max_tokens,
        )
        self.embeddings.store(list(new), self.embedder.embed(texts))
        digest = hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()
        return self.catalog.replace(path, stamp, digest, document.title, drafts)

    def search(self, question: str, collections: list[int] | None = None) -> list[str]:
        """The files of what the keywords find, best first."""
        with self.database.read() as connection:
            scope = ScopeCache(self.database).open(connection, collections)
            query = keywords.prepare_query(connection, self.analyzer, question, scope=scope)
            found = keywords.search(query, 20, scope)
            stored = passages.load(connection, found)
        return list(dict.fromkeys(stored[id_].path.removeprefix("/docs/") for id_ in found))

    def close(self) -> None:
        self.database.close()
