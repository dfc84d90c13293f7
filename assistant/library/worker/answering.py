"""Answering: search of an open library, and the check of answers against what was found."""

from collections.abc import Sequence
from typing import Protocol

from assistant.core.values.library import (
    AnswerCheck,
    CheckedPassage,
    RankedText,
    SearchResult,
    TextVectors,
)
from assistant.library.check.check import AnswerChecker
from assistant.library.search.retrieval import HybridRetriever
from assistant.library.search.selection import join_neighbours
from assistant.library.search.telling import rank
from assistant.library.store.scope import ScopeCache
from assistant.library.worker.open_library import OpenLibrary


class PassageSearch(Protocol):
    """Answers questions about the library."""

    def search(
        self, question: str, collections: Sequence[int] | None, limit: int
    ) -> SearchResult: ...

    def check(
        self, sentences: Sequence[str], passages: Sequence[CheckedPassage], question: str
    ) -> AnswerCheck: ...

    def rank(self, texts: Sequence[str], count: int, question: str) -> tuple[RankedText, ...]: ...

    def embed(self, texts: Sequence[str], *, questions: bool) -> TextVectors: ...


class LibrarySearch:
    """Search of an open library; the embedder waits until there is something to search."""

    def __init__(self, library: OpenLibrary) -> None:
        self._library = library
        self._scopes = ScopeCache(library.database)
        self._checker = AnswerChecker(library.analyzer)

    def search(self, question: str, collections: Sequence[int] | None, limit: int) -> SearchResult:
        """See `HybridRetriever.search`; passages that overlap in their file come as one."""
        library = self._library
        with library.database.read() as connection:
            there = connection.execute("SELECT 1 FROM passages LIMIT 1").fetchone()
        if there is None or not question.strip():
            return SearchResult()
        with library.embedders.for_questions() as semantic:
            retrieval = HybridRetriever(
                library.database, library.analyzer, semantic, scopes=self._scopes
            )
            result = retrieval.search(question, collections, limit)
        return result.model_copy(update={"passages": tuple(join_neighbours(result.passages))})

    def check(
        self, sentences: Sequence[str], passages: Sequence[CheckedPassage], question: str
    ) -> AnswerCheck:
        """See `AnswerChecker.check`."""
        embedders = self._library.embedders
        with embedders.for_questions() as semantic:
            embedder = (semantic or embedders.for_indexing()).embedder
            return self._checker.check(sentences, passages, question, embedder)

    def rank(self, texts: Sequence[str], count: int, question: str) -> tuple[RankedText, ...]:
        """See `telling.rank`."""
        embedders = self._library.embedders
        with embedders.for_questions() as semantic:
            embedder = (semantic or embedders.for_indexing()).embedder
            return rank(embedder, texts, count, question)

    def embed(self, texts: Sequence[str], *, questions: bool) -> TextVectors:
        """See `Library.embed`."""
        embedders = self._library.embedders
        with embedders.for_questions() as semantic:
            embedder = (semantic or embedders.for_indexing()).embedder
            vectors = (
                [embedder.embed_question(text).tolist() for text in texts]
                if questions
                else embedder.embed(texts).tolist()
            )
            return TextVectors(
                embedder=embedders.state().serving,
                vectors=tuple(tuple(vector) for vector in vectors),
                tokens=sum(embedder.count_tokens(texts)),
            )
