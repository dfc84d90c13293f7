"""A library for tests of the turn: it finds what the test put in, and keeps what it was asked."""

from collections.abc import Sequence
from threading import Event

from assistant.core.documents import Passage
from assistant.core.errors import LibraryDiedError
from assistant.core.library import SearchResult, Support
from assistant.core.models import Place


def passage(text: str, id: str = "1", path: str = "/files/lease.md", page: int = 4) -> Passage:
    return Passage(
        id=id,
        path=path,
        title="Lease",
        text=text,
        place=Place(page=page),
        start=100,
        end=100 + len(text),
        content_hash="ab" * 32,
        score=0.9,
        dense_score=0.8,
        keyword_score=3.0,
    )


class FoundLibrary:
    """Only what a turn needs of `Library`: `search` and `support`.

    Words shared, nothing else, decide on support.
    """

    def __init__(self, *passages: Passage, needs: str = "", dies: bool = False) -> None:
        """Args:
        needs: a word without which a question finds nothing sufficient.
        dies: whether it is gone when the answer is checked.
        """
        self.passages = passages
        self.needs = needs
        self.dies = dies
        self.asked: list[tuple[str, Sequence[str] | None]] = []

    def search(
        self,
        question: str,
        collections: Sequence[str] | None,
        limit: int,
        stop: Event | None = None,
    ) -> SearchResult:
        self.asked.append((question, collections))
        sufficient = bool(self.passages) and self.needs in question
        return SearchResult(
            passages=self.passages[:limit],
            evidence=0.9 if sufficient else 0.1,
            sufficient=sufficient,
            searched=7,
        )

    def support(
        self, sentences: Sequence[str], texts: Sequence[str], stop: Event | None = None
    ) -> tuple[tuple[Support, ...], ...]:
        if self.dies:
            raise LibraryDiedError("The library stopped unexpectedly.")
        return tuple(tuple(_support(sentence, text) for text in texts) for sentence in sentences)


def _support(sentence: str, text: str) -> Support:
    words = set(sentence.lower().strip(".").split())
    shared = len(words & set(text.lower().replace(".", "").split())) / max(len(words), 1)
    return Support(cosine=shared, overlap=shared, start=0, end=len(text))
