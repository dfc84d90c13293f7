"""The folded rest of a text that is too long to be shown at once."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from assistant.tui import text
from assistant.tui.markdown.limits import plain_length


class Fold(Vertical, can_focus=False):
    """A line "show N more lines"; every use of it shows the next part as plain text."""

    def __init__(self, folded: str = "") -> None:
        super().__init__()
        self._folded = self._hidden = folded
        self._line = Unfold()

    def compose(self) -> ComposeResult:
        yield self._line

    def on_mount(self) -> None:
        self._refresh_label()

    def grow(self, more: str) -> None:
        """Put more behind the fold."""
        self._folded += more
        self._hidden += more
        self._refresh_label()

    async def reset(self, folded: str) -> None:
        """Fold exactly this text; nothing happens when it is what is folded already."""
        if folded != self._folded:
            self._folded = self._hidden = folded
            await self.query(Unfolded).remove()
            self._refresh_label()

    async def unfold(self) -> None:
        """Show the next part."""
        length = plain_length(self._hidden)
        shown, self._hidden = self._hidden[:length], self._hidden[length:]
        if shown:
            await self.mount(Unfolded(text.block(shown.rstrip("\n"))), before=self._line)
        self._refresh_label()

    def _label(self) -> Content:
        count = self._hidden.count("\n") + 1
        return text.own(f"show {count:,} more line{'s' if count > 1 else ''}")

    def _refresh_label(self) -> None:
        self.display = bool(self._hidden) or len(self.children) > 1
        self._line.display = bool(self._hidden)
        self._line.update(self._label())


class Unfold(Static, can_focus=True):
    """The line that unfolds."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "unfold", show=False)]

    async def action_unfold(self) -> None:
        if isinstance(self.parent, Fold):
            await self.parent.unfold()

    async def on_click(self, event: events.Click) -> None:
        event.stop()
        await self.action_unfold()


class Unfolded(Static):
    """A part that was unfolded."""
