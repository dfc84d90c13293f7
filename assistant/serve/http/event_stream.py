"""Event stream: an answer sent as it is written (SSE), and work in a thread for as long as it is
listened to.

What answers is synchronous and runs in a thread of its own; what it yields passes through a queue
that is never long. Stopping is a flag: a client that goes away sets it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, suppress
from threading import BoundedSemaphore, Event, Thread
from time import monotonic
from types import TracebackType
from typing import Final, Generic, TypeVar, cast

from starlette.types import Receive, Send

from assistant.core.errors import AssistantError

AHEAD = 2000
"""Events that the answer may be ahead of a client that reads slowly."""

PATIENCE = 10.0
"""Seconds that it waits for such a client: the engine, which others need, waits with it."""

POLL_SECONDS = 0.2
"""Between two looks at the stop flag meanwhile."""

PING: Final = b": ping\n"
"""A comment. A blank line behind it would be an event without data to some clients."""

HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]

T = TypeVar("T")
log = logging.getLogger(__name__)


class SlowClientError(Exception):
    """A client that does not read what is written for it."""


class _End:
    """The end of the events."""

    def __init__(self, failure: Exception | None) -> None:
        self.failure = failure


class ThreadedEvents(Generic[T]):
    """Events of a synchronous generator, which runs in a thread from when they are iterated."""

    def __init__(
        self, make: Callable[[], Iterator[T]], stop: Event, ended: Callable[[], None]
    ) -> None:
        """Args:
        stop: set when nobody wants any more of them.
        ended: called in the event loop when the thread has ended.
        """
        self._make = make
        self._stop = stop
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[T | _End] = asyncio.Queue()
        self._room = BoundedSemaphore(AHEAD)

    async def __aiter__(self) -> AsyncIterator[T]:
        Thread(target=self._work, name="answer", daemon=True).start()
        try:
            while not isinstance(event := await self._queue.get(), _End):
                self._room.release()
                yield event
            if event.failure is not None:
                raise event.failure
        finally:
            self._stop.set()

    def _work(self) -> None:
        failure: Exception | None = None
        try:
            with closing(cast("_Closable[T]", self._make())) as events:
                for event in events:
                    if not self._has_room():
                        raise SlowClientError
                    self._post(self._queue.put_nowait, event)
        except (AssistantError, SlowClientError) as error:
            failure = error
        except Exception as error:
            log.exception("an answer failed")
            failure = error
        self._post(self._queue.put_nowait, _End(failure))
        self._post(self._ended)

    def _has_room(self) -> bool:
        """Wait until the client has read enough. Returns: whether it still wants more."""
        deadline = monotonic() + PATIENCE
        while not self._room.acquire(timeout=POLL_SECONDS):
            if self._stop.is_set() or monotonic() > deadline:
                return False
        return True

    def _post(self, call: Callable[..., None], *arguments: object) -> None:
        # A server that has ended waits for nothing any more.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, *arguments)


class _Closable(Iterator[T]):
    """A generator."""

    def close(self) -> None: ...


class EventStream:
    """A reply of server-sent events; it begins with the first of them, so that a request that
    fails before has a status of its own."""

    def __init__(self, send: Send, ping: float) -> None:
        """`ping` is the number of seconds after which a client that waits is told to wait on."""
        self._send = send
        self._ping = ping
        self.has_begun = False
        self._quiet = True

    async def write(self, data: bytes) -> None:
        """Send events that are complete."""
        if not self.has_begun:
            self.has_begun = True
            await self._send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        self._quiet = False
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self) -> None:
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    @asynccontextmanager
    async def pinging(self) -> AsyncIterator[None]:
        """Tell the client to wait on whenever nothing was sent for a while."""
        if not self._ping:
            yield
            return
        pinging = asyncio.create_task(self._keep_pinging())
        try:
            yield
        finally:
            pinging.cancel()

    async def _keep_pinging(self) -> None:
        while True:
            self._quiet = True
            await asyncio.sleep(self._ping)
            if self._quiet:
                with suppress(OSError):
                    await self.write(PING)


class WhileConnected:
    """Sets `stop`, and ends what is awaited inside, when the client goes away."""

    def __init__(self, receive: Receive, stop: Event) -> None:
        self._receive = receive
        self._stop = stop
        self._is_gone = False

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._watching = asyncio.create_task(self._watch())

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        self._stop.set()
        self._watching.cancel()
        if not self._is_gone:
            return False
        if kind is None:
            # It went when everything was done: the end that is still to come is taken here.
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0)
        self._task.uncancel()
        return kind is None or issubclass(kind, asyncio.CancelledError)

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._is_gone = True
        self._stop.set()
        self._task.cancel()
