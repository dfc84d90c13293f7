"""Line wrapping of long texts into rows for a width: 10 MB take a fraction of a second.

Only where rows begin is kept. Wide characters and tabs are counted one by one where they are;
everything else goes through one regular expression.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from assistant.core.spans import Span
from assistant.tui.toolkit.text import TAB

MIN_ROW_CELLS: Final = 4
"""Cells of the narrowest row."""

_WIDE = (
    r"\u1100-\u115f\u231a\u231b\u2329\u232a\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615"
    r"\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea"
    r"\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757"
    r"\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f"
    r"\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6"
    r"\U00016fe0-\U00018dff\U0001b000-\U0001b2ff\U0001f004\U0001f0cf\U0001f18e\U0001f191-\U0001f19a"
    r"\U0001f200-\U0001f64f\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7eb\U0001f90c-\U0001faff"
    r"\U00020000-\U0003fffd"
)
_SPECIAL = re.compile(f"[\t{_WIDE}]")


class WrappedRows:
    """Rows of whole lines of a text, wrapped to a width in cells."""

    def __init__(self, text: str, width: int, part: Span | None = None) -> None:
        self.text = text
        self.part = part or Span(0, len(text))
        self.starts = array("I", _starts(text, *self.part, max(width, MIN_ROW_CELLS)))
        breaks = re.compile("\n").finditer(text, *self.part)
        self._breaks = array("I", (match.start() for match in breaks))
        self._lines_before = text.count("\n", 0, self.part.start)

    def __len__(self) -> int:
        return len(self.starts)

    def at(self, offset: int) -> int:
        """Row at an offset; the nearest one beyond the ends."""
        return max(bisect_right(self.starts, offset) - 1, 0)

    def span(self, row: int) -> Span:
        """Span of a row's characters, without the white space that ends it."""
        start = self.starts[row]
        end = self.starts[row + 1] if row + 1 < len(self.starts) else self.part.end
        return Span(start, start + len(self.text[start:end].rstrip()))

    def line(self, row: int) -> int | None:
        """Number of the line that begins with this row; None when none does."""
        start = self.starts[row]
        if start and self.text[start - 1] != "\n":
            return None
        return self._lines_before + bisect_right(self._breaks, start - 1) + 1


def lines_around(text: str, offset: int, reach: int) -> Span:
    """Span of whole lines around a character, some `reach` characters to each side."""
    start = text.rfind("\n", 0, max(offset - reach, 0)) + 1
    end = text.find("\n", min(offset + reach, len(text)))
    return Span(start, len(text) if end < 0 else end + 1)


def _starts(text: str, start: int, end: int, width: int) -> Iterator[int]:
    if start == end:
        yield start
    elif _SPECIAL.search(text, start, end) is None:
        yield from (match.start() for match in _rows(width).finditer(text, start, end))
    else:
        while start < end:
            stop = text.find("\n", start, end) + 1 or end
            yield from _of_line(text, start, stop, width)
            start = stop


def _of_line(text: str, start: int, end: int, width: int) -> Iterator[int]:
    if end - start <= width // len(TAB):
        yield start
    elif _SPECIAL.search(text, start, end) is None:
        yield from (match.start() for match in _rows(width).finditer(text, start, end))
    else:
        yield from _counted(text, start, end, width)


def _counted(text: str, start: int, end: int, width: int) -> Iterator[int]:
    """Row by row, character by character."""
    yield start
    row, used, word = start, 0, start
    for at in range(start, end):
        mark = text[at]
        cells = 1 if mark < "\x7f" and mark != "\t" else _cells(mark)
        if used + cells > width and not mark.isspace():
            row = word if word > row else at
            yield row
            used = sum(_cells(other) for other in text[row:at])
        used += cells
        if mark.isspace():
            word = at + 1


@lru_cache(maxsize=4096)
def _cells(mark: str) -> int:
    if mark == "\t":
        return len(TAB)
    return 2 if _SPECIAL.match(mark) else 1


@lru_cache(maxsize=8)
def _rows(width: int) -> re.Pattern[str]:
    """As many whole words as there is room for, else as much of a word; or an empty line."""
    row = rf"[^\n]{{1,{width}}}"
    return re.compile(rf"{row}(?:[^\S\n]*(?:\n|\Z)|[^\S\n]+)|{row}|\n")
