"""Regions of a PDF page: columns of lines and tables, in the order in which a person reads them.

A gutter is a strip that stays free over several rows with text on both sides. Where those texts are
prose, or stand there independently of each other, they are columns; where their rows belong
together, they are cells.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter, sub
from statistics import median, mode
from typing import NamedTuple

from assistant.library.readers.pdf.layout.tables import PageTable, find_table
from assistant.library.readers.pdf.words.rows import LABEL, PageRow, Piece

_MAX_DEPTH = 8
"""Columns within columns."""
_MAX_STRIPS = 48
"""Free strips that are followed down a page at once."""
_MAX_TRIED = 12
"""Strips that are held to be gutters, the longest first."""
_MAX_ROWS = 3_000
"""Of a page whose columns are looked for."""
_MIN_STRIP = 0.6
"""Width of a gutter, in heights of its rows."""
_MIN_LINES = 2
_MIN_FULL = 3
"""Lines from edge to edge that show where a column's edges are."""
_EVEN = 0.25
"""Heights by which the spaces of a stretched line differ."""
_STRETCHED_WORDS = 3
"""Of a piece of a line that stretching has pulled apart."""
_PROSE_WORDS = 3.5
_PROSE_CHARS = 16
_APART = 2.0
"""Steps of more than this times the usual end a column, where only one side goes on."""


@dataclass(frozen=True)
class Lines:
    """Rows of a column, or of a page without columns, from top to bottom."""

    rows: list[PageRow]


_LEFT = attrgetter("left")
_CHANGES = {("left", "right"), ("right", "left")}


class _Strip(NamedTuple):
    """A strip of a page that is free from the row `start` to before `end`."""

    left: float
    right: float
    start: int
    end: int


_Begun = tuple[float, float, int, bool]
"""The edges of a strip that has not ended, its first row, and whether it is known to be outermost:
it stays so until it is cut, as those before it only become narrower."""


def regions_of(rows: list[PageRow]) -> list[Lines | PageTable]:
    """The regions of a page's rows, in reading order."""
    if len(rows) > _MAX_ROWS:
        return [Lines(rows)]
    return list(_merged(_regions(rows, 0)))


def _merged(regions: Iterator[Lines | PageTable]) -> Iterator[Lines | PageTable]:
    for region in regions:
        if isinstance(region, PageTable) or region.rows:
            yield region


def _regions(rows: list[PageRow], depth: int) -> Iterator[Lines | PageTable]:
    gutter = _gutter(rows) if depth < _MAX_DEPTH else None
    if gutter is None:
        yield from _tables_and_lines(rows)
        return
    middle = (gutter.left + gutter.right) / 2
    within = rows[gutter.start : gutter.end]
    yield from _regions(rows[: gutter.start], depth + 1)
    yield from _regions(list(_side(within, middle, False)), depth + 1)
    yield from _regions(list(_side(within, middle, True)), depth + 1)
    yield from _regions(rows[gutter.end :], depth + 1)


def _side(rows: list[PageRow], middle: float, right: bool) -> Iterator[PageRow]:
    for row in rows:
        pieces = [piece for piece in row.pieces if (piece.left > middle) == right]
        if pieces:
            yield row if len(pieces) == len(row.pieces) else row.only(pieces)


def _gutter(rows: list[PageRow]) -> _Strip | None:
    """The free strip that parts most lines of columns."""
    if len(rows) < _MIN_LINES or not _may_have_columns(rows):
        return None
    best: _Strip | None = None
    for strip in sorted(_strips(rows), key=_longest)[:_MAX_TRIED]:
        if best is not None and strip.end - strip.start < best.end - best.start:
            break
        strip = _trimmed(strip, rows)
        longer = best is None or strip.end - strip.start > best.end - best.start
        if longer and strip.end - strip.start >= _MIN_LINES and _are_columns(strip, rows):
            best = strip
    return best


def _may_have_columns(rows: list[PageRow]) -> bool:
    """Whether several rows have words on two sides, as cells of figures have not."""
    found = 0
    above: PageRow | None = None
    for row in rows:
        if len(row.pieces) > 1:
            found += len([piece for piece in row.pieces if piece.words > 1]) > 1
        if above is not None and (above.right < row.left or row.right < above.left):
            found += 1
        above = row
    return found > 1


def _longest(strip: _Strip) -> tuple[int, float]:
    """What sorts strips: the longest first, of equal ones the widest."""
    return strip.start - strip.end, strip.left - strip.right


def _strips(rows: list[PageRow]) -> list[_Strip]:
    """Strips that stay free over rows, each as far as it goes."""
    height = median([row.height for row in rows])
    least = _MIN_STRIP * height
    active: list[_Begun] = []
    found: list[_Strip] = []
    above: PageRow | None = None
    for at, row in enumerate(rows):
        gaps = row.gaps
        if not (active or gaps or above is None or _beside(above, row)):
            above = row
            continue
        free = [(-1e9, row.left), *gaps, (row.right, 1e9)]
        going_on: list[_Begun] = []
        for strip in active:
            start_x, end_x, start, _ = strip
            ends = True
            for left, right in free:
                if end_x - left < least:
                    break
                if right - start_x >= least:
                    if left <= start_x and end_x <= right:
                        if end_x - start_x >= least:
                            going_on.append(strip)
                            ends = False
                        break
                    left = left if left > start_x else start_x
                    right = right if right < end_x else end_x
                    if right - left >= least:
                        going_on.append((left, right, start, False))
                        ends = False
            if ends and at - start >= _MIN_LINES:
                found.append(_Strip(start_x, end_x, start, at))
        begun = [(left, right, at, False) for left, right in gaps if right - left >= least]
        if above is not None and above.base - row.base < 1.5 * height:
            begun += [(left, right, at - 1, False) for left, right in _beside(above, row)]
        unchanged = not begun and len(going_on) <= len(active)
        active, above = going_on if unchanged else _outermost(going_on + begun), row
    ended = len(rows)
    found += [_Strip(*strip[:3], ended) for strip in active if ended - strip[2] >= _MIN_LINES]
    return found


def _outermost(strips: list[_Begun]) -> list[_Begun]:
    """The strips that are not within one that began before them."""
    kept: list[_Begun] = []
    for strip in strips:
        left, right, start, is_outermost = strip
        if is_outermost:
            kept.append(strip)
        else:
            inner_left, inner_right = left + 0.5, right - 0.5
            for other_left, other_right, _, _ in kept:
                if other_left <= inner_left and inner_right <= other_right:
                    break
            else:
                kept.append((left, right, start, True))
        if len(kept) == _MAX_STRIPS:
            break
    return kept


def _beside(above: PageRow, row: PageRow) -> list[tuple[float, float]]:
    """The gap between two rows of which one stands wholly beside the other."""
    if above.right < row.left:
        return [(above.right, row.left)]
    return [(row.right, above.left)] if row.right < above.left else []


def _trimmed(strip: _Strip, rows: list[PageRow]) -> _Strip:
    """The strip from the first row to the last that belongs to a column beside another."""
    first = _meeting(rows, strip, range(strip.start, strip.end))
    if first is None:
        return strip._replace(end=strip.start)
    last = _meeting(rows, strip, range(strip.end - 1, first - 1, -1))
    assert last is not None
    may_begin_above = first > 0 and _side_of(rows[first - 1], strip) is not None
    if may_begin_above or last + 1 < strip.end:
        within = rows[first : last + 1]
        height = median([row.height for row in within])
        bases = [row.base for row in within]
        steps = [step for step in map(sub, bases, bases[1:]) if step > 1]
        usual = median(steps) if steps else 1.4 * height
        while may_begin_above and _belongs(rows[first - 1], rows[first], usual, height):
            first -= 1
            may_begin_above = first > 0 and _side_of(rows[first - 1], strip) is not None
        while last + 1 < strip.end and _belongs(rows[last], rows[last + 1], usual, height):
            last += 1
    return strip._replace(start=first, end=last + 1)


def _meeting(rows: list[PageRow], strip: _Strip, places: Iterable[int]) -> int | None:
    """The first of some rows that stands beside another one, or has words on both sides itself."""
    before, last = None, 0
    for at in places:
        side = _side_of(rows[at], strip)
        if side == "both":
            return at
        if (side, before) in _CHANGES:
            return last
        before, last = side, at
    return None


def _belongs(above: PageRow, below: PageRow, usual: float, height: float) -> bool:
    near = above.base - below.base <= max(_APART * usual, 1.6 * height)
    other = max(abs(above.height - height), abs(below.height - height))
    return near and other < 0.15 * height


def _side_of(row: PageRow, strip: _Strip) -> str | None:
    """On which side of a strip a row stands; None when it crosses it."""
    if row.right <= strip.left + 0.1:
        return "left"
    if row.left >= strip.right - 0.1:
        return "right"
    for piece in row.pieces:
        if piece.left < strip.right - 0.1 and piece.right > strip.left + 0.1:
            return None
    return "both"


def _are_columns(strip: _Strip, rows: list[PageRow]) -> bool:
    middle, rows = (strip.left + strip.right) / 2, rows[strip.start : strip.end]
    left: list[list[Piece]] = []
    right: list[list[Piece]] = []
    for row in rows:
        pieces = row.pieces
        if pieces[-1].left <= middle:
            left.append(pieces)
        elif pieces[0].left > middle:
            right.append(pieces)
        else:
            parted = bisect_right(pieces, middle, key=_LEFT)
            left.append(pieces[:parted])
            right.append(pieces[parted:])
    if len(left) < 2 or len(right) < 2 or _are_numbers(left) or _are_numbers(right):
        return False
    if _are_labels(left):
        return False
    are_prose = _is_prose(left) and _is_prose(right)
    if not are_prose and not _has_words(left, right):
        return False
    together = len(left) + len(right) - len(rows)
    switches = _switches(left, right)
    by_column = switches <= max(1, together // 4)
    if len(rows) < 3 and switches > 1:
        return False
    independent = together < 0.5 * min(len(left), len(right))
    if not are_prose:
        return independent or by_column
    if independent or (by_column and together < len(rows)):
        return True
    return not _are_cells(rows, middle, switches) and (by_column or _flows(left, right))


def _are_labels(side: list[list[Piece]]) -> bool:
    return all(LABEL.fullmatch(pieces[0].text) for pieces in side)


def _switches(left: list[list[Piece]], right: list[list[Piece]]) -> int:
    """How often the pen went from one side to the other."""
    drawn = sorted(
        [(piece.first, 0) for pieces in left for piece in pieces]
        + [(piece.first, 1) for pieces in right for piece in pieces]
    )
    return sum(a[1] != b[1] for a, b in pairwise(drawn))


def _is_prose(side: list[list[Piece]]) -> bool:
    lines = [
        (sum([p.words for p in pieces]), sum([len(p.text) for p in pieces])) for pieces in side
    ]
    chars = sum([chars for _, chars in lines])
    digits = sum([piece.digits for pieces in side for piece in pieces])
    return (
        digits < 0.3 * chars
        and median([words for words, _ in lines]) >= _PROSE_WORDS
        and median([chars for _, chars in lines]) >= _PROSE_CHARS
    )


def _flows(left: list[list[Piece]], right: list[list[Piece]]) -> bool:
    """Whether lines go on in the next line of their side, as prose does."""
    begun = [pieces[0].text for side in (left, right) for pieces in side[1:]]
    if not any(char.islower() for text in begun for char in text):
        return True  # A script without capitals does not tell.
    return sum(text[:1].islower() for text in begun) >= 0.3 * len(begun)


def _are_cells(rows: list[PageRow], middle: float, switches: int) -> bool:
    """Whether both sides begin anew at the same heights, as cells do that hold several lines."""
    steps = [above.base - below.base for above, below in pairwise(rows)]
    if not steps:
        return False
    usual = median(steps)
    begun = [at for at, step in enumerate(steps, 1) if step > 1.25 * usual]
    both = sum(rows[at].left <= middle < rows[at].pieces[-1].left for at in begun)
    if both >= 2 and both >= 0.7 * len(begun):
        return True
    return len(begun) >= 2 and abs(switches - 2 * len(begun)) <= 2


def _are_numbers(side: list[list[Piece]]) -> bool:
    figures = [piece.is_number for row in side for piece in row]
    return figures.count(True) >= 0.5 * len(figures)


def _has_words(left: list[list[Piece]], right: list[list[Piece]]) -> bool:
    return all(
        median([sum([piece.words for piece in pieces]) for pieces in side]) >= 2
        for side in (left, right)
    )


def _tables_and_lines(rows: list[PageRow]) -> Iterator[Lines | PageTable]:
    rows = _unstretched(rows)
    at = done = 0
    while at < len(rows):
        found = find_table(rows, at, done) if len(rows[at].pieces) > 1 else None
        if found is None:
            at += 1
            continue
        table, start, end = found
        yield Lines(rows[done:start])
        yield table
        at = done = end
    yield Lines(rows[done:])


def _unstretched(rows: list[PageRow]) -> list[PageRow]:
    """The rows with lines of prose in one piece that stretching has pulled apart.

    They fill the width of their column, as the lines around them do that need no stretching.
    """
    if not any(len(row.pieces) > 1 for row in rows):
        return rows
    whole = [row for row in rows if len(row.pieces) == 1 and row.pieces[0].words > 1]
    if len(whole) < _MIN_FULL:
        return rows
    left = mode([round(row.left) for row in whole])
    right = mode([round(row.right) for row in whole])
    filling = [abs(row.left - left) <= 1 and abs(row.right - right) <= 1 for row in rows]
    full = {at for at, row in enumerate(rows) if filling[at] and len(row.pieces) == 1}
    stretched = {
        at
        for at, row in enumerate(rows)
        if filling[at] and len(row.pieces) > 1 and _is_stretched(row, bool(full & {at - 1, at + 1}))
    }
    if len(full) < _MIN_FULL or len(stretched) > 2 * len(full):
        return rows
    return [row.in_one if at in stretched else row for at, row in enumerate(rows)]


def _is_stretched(row: PageRow, beside_full: bool) -> bool:
    """Whether a row from edge to edge may be a line of prose; `beside_full`: stands by one."""
    pieces = row.pieces
    figures = [piece.is_number for piece in pieces].count(True)
    if figures * 2 > len(pieces) or (figures and not beside_full):
        return False
    if any(piece.words > _STRETCHED_WORDS for piece in pieces):
        return False
    spaces = [right - left for left, right in row.gaps]
    even = max(spaces) - min(spaces) <= _EVEN * row.height or row.words > len(pieces)
    return even and all(before.first < piece.first for before, piece in pairwise(pieces))
