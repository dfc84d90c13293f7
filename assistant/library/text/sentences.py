"""Sentence splitting: sentences, lines, words and halves of a text, as spans.

Text is cut into ever smaller pieces where a reader would pause.

Every function gives spans: offsets in characters, in order, without the white space around them.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator

Span = tuple[int, int]

MAX_WORD = 32
"""Characters; a longer run without white space is cut, as no tokenizer promises to."""

_QUOTES = "\"'”’»)\\]"
_SENTENCE_END = re.compile(
    rf"(?<=[.!?…])[{_QUOTES}]*\s+(?=[^\sa-zà-öø-ÿ])|(?<=[。！？｡])[{_QUOTES}」』]*|\n\s*\n"
)
_LINE_END = re.compile(r"\n")
_WORD_END = re.compile(r"\s+")
_OPENS_A_PART = re.compile(r"[^\s)\]}]")


def sentences(text: str, start: int, end: int) -> Iterator[Span]:
    """Spans of the sentences between two offsets; an abbreviation may end one too early."""
    return _between(text, start, end, _SENTENCE_END)


def lines(text: str, start: int, end: int) -> Iterator[Span]:
    """Spans of the lines that are not blank."""
    return _between(text, start, end, _LINE_END)


def words(text: str, start: int, end: int) -> Iterator[Span]:
    """Spans of the words; one that is longer than `MAX_WORD` characters is cut."""
    for first, last in _between(text, start, end, _WORD_END):
        while last - first > MAX_WORD:
            cut = _before_marks(text, first, first + MAX_WORD)
            yield first, cut
            first = cut
        yield first, last


def halves(text: str, start: int, end: int) -> Iterator[Span]:
    """Spans of the two halves of a run of at least two characters, their edges stripped."""
    cut = _before_marks(text, start, (start + end + 1) // 2)
    for span in (strip(text, start, cut), strip(text, cut, end)):
        if span is not None:
            yield span


def runs(text: str, start: int, end: int, size: int) -> Iterator[Span]:
    """Spans of at most `size` characters, of at least two: as many lines, else words, as fit."""
    while end - start > size:
        cut = max(
            text.rfind("\n", start + 1, start + size), text.rfind(" ", start + 1, start + size)
        )
        if cut < 0:
            cut = _before_marks(text, start, start + size)
        if (span := strip(text, start, cut)) is not None:
            yield span
        start = cut
    if (span := strip(text, start, end)) is not None:
        yield span


def joined(spans: Iterator[Span], size: int) -> Iterator[Span]:
    """Neighbours joined as long as they have at most `size` characters together."""
    held = next(spans, None)
    for span in spans:
        assert held is not None
        if span[1] - held[0] <= size:
            held = held[0], span[1]
        else:
            yield held
            held = span
    if held is not None:
        yield held


def begins_definition(text: str, line: Span) -> bool:
    """Whether a line of code begins a definition: it stands at the margin after a blank one."""
    start = line[0]
    if not _OPENS_A_PART.match(text, start):
        return False
    margin = text.rfind("\n", 0, start) + 1
    above = text.rfind("\n", 0, max(margin - 1, 0)) + 1
    return margin == start and not text[above:start].strip()


def strip(text: str, start: int, end: int) -> Span | None:
    """The span without white space at its edges; None when nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _between(text: str, start: int, end: int, border: re.Pattern[str]) -> Iterator[Span]:
    at = start
    for match in border.finditer(text, start, end):
        if (span := strip(text, at, match.end())) is not None:
            yield span
        at = match.end()
    if (span := strip(text, at, end)) is not None:
        yield span


def _before_marks(text: str, start: int, cut: int) -> int:
    """`cut`, moved back so that no combining mark loses its letter."""
    moved = cut
    while moved > start + 1 and unicodedata.combining(text[moved]):
        moved -= 1
    return moved if moved > start + 1 else cut


Cutter = Callable[[str, int, int], Iterator[Span]]
