"""A screen with a line for what is told: failures of what it does end up there."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from textual.screen import Screen

from assistant.core.errors import AssistantError
from assistant.tui.widgets.notice import Notice

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
