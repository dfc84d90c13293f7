"""Wide tables and wide code on a screen of their own, scrolled in both directions."""

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer
from textual.screen import Screen
from textual.visual import VisualType
from textual.widgets import Static

from assistant.language.messages import _
from assistant.tui.toolkit import text
from assistant.tui.toolkit.widgets import Clickable

STEP: Final = 16
"""Cells that an arrow key moves to the side."""


class SidewaysContainer(ScrollableContainer):
    """Container in which the keys for moving go to the side, too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
        Binding("home", "edge(0)", show=False),
        Binding("end", "edge(1)", show=False),
    ]

    def action_move(self, direction: int) -> None:
        self.scroll_relative(x=direction * STEP, animate=False)

    def action_edge(self, last: int) -> None:
        self.scroll_to(x=self.max_scroll_x if last else 0, animate=False)


class WideScreen(Screen[None]):
    """Something wider than the conversation; the arrow keys move over it, Esc goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "leave", show=False)]

    def __init__(self, shown: VisualType, width: int) -> None:
        """Args:
        width: the cells that it needs.
        """
        super().__init__()
        self._shown = Static(shown, id="wide")
        self._shown.styles.width = width

    def compose(self) -> ComposeResult:
        with SidewaysContainer():
            yield self._shown
        keys = text.button("Esc", "screen.leave", style=text.ACCENT) + text.muted(f" {_('back')}")
        yield Clickable(keys + text.muted(f"   {_('← → ↑ ↓ move')}"), id="passage-keys")

    def on_mount(self) -> None:
        self.query_one(SidewaysContainer).focus()

    def action_leave(self) -> None:
        self.dismiss()
