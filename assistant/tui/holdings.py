"""What the library holds, as far as the screen has heard."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Final

from assistant.core.errors import AssistantError
from assistant.core.library import Collection, LibraryStatus
from assistant.core.ports import Library
from assistant.tui.aside import aside

FIRST: Final = 0.5
"""Seconds after the first frame before the library is asked: the model comes first."""
WHILE_WORKING: Final = 2.0
"""Seconds between two questions while something is indexed elsewhere."""
AT_REST: Final = (5.0, 60.0)
"""The same while nothing is: growing from the first figure to the second."""
PRESENCE: Final = 300.0
"""Seconds without a sign of the user after which the library is left alone, so that its worker
may end when it is idle for long enough."""


class Holdings:
    """Asks the library now and then. An empty library is never asked: that would start it."""

    def __init__(
        self, library: Library, is_watched: Callable[[], bool], changed: Callable[[], None]
    ) -> None:
        """Args:
        is_watched: whether a job of this window tells how it goes, so that nothing need be asked.
        changed: called when there is something new to tell.
        """
        self.is_empty = True
        self.status: LibraryStatus | None = None
        self.collections: tuple[Collection, ...] = ()
        self._library = library
        self._is_watched = is_watched
        self._changed = changed
        self._awake = asyncio.Event()
        self._seen = monotonic()
        self._pause = AT_REST[0]

    def named(self, name: str) -> Collection | None:
        """The collection of this name, whatever its case."""
        key = name.casefold()
        return next((each for each in self.collections if each.name.casefold() == key), None)

    def user_is_here(self) -> None:
        """The user did something: what is told should be of now."""
        if monotonic() - self._seen > PRESENCE:
            self._pause = AT_REST[0]
            self._awake.set()
        self._seen = monotonic()

    async def watch(self) -> None:
        """Keep what is known up to date, until cancelled."""
        pause = FIRST
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._awake.wait(), pause)
            self._awake.clear()
            if monotonic() - self._seen > PRESENCE and not self._is_working:
                await self._awake.wait()
                continue
            if not self._is_watched():
                with suppress(AssistantError):
                    # Whoever needs the library is told what is wrong with it.
                    await self.refresh()
            pause = self._next_pause()

    async def refresh(self) -> None:
        """Ask now.

        Raises:
            LibraryError: the library cannot be asked.
        """
        was = (self.is_empty, self.status, self.collections)
        self.is_empty = await aside(self._library.is_empty)
        if self.is_empty:
            self.status, self.collections = None, ()
        else:
            status = await aside(self._library.status)
            if self.status is None or _counts(status) != _counts(self.status):
                self.collections = tuple(await aside(self._library.collections))
            self.status = status
        if was != (self.is_empty, self.status, self.collections):
            self._pause = AT_REST[0]
            self._changed()

    @property
    def _is_working(self) -> bool:
        return self.status is not None and self.status.job is not None

    def _next_pause(self) -> float:
        if self._is_working:
            return WHILE_WORKING
        pause, self._pause = self._pause, min(self._pause * 1.5, AT_REST[1])
        return pause


def _counts(status: LibraryStatus) -> tuple[int, ...]:
    counts = (status.files, status.waiting, status.indexed, status.skipped, status.passages)
    return (status.collections, *counts)
