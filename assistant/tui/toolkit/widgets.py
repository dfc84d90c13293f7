"""Small widgets: clickable text, a safe one-line input, lines laid out for their width."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widgets import Input, Static

from assistant.tui.toolkit import text

SEPARATOR: Final = " · "


def fitting(parts: list[tuple[int, Content]], width: int) -> Content:
    """Line of as many parts as fit a width in cells, the most important ones."""
    between = text.muted(SEPARATOR)
    while True:
        line = between.join([content for _, content in parts])
        if line.cell_length <= width or len(parts) == 1:
            return line
        parts.remove(max(parts, key=lambda part: part[0]))


class Clickable(Static):
    """Clickable text that keeps its colours; Textual would paint over what has an action."""

    auto_links = False


class SafeInput(Input):
    """One-line input that is drawn literally; what comes in is cleaned first, pastes included."""

    def validate_value(self, value: str) -> str:
        return text.editable(value).replace("\n", " ").replace("\t", " ")


ENDS_GAP = 1
"""Cells between the two ends."""
PARTS_GAP = 3
"""Cells between parts."""


class Row(NamedTuple):
    """Line with two ends: the left one is cut, the right one stays."""

    left: Content
    right: Content = text.EMPTY

    def at(self, width: int) -> Content:
        """Content of the row at a width in cells."""
        right = self.right.truncate(width, ellipsis=True)
        room = width - right.cell_length - (ENDS_GAP if right else 0)
        left = self.left.truncate(max(room, 0), ellipsis=True)
        if not right:
            return left
        return left + text.own(" " * (width - left.cell_length - right.cell_length)) + right


class RowStack(Visual):
    """Rows below each other, each on one line whatever the width."""

    def __init__(self, *rows: Row) -> None:
        self._rows: Sequence[Row] = rows

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        if not width:
            return []
        lines = text.joined([row.at(width) for row in self._rows], between="\n")
        return lines.render_strips(width, height, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:  # noqa: ARG002
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:  # noqa: ARG002
        return len(self._rows)


class Flow(Visual):
    """Parts one after the other; a part that does not fit goes whole to the next line."""

    def __init__(self, *parts: Content) -> None:
        self._parts: Sequence[Content] = parts

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        lines = text.joined(self._lines(width), between="\n")
        return lines.render_strips(width, height, style, options) if width else []

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:  # noqa: ARG002
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:  # noqa: ARG002
        return len(self._lines(width))

    def _lines(self, width: int) -> list[Content]:
        lines: list[Content] = []
        for part in self._parts:
            if lines and lines[-1].cell_length + PARTS_GAP + part.cell_length <= width:
                lines[-1] += text.own(" " * PARTS_GAP) + part
            else:
                lines.append(part)
        return lines
