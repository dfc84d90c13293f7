"""One line above the prompt that says what just happened, and goes away by itself.

What to do about a failure, where the screen knows a way that the engine does not.

A screen with a line for what is told: failures of what it does end up there.
"""

from collections.abc import Coroutine
from typing import Any, TypeVar

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer

from assistant.core.errors import AdapterError, AssistantError
from assistant.tui.toolkit import text
from assistant.tui.toolkit.widgets import Clickable


class Notice(Clickable):
    """Says one thing at a time; a click on its button does what the button says."""

    SECONDS = 6.0

    def __init__(self) -> None:
        super().__init__(id="notice")
        self._timer: Timer | None = None

    def on_mount(self) -> None:
        self.display = False

    def say(self, *parts: Content, error: bool = False, seconds: float = SECONDS) -> None:
        """Show a line made of these parts."""
        self.update(text.joined(parts))
        self.set_class(error, "-error")
        self.display = True
        if self._timer:
            self._timer.stop()
        self._timer = self.set_timer(seconds, self.clear)

    def fail(self, failure: AssistantError) -> None:
        """Tell what went wrong and what to do about it."""
        what = text.line(failure.message, 400)
        way = hint_of(failure)
        hint = [text.own(" "), text.line(way, 400)] if way else []
        self.say(what, *hint, error=True, seconds=15)

    def clear(self) -> None:
        """Say nothing any more."""
        self.display = False

    def on_click(self, event: events.Click) -> None:
        if "@click" not in event.style.meta:
            self.clear()


def hint_of(failure: AssistantError) -> str:
    """What to do about it; a conversation need not go on with an adapter that cannot be used."""
    if isinstance(failure, AdapterError):
        return f"{failure.hint} /adapters chooses others, or none.".strip()
    return failure.hint


R = TypeVar("R")


class NoticedScreen(Screen[R]):
    """Those that extend it compose `notice` where it belongs."""

    def __init__(self) -> None:
        super().__init__()
        self.notice = Notice()

    def do(self, work: Coroutine[Any, Any, object]) -> None:
        """Do something that may wait or fail, without holding up the screen."""
        self.run_worker(self._guard(work))

    async def _guard(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except AssistantError as failure:
            self.notice.fail(failure)
