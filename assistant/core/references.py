"""The sources of an answer as they are told to the user: what was used, how, and what was not."""

from collections.abc import Sequence
from typing import Final

from assistant.core.documents import Passage, Place
from assistant.core.grounding import FAR_BELOW
from assistant.core.library import Retrieval, Unfit, Unused
from assistant.core.models import Citation, Strength, Value

ORDER: Final[dict[Strength, int]] = {"weak": 1, "supported": 2, "verbatim": 3}
"""How much each strength says, the most for what is said word for word."""


class Quote(Value):
    """Words of a file that bear out a sentence."""

    start: int
    """Where they stand in the file's text, in characters."""
    text: str


class Reference(Value):
    """A passage, and what it has to do with an answer."""

    number: int | None
    """The `[n]` of the answer; None for a passage that was found and not used."""
    strength: Strength | None
    """How well it bears out the best of its sentences; None when it is not cited."""
    path: str
    """Printable form of the file's path."""
    title: str
    place: Place
    text: str
    """The passage, or as much of it as is known."""
    start: int
    """Where that stands in the file's text, in characters."""
    content_hash: str
    """SHA-256 of the file when it was read."""
    quotes: tuple[Quote, ...] = ()
    """What is cited, in the order of the file."""
    unfit: Unfit | None = None
    """Why a passage is not used."""

    @property
    def quote(self) -> Quote:
        """What to look at first: the first words that are cited, else the whole passage."""
        return self.quotes[0] if self.quotes else Quote(start=self.start, text=self.text)


def used(retrieval: Retrieval | None, citations: Sequence[Citation]) -> tuple[Reference, ...]:
    """The passages that the model read, numbered as in the answer.

    An answer whose retrieval is not known has only those that it cites.
    """
    if retrieval is None:
        numbers = sorted({citation.number for citation in citations})
        return tuple(_cited(number, citations) for number in numbers)
    return tuple(
        _read(number, passage, citations) for number, passage in enumerate(retrieval.used, 1)
    )


def passed_over(retrieval: Retrieval | None) -> tuple[Reference, ...]:
    """The passages that were found and that the model did not read, the best ones first."""
    if retrieval is None:
        return ()
    taken = {passage.id for passage in retrieval.used}
    best = max((passage.score for passage in retrieval.result.passages), default=0.0)
    left = [
        Unused(passage=passage, reason=_reason(retrieval, passage, best))
        for passage in retrieval.result.passages
        if passage.id not in taken
    ]
    return tuple(
        _of(each.passage, None).model_copy(update={"unfit": each.reason})
        for each in [*left, *retrieval.result.unused]
    )


def _reason(retrieval: Retrieval, passage: Passage, best: float) -> Unfit:
    """See `grounding.fit`: what is not far below the best had no room."""
    too_far = not retrieval.result.sufficient or passage.score < best * FAR_BELOW
    return "score" if too_far else "budget"


def _read(number: int, passage: Passage, citations: Sequence[Citation]) -> Reference:
    mine = [citation for citation in citations if citation.number == number]
    return _of(passage, number).model_copy(
        update={"strength": _best(mine), "quotes": _quotes(mine)}
    )


def _of(passage: Passage, number: int | None) -> Reference:
    return Reference(
        number=number,
        strength=None,
        path=passage.path,
        title=passage.title,
        place=passage.place,
        text=passage.text,
        start=passage.start,
        content_hash=passage.content_hash,
    )


def _cited(number: int, citations: Sequence[Citation]) -> Reference:
    mine = [citation for citation in citations if citation.number == number]
    first = min(mine, key=lambda citation: citation.quote_start)
    return Reference(
        number=number,
        strength=_best(mine),
        path=first.path,
        title=first.title,
        place=first.place,
        text=first.quote,
        start=first.quote_start,
        content_hash=first.content_hash,
        quotes=_quotes(mine),
    )


def _best(citations: Sequence[Citation]) -> Strength | None:
    strengths = [citation.strength for citation in citations]
    return max(strengths, key=lambda strength: ORDER[strength], default=None)


def _quotes(citations: Sequence[Citation]) -> tuple[Quote, ...]:
    found = {(citation.quote_start, citation.quote) for citation in citations}
    return tuple(Quote(start=start, text=text) for start, text in sorted(found))
