"""Tables that are a document of their own: sheets of a workbook and CSV files.

Their first row is a heading when it names the columns, so that it goes with every later row.
"""

import datetime
from collections.abc import Iterable, Sequence
from itertools import chain, islice, pairwise

from assistant.library.readers.base.builder import DocumentBuilder

_MAX_HEADER = 200
_HEADER_LEVEL = 2
MAX_TITLE_ROWS = 4
"""Rows of one cell that may stand above the names of the columns."""

CellValue = (
    str | float | bool | datetime.date | datetime.time | datetime.datetime | datetime.timedelta
)


def add_sheet(
    builder: DocumentBuilder, name: str, rows: Iterable[tuple[int, Sequence[str]]]
) -> None:
    """Add a sheet: its name as a heading, the rows with their numbers, blank ones left out."""
    builder.sheet = name
    filled = ((number, cells) for number, cells in rows if any(cells))
    top = list(islice(filled, MAX_TITLE_ROWS + 2))
    if top:
        builder.add_heading(name, 1)
    header = header_index([cells for _, cells in top])
    for index, (number, cells) in enumerate(chain(top, filled)):
        if index == header:
            names = " | ".join(" ".join(cell.split()) for cell in cells if cell)
            builder.add(names, "heading", level=_HEADER_LEVEL, row=number)
        else:
            builder.add_row(cells, number)


def header_index(top: Sequence[Sequence[str]]) -> int | None:
    """Which of the `top` rows names the columns; it may stand below a title."""
    for index, (cells, following) in enumerate(pairwise(top[: MAX_TITLE_ROWS + 2])):
        if _names_columns(cells, following):
            return index
        if sum(bool(cell.strip()) for cell in cells) > 1:
            return None
    return None


def _names_columns(first: Sequence[str], second: Sequence[str]) -> bool:
    names = [cell.strip() for cell in first if cell.strip()]
    return (
        1 < len(names) == len(set(names))
        and len(names) >= sum(bool(cell.strip()) for cell in second)
        and sum(map(len, names)) <= _MAX_HEADER
        and all(any(char.isalpha() for char in name) for name in names)
    )


def cell_text(value: CellValue) -> str:
    """A cell's text as its user would write it, without the digits that binary fractions add."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e17 else f"{value:.12g}"
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
