"""Touching cells of a PDF's page: no further from each other than words, but drawn one by one.

The rows around them tell where cells begin and, of figures, where they end.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, islice, pairwise
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


@dataclass(slots=True)
class _Edge:
    """A place at which cells of several rows begin, or end."""

    x: float
    rows: list[int]
    """Which of the rows with cells, from top to bottom."""
    before: dict[int, float]
    """By row, where the cell before the one there ends."""


def with_cells_apart(
    rows: list[PageRow], characters: PageCharacters, direction: int
) -> list[PageRow]:
    """The rows of a page, from top to bottom, with cells of their own for those that touch."""
    ranks = [*accumulate([len(row.pieces) > 1 for row in rows])]
    if not rows or ranks[-1] < _LEAST_ROWS:
        return rows
    starts: list[tuple[float, int, float]] = []
    ends: list[tuple[float, int, float]] = []
    for at, row in zip(ranks, rows, strict=True):
        for before, piece in pairwise(row.pieces):
            starts.append((piece.left, at, before.right))
            if piece.is_number:
                ends.append((piece.right, at, before.right))
    begins, stops = _edges(starts), _edges(ends)
    if not begins:
        return rows
    found = []
    for at, row in zip(ranks, rows, strict=True):
        pieces: list[Piece] = []
        alone = len(row.pieces) == 1
        rank = at + 0.5 if alone else at
        for piece in row.pieces:
            if piece.words == 1 or (alone and piece.words >= _LONG_LINE):
                pieces.append(piece)
                continue
            known = _known_within(begins, piece, rank)
            figure = None if alone else _FIGURE_BEHIND.search(piece.text)
            if figure is not None and not _has_end(stops, piece, rank):
                figure = None
            if known or figure is not None:
                pieces += _cells(piece, characters, direction, known, figure)
            else:
                pieces.append(piece)
        found.append(row.only(pieces) if len(pieces) > len(row.pieces) else row)
    return found


def _edges(places: list[tuple[float, int, float]]) -> list[_Edge]:
    """The places that several rows have, from left to right."""
    places.sort()
    found: list[_Edge] = []
    for x, at, before in places:
        if not found or x - found[-1].x > _SAME_EDGE:
            if found and len(found[-1].before) < _LEAST_ROWS:
                found.pop()
            found.append(_Edge(x, [], {}))
        found[-1].before[at] = before
    if found and len(found[-1].before) < _LEAST_ROWS:
        found.pop()
    for edge in found:
        edge.rows = sorted(edge.before)
    return found


def _known_within(edges: Sequence[_Edge], piece: Piece, at: float) -> list[float]:
    """Where, within a piece, cells of rows near it begin."""
    first = bisect_left(edges, piece.left + piece.height, key=_PLACE)
    found = []
    for edge in islice(edges, first, None):
        if edge.x >= piece.right:
            break
        if _is_near(edge, piece, at):
            found.append(edge.x)
    return found


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
    may_begin = [at for at in range(1, len(text)) if _begins(text, at)]
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


def _begins(text: str, at: int) -> bool:
    """Whether a cell may begin within a text: with a word, or with what is no part of one."""
    before, char = text[at - 1], text[at]
    if before.isspace() or char.isspace():
        return not char.isspace()
    if char.isdigit():
        return before.isalpha() and text[at : at + _LEAST_CHARS].isdigit()
    return char.isupper() and (before.islower() or text[at - _LEAST_CHARS : at].isdigit())
