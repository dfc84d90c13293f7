"""From a thread to the screen: events in batches, at most some 30 a second."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock
from time import monotonic
from typing import Final, Generic, TypeVar

BATCH_SECONDS: Final = 1 / 30
"""The least time between two batches; more often is not seen."""

Event = TypeVar("Event")


class Feed(Generic[Event]):
    """Takes events from one thread and delivers them to the event loop it was made in.

    The first event after a pause arrives at once; no event waits longer than a batch.
    """

    def __init__(self, deliver: Callable[[Sequence[Event]], object]) -> None:
        self._deliver = deliver
        self._loop = asyncio.get_running_loop()
        self._lock = Lock()
        self._waiting: list[Event] = []
        self._last = 0.0

    def put(self, event: Event) -> None:
        """Hand an event over; from any thread."""
        with self._lock:
            self._waiting.append(event)
            if len(self._waiting) > 1:
                return
        self._call(self._arm)

    def close(self, ended: Callable[[], object]) -> None:
        """Deliver what is left, then call `ended` in the event loop; from any thread."""
        self._call(self._flush)
        self._call(ended)

    def _call(self, callback: Callable[[], object]) -> None:
        # The loop is closed when the screen was left while the thread was still busy.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback)

    def _arm(self) -> None:
        wait = self._last + BATCH_SECONDS - monotonic()
        if wait > 0:
            self._loop.call_later(wait, self._flush)
        else:
            self._flush()

    def _flush(self) -> None:
        with self._lock:
            events, self._waiting = self._waiting, []
        if events:
            self._last = monotonic()
            self._deliver(events)
