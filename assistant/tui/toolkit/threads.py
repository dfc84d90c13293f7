"""Threads for blocking work, and event streams from a thread to the screen in batches.

A disk that does not answer and a library that is being started hold up nobody else: neither the
screen, nor the thread of the store, nor the end of the program. Such a thread ends with the
program.

Events arrive in batches, at most some 30 a second.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from threading import Event, Lock, Thread
from time import monotonic
from typing import Final, Generic, ParamSpec, TypeVar

from assistant.core.errors import AssistantError

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

Report = Callable[[Exception], AssistantError]
"""Keeps an unexpected error for the log and says it in a sentence."""

DISK_TIMEOUT: Final = 5.0
"""Seconds that a disk gets to say what is there."""

BATCH_SECONDS: Final = 1 / 30
"""The least time between two batches of events; more often is not seen."""


async def in_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call something that blocks in a thread of its own and wait; the screen goes on meanwhile.

    Returns: what the call returns.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[R] = loop.create_future()

    def resolve(result: R | None, failure: BaseException | None) -> None:
        if answer.done():
            return
        if failure is not None:
            answer.set_exception(failure)
        else:
            answer.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        result, failure = None, None
        try:
            result = call(*args, **kwargs)
        except Exception as raised:  # noqa: BLE001 -- handed to whoever waits
            failure = raised
        # The loop is closed when the screen was left meanwhile.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(resolve, result, failure)

    Thread(target=work, name="blocking-call", daemon=True).start()
    return await answer


async def with_timeout(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call something that asks a disk, in a thread, and wait at most `DISK_TIMEOUT` seconds.

    Returns: what the call returns.

    Raises:
        AssistantError: it does not answer in time.
    """
    try:
        return await asyncio.wait_for(in_thread(call, *args, **kwargs), DISK_TIMEOUT)
    except TimeoutError:
        raise AssistantError(
            "The disk with these files does not answer.", "Is it still connected?"
        ) from None


class Feed(Generic[T]):
    """Takes events from one thread and delivers them to the event loop it was made in.

    The first event after a pause arrives at once; no event waits longer than a batch.
    """

    def __init__(self, deliver: Callable[[Sequence[T]], object]) -> None:
        self._deliver = deliver
        self._loop = asyncio.get_running_loop()
        self._lock = Lock()
        self._waiting: list[T] = []
        self._last = 0.0

    def put(self, event: T) -> None:
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


class Stream(Generic[T]):
    """Events made in a thread and delivered on the screen's loop, in batches."""

    def __init__(
        self,
        events: Callable[[Event], Iterator[T]],
        advanced: Callable[[Sequence[T]], object],
        ended: Callable[[AssistantError | None], object],
        report: Report,
    ) -> None:
        """Begins at once.

        Args:
            events: makes the events until it is over or its stop flag is set.
            advanced, ended: called on the loop in which the stream was made; may post messages
                only.
        """
        self.stop = Event()
        self._events = events
        self._ended = ended
        self._report = report
        self._feed: Feed[T] = Feed(advanced)
        self._thread = Thread(target=self._run, name="stream", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait for the thread, but no longer than `seconds`."""
        self._thread.join(seconds)

    def _run(self) -> None:
        failure: AssistantError | None = None
        try:
            for event in self._events(self.stop):
                self._feed.put(event)
        except AssistantError as known:
            failure = known
        except Exception as unexpected:  # noqa: BLE001 -- the border between a job and the screen
            failure = self._report(unexpected)
        self._feed.close(partial(self._ended, failure))
