"""Sheets: the cells of a spreadsheet, and the rows that a person sees of them.

Columns and rows that somebody hid are left out and said. Those that a filter or a folded group
hides are read: one click shows them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from assistant.library.readers.base.builder import DocumentBuilder
from assistant.library.readers.base.column_names import TableRow
from assistant.library.readers.base.tables import add_sheet

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""Of any sheet."""
_MAX_HIDDEN_RUNS = 1_000
_MAX_MERGED = 200_000
"""Values of merged cells that are repeated in other columns, in one sheet."""


class CellRange(NamedTuple):
    """A block of cells, its ends included; rows and columns count from 0."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass
class Sheet:
    """The cells of a sheet; rows and columns count from 0."""

    name: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    """What the cells show, by row and column, blank ones left out."""
    merged: list[CellRange] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[range] = field(default_factory=list)
    is_filtered: bool = False
    """Whether a filter hides rows."""
    without_value: list[str] = field(default_factory=list)
    """Cells with a formula whose value was never stored, such as `B4`."""
    unread_rows: range | None = None
    """Rows beyond the limit, from 1."""


class CellLimit:
    """How many cells of a workbook may still be read."""

    def __init__(self, cells: int) -> None:
        self.left = cells

    def take(self, number: int = 1) -> bool:
        """Count cells; False when they are too many."""
        self.left -= number
        return self.left >= 0


def add_cells(builder: DocumentBuilder, sheet: Sheet) -> None:
    """Add what a sheet shows, and note what of it could not be read."""
    builder.sheet = sheet.name
    add_sheet(builder, sheet.name, _shown_rows(builder, sheet))
    if sheet.unread_rows:
        builder.note_unread("row", sheet.unread_rows, "too_large")
    for cell in sheet.without_value:
        builder.note_unread("cell", cell, "no_value")


def _shown_rows(builder: DocumentBuilder, sheet: Sheet) -> Iterator[TableRow]:
    """The rows, those of merged cells filled in, without columns in which nothing stands."""
    hidden = _hidden_columns(builder, sheet)
    used = {column for cells in sheet.rows.values() for column in cells}
    columns = sorted(used - hidden)
    hidden_rows = set[int]() if sheet.is_filtered else sheet.hidden_rows
    merged = _MergedCells(sheet, columns)
    room = builder.room()
    for number, cells in sorted(sheet.rows.items()):
        filled, spans = merged.fill(number, cells)
        if number in hidden_rows:
            builder.note_unread("row", number + 1, "hidden")
            continue
        row = [filled.get(column, "") for column in columns]
        if spans and len(set(filled.values())) == 1 and spans.issuperset(filled):
            # A cell over the whole width is a line of its own.
            row, spans = [next(iter(filled.values()))], set()
        while row and not row[-1]:
            row.pop()
        if not room.take(row):
            last = max(sheet.unread_rows.stop - 1 if sheet.unread_rows else 0, max(sheet.rows) + 1)
            sheet.unread_rows = range(number + 1, last + 1)
            return
        yield TableRow(row, number + 1, is_merged=bool(spans))


def _hidden_columns(builder: DocumentBuilder, sheet: Sheet) -> set[int]:
    used = {column for cells in sheet.rows.values() for column in cells}
    hidden = used & set[int]().union(*sheet.hidden_columns[:_MAX_HIDDEN_RUNS])
    for column in sorted(hidden):
        builder.note_unread("column", column_letters(column), "hidden")
    return hidden


class _MergedCells:
    """The values of merged cells, in the rows and columns that they reach into."""

    def __init__(self, sheet: Sheet, columns: list[int]) -> None:
        self._ranges = sorted(sheet.merged, reverse=True)
        self._columns = columns
        self._reaching: dict[int, tuple[int, str, bool]] = {}
        """By column: the last row, the value, and whether it spans columns."""
        self._left = _MAX_MERGED
        self._texts = sheet.rows

    def fill(self, row: int, cells: dict[int, str]) -> tuple[dict[int, str], set[int]]:
        """The cells of `row` with those that reach into it, and the columns of cells that span
        several. Rows have to come in their order."""
        while self._ranges and self._ranges[-1].first_row <= row:
            self._enter(self._ranges.pop())
        filled, spans = dict(cells), set()
        for column, (last, text, is_wide) in list(self._reaching.items()):
            if last < row:
                del self._reaching[column]
                continue
            if filled.setdefault(column, text) == text and is_wide:
                spans.add(column)
        return filled, spans

    def _enter(self, merged: CellRange) -> None:
        text = self._texts.get(merged.first_row, {}).get(merged.first_column, "")
        if not text:
            return
        start = bisect_left(self._columns, merged.first_column)
        end = bisect_right(self._columns, merged.last_column)
        self._left -= end - start
        if self._left >= 0:
            reach = (merged.last_row, text, end - start > 1)
            self._reaching.update(dict.fromkeys(self._columns[start:end], reach))


def column_letters(column: int) -> str:
    """`A` for 0, `AB` for 27."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """0 for `A`; -1 for what is no column."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1 if number <= MAX_COLUMNS else -1
