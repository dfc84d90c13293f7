"""ODS cells: what the sheets of an OpenDocument spreadsheet show (OpenDocument 1.3, 9)."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from assistant.library.readers.base.archive import Element, attribute, below, local
from assistant.library.readers.base.sheets import (
    MAX_COLUMNS,
    MAX_ROWS,
    CellLimit,
    CellRange,
    Sheet,
    column_letters,
)

MAX_REPEATS = 100
"""Times that a repeated cell or row is believed to be meant: programs fill the rest of a sheet."""
_GROUPS = frozenset(
    {"table-header-rows", "table-rows", "table-header-columns", "table-columns"}
    | {"table-row-group", "table-column-group"}
)
_REFERENCE = re.compile(r"\[[^\[\].:]{0,99}\.([^\[\].:]+)(?::[^\[\].:]{0,99}\.([^\[\].:]+))?\]")


class _Part(NamedTuple):
    """A row, or a description of columns."""

    element: Element
    is_folded: bool
    """Whether it is in a group, which one click opens."""


def hidden_styles(root: Element) -> frozenset[str]:
    """The styles of tables that are not shown."""
    return frozenset(
        attribute(style, "name")
        for style in below(root, "style")
        for properties in style
        if local(properties) == "table-properties" and attribute(properties, "display") == "false"
    )


def read_ods_sheet(table: Element, cell_text: Callable[[Element], str], limit: CellLimit) -> Sheet:
    """Read a sheet.

    Args:
        cell_text: tells what a cell shows.
    """
    sheet = Sheet(attribute(table, "name"))
    column = 0
    for part in _parts(table, "table-column"):
        count = repeats(part.element, "number-columns-repeated")
        if attribute(part.element, "visibility") == "collapse" and not part.is_folded:
            sheet.hidden_columns.append(range(column, min(column + count, MAX_COLUMNS)))
        column += count
    row = 0
    for part in _parts(table, "table-row"):
        count = repeats(part.element, "number-rows-repeated")
        if row >= MAX_ROWS:
            break
        cells = dict(_cells(sheet, part.element, row, cell_text))
        meant = count if count < MAX_REPEATS else 1
        for number in range(row, row + meant if cells else row):
            if not limit.take(len(cells)):
                first = sheet.unread_rows.start if sheet.unread_rows else number + 1
                sheet.unread_rows = range(first, number + 2)
                continue
            sheet.rows[number] = cells
            if attribute(part.element, "visibility") == "collapse" and not part.is_folded:
                sheet.hidden_rows.add(number)
        row += count
    return sheet


def _parts(table: Element, wanted: str, *, is_folded: bool = False) -> Iterator[_Part]:
    for child in table:
        name = local(child)
        if name == wanted:
            yield _Part(child, is_folded)
        elif name in _GROUPS:
            yield from _parts(child, wanted, is_folded=is_folded or name.endswith("-group"))


def _cells(
    sheet: Sheet, element: Element, row: int, cell_text: Callable[[Element], str]
) -> Iterator[tuple[int, str]]:
    """Column and text of the cells of a row, and what they tell of the sheet."""
    column = 0
    for cell in element:
        name = local(cell)
        if name not in ("table-cell", "covered-table-cell"):
            continue
        count = repeats(cell, "number-columns-repeated")
        if name == "table-cell" and column < MAX_COLUMNS:
            text = cell_text(cell)
            formula = attribute(cell, "formula")
            if formula and not text and not attribute(cell, "value-type"):
                text = _shown_formula(formula)
                sheet.without_value.append(f"{column_letters(column)}{row + 1}")
            if text:
                yield from ((at, text) for at in range(column, column + min(count, _meant(count))))
                rows = repeats(cell, "number-rows-spanned")
                columns = repeats(cell, "number-columns-spanned")
                if rows > 1 or columns > 1:
                    last = (row + rows - 1, column + columns - 1)
                    sheet.merged.append(CellRange(row, column, *last))
        column += count


def _meant(count: int) -> int:
    return count if count < MAX_REPEATS else 1


def _shown_formula(formula: str) -> str:
    """`of:=SUM([.B2:.B3])` as the program shows it: `=SUM(B2:B3)`."""
    formula = formula[formula.index("=") :] if "=" in formula else formula

    def reference(found: re.Match[str]) -> str:
        return f"{found[1]}:{found[2]}" if found[2] else found[1]

    return _REFERENCE.sub(reference, formula)


def repeats(element: Element, name: str) -> int:
    """How many times a cell, row or column is there, or how many it spans; 1 if it is not said."""
    value = attribute(element, name)
    return int(value) if value.isdecimal() and len(value) < 10 else 1
