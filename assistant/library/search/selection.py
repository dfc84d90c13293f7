"""Selection: of the ranked passages those that are given out.

Passages that say the same are left out: copies and versions of a file give the same answer twice.
Neighbours are put together.
"""

from collections.abc import Sequence

from assistant.core.grounding.versions import ComparedText, differing_words
from assistant.core.values.documents import Passage
from assistant.core.values.library import Unfit
from assistant.library.search.ranking import RankedPassage
from assistant.library.store.passages import StoredPassage

MAX_UNUSED = 10
"""Candidates that are named although they are not given out."""

MAX_JOINED = 3
"""Passages that are put together at most."""


def passage_of(candidate: RankedPassage) -> Passage:
    stored = candidate.passage
    return Passage(
        id=str(stored.id),
        path=stored.path,
        title=stored.title,
        text=stored.text,
        place=stored.place,
        start=stored.start,
        end=stored.end,
        content_hash=stored.content_hash,
        score=candidate.score,
        dense_score=candidate.cosine,
        keyword_score=candidate.bm25,
        modified=stored.modified,
        file_passages=stored.file_passages,
        unread=stored.unread,
        navigation=stored.navigation,
    )


def deduplicated(
    ranked: Sequence[RankedPassage], limit: int
) -> tuple[list[RankedPassage], list[tuple[RankedPassage, Unfit]]]:
    """The best that do not repeat each other; the others with the reason against them."""
    chosen: list[RankedPassage] = []
    unused: list[tuple[RankedPassage, Unfit]] = []
    seen = DuplicateFilter()
    for candidate in ranked:
        if len(chosen) == limit:
            if len(unused) >= MAX_UNUSED:
                break
            unused.append((candidate, "score"))
        elif seen.has_duplicate_of(candidate.passage):
            unused.append((candidate, "duplicate"))
        else:
            seen.add(candidate.passage)
            chosen.append(candidate)
    return chosen, unused


def join_neighbours(found: Sequence[Passage]) -> list[Passage]:
    """Join passages that overlap in their file, where the better one stands.

    Only what overlaps: the text of a passage is always the text at its offsets.
    """
    joined: list[tuple[Passage, int]] = []
    for passage in found:
        partner = next(
            (
                index
                for index, (other, parts) in enumerate(joined)
                if parts < MAX_JOINED and _overlap(other, passage)
            ),
            None,
        )
        if partner is None:
            joined.append((passage, 1))
        else:
            other, parts = joined[partner]
            joined[partner] = (_join(other, passage), parts + 1)
    return [passage for passage, _ in joined]


def _overlap(one: Passage, other: Passage) -> bool:
    same = (one.path, one.content_hash) == (other.path, other.content_hash)
    return same and max(one.start, other.start) <= min(one.end, other.end)


def _join(better: Passage, other: Passage) -> Passage:
    first, second = sorted((better, other), key=lambda passage: passage.start)
    last = max(first, second, key=lambda passage: passage.end)
    page = last.place.page_end or last.place.page
    ends = {
        "line_end": last.place.line_end,
        "page_end": page if page != first.place.page else None,
    }
    return better.model_copy(
        update={
            "text": first.text + second.text[first.end - second.start :],
            "start": first.start,
            "end": last.end,
            "place": first.place.model_copy(update=ends),
        }
    )


class DuplicateFilter:
    """The passages so far, by which duplicates are found."""

    def __init__(self) -> None:
        self._taken: list[ComparedText] = []

    def has_duplicate_of(self, passage: StoredPassage) -> bool:
        """Whether a passage repeats one of them. Passages that differ in a word that says
        something never do: they are versions, or the same form filled in twice.
        """
        text = ComparedText.of(passage.text)
        return any(differing_words(text, other) == ("", "") for other in self._taken)

    def add(self, passage: StoredPassage) -> None:
        self._taken.append(ComparedText.of(passage.text))
