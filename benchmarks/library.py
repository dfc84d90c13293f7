"""A library of given texts, made of the parts that make the user's."""

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.core.values.documents import Block, Document
from assistant.library.embedding.sentence_transformers import Embedder
from assistant.library.embedding.serving import SharedEmbedder
from assistant.library.embedding.similarity import Vectors
from assistant.library.search.retrieval import HybridRetriever
from assistant.library.store.catalog import FileCatalog, FileStamp
from assistant.library.store.collections import CollectionStore
from assistant.library.store.database import LibraryDatabase
from assistant.library.store.embeddings import Embeddings
from assistant.library.text.analysis import Analyzer
from assistant.library.text.chunking import draft_passages, texts_to_embed
from assistant.library.text.pieces import ChunkLimits
from assistant.library.vectors.index import VectorIndex
from assistant.library.vectors.places import EmbeddedPlace
from assistant.library.vectors.semantic import SemanticIndex
from benchmarks.question_sets import Paragraph

PROBE = (sys.executable, "-m", "assistant.library.vectors.probe")


@dataclass(frozen=True)
class BenchLibrary:
    """The open parts of a library."""

    database: LibraryDatabase
    analyzer: Analyzer
    embedder: Embedder
    embeddings: Embeddings
    index: VectorIndex
    retrieval: HybridRetriever
    by_words: HybridRetriever
    """Without any embedder."""


class Remembering:
    """An embedder that embeds no text twice, as several libraries hold the same texts."""

    def __init__(self, embedder: Embedder, file: Path | None = None) -> None:
        """Args:
        file: keeps the vectors for the next run, of this embedder only.
        """
        self._embedder = embedder
        self._file = file
        self._known: dict[str, Vectors] = {}
        if file is not None:
            # NumPy adds this to the name of what it saves.
            self._file = file = file.with_name(f"{file.name.removesuffix('.npz')}.npz")
        if file is not None and file.exists():
            kept = np.load(file, allow_pickle=False)
            self._known = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))

    @property
    def identity(self) -> str:
        return self._embedder.identity

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    @property
    def max_tokens(self) -> int:
        return self._embedder.max_tokens

    @property
    def unrelated_cosine(self) -> float:
        return self._embedder.unrelated_cosine

    def can_read(self, texts: Sequence[str]) -> list[bool]:
        return self._embedder.can_read(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)

    def embed(self, texts: Sequence[str], pause: Callable[[], None] | None = None) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._embedder.embed(new, pause), strict=True))
        return np.array([self._known[text] for text in texts], dtype=np.float32)

    def embed_question(self, text: str) -> Vectors:
        asked = f"question: {text}"
        if asked not in self._known:
            self._known[asked] = self._embedder.embed_question(text)
        return self._known[asked]

    def keep(self) -> None:
        if self._file is not None:
            texts, vectors = list(self._known), list(self._known.values())
            np.savez(self._file, texts=np.array(texts), vectors=np.array(vectors))


@contextmanager
def library_of(
    documents: Sequence[tuple[str, Document]], embedder: Embedder, limits: ChunkLimits
) -> Iterator[BenchLibrary]:
    """A library of documents, by name, in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="as-") as folder:
        database = LibraryDatabase(Path(folder) / "library.db")
        analyzer = Analyzer()
        catalog = FileCatalog(database, analyzer)
        collections = CollectionStore(database)
        embeddings = Embeddings(database, embedder.identity, embedder.dimensions)
        root = collections.add_root(collections.add("all").id, b"/all")
        drafts = [
            (name, document.title, draft_passages(document, embedder.count_tokens, limits))
            for name, document in documents
        ]
        pieces = {draft.key: draft for _, _, each in drafts for draft in each}
        texts = texts_to_embed(
            [(draft.context, draft.chunk.text) for draft in pieces.values()],
            embedder.count_tokens,
            embedder.max_tokens,
        )
        embeddings.store(list(pieces), embedder.embed(texts))
        stamp = FileStamp(0, 0, 0)
        catalog.add_found(root.id, [(f"/all/{name}".encode(), stamp) for name, _, _ in drafts])
        for name, title, each in drafts:
            catalog.replace(f"/all/{name}".encode(), stamp, "", title, each)
        place = EmbeddedPlace(
            Path(folder) / "vectors", "benchmark", embedder.identity, embedder.dimensions, PROBE
        )
        index = VectorIndex(place, embeddings)
        index.open()
        meaning = SemanticIndex(SharedEmbedder(embedder), embeddings, index)
        retrieval = HybridRetriever(database, analyzer, meaning)
        try:
            by_words = HybridRetriever(database, analyzer, None)
            yield BenchLibrary(database, analyzer, embedder, embeddings, index, retrieval, by_words)
        finally:
            index.close()
            database.close()


def one_each(paragraphs: Sequence[Paragraph]) -> list[tuple[str, Document]]:
    """Every paragraph is a file."""
    return [
        (
            paragraph.id,
            Document(title=paragraph.title, text=paragraph.text, blocks=(), has_lines=False),
        )
        for paragraph in paragraphs
    ]


def articles(paragraphs: Sequence[Paragraph]) -> list[tuple[str, Document]]:
    """Every article is a file, its paragraphs in order."""
    grouped: dict[str, list[Paragraph]] = {}
    for paragraph in paragraphs:
        grouped.setdefault(paragraph.article, []).append(paragraph)
    documents = []
    for name, members in grouped.items():
        text, blocks = "", []
        for paragraph in members:
            blocks.append(Block(start=len(text), end=len(text) + len(paragraph.text)))
            text += paragraph.text + "\n\n"
        documents.append(
            (
                name,
                Document(title=members[0].title, text=text, blocks=tuple(blocks), has_lines=False),
            )
        )
    return documents
