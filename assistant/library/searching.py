"""Questions to the open library."""

from collections.abc import Sequence

from assistant.core.library import SearchResult, Support
from assistant.library.parts import OpenLibrary
from assistant.library.retrieval import Retrieval, join_neighbours
from assistant.library.support import support


class Searching:
    """Searches as soon as there is something to search; the embedder waits until then."""

    def __init__(self, library: OpenLibrary) -> None:
        self._library = library

    def search(self, question: str, collections: Sequence[int] | None, limit: int) -> SearchResult:
        """See `Retrieval.search`; passages that overlap in their file come as one."""
        library = self._library
        with library.database.read() as connection:
            there = connection.execute("SELECT 1 FROM passages LIMIT 1").fetchone()
        if there is None or not question.strip():
            return SearchResult()
        with library.embedders.asking() as meaning:
            retrieval = Retrieval(library.database, library.analyzer, meaning)
            result = retrieval.search(question, collections, limit)
        return result.model_copy(update={"passages": tuple(join_neighbours(result.passages))})

    def support(
        self, sentences: Sequence[str], texts: Sequence[str], question: str
    ) -> tuple[tuple[Support, ...], ...]:
        """See `support.support`."""
        library = self._library
        with library.embedders.asking() as meaning:
            embedder = (meaning or library.embedders.for_indexing()).embedder
            return support(sentences, texts, library.database, library.analyzer, embedder, question)
