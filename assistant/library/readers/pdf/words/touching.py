"""Touching cells of a PDF's page: no further from each other than words, but drawn one by one.

The rows around them tell where cells begin and, of figures, where they end.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import inf
from operator import attrgetter

from assistant.library.readers.pdf.words.characters import PageCharacters
from assistant.library.readers.pdf.words.rows import LABEL, PageRow, Piece

_LEAST_ROWS = 2
"""Rows that have a cell in the same place."""
_NEAR = 12
"""Rows of cells above and below among which they are."""
_BESIDE = 6
"""Rows of cells above and below of which one has it."""
_SAME_EDGE = 0.6
"""Points by which cells in one place may begin or end elsewhere."""
_PLACE = attrgetter("x")
_WORD = re.compile(r"\S+")
_LEAST_CHARS = 2
"""Figures that are no part of a word before or behind them."""
_ROOM = 0.6
"""Between cells, in heights of their font."""
_LONG_LINE = 6
"""Words of a row without gaps that is a line of text."""
_NUMBERED = re.compile(rf"{LABEL.pattern}|(?:[IVXLC]+|\d+(?:\.\d+)+)[.)]?")
"""What stands before an item of a list or a heading."""
_FIGURE_BEHIND = re.compile(r"[^\W\d] ([(+\-−]?\d[\d.,:/]*[)%]?)$")
"""A figure behind a word."""
_FIGURE_ENDS = ".,:/)%"
"""Signs with which one may end, besides digits."""


@dataclass(slots=True)
class _Edge:
    """A place at which cells of several rows begin, or end."""

    x: float
    rows: list[int]
    """Which of the rows with cells, from top to bottom."""
    before: dict[int, float]
    """By row, where the cell before the one there ends."""


class _EdgesOfRows:
    """The places that cells of a page have in common."""

    def __init__(self, rows: list[PageRow]) -> None:
        self.ranks = [*accumulate([len(row.gaps) > 0 for row in rows])]
        """Of each row, how many rows with cells there are up to it."""
        self._rows = rows
        self.begins = _edges(
            [(x, at, end) for at, row in zip(self.ranks, rows, strict=True) for end, x in row.gaps]
        )

    @cached_property
    def ends(self) -> list[_Edge]:
        """Those of figures."""
        return _edges(
            [
                (piece.right, at, end)
                for at, row in zip(self.ranks, self._rows, strict=True)
                for (end, _), piece in zip(row.gaps, row.pieces[1:], strict=True)
                if piece.is_number
            ]
        )


def with_cells_apart(
    rows: list[PageRow], characters: PageCharacters, direction: int
) -> list[PageRow]:
    """The rows of a page, from top to bottom, with cells of their own for those that touch."""
    edges = _EdgesOfRows(rows)
    if not edges.begins:
        return rows
    found = []
    for at, row in zip(edges.ranks, rows, strict=True):
        alone = len(row.pieces) == 1
        most = _LONG_LINE if alone else inf
        if not [piece for piece in row.pieces if 1 < piece.words < most]:
            found.append(row)
            continue
        pieces: list[Piece] = []
        rank = at + 0.5 if alone else at
        for piece in row.pieces:
            if piece.words == 1:
                pieces.append(piece)
                continue
            known = _known_within(edges.begins, piece, rank)
            figure = None if alone else _figure_behind(piece.text)
            if figure is not None and not _has_end(edges.ends, piece, rank):
                figure = None
            if known or figure is not None:
                pieces += _cells(piece, characters, direction, known, figure)
            else:
                pieces.append(piece)
        found.append(row.only(pieces) if len(pieces) > len(row.pieces) else row)
    return found


def _edges(places: list[tuple[float, int, float]]) -> list[_Edge]:
    """The places that several rows have, from left to right."""
    found: list[_Edge] = []
    start = -inf
    before: dict[int, float] = {}
    for x, at, end in [*sorted(places), (inf, -1, inf)]:
        if x - start > _SAME_EDGE:
            if len(before) >= _LEAST_ROWS:
                found.append(_Edge(start, sorted(before), before))
            start, before = x, {}
        before[at] = end
    return found


def _known_within(edges: Sequence[_Edge], piece: Piece, at: float) -> list[float]:
    """Where, within a piece, cells of rows near it begin."""
    least, right = piece.left + piece.height, piece.right
    return [edge.x for edge in edges if least <= edge.x < right and _is_near(edge, piece, at)]


def _figure_behind(text: str) -> re.Match[str] | None:
    return _FIGURE_BEHIND.search(text) if text[-1].isdecimal() or text[-1] in _FIGURE_ENDS else None


def _has_end(edges: Sequence[_Edge], piece: Piece, at: float) -> bool:
    """Whether figures of rows near a piece end where it does."""
    first = bisect_left(edges, piece.right - 2 * _SAME_EDGE, key=_PLACE)
    return any(
        abs(edge.x - piece.right) <= _SAME_EDGE and _is_near(edge, piece, at)
        for edge in edges[first : first + 2]
    )


def _is_near(edge: _Edge, piece: Piece, at: float) -> bool:
    """Whether several rows near one have an edge, behind cells that reach under a piece."""
    rows = edge.rows
    some = rows[bisect_left(rows, at - _NEAR) : bisect_right(rows, at + _NEAR)]
    near = [abs(row - at) for row in some if row != at and edge.before[row] > piece.left]
    return len(near) >= _LEAST_ROWS and min(near) <= _BESIDE


def _cells(
    piece: Piece,
    characters: PageCharacters,
    direction: int,
    known: Sequence[float],
    figure: re.Match[str] | None,
) -> list[Piece]:
    """A piece in cells: from where others begin, and a figure at its end."""
    text = piece.text
    chars = characters.numbers_of(piece.first, text)
    if not chars:
        return [piece]
    may_begin = [*_beginnings(text)]
    boxes = characters.boxes([chars[at] for at in may_begin], direction)
    begun = []
    for at, (left, *_) in zip(may_begin, boxes, strict=True):
        if (figure is None or at != figure.start(1)) and not any(
            abs(left - x) <= _SAME_EDGE for x in known
        ):
            continue
        before = text[:at].rstrip()
        if not _NUMBERED.fullmatch(before) and characters.are_drawn_apart(
            chars[len(before) - 1], chars[at]
        ):
            begun.append((at, left, len(before)))
    if not begun:
        return [piece]
    ends = characters.boxes([chars[end - 1] for *_, end in begun], direction)
    cells = []
    start, left, first = 0, piece.left, piece.first
    for (at, begins, end), (_, _, right, _) in zip(begun, ends, strict=True):
        # It gives up so much room that a gap is seen.
        right = max(min(right, begins - _ROOM * piece.height), left)
        cells.append(_cell(text[start:end], left, right, piece, first))
        start, left, first = at, begins, chars[at]
    return [*cells, _cell(text[start:], left, piece.right, piece, first)]


def _cell(text: str, left: float, right: float, whole: Piece, first: int) -> Piece:
    return Piece.of(text, left, right, whole.height, first, text.count(" ") + 1)


def _beginnings(text: str) -> Iterator[int]:
    """Where cells may begin within a text: with a word, or with what is no part of one."""
    for word in _WORD.finditer(text):
        start, end = word.span()
        if start:
            yield start
        if not word[0].isdecimal() and not (word[0].isalpha() and text[start + 1 : end].islower()):
            yield from [at for at in range(start + 1, end) if _begins_in_word(text, at)]


def _begins_in_word(text: str, at: int) -> bool:
    before, char = text[at - 1], text[at]
    if char.isdigit():
        return before.isalpha() and text[at : at + _LEAST_CHARS].isdigit()
    return char.isupper() and (before.islower() or text[at - _LEAST_CHARS : at].isdigit())
