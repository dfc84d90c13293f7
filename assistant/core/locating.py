"""Finding a passage in its file again, and telling where in a file something stands."""

import re
from bisect import bisect_right
from typing import NamedTuple

from assistant.core.documents import Block, Document, Place

LONGEST_HEADING = 200
"""Characters of a heading that are told."""


class Span(NamedTuple):
    """Characters of a text."""

    start: int
    end: int


def find(text: str, quote: str, near: int) -> Span | None:
    """Where a quote stands: exactly, else with other white space; nearest to `near` of several."""
    wanted = quote.strip()
    if not wanted:
        return None
    exact = [Span(match.start(), match.end()) for match in re.finditer(re.escape(wanted), text)]
    return _nearest(exact or _loosely(text, wanted), near)


def place_at(document: Document, start: int, end: int) -> Place:
    """Page, sheet, row, headings and lines of some characters of a document."""
    at = bisect_right(document.blocks, start, key=lambda block: block.start) - 1
    block = document.blocks[max(at, 0)] if document.blocks else None
    lines = document.has_lines
    first = document.text.count("\n", 0, start) + 1
    last = first + document.text.count("\n", start, max(end - 1, start))
    return Place(
        page=block.page if block else None,
        sheet=block.sheet if block else None,
        row=block.row if block else None,
        heading=_headings(document, at),
        line_start=first if lines else None,
        line_end=last if lines else None,
    )


def _loosely(text: str, quote: str) -> list[Span]:
    pattern = r"\s+".join(re.escape(word) for word in quote.split())
    return [Span(match.start(), match.end()) for match in re.finditer(pattern, text)]


def _nearest(spans: list[Span], near: int) -> Span | None:
    return min(spans, key=lambda span: abs(span.start - near), default=None)


def _headings(document: Document, at: int) -> tuple[str, ...]:
    """The headings above a block, outermost first, its own included."""
    above: list[str] = []
    level = 7
    for block in reversed(document.blocks[: at + 1]):
        if block.kind == "heading" and (block.level or 1) < level:
            level = block.level or 1
            above.append(_words(document, block))
        if level == 1:
            break
    return tuple(reversed(above))


def _words(document: Document, block: Block) -> str:
    words = document.text[block.start : min(block.end, block.start + LONGEST_HEADING * 2)]
    return " ".join(words.split())[:LONGEST_HEADING]
