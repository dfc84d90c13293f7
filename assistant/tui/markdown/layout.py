"""Layout of Markdown rows and tables for a width."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from rich.cells import cell_len
from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

from assistant.tui.markdown.rows import Element, Paragraph, Table
from assistant.tui.toolkit import text

MAX_WORD: Final = 24
"""Cells of the longest word for which a column stays wide enough. A table without room for them
is shown line by line instead."""
MAX_WIDE_COLUMN: Final = 60
"""Cells of a column where there is as much room as one likes."""

Column = tuple[int, bool]
"""Its width, and whether it is aligned to the right."""

COLUMN_SEPARATOR = text.own(" │ ", "$foreground 25%")


class BlockLayout(Visual):
    """Visual of elements that are laid out for the width at hand."""

    def __init__(self, elements: Sequence[Element]) -> None:
        self.elements = tuple(elements)
        self._running = _running_text(self.elements)
        self._width = -1
        self._content = self._running or text.EMPTY
        self._height = 0

    def at(self, width: int) -> Content:
        """Lines for this width; mere paragraphs are left to wrap themselves.

        What is selected with the mouse has the line breaks of this content.
        """
        if self._running is not None:
            return self._running
        if width != self._width:
            lines = [line for element in self.elements for line in _lines(element, width)]
            self._content = text.joined(lines, between="\n")
            self._height = len(lines)
            self._width = width
        return self._content

    @property
    def last_content(self) -> Content:
        """Lines as they were last laid out."""
        return self._content

    @cached_property
    def natural_width(self) -> int:
        """Cells of the longest line, when nothing is wrapped."""
        return max((_natural_width_of(element) for element in self.elements), default=0)

    @cached_property
    def wide_width(self) -> int:
        """Cells of the widest table, long texts in it wrapped; 0 without a table."""
        tables = [element for element in self.elements if isinstance(element, Table)]
        return max((_wide_width_of(table) for table in tables), default=0)

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        return self.at(width).render_strips(width, height, style, options) if width else []

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:  # noqa: ARG002
        return self.natural_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        if self._running is not None:
            return self._running.get_height(rules, width)
        self.at(width)
        return self._height


def _running_text(elements: Sequence[Element]) -> Content | None:
    """The content of rows that have nothing before them."""
    bodies = []
    for element in elements:
        if isinstance(element, Table) or element.first:
            return None
        bodies.append(element.body)
    return text.joined(bodies, between="\n")


def _lines(element: Element, width: int) -> Iterator[Content]:
    if isinstance(element, Table):
        yield from _table_lines(element, width)
        return
    prefix = element.first
    room = max(width - prefix.cell_length, 1)
    for line in _wrap(element.body, room):
        yield prefix + line
        prefix = element.rest


def _wrap(content: Content, width: int) -> list[Content]:
    if content.cell_length <= width and "\n" not in content.plain:
        return [content]
    return content.wrap(width) or [text.EMPTY]


def _natural_width_of(element: Element) -> int:
    if isinstance(element, Paragraph):
        return element.first.cell_length + element.body.cell_length
    between = COLUMN_SEPARATOR.cell_length * (len(element.header) - 1)
    return element.first.cell_length + sum(_natural_columns(element)) + between


def _wide_width_of(table: Table) -> int:
    between = COLUMN_SEPARATOR.cell_length * (len(table.header) - 1)
    columns = (min(column, MAX_WIDE_COLUMN) for column in _natural_columns(table))
    return table.first.cell_length + sum(columns) + between


def _natural_columns(table: Table) -> list[int]:
    return [max(cell.cell_length for cell in column) or 1 for column in _columns(table)]


def _least_columns(table: Table) -> list[int]:
    """The widths below which words would be cut."""
    words = [[_longest_word(cell) for cell in column] for column in _columns(table)]
    return [max(min(max(column), MAX_WORD), 1) for column in words]


def _columns(table: Table) -> Iterator[tuple[Content, ...]]:
    return zip(table.header, *table.lines, strict=False)


def _longest_word(cell: Content) -> int:
    return max((cell_len(word) for word in cell.plain.split()), default=0)


def _table_lines(table: Table, width: int) -> Iterator[Content]:
    room = width - table.first.cell_length - COLUMN_SEPARATOR.cell_length * (len(table.header) - 1)
    widths = _share_widths(_natural_columns(table), _least_columns(table), room)
    if not widths:
        yield from _record_lines(table, width)
        return
    header = [cell.stylize("bold") for cell in table.header]
    columns = tuple(zip(widths, table.right, strict=True))
    yield from _cells(table.first, table.rest, header, columns)
    rule = "─┼─".join("─" * column for column in widths)
    yield table.rest + text.own(rule, "$foreground 25%")
    for line in table.lines:
        yield from _cells(table.rest, table.rest, line, columns)


def _share_widths(natural: list[int], least: list[int], room: int) -> list[int]:
    """Widths of columns that share `room` cells; the widest give way first. Empty: no way."""
    if sum(least) > room:
        return []
    low, high = 1, max(natural)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if sum(_capped(natural, least, middle)) <= room else (low, middle - 1)
        )
    widths = _capped(natural, least, low)
    for place, column in enumerate(natural):
        if widths[place] < column and sum(widths) < room:
            widths[place] += 1
    return widths


def _capped(natural: list[int], least: list[int], most: int) -> list[int]:
    return [max(low, min(column, most)) for column, low in zip(natural, least, strict=True)]


def _cells(
    first: Content, rest: Content, cells: Sequence[Content], columns: Sequence[Column]
) -> Iterator[Content]:
    wrapped = [_wrap(cell, width) for cell, (width, _) in zip(cells, columns, strict=False)]
    for place in range(max(len(lines) for lines in wrapped)):
        parts = [
            _padded(lines[place] if place < len(lines) else text.EMPTY, column)
            for lines, column in zip(wrapped, columns, strict=False)
        ]
        yield (first if place == 0 else rest) + COLUMN_SEPARATOR.join(parts)


def _padded(content: Content, column: Column) -> Content:
    width, right = column
    missing = max(width - content.cell_length, 0)
    return content.pad_left(missing) if right else content.pad_right(missing)


def _record_lines(table: Table, width: int) -> Iterator[Content]:
    """Each line of the table as a short list: for a table too wide for the screen."""
    prefix = table.first
    for place, line in enumerate(table.lines):
        if place:
            yield table.rest
        for name, cell in zip(table.header, line, strict=False):
            record = name.stylize("bold") + text.muted(": ") + cell
            for part in _wrap(record, max(width - prefix.cell_length, 1)):
                yield prefix + part
                prefix = table.rest
