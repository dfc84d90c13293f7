"""References: an answer's sources as the user sees them, and whether their files have changed.

Whether a source has changed is asked of the file itself, not the library: that needs no worker, and
is true at once.
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Sequence
from threading import Event
from typing import Final

from assistant.core.grounding.retrieval import MIN_RELATIVE_SCORE
from assistant.core.values.base import Value
from assistant.core.values.conversation import Citation, Place, Strength
from assistant.core.values.documents import Passage, UnreadParts
from assistant.core.values.library import Retrieval, Unfit, UnusedPassage
from assistant.language.messages import N_

STRENGTH_ORDER: Final[dict[Strength, int]] = {
    "weak": 1,
    "supported": 2,
    "verbatim": 3,
    "contradicted": 4,
}
"""Which strength is shown of a passage that is cited several times: a warning, then what says
most."""


class Quote(Value):
    """Words of a file that bear out a sentence."""

    start: int
    """Where they stand in the file's text, in characters."""
    text: str


class Reference(Value):
    """Passage with its role in an answer: its number, strength and quotes."""

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
        """Quote to show first: the first words that are cited, else the whole passage."""
        return self.quotes[0] if self.quotes else Quote(start=self.start, text=self.text)


def used_references(
    retrieval: Retrieval | None, citations: Sequence[Citation]
) -> tuple[Reference, ...]:
    """References that the model read, numbered as in the answer.

    An answer whose retrieval is not known has only those that it cites.
    """
    if retrieval is None:
        numbers = sorted({citation.number for citation in citations})
        return tuple(_cited(number, citations) for number in numbers)
    return tuple(
        _read(number, passage, citations) for number, passage in enumerate(retrieval.used, 1)
    )


def unused_references(retrieval: Retrieval | None) -> tuple[Reference, ...]:
    """References that were found and not read, best first."""
    if retrieval is None:
        return ()
    taken = {passage.id for passage in retrieval.used}
    best = max((passage.score for passage in retrieval.result.passages), default=0.0)
    left = [
        UnusedPassage(passage=passage, reason=_reason(retrieval, passage, best))
        for passage in retrieval.result.passages
        if passage.id not in taken
    ]
    return tuple(
        _of(each.passage, None).model_copy(update={"unfit": each.reason})
        for each in [*left, *retrieval.result.unused]
    )


def _reason(retrieval: Retrieval, passage: Passage, best: float) -> Unfit:
    """See `grounding.fit`: what is not far below the best had no room."""
    too_far = not retrieval.result.sufficient or passage.score < best * MIN_RELATIVE_SCORE
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
    return max(strengths, key=lambda strength: STRENGTH_ORDER[strength], default=None)


def _quotes(citations: Sequence[Citation]) -> tuple[Quote, ...]:
    found = {(citation.quote_start, citation.quote) for citation in citations}
    return tuple(Quote(start=start, text=text) for start, text in sorted(found))


def partly_read(passages: Iterable[Passage]) -> dict[str, tuple[UnreadParts, ...]]:
    """What could not be read of the files of some passages, by path; none for whole files."""
    return {passage.path: passage.unread for passage in passages if passage.unread}


CHANGED: Final = N_("changed since")
GONE: Final = N_("no longer there")
_READ_BYTES: Final = 2**20


class Freshness:
    """Checks whether files have changed; an untouched file costs no more than a stat."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[int, int], str]] = {}

    def check(self, sources: Iterable[tuple[str, str]], stop: Event) -> dict[str, str]:
        """Check sources against the hashes that they had when they were read.

        Args:
            sources: paths, and the SHA-256 of each when it was read.

        Returns:
            `CHANGED` or `GONE` by path, for those that are not what they were.
        """
        found = {}
        for path, content_hash in sources:
            status = self._status(path, content_hash, stop)
            if status:
                found[path] = status
        return found

    def _status(self, path: str, content_hash: str, stop: Event) -> str:
        try:
            about = os.stat(path)  # noqa: PTH116 -- what is printed of a path may be none
        except FileNotFoundError:
            # A name that is no text is printed in a way that leads nowhere.
            return "" if "\\" in path else GONE
        except (OSError, ValueError):
            return ""
        if not stat.S_ISREG(about.st_mode):
            return CHANGED
        stamp = (about.st_size, about.st_mtime_ns)
        known = self._known.get(path)
        if known is None or known[0] != stamp:
            read = _hash(path, stop)
            if not read:
                return ""
            known = self._known[path] = (stamp, read)
        return "" if known[1] == content_hash else CHANGED


def _hash(path: str, stop: Event) -> str:
    """SHA-256 of a file; empty when it cannot be read, or when stopped."""
    sha256 = hashlib.sha256()
    try:
        # A name may have come to mean something that blocks whoever opens it.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb") as stream:  # noqa: PTH123
            while not stop.is_set() and (piece := stream.read(_READ_BYTES)):
                sha256.update(piece)
    except OSError:
        return ""
    return "" if stop.is_set() else sha256.hexdigest()
