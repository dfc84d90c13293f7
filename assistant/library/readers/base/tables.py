"""Tables: rows with the values of merged cells, below the names of their columns.

All readers give their tables through here: sheets, CSV files, and the tables of texts, slides,
pages and PDFs.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
from typing import Literal, NamedTuple

from assistant.library.readers.base.builder import DocumentBuilder
from assistant.library.readers.base.column_names import (
    LOOK_AHEAD,
    TableRow,
    find_column_names,
)

SEPARATOR = " | "
_MAX_COLUMNS = 1_000
"""Of a table in a text; a cell that claims to span more does not."""
_MAX_TITLE = 200
"""Characters of a row that may be a title of the rows below it."""
_TITLE_LEVEL = 2
_LAST_LEVEL = 6


class TableCell(NamedTuple):
    """A cell as a file has it: once, for all the rows and columns it spans."""

    text: str
    rows: int = 1
    columns: int = 1


class CellRow(NamedTuple):
    """A row as a file has it: without the cells that reach into it from above."""

    cells: Sequence[TableCell]
    is_header: bool = False


class _Filled(NamedTuple):
    cells: list[str]
    starts: set[int]
    """Columns in which a cell begins."""
    is_header: bool
    spans_columns: bool
    is_one_cell: bool


def spread(rows: Iterable[CellRow]) -> list[TableRow]:
    """The rows of a table with a value in every column: that of a merged cell is repeated.

    A cell over the whole width is a line of its own, and a column in which no cell begins is none.
    """
    filled = list(_filled_rows(rows))
    columns = sorted(set[int]().union(*(row.starts for row in filled)))
    spread_rows = []
    for row in filled:
        cells = [row.cells[column] for column in columns if column < len(row.cells)]
        if row.is_one_cell:
            cells = cells[:1]
        merged = row.spans_columns and len(cells) > 1
        spread_rows.append(TableRow(cells, None, row.is_header, merged))
    return spread_rows


def _filled_rows(rows: Iterable[CellRow]) -> Iterator[_Filled]:
    reaching: dict[int, tuple[str, int]] = {}
    """Cells from above: text and rows still to come, by column."""
    for row in rows:
        cells: dict[int, str] = {}
        starts: set[int] = set()
        widest = column = 0
        kept = {}
        for at, (text, left) in reaching.items():
            cells[at] = text
            if left > 1:
                kept[at] = (text, left - 1)
        for cell in row.cells:
            while column in cells:
                column += 1
            if column >= _MAX_COLUMNS:
                break
            starts.add(column)
            end = min(column + max(cell.columns, 1), _MAX_COLUMNS)
            widest = max(widest, end - column)
            for at in range(column, end):
                if at in cells:
                    break
                cells[at] = cell.text
                if cell.rows > 1:
                    kept[at] = (cell.text, cell.rows - 1)
            column = end
        width = max(cells, default=-1) + 1
        values = [cells.get(at, "") for at in range(width)]
        one = len(row.cells) == 1 and not reaching
        yield _Filled(values, starts, row.is_header, widest > 1, one)
        reaching = kept


class TablePart(NamedTuple):
    """Some rows of a table, and what they are to the rows below them."""

    rows: Sequence[TableRow]
    kind: Literal["heading", "columns", "row"] = "row"
    level: int | None = None
    names: Sequence[str] = ()
    """Of the columns; of a title the title itself."""

    @property
    def label(self) -> str:
        """What goes with every passage of the rows below."""
        return SEPARATOR.join(self.names)


def table_parts(rows: Iterable[TableRow]) -> Iterator[TablePart]:
    """The rows of a sheet, those that name the columns and the titles above them told apart.

    Blank rows are left out. What follows one may be a table of its own.
    """
    remaining = iter(row for row in rows if row.filled)
    window: list[TableRow] = []
    last: int | None = None
    while window := [*window, *islice(remaining, LOOK_AHEAD - len(window))]:
        begins = last is None or (window[0].number or 0) > last + 1
        beginning = _beginning(_up_to_gap(window), must_differ=last is not None) if begins else []
        yield from beginning
        used = sum(len(part.rows) for part in beginning)
        if not used:
            yield TablePart(window[:1])
            used = 1
        last = window[used - 1].number or 0
        del window[:used]


def _up_to_gap(window: Sequence[TableRow]) -> Sequence[TableRow]:
    """The rows before the first blank row that does not merely part a title or the names of the
    columns from their table."""
    wide = 0
    for at, (row, following) in enumerate(pairwise(window), start=1):
        wide += row.filled > 1
        if (following.number or 0) > (row.number or 0) + 1 and wide > 1:
            return window[:at]
    return window


def _beginning(top: Sequence[TableRow], *, must_differ: bool) -> list[TablePart]:
    """The titles of a table and the names of its columns; empty when it has none."""
    found = find_column_names(top, must_differ=must_differ)
    if found is None:
        return []
    parts = []
    level = _TITLE_LEVEL
    for row in top[: found.first]:
        text = " ".join(" ".join(row.cells).split())
        if row.filled == 1 and len(text) <= _MAX_TITLE:
            parts.append(TablePart([row], "heading", level, [text]))
            level = min(level + 1, _LAST_LEVEL)
        else:
            parts.append(TablePart([row]))
    names = top[found.first : found.first + found.rows]
    return [*parts, TablePart(names, "columns", None, found.names)]


def add_sheet(builder: DocumentBuilder, name: str, rows: Iterable[TableRow]) -> None:
    """Add a sheet: its name and the titles of its tables as headings, then the rows."""
    builder.sheet = name
    for index, part in enumerate(table_parts(rows)):
        if not index:
            builder.add_heading(name, 1)
        _add_part(builder, part)


def add_table(builder: DocumentBuilder, rows: Iterable[TableRow]) -> None:
    """Add a table of a text. The names of its columns go with all its rows."""
    remaining = iter(row for row in rows if row.filled)
    top = list(islice(remaining, LOOK_AHEAD))
    beginning = _beginning(top, must_differ=False)
    for part in beginning:
        # A title of a table in a text is no heading of what follows the table.
        _add_part(builder, part if part.kind == "columns" else TablePart(part.rows))
    used = sum(len(part.rows) for part in beginning)
    for row in chain(top[used:], remaining):
        _add_part(builder, TablePart([row]))


def _add_part(builder: DocumentBuilder, part: TablePart) -> None:
    number = part.rows[-1].number
    match part.kind:
        case "heading":
            builder.add(part.label, "heading", level=part.level, row=number)
        case "columns":
            builder.add_columns(part.names, number)
        case "row":
            builder.add_row(part.rows[0].cells, number)
