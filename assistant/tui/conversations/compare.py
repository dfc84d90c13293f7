"""Compare screen: two branches side by side, with what they do not share marked.

Messages stand below each other where it is narrow.
"""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from assistant.core.conversations.branches import BranchPoint, pair_messages
from assistant.core.spans import Differences, Span, differences
from assistant.core.values.conversation import Message
from assistant.language.messages import _, ngettext
from assistant.tui.toolkit import text
from assistant.tui.toolkit.threads import in_thread
from assistant.tui.toolkit.widgets import Clickable, Flow
from assistant.tui.transcript.headings import ROLE_NAMES, ROLE_STYLES

MAX_PAIRS: Final = 60
"""Pairs of messages that are shown."""


class CompareScreen(Screen[int]):
    """Compare screen above the chat; Esc goes back, 1 and 2 continue with one of the two."""

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

    def __init__(
        self, branch_point: BranchPoint, names: Sequence[str], left: int, right: int
    ) -> None:
        """Args:
        names: what each way is called.
        left, right: the ways that are shown first.
        """
        super().__init__()
        self._branch_point = branch_point
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
            text.button(
                _("{key} continues with “{title}”", key=key, title=self._title_of(place)),
                "screen.choose",
                str(place),
            )
            for key, place in (("1", 0), ("2", 1))
        ]
        if len(self._names) > 2:
            parts.append(text.button(_("← → show another"), "screen.turn", "1"))
        parts.append(text.button(_("Esc goes back"), "screen.leave"))
        self._keys.update(Flow(*(part.stylize(text.MUTED) for part in parts)))
        self.run_worker(self._show(), exclusive=True)

    def _title_of(self, place: int) -> str:
        return text.line(self._names[(self._left, self._right)[place]], 40).plain

    async def _show(self) -> None:
        """The texts at once, then what is different, pair by pair."""
        ways = self._branch_point.ways
        pairs = pair_messages(ways[self._left], ways[self._right])
        self._head.update(self._summary(len(pairs)))
        names = (self._title_of(0), self._title_of(1))
        shown = [MessagePair(left, right, names) for left, right in pairs[:MAX_PAIRS]]
        await self._body.remove_children()
        await self._body.mount_all(shown)
        self._body.scroll_home(animate=False)
        for pair in shown:
            if pair.left is not None and pair.right is not None:
                first, second = pair.texts
                found: Differences = await in_thread(differences, first, second)
                pair.mark(found)

    def _summary(self, pairs: int) -> Content:
        above = len(self._branch_point.above)
        facts = [
            ngettext(
                "after {messages:,} message in common",
                "after {messages:,} messages in common",
                above,
                messages=above,
            )
            if above
            else _("from the beginning")
        ]
        if (later := pairs - MAX_PAIRS) > 0:
            facts.append(
                ngettext(
                    "{later:,} later message is not shown",
                    "{later:,} later messages are not shown",
                    later,
                    later=later,
                )
            )
        names = text.filled(
            _("{first}  and  {second}"),
            text.MUTED,
            first=text.own(self._title_of(0), "bold"),
            second=text.own(self._title_of(1), "bold"),
        )
        return names + text.muted(f"  {'; '.join(facts)}")

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


SAME: Final = _("the same")
"""Said of messages without differences."""

MAX_CHARACTERS: Final = 20_000
"""Characters of a message that are shown and compared."""

DIFFERENCE_STYLE: Final = "on $accent 30%"


class MessagePair(Horizontal):
    """Messages of two branches at the same place; one branch may have ended."""

    def __init__(self, left: Message | None, right: Message | None, names: tuple[str, str]) -> None:
        super().__init__()
        self.left = left
        self.right = right
        self._names = names
        self._sides = (Static(classes="side"), Static(classes="side -second"))

    @property
    def texts(self) -> tuple[str, str]:
        """Texts that are compared, as they are shown."""
        return _compared_text(self.left), _compared_text(self.right)

    def compose(self) -> ComposeResult:
        yield from self._sides

    def on_mount(self) -> None:
        self._show(None)

    def mark(self, found: Differences) -> None:
        """Mark the differences."""
        self._show(found)

    def _show(self, found: Differences | None) -> None:
        spans = (found.left, found.right) if found else ((), ())
        remark = ""
        if found is not None and found.throughout:
            remark = _("completely different")
        elif found is not None and not (found.left or found.right):
            remark = SAME
        sides = zip(self._sides, (self.left, self.right), self._names, spans, strict=True)
        for side, message, name, marks in sides:
            side.update(_side_content(message, name, marks, remark))


def _side_content(
    message: Message | None, name: str, marks: Sequence[Span], remark: str
) -> Content:
    if message is None:
        return text.muted(_("{name}: no message", name=name))
    head = text.own(ROLE_NAMES[message.role], ROLE_STYLES[message.role]) + text.muted(f"  {name}")
    if message.rating is not None:
        head += text.muted(f"  {_(message.rating)}")
    if remark:
        head += text.muted(f"  {remark}")
    words = text.block(_compared_text(message), text.MUTED if remark == SAME else "")
    for mark in marks:
        words = words.stylize(DIFFERENCE_STYLE, mark.start, mark.end)
    return head + text.own("\n") + words


def _compared_text(message: Message | None) -> str:
    if message is None:
        return ""
    shown = text.editable(message.text[:MAX_CHARACTERS]).rstrip()
    return f"{shown} …" if len(message.text) > MAX_CHARACTERS else shown
