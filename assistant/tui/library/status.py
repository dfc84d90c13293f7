"""Library status poller: asks at intervals what the library holds."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Final

from textual.message import Message

from assistant.core.errors import AssistantError
from assistant.core.ports.library import Library
from assistant.core.values.library import Collection, LibraryStatus
from assistant.tui.toolkit.threads import in_thread

AWAY_SECONDS: Final = 300.0
"""Seconds without a sign of the user after which the library is left alone, so that its worker
may end when it is idle for long enough."""


class WorkerNotice(Message):
    """A line on what works in the background: it was restarted, or another version is in use."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self.line = line


@dataclass(frozen=True)
class PollIntervals:
    """Poll intervals in seconds."""

    first: float = 0.5
    """After the first frame: the model comes before the library."""
    working: float = 2.0
    """While something is indexed elsewhere."""
    resting: float = 5.0
    """While nothing is; longer with every time that nothing is news."""
    longest: float = 60.0


class LibraryStatusPoller:
    """Polls the status of the library.

    An empty library is never asked: that would start it.
    """

    def __init__(
        self,
        library: Library,
        is_watched: Callable[[], bool],
        intervals: PollIntervals = PollIntervals(),
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Args:
        is_watched: whether a job of this window reports its progress, so that no poll is needed.
        clock: seconds, to know how long the user is away.
        """
        self.is_empty = True
        self.status: LibraryStatus | None = None
        self.collections: tuple[Collection, ...] = ()
        self._library = library
        self._is_watched = is_watched
        self.changed: Callable[[], object] = lambda: None
        """Called when the status changed."""
        self._awake = asyncio.Event()
        self._intervals = intervals
        self._clock = clock
        self._last_active = clock()
        self._pause = intervals.resting

    def collection_named(self, name: str) -> Collection | None:
        """Collection of this name, whatever its case.

        Returns: None when there is none.
        """
        key = name.casefold()
        return next((each for each in self.collections if each.name.casefold() == key), None)

    def user_active(self) -> None:
        """Poll at once when the user is back after a long absence."""
        if self._clock() - self._last_active > AWAY_SECONDS:
            self._pause = self._intervals.resting
            self._awake.set()
        self._last_active = self._clock()

    async def watch(self) -> None:
        """Poll the library until cancelled."""
        pause = self._intervals.first
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._awake.wait(), pause)
            self._awake.clear()
            if self._clock() - self._last_active > AWAY_SECONDS and not self._is_working:
                await self._awake.wait()
                continue
            if not self._is_watched():
                with suppress(AssistantError):
                    # Whoever needs the library is told what is wrong with it.
                    await self.refresh()
            pause = self._next_pause()

    async def refresh(self) -> None:
        """Poll the library now.

        Raises:
            LibraryError: the library cannot be asked.
        """
        was = (self.is_empty, self.status, self.collections)
        self.is_empty = await in_thread(self._library.is_empty)
        if self.is_empty:
            self.status, self.collections = None, ()
        else:
            status = await in_thread(self._library.status)
            if self.status is None or _counts(status) != _counts(self.status):
                self.collections = tuple(await in_thread(self._library.collections))
            self.status = status
        if was != (self.is_empty, self.status, self.collections):
            self._pause = self._intervals.resting
            self.changed()

    @property
    def _is_working(self) -> bool:
        return self.status is not None and self.status.job is not None

    def _next_pause(self) -> float:
        if self._is_working:
            return self._intervals.working
        pause, self._pause = self._pause, min(self._pause * 1.5, self._intervals.longest)
        return pause


def _counts(status: LibraryStatus) -> tuple[int, ...]:
    counts = (status.files, status.waiting, status.indexed, status.skipped, status.passages)
    return (status.collections, status.roots, len(status.missing), *counts)
