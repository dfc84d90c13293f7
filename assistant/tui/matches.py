"""What was found, with its matches made visible."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

from assistant.core.findings import MATCH_BEGIN, MATCH_END
from assistant.tui import text

MATCH: Final = f"bold {text.ACCENT}"
LONGEST_MATCH: Final = 80
"""Characters; a word can be as long as a message."""
LONGEST_PIECE: Final = 400
"""Characters between two matches."""
CUT: Final = "… "


def marked(found: str) -> Content:
    """A text on one line with its matches marked; see `core.findings` for how they are told."""
    parts: list[Content] = []
    for place, piece in enumerate(found.split(MATCH_BEGIN)):
        match, _, rest = piece.partition(MATCH_END) if place else ("", "", piece)
        parts += [text.line(match, LONGEST_MATCH, MATCH), _spaced(rest)]
    return text.joined(parts)


def first_match(content: Content) -> int:
    """Where the first match of a marked text begins; 0 without one."""
    return min((span.start for span in content.spans if span.style == MATCH), default=0)


class Excerpt(Visual):
    """The surroundings of a match on a few lines, behind a word that tells whose they are.

    What has too little room is cut so that the first match is seen.
    """

    def __init__(self, head: Content, body: Content, indent: int, lines: int = 2) -> None:
        self._head = head
        self._body = body
        self._indent = indent
        self._lines = lines
        self._laid_out: tuple[int, Sequence[Content]] = (0, ())

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        room = width - self._indent
        if room < 1:
            return []
        rows = self._wrapped(room)
        head = self._head.truncate(self._indent - 1, ellipsis=True)
        strips: list[Strip] = []
        for place, row in enumerate(rows if height is None else rows[:height]):
            beside = head if place == 0 else text.NOTHING
            line = beside.pad_right(self._indent - beside.cell_length) + row
            strips += line.render_strips(width, 1, style, options)[:1]
        return strips

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:  # noqa: ARG002
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:  # noqa: ARG002
        return len(self._wrapped(width - self._indent)) if width > self._indent else 1

    def _wrapped(self, room: int) -> Sequence[Content]:
        if self._laid_out[0] != room:
            self._laid_out = (room, self._wrap(room))
        return self._laid_out[1]

    def _wrap(self, room: int) -> Sequence[Content]:
        rows = self._body.wrap(room)
        if len(rows) <= self._lines:
            return rows
        start = first_match(self._body)
        before = max(start - room // 2, 0)
        body = self._body
        if before:
            # Begins between words where there are any.
            blank = body.plain.find(" ", before, start)
            body = text.muted(CUT) + body[blank + 1 if blank >= 0 else before :]
        return body.wrap(room)[: self._lines]


def _spaced(piece: str) -> Content:
    """One line that keeps the blanks at its ends."""
    before = text.own(" " if piece[:1].isspace() else "")
    after = text.own(" " if piece[-1:].isspace() and piece.strip() else "")
    return before + text.line(piece, LONGEST_PIECE) + after
