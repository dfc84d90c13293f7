"""Lines that are laid out for their width: with two ends, or in parts that stay whole."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

from assistant.tui import text

APART = 1
"""Cells between the two ends."""
BETWEEN = 3
"""Cells between parts."""


class Row(NamedTuple):
    """What stands left gives way, and what stands right stays."""

    left: Content
    right: Content = text.NOTHING

    def at(self, width: int) -> Content:
        """The row in so many cells."""
        right = self.right.truncate(width, ellipsis=True)
        room = width - right.cell_length - (APART if right else 0)
        left = self.left.truncate(max(room, 0), ellipsis=True)
        if not right:
            return left
        return left + text.own(" " * (width - left.cell_length - right.cell_length)) + right


class Spread(Visual):
    """Some rows below each other, each on one line whatever the width."""

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
    """Parts one after the other; what does not fit goes below, whole."""

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
            if lines and lines[-1].cell_length + BETWEEN + part.cell_length <= width:
                lines[-1] += text.own(" " * BETWEEN) + part
            else:
                lines.append(part)
        return lines
