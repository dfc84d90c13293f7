"""Two messages beside each other, or below each other where it is narrow."""

from collections.abc import Sequence
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from assistant.core.differences import Differences
from assistant.core.locating import Span
from assistant.core.models import Message
from assistant.tui import text
from assistant.tui.widgets.message_lines import NAMES, STYLES

LONGEST: Final = 20_000
"""Characters of a message that are shown and compared."""

DIFFERENT: Final = "on $accent 30%"


class Pair(Horizontal):
    """What two ways say at the same place; one of them may have ended."""

    def __init__(self, left: Message | None, right: Message | None, names: tuple[str, str]) -> None:
        super().__init__()
        self.left = left
        self.right = right
        self._names = names
        self._sides = (Static(classes="side"), Static(classes="side -second"))

    @property
    def texts(self) -> tuple[str, str]:
        """What is compared: as it is shown."""
        return _shown(self.left), _shown(self.right)

    def compose(self) -> ComposeResult:
        yield from self._sides

    def on_mount(self) -> None:
        self._show(None)

    def mark(self, found: Differences) -> None:
        """Show what is different."""
        self._show(found)

    def _show(self, found: Differences | None) -> None:
        spans = (found.left, found.right) if found else ((), ())
        remark = ""
        if found is not None and found.throughout:
            remark = "different throughout"
        elif found is not None and not (found.left or found.right):
            remark = "the same"
        sides = zip(self._sides, (self.left, self.right), self._names, spans, strict=True)
        for side, message, name, marks in sides:
            side.update(_side(message, name, marks, remark))


def _side(message: Message | None, name: str, marks: Sequence[Span], remark: str) -> Content:
    if message is None:
        return text.muted(f"{name}: nothing")
    head = text.own(NAMES[message.role], STYLES[message.role]) + text.muted(f"  {name}")
    if message.rating is not None:
        head += text.muted(f"  {message.rating}")
    if remark:
        head += text.muted(f"  {remark}")
    words = text.block(_shown(message), text.MUTED if remark == "the same" else "")
    for mark in marks:
        words = words.stylize(DIFFERENT, mark.start, mark.end)
    return head + text.own("\n") + words


def _shown(message: Message | None) -> str:
    if message is None:
        return ""
    shown = text.editable(message.text[:LONGEST]).rstrip()
    return f"{shown} …" if len(message.text) > LONGEST else shown
