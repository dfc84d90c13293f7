"""Text spans: a quote found in its file, the place of an offset, the words two texts differ in.

In a comparison words count, white space aside. Texts that have little in common are different
throughout: marks on every other word help nobody.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from assistant.core.values.conversation import Place
from assistant.core.values.documents import Block, Document

MAX_HEADING_CHARS = 200
"""Characters of a heading; what is longer is cut."""


class Span(NamedTuple):
    """A range of characters in a text."""

    start: int
    end: int


def find_quote(text: str, quote: str, near: int) -> Span | None:
    """Find a quote in a text: exactly, else with other white space.

    Returns:
        Its span; of several the one nearest to `near`; None when it is not there.
    """
    wanted = quote.strip()
    if not wanted:
        return None
    exact = [Span(match.start(), match.end()) for match in re.finditer(re.escape(wanted), text)]
    return _nearest(exact or _find_loosely(text, wanted), near)


def place_at(document: Document, start: int, end: int) -> Place:
    """Page, sheet, row, headings and lines of a range of characters in a document."""
    at = bisect_right(document.blocks, start, key=_start) - 1
    block = document.blocks[max(at, 0)] if document.blocks else None
    last_block = (
        document.blocks[bisect_left(document.blocks, end, key=_start) - 1] if block else None
    )
    page = block.page_at(start) if block else None
    page_end = last_block.page_at(end - 1) if last_block else None
    lines = document.has_lines
    first = document.text.count("\n", 0, start) + 1
    last = first + document.text.count("\n", start, max(end - 1, start))
    return Place(
        page=page,
        page_end=page_end if page_end != page else None,
        sheet=block.sheet if block else None,
        row=block.row if block else None,
        heading=_headings(document, at),
        line_start=first if lines else None,
        line_end=last if lines else None,
    )


def _start(block: Block) -> int:
    return block.start


def _find_loosely(text: str, quote: str) -> list[Span]:
    pattern = r"\s+".join(re.escape(word) for word in quote.split())
    return [Span(match.start(), match.end()) for match in re.finditer(pattern, text)]


def _nearest(spans: list[Span], near: int) -> Span | None:
    return min(spans, key=lambda span: abs(span.start - near), default=None)


def _headings(document: Document, at: int) -> tuple[str, ...]:
    """The headings above a block, outermost first, its own included."""
    above = _column_names(document, at)
    level = 7
    for block in reversed(document.blocks[: at + 1]):
        if block.kind == "heading" and (block.level or 1) < level:
            level = block.level or 1
            above.append(_words(document, block))
        if level == 1:
            break
    return tuple(reversed(above))


def _column_names(document: Document, at: int) -> list[str]:
    """The names of the columns, when the block is in a table that has some."""
    for block in reversed(document.blocks[: at + 1]):
        if block.kind == "columns":
            return [_words(document, block)]
        if block.kind != "row":
            break
    return []


def _words(document: Document, block: Block) -> str:
    end = min(block.end, block.start + MAX_HEADING_CHARS * 2)
    words = block.label or document.text[block.start : end]
    return " ".join(words.split())[:MAX_HEADING_CHARS]


MIN_COMMON_SHARE: Final = 0.3
"""The share of words in common below which two texts are different throughout."""
MAX_COMPARED_WORDS: Final = 4_000
"""Of both texts together that are compared word by word; longer texts by their lines."""

_WORD = re.compile(r"\w+|[^\w\s]")
_LINE = re.compile(r"[^\n]*\S[^\n]*")


class Differences(NamedTuple):
    """Spans of characters that the other text does not have."""

    left: Sequence[Span]
    right: Sequence[Span]
    throughout: bool = False
    """Whether the texts have too little in common for spans."""


def differences(left: str, right: str) -> Differences:
    """Words of each text that the other does not have. Takes some 100 ms for the longest texts.

    Returns:
        Spans of both texts; all of a text where the two have little in common.
    """
    if left == right:
        return Differences((), ())
    pattern = _WORD
    first, second = _parts(pattern, left), _parts(pattern, right)
    if len(first) + len(second) > MAX_COMPARED_WORDS:
        pattern = _LINE
        first, second = _parts(pattern, left), _parts(pattern, right)
    matcher = SequenceMatcher(
        None, [part[0] for part in first], [part[0] for part in second], autojunk=False
    )
    if matcher.quick_ratio() < MIN_COMMON_SHARE or matcher.ratio() < MIN_COMMON_SHARE:
        return Differences((), (), throughout=True)
    ours: list[Span] = []
    theirs: list[Span] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            ours += _span(first, a, b)
            theirs += _span(second, c, d)
    return Differences(_joined(left, ours), _joined(right, theirs))


def _parts(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return list(pattern.finditer(text))


def _span(parts: Sequence[re.Match[str]], first: int, end: int) -> list[Span]:
    return [Span(parts[first].start(), parts[end - 1].end())] if end > first else []


def _joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """Neighbours with nothing but white space between them are one."""
    joined: list[Span] = []
    for span in spans:
        if joined and not text[joined[-1].end : span.start].strip():
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined
