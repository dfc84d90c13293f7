"""Virtualised message column: only the messages near the view are widgets.

What lies beyond is two spacers of estimated height. Whenever heights change above what is being
read – messages come and go, the window is resized, an estimate gives way to the truth – the
scroll position moves along in the same layout pass, so that the line being read stays in place.

Heights are measured where messages were drawn, estimated else.
"""

from asyncio import Lock
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.layout import DockArrangeResult
from textual.widget import Widget
from textual.widgets import Static

from assistant.core.values.conversation import Message

if TYPE_CHECKING:
    from assistant.tui.transcript.message import MessageView

MOUNT_MARGIN: Final = 1.5
"""Heights of the view that are kept mounted above and below it."""
MOUNT_SLACK: Final = 0.5
"""Heights of the view that must be mounted beyond it before more is."""
FRAME_COLUMNS: Final = 7
"""Columns of a message besides its text."""
MAX_COLUMNS: Final = 104
"""Columns of a message; longer lines are hard to read."""


@dataclass(frozen=True)
class ScrollAnchor:
    """Scroll position: a message, and how many of its rows are above the view."""

    index: int = 0
    above: int = 0


class MessageColumn(VerticalScroll, can_focus=False):
    """Scrolling column of messages; at its end it follows what is added there."""

    def __init__(self) -> None:
        super().__init__(id="transcript")
        self.messages: list[Message] = []
        self.following = True
        self._views: list[MessageView] = []
        self._first = 0
        """The index of the first message that is a widget."""
        self._heights = MessageHeights()
        self._anchor = ScrollAnchor()
        self._change = Lock()
        self._top = Static(classes="spacer")
        self._bottom = Static(classes="spacer")

    def compose(self) -> ComposeResult:
        yield self._top
        yield self._bottom

    def make_view(self, message: Message) -> "MessageView":
        """Widget of a message."""
        # Markdown and its parser come with it, behind the first frame.
        from assistant.tui.transcript.message import MessageView  # noqa: PLC0415

        return MessageView(message)

    async def mounted(self, views: Sequence["MessageView"]) -> None:
        """Hook for subclasses: these views are on the screen now."""

    def leaving(self, views: Sequence["MessageView"]) -> None:
        """Hook for subclasses: these views are about to leave the screen."""

    async def _replace(self, messages: Sequence[Message], keep: int) -> None:
        self.messages = list(messages)
        self._heights.estimate(self.messages, self._width, keep)
        gone = self._views[max(keep - self._first, 0) :]
        with self.app.batch_update():
            del self._views[max(keep - self._first, 0) :]
            await self._drop(gone)
            if self._anchor.index >= len(messages):
                self._anchor = ScrollAnchor(max(len(messages) - 1, 0))
            await self._mount_window()

    # Which messages are widgets

    @property
    def _width(self) -> int:
        return max(min(self.size.width, MAX_COLUMNS) - FRAME_COLUMNS, 8)

    @property
    def _last(self) -> int:
        return self._first + len(self._views)

    async def _fit(self) -> None:
        async with self._change:
            if not self._covers(MOUNT_SLACK):
                with self.app.batch_update():
                    await self._mount_window()

    def _window(self, margin: float) -> range:
        """The messages within `margin` heights of the view."""
        if not self.messages:
            return range(0)
        height = max(self.size.height, 10)
        total = self._heights.below(0)
        top = total - height if self.following else self._position()
        first = self._heights.at(top - margin * height)
        last = self._heights.at(top + height * (1 + margin))
        return range(first, last + 1)

    def _covers(self, margin: float) -> bool:
        window = self._window(margin)
        return not window or (self._first <= window.start and window.stop <= self._last)

    async def _mount_window(self) -> None:
        """Make widgets of the messages near the view, and of no others."""
        window = self._window(MOUNT_MARGIN)
        if window.start >= self._last or window.stop <= self._first:
            await self._drop(self._views)
            self._views, self._first = [], window.start
        await self._trim(window)
        above = [self.make_view(self.messages[i]) for i in range(window.start, self._first)]
        below = [self.make_view(self.messages[i]) for i in range(self._last, window.stop)]
        if above:
            await self.mount_all(above, after=self._top)
        if below:
            await self.mount_all(below, before=self._bottom)
        self._views = above + self._views + below
        self._first -= len(above)
        await self.mounted([*above, *below])
        self._top.styles.height = self._heights.above(self._first)
        self._bottom.styles.height = self._heights.below(self._last)

    async def _trim(self, window: range) -> None:
        before = max(window.start - self._first, 0)
        after = max(self._last - window.stop, 0)
        gone = self._views[:before] + (self._views[-after:] if after else [])
        self._views = self._views[before : len(self._views) - after]
        self._first += before
        await self._drop(gone)

    async def _drop(self, views: Sequence["MessageView"]) -> None:
        self.leaving(views)
        await self.remove_children(views)

    # Where the reader is

    def arrange(self, size: Size, optimal: bool = False) -> DockArrangeResult:
        """Lay out, and keep the place of the reader."""
        result = super().arrange(size, optimal)
        if optimal or not self._views:
            return result
        rows = {id(placement.widget): placement.region.height for placement in result.placements}
        self._heights.measure(
            {
                index: rows[id(view)]
                for index, view in enumerate(self._views, self._first)
                if id(view) in rows
            }
        )
        bottom = max(result.total_region.bottom - size.height, 0)
        self._scroll_to_row(bottom if self.following else min(self._position(), bottom))
        return result

    def _position(self) -> int:
        """The row at the top of the view."""
        place = self._anchor
        if not self.messages:
            return 0
        return self._heights.above(place.index) + min(
            place.above, max(self._heights.rows_of(place.index) - 1, 0)
        )

    def _scroll_to_row(self, row: int) -> None:
        if row != self.scroll_y:
            self.set_scroll(None, row)
            self.set_reactive(Widget.scroll_target_y, row)
            self.call_later(self._sync_scrollbar)

    def _sync_scrollbar(self) -> None:
        self.vertical_scrollbar.position = self.scroll_y

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        row = round(new_value)
        self.following = row >= self.max_scroll_y
        index = self._heights.at(row)
        self._anchor = ScrollAnchor(index, row - self._heights.above(index))
        self.call_later(self._fit)

    async def on_resize(self) -> None:
        async with self._change:
            self._heights.estimate(self.messages, self._width)
            with self.app.batch_update():
                await self._mount_window()


FRAME_ROWS: Final = 3
"""Rows of a message besides its text."""
MAX_ROWS: Final = 1_200
"""Rows; beyond it a message is folded."""


class MessageHeights:
    """Heights of the messages in rows, in order."""

    def __init__(self) -> None:
        self._rows: list[int] = []
        self._offsets: list[int] = [0]

    def estimate(self, messages: Sequence[Message], width: int, keep: int = 0) -> None:
        """Estimate the heights of these messages; the first `keep` heights stay."""
        kept = self._rows[:keep]
        self._rows = kept + [_estimated_rows(message, width) for message in messages[len(kept) :]]
        self._add_up()

    def measure(self, rows: dict[int, int]) -> None:
        """Set measured heights, by index of the message."""
        changed = False
        for index, height in rows.items():
            if index < len(self._rows) and self._rows[index] != height:
                self._rows[index] = height
                changed = True
        if changed:
            self._add_up()

    def above(self, index: int) -> int:
        """Rows above this message."""
        return self._offsets[min(index, len(self._rows))]

    def below(self, index: int) -> int:
        """Rows of this message and those after it."""
        return self._offsets[-1] - self.above(index)

    def rows_of(self, index: int) -> int:
        """Rows of this message."""
        return self._rows[index]

    def at(self, row: float) -> int:
        """Index of the message at this row; the nearest one beyond the ends."""
        return max(0, min(bisect_right(self._offsets, row), len(self._rows)) - 1)

    def _add_up(self) -> None:
        self._offsets = [0, *accumulate(self._rows)]


def _estimated_rows(message: Message, width: int) -> int:
    text = message.text
    return min(FRAME_ROWS + text.count("\n") + len(text) // max(width, 8), MAX_ROWS)
