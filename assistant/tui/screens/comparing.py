"""Two ways a conversation went, beside each other, with what they do not share marked."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen

from assistant.core.branches import Parting, paired
from assistant.core.differences import Differences, differences
from assistant.tui import text
from assistant.tui.amounts import count
from assistant.tui.aside import aside
from assistant.tui.widgets.clickable import Clickable
from assistant.tui.widgets.pair import Pair
from assistant.tui.widgets.spread import Flow

MOST: Final = 60
"""Pairs of messages that are shown."""


class CompareScreen(Screen[int]):
    """Above the chat; Esc goes back, 1 and 2 go on with one of the two."""

    AUTO_FOCUS = "#compared"
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012
        (0, "-narrow"),
        (90, "-roomy"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("1", "choose(0)", show=False),
        Binding("2", "choose(1)", show=False),
        Binding("right,n", "turn(1)", show=False, priority=True),
        Binding("left,p", "turn(-1)", show=False, priority=True),
    ]

    def __init__(self, parting: Parting, names: Sequence[str], left: int, right: int) -> None:
        """Args:
        names: what each way is called.
        left, right: the ways that are shown first.
        """
        super().__init__()
        self._parting = parting
        self._names = names
        self._left, self._right = left, right
        self._head = Clickable(id="compare-head")
        self._body = VerticalScroll(id="compared")
        self._keys = Clickable(id="compare-keys")

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._body
        yield self._keys

    def on_mount(self) -> None:
        parts = [
            text.button(f"{key} goes on with “{self._called(place)}”", "screen.choose", str(place))
            for key, place in (("1", 0), ("2", 1))
        ]
        if len(self._names) > 2:
            parts.append(text.button("← → turn to another", "screen.turn", "1"))
        parts.append(text.button("Esc goes back", "screen.leave"))
        self._keys.update(Flow(*(part.stylize(text.MUTED) for part in parts)))
        self.run_worker(self._show(), exclusive=True)

    def _called(self, place: int) -> str:
        return text.line(self._names[(self._left, self._right)[place]], 40).plain

    async def _show(self) -> None:
        """The texts at once, then what is different, pair by pair."""
        ways = self._parting.ways
        pairs = paired(ways[self._left], ways[self._right])
        self._head.update(self._summary(len(pairs)))
        names = (self._called(0), self._called(1))
        shown = [Pair(left, right, names) for left, right in pairs[:MOST]]
        await self._body.remove_children()
        await self._body.mount_all(shown)
        self._body.scroll_home(animate=False)
        for pair in shown:
            if pair.left is not None and pair.right is not None:
                first, second = pair.texts
                found: Differences = await aside(differences, first, second)
                pair.mark(found)

    def _summary(self, pairs: int) -> Content:
        above = len(self._parting.above)
        common = f"after {count(above, 'message')} in common" if above else "from the beginning"
        more = f"; {pairs - MOST:,} later ones are not shown" if pairs > MOST else ""
        return (
            text.own(self._called(0), "bold")
            + text.muted("  and  ")
            + text.own(self._called(1), "bold")
            + text.muted(f"  {common}{more}")
        )

    def action_turn(self, step: str | int) -> None:
        """Show another way on the right."""
        others = [place for place in range(len(self._names)) if place != self._left]
        if len(others) > 1:
            place = others.index(self._right) + int(step)
            self._right = others[place % len(others)]
            self.on_mount()

    def action_choose(self, place: str | int) -> None:
        """Go on with this one."""
        self.dismiss((self._left, self._right)[int(place)])

    def action_leave(self) -> None:
        self.dismiss(None)
