"""Notice line above the prompt, screens that have one, and hints on failures."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer

from assistant.core.errors import AdapterError, AssistantError
from assistant.language.messages import _, localized
from assistant.tui.toolkit import text
from assistant.tui.toolkit.widgets import Clickable


class Notice(Clickable):
    """Notice line: one notice at a time, which disappears by itself; its button can be clicked."""

    SECONDS = 6.0

    def __init__(self) -> None:
        super().__init__(id="notice")
        self._timer: Timer | None = None

    def on_mount(self) -> None:
        self.display = False

    def say(self, *parts: Content, error: bool = False, seconds: float | None = SECONDS) -> None:
        """Show a notice made of these parts.

        Args:
            seconds: how long; None until another one comes, or what it says is over.
        """
        self.update(text.joined(parts))
        self.set_class(error, "-error")
        self.display = True
        if self._timer:
            self._timer.stop()
        self._timer = None if seconds is None else self.set_timer(seconds, self.clear)

    def fail(self, failure: AssistantError, *, stays: bool = False) -> None:
        """Show an error with its hint.

        Args:
            stays: whether until `end` is called.
        """
        what = text.line(localized(failure.message), 400)
        way = hint_of(failure)
        hint = [text.own(" "), text.line(way, 400)] if way else []
        self.say(what, *hint, error=True, seconds=None if stays else 15)

    def end(self) -> None:
        """Remove a notice that stays; one that goes by itself is left."""
        if self._timer is None:
            self.clear()

    def clear(self) -> None:
        """Remove the notice."""
        self.display = False

    def on_click(self, event: events.Click) -> None:
        if "@click" not in event.style.meta:
            self.clear()


def hint_of(failure: AssistantError) -> str:
    """Hint on a failure, translated; with a way that the screen knows and the engine does not."""
    hint = localized(failure.hint)
    if isinstance(failure, AdapterError):
        return f"{hint} {_('Use /adapters to choose others or none.')}".strip()
    return hint


R = TypeVar("R")


class NoticedScreen(Screen[R]):
    """Screen with a notice line, in which failures of its work are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.notice = Notice()

    def do(self, work: Coroutine[Any, Any, object], /, group: str = "") -> None:
        """Run work that may wait or fail, without holding up the screen."""
        self.run_worker(self._guard(work), group=group or "default", exclusive=bool(group))

    async def _guard(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except AssistantError as failure:
            self.notice.fail(failure)
