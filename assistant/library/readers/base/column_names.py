"""Column names: which rows of a table name its columns, and how they are called.

Nothing in most files says so. A row names columns when it differs in kind from what stands below
it: words over numbers, years over amounts, times over subjects. A row of data does not.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

MAX_TITLE_ROWS = 6
"""Rows that may stand above the names of the columns: titles, remarks, a date."""
LOOK_AHEAD = MAX_TITLE_ROWS + 8
"""Rows of a table that are looked at."""
_BODY_ROWS = 6
_MAX_NAME = 100
"""Characters of a name; what is longer is a sentence."""
_MAX_HEADER_ROWS = 4
_LEAST_SHARE = 2 / 3
"""Of the columns with something in them, that have a name."""

_Kind = Literal["blank", "label", "number", "year", "date", "time"]

_PERIODS = frozenset({"year", "date", "time"})

_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d(?:\s?[-/–]\s?(?:\d\d|(?:19|20|21)\d\d))?")
_DATE = re.compile(
    r"(?:\d{1,2}[-./]\d{1,2}[-./]\d{2,4}|\d{4}[-./]\d{1,2}(?:[-./]\d{1,2})?|\d{1,2}[-./]\d{4})"
    r"(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?"
)
_TIME = re.compile(r"\d{1,3}:\d\d(?::\d\d)?(?:\s?[AaPp]\.?[Mm]\.?)?")
_NUMBER = re.compile(
    r"[(\[]?[-+−–]?\s?(?:[A-Z]{2,3} |[A-Z]{0,3}[$€£¥₹])?\s?[-+−]?"
    r"[.,]?\d[\d.,'’\s]*(?:[eE][-+]?\d+)?\s?(?:[%‰$€£¥₹]|[A-Za-zµ°²³/]{1,4}[23]?)?[)\]]?-?"
)
_DIGIT = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")


class ColumnNames(NamedTuple):
    """The names of a table's columns."""

    first: int
    """The index of the first row that holds them."""
    rows: int
    """How many rows hold them."""
    names: tuple[str, ...]
    """One for each column; of a name over others: `Group / Name`."""


class TableRow(NamedTuple):
    """A row of a table with the value of each column, those of merged cells repeated."""

    cells: Sequence[str]
    number: int | None = None
    """From 1, as the program that wrote the file numbers it."""
    is_header: bool = False
    """Whether the file says that it names the columns."""
    is_merged: bool = False
    """Whether one of its values spans columns."""

    @property
    def filled(self) -> int:
        """How many cells are not blank."""
        return len([cell for cell in self.cells if cell and not cell.isspace()])


def find_column_names(top: Sequence[TableRow], *, must_differ: bool = False) -> ColumnNames | None:
    """The names of the columns, if the first rows of a table hold them.

    Args:
        top: the first rows of the table, none of them blank; `LOOK_AHEAD` are enough.
        must_differ: whether a row of words over words does not count.
    """
    if (stated := _stated(top)) is not None:
        return stated
    best: ColumnNames | None = None
    above = 0
    """Filled cells of the widest row so far."""
    for index, row in enumerate(top[: min(len(top) - 1, MAX_TITLE_ROWS + 1)]):
        if _is_title(row):
            continue
        comes_first, is_wider = best is None and above <= 1, row.filled > above
        if comes_first or is_wider:
            found, is_sure = _names_at(top, index)
            if found is not None and (is_sure or (comes_first and not must_differ)):
                best = found
                above = len(found.names)
        above = max(above, row.filled)
    return best


def _stated(top: Sequence[TableRow]) -> ColumnNames | None:
    """By the rows that the file says to be the header."""
    first = next((index for index, row in enumerate(top) if row.is_header), None)
    if first is None or any(not _is_title(row) for row in top[:first]):
        return None
    last = first
    while last < len(top) and top[last].is_header and last - first < _MAX_HEADER_ROWS:
        last += 1
    rows = [row.cells for row in top[first:last] if row.filled > 1]
    names = _joined(rows)
    if not rows or sum(map(bool, names)) < 2:
        return None
    return ColumnNames(first, last - first, names)


def _is_title(row: TableRow) -> bool:
    """Whether nothing but one text stands in it, at its beginning."""
    return row.filled == 1 and bool(row.cells[0].strip())


def _names_at(top: Sequence[TableRow], index: int) -> tuple[ColumnNames | None, bool]:
    """The names in the row `index` and maybe the next one, and whether they differ from what
    stands below."""
    first, below = top[index].cells, [row.cells for row in top[index + 1 :][:_BODY_ROWS]]
    if len(below) > 1 and (top[index].is_merged or _has_gaps(first, below[0])):
        names = _joined([_filled_up(first, below[0]), below[0]])
        verdict = _verdict(below[0], below[1:], names)
        grouped = any(
            a.strip() == b.strip() or not a.strip() for a, b in zip(first, below[0], strict=False)
        )
        if verdict == "differs" or (verdict == "may be" and top[index].is_merged and grouped):
            return ColumnNames(index, 2, names), True
    names = _joined([first])
    verdict = _verdict(first, below, names)
    found = None if verdict == "no" else ColumnNames(index, 1, names)
    return found, verdict == "differs"


def _has_gaps(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether names of the first row stand over several names of the second."""
    filled = [bool(cell.strip()) for cell in first]
    gaps = any(
        named and not following and second[at + 1 : at + 2] and second[at + 1].strip()
        for at, (named, following) in enumerate(pairwise([*filled, False]))
    )
    return gaps and sum(filled) < sum(bool(cell.strip()) for cell in second)


def _filled_up(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Names of groups, repeated over all the names below them."""
    cells: list[str] = []
    for column in range(max(len(first), len(second))):
        own = first[column].strip() if column < len(first) else ""
        below = second[column].strip() if column < len(second) else ""
        cells.append(own or (cells[-1] if cells and below else ""))
    return cells


def _joined(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    width = max(map(len, rows), default=0)
    names = []
    for column in range(width):
        parts = [" ".join(row[column].split()) for row in rows if column < len(row)]
        names.append(" / ".join(dict.fromkeys(part for part in parts if part)))
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _verdict(
    first: Sequence[str], body: Sequence[Sequence[str]], names: Sequence[str]
) -> Literal["no", "may be", "differs"]:
    """Whether `first` can name the columns of `body`, and whether it differs from it in kind."""
    given = [name for name in names if name]
    if len(given) < 2 or len(set(given)) < len(given) or max(map(len, given)) > _MAX_NAME:
        return "no"
    columns = [
        [row[column].strip() for row in body if column < len(row)]
        for column in range(max(map(len, body), default=0))
    ]
    used = [column for column, cells in enumerate(columns) if any(cells)]
    named = sum(column < len(names) and bool(names[column]) for column in used)
    if not used or named < max(2, _LEAST_SHARE * (len(used) - 1)):
        return "no"
    differs = False
    counted = _counts_on([cell.strip() for cell in first], body)
    several = sum(_kind(cell) in _PERIODS for cell in first) > 1
    for column, cell in enumerate(first):
        below = columns[column] if column < len(columns) else []
        texts = [text for text in below if text]
        sign = _sign(cell.strip(), texts, counts_on=counted, is_one_of_several=several)
        if sign < 0:
            return "no"
        differs = differs or sign > 0
    return "differs" if differs else "may be"


def _sign(name: str, below: Sequence[str], *, counts_on: bool, is_one_of_several: bool) -> int:
    """-1 if `name` is of the kind of what stands below, 1 if it surely is not, 0 if one cannot
    tell."""
    kind, kinds = _kind(name), [_kind(text) for text in below]
    values = [one for one in kinds if one not in ("blank", "label")]
    if kind == "blank":
        return 0
    if kind == "label":
        if name in below or _is_code_like(name, below):
            return -1
        return int(bool(values) and len(values) * 2 >= len(below))
    if not below:
        return 0 if kind != "number" else -1
    if counts_on:
        return 1
    if kind == "number" or kinds.count(kind) * 2 >= len(kinds):
        return -1
    return 1 if is_one_of_several or kinds.count("number") * 2 >= len(kinds) else -1


def _counts_on(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the numbers of `first` count years, months or hours one by one, and those below
    do not."""
    return _is_sequence(first) and not any(_is_sequence(row) for row in body[:2])


def _is_sequence(cells: Sequence[str]) -> bool:
    numbers = [int(cell) for cell in cells if cell.strip().isdecimal() and len(cell.strip()) < 5]
    steps = {after - before for before, after in pairwise(numbers)}
    return len(numbers) > 2 and (steps == {1} or steps == {-1})


def _is_code_like(name: str, below: Sequence[str]) -> bool:
    """Whether `name` is built like what stands below it: `M790` over `M791`."""
    pattern = _pattern(name)
    if pattern.isalpha() or " " in pattern.strip():
        return False
    return sum(_pattern(text) == pattern for text in below) * 2 > len(below)


def _pattern(text: str) -> str:
    return _LETTERS.sub("a", _DIGIT.sub("9", text)).replace("9", "0")


def _kind(text: str) -> _Kind:
    text = text.strip()
    return _kind_of(text) if len(text) <= _MAX_NAME else _kind_of.__wrapped__(text)


@lru_cache(maxsize=512)  # A cell is looked at for each row that may hold the names.
def _kind_of(text: str) -> _Kind:
    if not text[:1].isalnum() and not any(char.isalnum() for char in text):
        return "blank"
    if _YEAR.fullmatch(text):
        return "year"
    if _DATE.fullmatch(text):
        return "date"
    if _TIME.fullmatch(text):
        return "time"
    return "number" if _NUMBER.fullmatch(text) else "label"
