"""Excerpts of files that are larger than the window: the passages nearest to the question."""

from collections.abc import Sequence
from pathlib import PurePath
from threading import Event
from typing import Final

from assistant.core.grounding.retrieval import MAX_PASSAGES
from assistant.core.ports.library import Library
from assistant.core.summarising.outline import outline
from assistant.core.summarising.reading import passages_of
from assistant.core.values.documents import Passage
from assistant.core.values.library import FileText, SearchResult

EXCERPT_CHARS: Final = 1200
"""Characters of a passage; in a small window it has fewer, so that several fit."""

_MIN_CHARS: Final = 160


def nearest_excerpts(
    library: Library, paths: Sequence[str], question: str, window: int, stop: Event
) -> SearchResult:
    """The passages of files that are nearest to a question, best first; nothing when stopped.

    Args:
        window: of the model, in tokens.

    Raises:
        NotFoundError: a file is not there.
        LibraryError: a file gives no text.
    """
    files: list[FileText] = []
    for path in paths:
        file = library.read(path, stop)
        if file is None:
            return SearchResult()
        files.append(file)
    chars = max(_MIN_CHARS, min(EXCERPT_CHARS, window // MAX_PASSAGES))
    passages = [
        passage
        for file in files
        for section in outline(file.document, chars)
        for part in section.parts
        for passage in passages_of(file, part)
    ]
    found = library.rank([each.text for each in passages], MAX_PASSAGES, stop, question=question)
    best = tuple(_scored(passages[each.at], each.score) for each in found)
    return SearchResult(
        passages=best,
        evidence=1.0,
        sufficient=bool(best),
        searched=len(passages),
        excerpted=tuple(PurePath(path).name for path in paths),
    )


def _scored(passage: Passage, score: float) -> Passage:
    return passage.model_copy(update={"score": max(0.0, min(1.0, score))})
