"""What was typed and not sent is on disk within a second."""

from collections.abc import Awaitable, Callable
from typing import Final

from textual.timer import Timer
from textual.widget import Widget

from assistant.core.errors import AssistantError

SECONDS: Final = 0.5
"""The longest time a change waits before it is saved."""


class Drafts:
    """Saves soon after a change, and not more often while the typing goes on."""

    def __init__(
        self,
        timer_of: Widget,
        save: Callable[[], Awaitable[None]],
        fail: Callable[[AssistantError], object],
    ) -> None:
        """`fail` tells that it could not be saved; the prompt still holds it."""
        self._timer_of = timer_of
        self._save = save
        self._fail = fail
        self._timer: Timer | None = None

    def changed(self) -> None:
        """The draft is another one now."""
        if self._timer is None:
            self._timer = self._timer_of.set_timer(SECONDS, self.save)

    async def save(self) -> None:
        """Save now."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        try:
            await self._save()
        except AssistantError as failure:
            self._fail(failure)
