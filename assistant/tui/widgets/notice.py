"""One line above the prompt that says what just happened, and goes away by itself."""

from textual import events
from textual.content import Content
from textual.timer import Timer

from assistant.core.errors import AssistantError
from assistant.tui import text
from assistant.tui.advice import hint_of
from assistant.tui.widgets.clickable import Clickable


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
