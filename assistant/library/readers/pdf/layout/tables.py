"""Tables of a PDF page: cells put in columns by where they stand.

Columns are parted where hardly any row has ink; so left, right and centred cells count alike, and a
title over several columns does not join them. Lines that only go on in a cell are put to the row
above them.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise, takewhile
from math import inf
from operator import itemgetter
from statistics import median

from assistant.library.readers.pdf.words.rows import LABEL, PageRow, Piece
from assistant.library.readers.pdf.words.runs import CELL_GAP

_MAX_COLUMNS = 60
_CROSSED = 0.12
"""Share of a table's rows that may cross the space between two columns."""
_MAX_HEAD = 8
"""Rows of the names of columns."""
_MAX_NAME_ROWS = 1
"""Of a name that stands beside its column."""
_NAME_WORDS = 5
"""Of a piece among them."""
_SECTION = re.compile(r"(?:\d{1,2}\.){1,4}\d{1,2}\.?|(?:\d{1,2}\.){2,}")
"""The number of a section."""
_LONG = 60
"""Characters: cells that are longer at the median are prose."""


@dataclass(frozen=True)
class TableLine:
    """A row of a table."""

    cells: tuple[str, ...]
    bold: bool


@dataclass(frozen=True)
class PageTable:
    """Rows of cells, all with as many."""

    lines: list[TableLine]
    height: float
    """Of the font of its first row."""
    placed: list[list[list[Piece]]]
    """What stands on its rows, by column."""


_Placed = tuple[PageRow, list[list[Piece]]]
"""A row, and its pieces by column."""
_Drawn = tuple[int, int, float, Piece, int]
"""A piece as it was drawn: its first character, its column, its base line, and its row."""


def find_table(rows: list[PageRow], at: int, least: int) -> tuple[PageTable, int, int] | None:
    """The table whose first row with several cells is `at`.

    Args:
        least: the first row that may belong to it.

    Returns: the table, and from which row up to which it goes; None when there is none.
    """
    end = _table_end(rows, at)
    if end - at < 2:
        return None
    start = _table_start(rows, at, end, least)
    table = _table_of(rows[start:end])
    return None if table is None else (table, start, end)


def _table_start(rows: list[PageRow], first: int, end: int, least: int) -> int:
    """From which row on the table begins whose first row with several cells is `first`.

    Lines of a cell, and names of columns in several lines, may stand above that row.
    """
    body = rows[first:end]
    height = median([row.height for row in body])
    widest = max(body, key=lambda row: len(row.pieces))
    lefts = [piece.left for piece in rows[first].pieces[1:]]
    right = max(row.right for row in body)
    start = first
    while start > least and first - start < _MAX_HEAD:
        row, below = rows[start - 1], rows[start]
        step = row.base - below.base
        begins = len(row.pieces) == 1 and min(abs(row.left - left) for left in lefts) <= 1
        if not (begins and step < 1.3 * row.height) and not (
            step < 1.9 * height and _may_name(row, widest, right)
        ):
            break
        start -= 1
    while start < first and len(rows[start].pieces) == 1 and rows[start].left <= body[0].left + 1:
        start += 1
    return start


def _may_name(row: PageRow, body: PageRow, right: float) -> bool:
    """Whether a row above a table may be one of the names of its columns."""
    if len(body.pieces) < 3 or row.right > right + 3 * row.height:
        return False
    if abs(row.height - body.height) > 0.15 * body.height:
        return False
    if len(row.pieces) == 1:
        return row.pieces[0].words <= 4 and row.left > body.pieces[0].right
    return max(piece.words for piece in row.pieces) <= _NAME_WORDS


def _table_end(rows: list[PageRow], start: int) -> int:
    """Up to which row those from `start` on may be a table; `start` when they are none."""
    if len(rows[start].pieces) < 2:
        return start
    end = start + 1
    recent = [rows[start]]
    at = end
    while at < len(rows):
        row, above = rows[at], rows[at - 1]
        step = above.base - row.base
        if step > 4 * max(row.height, above.height):
            break
        if len(row.pieces) > 1:
            if not any(_share_gap(row, other) for other in recent):
                break
            recent = [*recent[-3:], row]
            end = at + 1
        elif _fits_a_cell(row, recent) and step < 1.5 * row.height:
            end = at + 1
        elif at - end >= 1:
            break
        at += 1
    return end


def _share_gap(row: PageRow, other: PageRow) -> bool:
    smaller, larger = min(row.height, other.height), max(row.height, other.height)
    if larger > 1.3 * smaller:
        return False
    least = 0.5 * CELL_GAP * smaller
    others = other.gaps
    for left, right in row.gaps:
        for start, end in others:
            if (right if right < end else end) - (left if left > start else start) >= least:
                return True
    return False


def _fits_a_cell(row: PageRow, recent: list[PageRow]) -> bool:
    """Whether a row of one piece crosses no gap of the rows above it."""
    return all(
        row.right <= max(left, right - 1) or row.left >= right - 1
        for left, right in recent[-1].gaps
    )


def _table_of(rows: list[PageRow]) -> PageTable | None:
    """The table that these rows are, or None."""
    celled = [row for row in rows if len(row.pieces) > 1]
    if len(celled) < 2:
        return None
    borders = _borders(celled)
    if not borders or len(borders) >= _MAX_COLUMNS:
        return None
    borders, placed = _with_names(rows, borders)
    if not borders:
        return None
    head = _head(placed)
    names = [_in_one(placed[:head])] if head else []
    grouped = _drawn(placed) or [*names, *_grouped(placed[head:])]
    lines = [TableLine(tuple(cells), bold) for cells, bold in grouped]
    filled = [len([*filter(None, line.cells)]) for line in lines]
    if sum(count > 1 for count in filled) < 2 or _is_list(lines) or _is_prose(lines):
        return None
    return PageTable(lines, rows[0].height, [cells for _, cells in placed])


def _borders(celled: list[PageRow]) -> list[float]:
    """Where rows of several pieces are parted: the middles of strips that hardly any crosses."""
    allowed = int(_CROSSED * len(celled)) if len(celled) > 4 else 0
    pieces = [piece for row in celled for piece in row.pieces]
    edges = [(piece.left, 1) for piece in pieces] + [(piece.right, -1) for piece in pieces]
    edges.sort()
    height = median([row.height for row in celled])
    borders = []
    depth, opened = 0, None
    for place, change in edges:
        before, depth = depth, depth + change
        if before > allowed >= depth:
            opened = place
        elif before <= allowed < depth and opened is not None:
            if place - opened >= 0.15 * height:
                borders.append((opened + place) / 2)
            opened = None
    return [border for border in borders if _parts_rows(celled, border)]


def _with_names(rows: list[PageRow], borders: list[float]) -> tuple[list[float], list[_Placed]]:
    """The rows in cells, without borders that part no more than a column from its name.

    Most often the name stands on the left, and the figures below it on the right.
    """
    while True:
        placed = [(row, _cells(row, borders)) for row in rows]
        columns = zip(*[cells for _, cells in placed], strict=True)
        filled = [[at for at, cell in enumerate(cells) if cell] for cells in columns]
        apart = [
            (_is_name_of(right, left), _gap_at(placed, column), column)
            for column, (left, right) in enumerate(pairwise(filled))
            if left and right and (_is_name_of(left, right) or _is_name_of(right, left))
        ]
        if not apart:
            return borders, placed
        *_, column = min(apart)
        borders = [*borders[:column], *borders[column + 1 :]]


def _is_name_of(upper: list[int], lower: list[int]) -> bool:
    """Whether the rows of a column all stand above those of the next, as a name does."""
    return upper[-1] < lower[0] and len(upper) <= _MAX_NAME_ROWS < len(lower)


def _gap_at(placed: list[_Placed], column: int) -> float:
    """The space between a column and the next one."""
    right = max(piece.right for _, cells in placed for piece in cells[column])
    return min(piece.left for _, cells in placed for piece in cells[column + 1]) - right


def _parts_rows(rows: list[PageRow], border: float) -> bool:
    """Whether rows have something on both sides of a border."""
    found = (row for row in rows if row.left < border < row.pieces[-1].left)
    return next(found, None) is not None and next(found, None) is not None


def _cells(row: PageRow, borders: list[float]) -> list[list[Piece]]:
    cells: list[list[Piece]] = [[] for _ in borders]
    cells.append([])
    last = len(borders)
    for piece in row.pieces:
        left, right = piece.left, piece.right
        after = bisect_right(borders, left)
        crosses = after < last and borders[after] < right
        cells[bisect_left(borders, left if crosses else (left + right) / 2)].append(piece)
    return cells


def _grouped(rows: list[_Placed]) -> list[tuple[list[str], bool]]:
    """Rows of text; what goes on in a cell is put to the row that it belongs to."""
    steps = [above.base - below.base for (above, _), (below, _) in pairwise(rows)]
    close = _close_step(rows, steps)
    grouped: list[tuple[list[str], bool]] = []
    for at, (row, cells) in enumerate(rows):
        texts = [
            cell[0].text if len(cell) == 1 else " ".join([piece.text for piece in cell])
            for cell in cells
        ]
        if at and _goes_on(rows[at - 1][1], cells, steps[at - 1], row.height, close):
            last, bold = grouped[-1]
            joined = [" ".join(filter(None, pair)) for pair in zip(last, texts, strict=True)]
            grouped[-1] = joined, bold and row.bold
        else:
            grouped.append((texts, row.bold))
    return grouped


def _head(rows: list[_Placed]) -> int:
    """How many rows together name the columns, a line or two for each; 0 when one does."""
    for at, (_, cells) in enumerate(rows[: _MAX_HEAD + 1]):
        filled = [cell for cell in cells if cell]
        figures = sum(cell[0].is_number for cell in filled)
        if len(filled) > 1 and figures * 2 >= len(filled):
            return at if at > 1 and _are_close(rows[:at]) else 0
    bold = len([*takewhile(lambda placed: placed[0].bold, rows)])
    return bold if 1 < bold <= _MAX_HEAD and bold < len(rows) and _are_close(rows[:bold]) else 0


def _are_close(rows: list[_Placed]) -> bool:
    """Whether rows follow each other as the lines of a text do."""
    return all(
        above.base - row.base < 1.4 * above.height for (above, _), (row, _) in pairwise(rows)
    )


def _in_one(rows: list[_Placed]) -> tuple[list[str], bool]:
    """Several rows as one."""
    columns = zip(*(cells for _, cells in rows), strict=True)
    texts = [" ".join(piece.text for cell in column for piece in cell) for column in columns]
    return texts, all(row.bold for row, _ in rows)


def _drawn(rows: list[_Placed]) -> list[tuple[list[str], bool]]:
    """Rows as they were drawn, cell by cell and row by row; empty when they were not."""
    pieces = [
        (piece.first, column, row.base, piece, at)
        for at, (row, cells) in enumerate(rows)
        for column, cell in enumerate(cells)
        for piece in cell
    ]
    pieces.sort(key=itemgetter(0, 1, 2))
    height = median([row.height for row, _ in rows])
    least, widest = 0.3 * height, 1.5 * height
    grouped = [[pieces[0]]]
    doubtful = []
    _, before_column, before_base, before, _ = pieces[0]
    for drawn in pieces[1:]:
        _, column, base, piece, _ = drawn
        below = before_base - base
        if column == before_column and below > least:
            # The next line of a cell, or a row that has nothing in other columns.
            if not column or below >= widest or (piece.is_number and before.is_number):
                doubtful.append(len(grouped))
                grouped.append([])
        elif column < before_column or below > widest:
            grouped.append([])
        grouped[-1].append(drawn)
        before_column, before_base, before = column, base, piece
    grouped = _with_further_lines(grouped, doubtful) if doubtful else grouped
    lowest = inf
    for group in grouped:
        bases = [base for _, _, base, _, _ in group]
        if max(bases) > lowest - least:
            return []
        lowest = min(bases)
    if len(grouped) < 2 or len(grouped) > len(rows):
        return []
    return [_as_row(group, rows) for group in grouped]


def _with_further_lines(grouped: list[list[_Drawn]], doubtful: list[int]) -> list[list[_Drawn]]:
    """The rows with those put together that are lines of one cell, as they stand closer."""
    bases = [[base for _, _, base, _, _ in group] for group in grouped]
    tops, bottoms = [*map(max, bases)], [*map(min, bases)]
    sure = [bottoms[at - 1] - tops[at] for at in range(1, len(grouped)) if at not in doubtful]
    if not sure:
        return grouped
    usual = median(sure)
    joined = grouped[:1]
    lowest = bottoms[0]
    for at, group in enumerate(grouped[1:], 1):
        alone = not any(column for _, column, *_ in joined[-1])
        if at in doubtful and lowest - tops[at] < 0.9 * usual and alone:
            joined[-1] = [*joined[-1], *group]
            lowest = min(lowest, bottoms[at])
        else:
            joined.append(group)
            lowest = bottoms[at]
    return joined


def _as_row(pieces: list[_Drawn], rows: list[_Placed]) -> tuple[list[str], bool]:
    cells = [""] * len(rows[0][1])
    placed = sorted(pieces, key=itemgetter(4, 0))
    for _, column, _, piece, _ in placed:
        cells[column] += f" {piece.text}" if cells[column] else piece.text
    return cells, all(rows[row][0].bold for *_, row in placed)


def _close_step(rows: list[_Placed], steps: list[float]) -> float:
    """A step within a row, where rows stand further apart than the lines of one; else 0."""
    if len(steps) < 2:
        return 0
    least, most = min(steps), max(steps)
    height = median([row.height for row, _ in rows])
    if most > 1.2 * least and least < 1.5 * height:
        return 1.1 * least
    return 0


def _goes_on(
    above: list[list[Piece]], cells: list[list[Piece]], step: float, height: float, close: float
) -> bool:
    """Whether a row only goes on what stands in the one above."""
    if step < 0.7 * height:
        return True
    filled = [at for at, cell in enumerate(cells) if cell]
    if close and step <= close and len(filled) < max(2, sum(map(bool, above))):
        return True
    column = filled[0]
    alone = len(filled) == 1 and column > 0 and bool(above[column])
    return alone and step < 1.5 * height and not cells[column][0].is_number


def _is_list(lines: list[TableLine]) -> bool:
    """Whether rows are items or headings after their numbers."""
    if len(lines[0].cells) != 2:
        return False
    labels = [line.cells[0] for line in lines if line.cells[0]]
    if all(map(LABEL.fullmatch, labels)):
        return True
    titled = all(line.cells[1][:1].isalpha() for line in lines)
    return titled and all(map(_SECTION.fullmatch, labels))


def _is_prose(lines: list[TableLine]) -> bool:
    lengths = [len(cell) for line in lines for cell in line.cells if cell]
    return median(lengths) > _LONG * 2
