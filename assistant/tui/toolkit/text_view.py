"""Text viewer for texts of any length with marked spans; only rows in view are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from assistant.core.spans import Span
from assistant.core.values.documents import Document
from assistant.language.messages import _, number
from assistant.tui.toolkit import text
from assistant.tui.toolkit.threads import in_thread
from assistant.tui.toolkit.wrapping import WrappedRows, lines_around

SYNC_CHARACTERS: Final = 200_000
"""Characters that are laid out without anybody noticing; more is laid out in a thread."""
NEAR_CHARACTERS: Final = 20_000
"""Characters before and after what is looked at that are shown until then."""
MAX_ROW_CELLS: Final = 100
"""Cells of a row; longer ones are hard to read."""
CONTEXT_DIVISOR: Final = 3
"""The share of the view, as its denominator, that stays above what is looked at."""

QUOTE_STYLE: Final = "bold on $accent 30%"
PASSAGE_STYLE: Final = "on $accent 10%"


@dataclass(frozen=True)
class MarkedText:
    """Text with marked spans."""

    text: str
    numbered: bool = False
    """Whether its lines are numbered."""
    labels: Sequence[tuple[int, str]] = ()
    """What stands beside a row, by offset, in order: where pages begin, say."""
    passage: Span | None = None
    quotes: Sequence[Span] = ()

    @property
    def target(self) -> Span:
        """Span to scroll to first."""
        return next(iter(self.quotes), None) or self.passage or Span(0, 0)


class TextView(ScrollView, can_focus=True):
    """Scrollable view of a sheet, opened at its target."""

    def __init__(self) -> None:
        super().__init__()
        self._sheet = MarkedText("")
        self._rows = WrappedRows("", MAX_ROW_CELLS)
        self._labels: dict[int, str] = {}
        self._gutter = 0
        self._height = 0
        """Rows of the view when it was laid out."""

    def show(self, sheet: MarkedText) -> None:
        """Show another sheet."""
        self._sheet = sheet
        self._lay_out(None)

    def on_resize(self) -> None:
        self._lay_out(None if self._shows_target else self._top())

    def show_target(self) -> None:
        """Scroll to the target."""
        row = self._rows.at(self._sheet.target.start)
        self._go_to_row(row - self.size.height // CONTEXT_DIVISOR)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        row = round(self.scroll_y) + y
        base = self.visual_style
        if row >= len(self._rows) or not self._sheet.text:
            return Strip.blank(width, base.rich_style)
        content = self._beside(row) + self._words(row)
        strips = Visual.to_strips(self, content, width, 1, base)
        strip = strips[0] if strips else Strip.blank(width, base.rich_style)
        return strip.adjust_cell_length(width, base.rich_style)

    def _lay_out(self, top: int | None) -> None:
        """Cut the text for the width there is; `top` is the character to keep at the top."""
        if not self.size.width:
            return
        sheet, self._height = self._sheet, self.size.height
        last = number(sheet.text.count("\n") + 1) if sheet.numbered else ""
        widest = max([len(last), *(len(label) for _offset, label in sheet.labels[:2000])])
        self._gutter = widest + 2 if widest else 1
        width = min(max(self.scrollable_content_region.width - self._gutter - 1, 1), MAX_ROW_CELLS)
        if len(sheet.text) <= SYNC_CHARACTERS:
            self._show_rows(WrappedRows(sheet.text, width), top)
            return
        middle = sheet.target.start if top is None else top
        self._show_rows(
            WrappedRows(sheet.text, width, lines_around(sheet.text, middle, NEAR_CHARACTERS)), top
        )
        self.run_worker(self._lay_out_all(sheet, width), exclusive=True, group="layout")

    async def _lay_out_all(self, sheet: MarkedText, width: int) -> None:
        rows = await in_thread(WrappedRows, sheet.text, width)
        if sheet is self._sheet:
            self._show_rows(rows, self._top())

    def _show_rows(self, rows: WrappedRows, top: int | None) -> None:
        self._rows = rows
        self._labels = {rows.at(offset): label for offset, label in self._sheet.labels}
        self.virtual_size = Size(0, len(rows))
        if top is None:
            self.show_target()
        else:
            self._go_to_row(rows.at(top))
        self.refresh()

    @property
    def _shows_target(self) -> bool:
        """Whether the reader has what was to be looked at in view, as it was laid out last."""
        row = self._rows.at(self._sheet.target.start) - round(self.scroll_y)
        return 0 <= row < self._height

    def _top(self) -> int | None:
        """The character at the top; None while nothing is shown."""
        if not self._sheet.text or not len(self._rows):
            return None
        return self._rows.starts[min(round(self.scroll_y), len(self._rows) - 1)]

    def _go_to_row(self, row: int) -> None:
        highest = max(len(self._rows) - self.size.height, 0)
        place = max(min(row, highest), 0)
        self.scroll_to(y=place, animate=False)

    def _beside(self, row: int) -> Content:
        label = self._labels.get(row, "")
        if self._sheet.numbered:
            line = self._rows.line(row)
            label = "" if line is None else number(line)
        here = self._sheet.target
        span = self._rows.span(row)
        marked = span.start < here.end and here.start <= span.end and here.end > here.start
        style = text.ACCENT if marked else "$foreground 40%"
        # Drawn before it was ever laid out, the gutter has no room yet.
        padding = max(self._gutter - 1 - len(label), 0)
        return text.line(label, 20, style).pad_left(padding) + text.own(" ")

    def _words(self, row: int) -> Content:
        span = self._rows.span(row)
        source = self._sheet.text
        cuts = {span.start, span.end}
        for mark in self._marks:
            cuts.update(at for at in mark if span.start < at < span.end)
        ordered = sorted(cuts)
        parts = [
            text.piece(source[start:end], self._style(start)) for start, end in pairwise(ordered)
        ]
        return text.joined(parts)

    @property
    def _marks(self) -> Sequence[Span]:
        passage = self._sheet.passage
        return [*self._sheet.quotes, *([passage] if passage else [])]

    def _style(self, offset: int) -> str:
        if any(quote.start <= offset < quote.end for quote in self._sheet.quotes):
            return QUOTE_STYLE
        passage = self._sheet.passage
        return PASSAGE_STYLE if passage and passage.start <= offset < passage.end else ""


def labels_of(document: Document) -> list[tuple[int, str]]:
    """Labels of a document's pages, sheets and rows, with the offset at which each begins."""
    found: list[tuple[int, str]] = []
    before: tuple[int | None, str | None] = (None, None)
    for block in document.blocks:
        here = (block.page, block.sheet)
        if here != before:
            before = here
            label = (
                _("p. {page}", page=block.page) if block.page is not None else (block.sheet or "")
            )
            if label:
                found.append((block.start, label[:12]))
        elif block.row is not None:
            found.append((block.start, _("r. {row}", row=block.row)))
    return found
