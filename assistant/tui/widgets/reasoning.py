"""What a model thought before its answer: its end while it thinks, and folded from then on."""

from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from assistant.tui import text
from assistant.tui.amounts import count
from assistant.tui.markdown.limits import plain_length

LIVE: Final = 200
"""Characters of its end that are shown while the model thinks."""


class Reasoning(Vertical, can_focus=False):
    """A line that unfolds it, and below it the text, dimmed."""

    def __init__(self, thought: str = "", *, live: bool = False) -> None:
        """Args:
        live: the model is still thinking.
        """
        super().__init__()
        self._thought = thought
        self._live = live
        self._open = False
        self._line = Unthink()
        self._text = Static(classes="thought")

    def compose(self) -> ComposeResult:
        yield self._line
        yield self._text

    def on_mount(self) -> None:
        self._refresh()

    def tell(self, thought: str, *, live: bool) -> None:
        """Show what was thought by now."""
        if (thought, live) != (self._thought, self._live):
            self._thought, self._live = thought, live
            self._refresh()

    def settle(self) -> None:
        """The answer begins."""
        self.tell(self._thought, live=False)

    def toggle(self) -> None:
        """Fold or unfold it."""
        self._open = not self._open
        self._refresh()

    def _refresh(self) -> None:
        self.display = bool(self._thought)
        self._line.update(self._label())
        self._text.display = self._open or self._live
        if self._text.display:
            self._text.update(text.block(self._shown(), text.MUTED))

    def _shown(self) -> str:
        if self._open:
            size = plain_length(self._thought)
            return self._thought[:size] + ("…" if size < len(self._thought) else "")
        tail = " ".join(self._thought[-4 * LIVE :].split())
        return tail if len(tail) <= LIVE else f"…{tail[-LIVE:]}"

    def _label(self) -> Content:
        mark = "▾" if self._open else "▸"
        if self._live:
            return text.own(f"{mark} thinking")
        return text.own(
            f"{mark} thought before answering, {count(len(self._thought.split()), 'word')}"
        )


class Unthink(Static, can_focus=True):
    """The line that folds and unfolds."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "unfold", show=False)]

    def action_unfold(self) -> None:
        if isinstance(self.parent, Reasoning):
            self.parent.toggle()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.action_unfold()
