"""Background work of the model when nothing is asked: better titles, summaries."""

import asyncio
from collections.abc import Callable, Coroutine
from threading import Event
from typing import Any, Final

from assistant.core.background import summaries, titles
from assistant.core.errors import AssistantError
from assistant.tui.chat.turns import RunningTurns
from assistant.tui.services import Services
from assistant.tui.toolkit.screen_api import ScreenApi
from assistant.tui.toolkit.threads import in_thread

QUIET_SECONDS: Final = 1.5
"""Seconds after an answer in which the next question may come at once."""


class BackgroundTasks:
    """Titles and summaries in the background, one at a time; stops when a turn begins."""

    def __init__(
        self,
        services: Services,
        turns: RunningTurns,
        changed: Callable[[str], Coroutine[Any, Any, None]],
        screen: ScreenApi,
    ) -> None:
        """`changed` is called with the conversation that has a title or a summary now."""
        self._services = services
        self._turns = turns
        self._changed = changed
        self._screen = screen
        self._wanted: dict[str, None] = {}
        self._stop = Event()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left to be done."""
        return not self._wanted

    def schedule(self, conversation_id: str) -> None:
        """Schedule titles and summaries of this conversation."""
        self._wanted[conversation_id] = None
        self._stop.set()
        self._screen.do(self._run_all(), group="background")

    def interrupt(self) -> None:
        """Stop, because a turn begins; what was begun is begun again later."""
        self._stop.set()

    async def _run_all(self) -> None:
        await asyncio.sleep(QUIET_SECONDS)
        self._stop = stop = Event()
        for id in list(self._wanted):
            if not self._turns.is_idle:
                return
            while await in_thread(self._run_one, id, stop):
                await self._changed(id)
            if stop.is_set():
                return
            self._wanted.pop(id, None)

    def _run_one(self, id: str, stop: Event) -> bool:
        """Run one task for a conversation.

        Returns: whether something is different now.
        """
        services = self._services
        store, models, prompts = services.store, services.models, services.prompts
        try:
            if services.settings.chat.titles and titles.improve_title(
                store, models, prompts, id, stop
            ):
                return True
            usual = services.chat.sampling.for_model(store.conversation(id).model)
            return summaries.advance_summary(store, models, prompts, usual, id, stop)
        except AssistantError:
            # Nobody asked for it, and whoever asks next is told what is wrong.
            return False
        except Exception as unexpected:  # noqa: BLE001 -- the border between a thread and the screen
            services.report(unexpected)
            return False
