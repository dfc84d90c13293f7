"""Folded text: the rest of a long message, and the reasoning of a model.

Reasoning shows its end while the model thinks, and is folded from then on.
"""

import sys
from asyncio import sleep
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message as MessageEvent
from textual.widgets import Static

from assistant.language.messages import _, ngettext
from assistant.tui.markdown.limits import plain_length
from assistant.tui.toolkit import text
from assistant.tui.toolkit.widgets import Clickable


class Fold(Vertical, can_focus=False):
    """Folded text behind a line "show N more lines"; each use shows the next part as plain text."""

    def __init__(self, folded: str = "") -> None:
        super().__init__()
        self._folded = self._hidden = folded
        self._line = Unfold()

    def compose(self) -> ComposeResult:
        yield self._line

    def on_mount(self) -> None:
        self._refresh_label()

    def show_if_any(self) -> None:
        """Show it again, if there is something folded."""
        self._refresh_label()

    def grow(self, more: str) -> None:
        """Append to the folded text."""
        self._folded += more
        self._hidden += more
        self._refresh_label()

    async def reset(self, folded: str) -> None:
        """Fold exactly this text; nothing happens when it is folded already."""
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

    async def unfold_to(self, length: int) -> None:
        """Show so many characters of what was folded, and all of it for a large number."""
        while self._hidden and len(self._folded) - len(self._hidden) < length:
            await self.unfold()
            # The screen goes on reading keys.
            await sleep(0)

    def _label(self) -> Content:
        lines = self._hidden.count("\n") + 1
        more = text.button(
            ngettext("show {lines:,} more line", "show {lines:,} more lines", lines, lines=lines),
            "unfold",
        )
        if len(self._hidden) <= plain_length(self._hidden):
            return more
        return more + text.muted(" · ") + text.button(_("a shows all"), "unfold_all")

    def _refresh_label(self) -> None:
        self.display = bool(self._hidden) or len(self.children) > 1
        self._line.display = bool(self._hidden)
        self._line.update(self._label())


class Unfold(Clickable, can_focus=True):
    """Line that unfolds the next part, or all."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "unfold", show=False),
        Binding("a", "unfold_all", show=False),
    ]

    async def action_unfold(self) -> None:
        if isinstance(self.parent, Fold):
            await self.parent.unfold()

    def action_unfold_all(self) -> None:
        """Show everything; the screen goes on meanwhile."""
        if isinstance(self.parent, Fold):
            self.run_worker(self.parent.unfold_to(sys.maxsize), exclusive=True)

    def on_click(self, event: events.Click) -> None:
        event.stop()


class Unfolded(Static):
    """Part of the text that was unfolded."""


LIVE_CHARACTERS: Final = 200
"""Characters of its end that are shown while the model thinks."""


class Reasoning(Vertical, can_focus=False):
    """Reasoning of a model: a line that unfolds it, and below it the text, dimmed."""

    def __init__(self, thought: str = "", *, live: bool = False) -> None:
        """Args:
        live: the model is still thinking.
        """
        super().__init__()
        self._thought = thought
        self._live = live
        self._open = False
        self._line = ReasoningToggle()
        self._text = Static(classes="thought")

    def compose(self) -> ComposeResult:
        yield self._line
        yield self._text

    def on_mount(self) -> None:
        self._refresh()

    def show_text(self, thought: str, *, live: bool) -> None:
        """Show the reasoning so far."""
        if (thought, live) != (self._thought, self._live):
            self._thought, self._live = thought, live
            self._refresh()

    def fold_away(self) -> None:
        """Fold it, because the answer begins."""
        self.show_text(self._thought, live=False)

    def toggle(self) -> None:
        """Fold or unfold it."""
        self._open = not self._open
        self._refresh()

    def _refresh(self) -> None:
        self.display = bool(self._thought)
        self._line.update(self._label())
        self._text.display = self._open or self._live
        if self._text.display:
            self._text.update(text.block(self._visible_text(), text.MUTED))

    def _visible_text(self) -> str:
        if self._open:
            size = plain_length(self._thought)
            return self._thought[:size] + ("…" if size < len(self._thought) else "")
        tail = " ".join(self._thought[-4 * LIVE_CHARACTERS :].split())
        return tail if len(tail) <= LIVE_CHARACTERS else f"…{tail[-LIVE_CHARACTERS:]}"

    def _label(self) -> Content:
        mark = "▾" if self._open else "▸"
        if self._live:
            return text.own(_("{mark} thinking", mark=mark))
        words = len(self._thought.split())
        return text.own(
            ngettext(
                "{mark} thought before answering, {words:,} word",
                "{mark} thought before answering, {words:,} words",
                words,
                mark=mark,
                words=words,
            )
        )


class UnsupportedAnswer(Vertical):
    """What the files say in place of an answer that they do not support, and a line that unfolds
    the answer."""

    class Toggled(MessageEvent):
        """The answer was folded or unfolded."""

        def __init__(self, is_open: bool) -> None:
            super().__init__()
            self.is_open = is_open

    def __init__(self) -> None:
        super().__init__()
        self._open = False
        self._words = 0
        self._saying = Clickable(classes="saying")
        self._line = UnsupportedToggle()
        self.display = False

    def compose(self) -> ComposeResult:
        yield self._saying
        yield self._line

    def show(self, saying: Content, written: str) -> None:
        """Show what the files say; the answer folds away."""
        self.display = True
        self._saying.update(saying)
        self._words = len(written.split())
        self._refresh()

    def hide(self) -> None:
        """Show the answer alone."""
        if self.display:
            self.display = self._open = False
            self.post_message(self.Toggled(True))

    def open(self) -> None:
        """Unfold the answer, where it is folded."""
        if self.display and not self._open:
            self.toggle()

    def toggle(self) -> None:
        """Fold or unfold the answer."""
        self._open = not self._open
        self._refresh()

    def _refresh(self) -> None:
        mark = "▾" if self._open else "▸"
        self._line.update(
            text.own(
                ngettext(
                    "{mark} the model's answer, not supported by your files, {words:,} word",
                    "{mark} the model's answer, not supported by your files, {words:,} words",
                    self._words,
                    mark=mark,
                    words=self._words,
                )
            )
        )
        self.post_message(self.Toggled(self._open))


class UnsupportedToggle(Static, can_focus=True):
    """Line that folds and unfolds an answer that the files do not support."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "unfold", show=False)]

    def action_unfold(self) -> None:
        if isinstance(self.parent, UnsupportedAnswer):
            self.parent.toggle()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.action_unfold()


class ReasoningToggle(Static, can_focus=True):
    """Line that folds and unfolds the reasoning."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "unfold", show=False)]

    def action_unfold(self) -> None:
        if isinstance(self.parent, Reasoning):
            self.parent.toggle()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.action_unfold()
