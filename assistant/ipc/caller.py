"""Caller: one connection as the worker sees it, its cancel and what is posted to it."""

import logging
import select
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from time import monotonic

from pydantic import BaseModel, TypeAdapter, ValidationError

from assistant.ipc.frames import LineSocket, encode
from assistant.ipc.messages import Cancel, PeerGoneError, WireError

MAX_BACKLOG_BYTES = 16 * 2**20
"""Bytes kept for a caller that does not read; who leaves more lying about counts as gone."""

LINGER_TIMEOUT = 600.0
"""Seconds a caller has to read the rest after the last frame: a suspended one may come back."""

POLL_SECONDS = 0.25
"""Seconds between two checks of a backlog that another thread may have filled."""

log = logging.getLogger(__name__)
_cancel = TypeAdapter(Cancel)


class Caller:
    """Connection of a caller. Posting never waits: a slow caller cannot hold up the others."""

    def __init__(self, line: LineSocket) -> None:
        self._line = line
        self._lock = Lock()
        self._backlog = bytearray()
        self._ended_at: float | None = None
        self._cancelled = False
        self._on_cancel: Callable[[], None] = lambda: None

    @property
    def cancelled(self) -> bool:
        """Whether the caller has gone or no longer wants an answer."""
        return self._cancelled

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Run `callback` when the caller cancels or goes; at once if it has."""
        with self._lock:
            self._on_cancel = callback
            cancelled = self._cancelled
        if cancelled:
            callback()

    def post(self, frame: BaseModel) -> None:
        """Post a frame to the caller; nothing happens when it has gone."""
        self._post(encode(frame))

    def end(self, frame: BaseModel) -> None:
        """Post the last frame; the connection closes when it is read."""
        self._post(encode(frame), last=True)

    def watch(self) -> None:
        """Watch the connection until it is over; runs in the thread that serves it."""
        poll = select.poll()
        try:
            while not self._is_over():
                poll.register(self._line, self._interest())
                for _, events in poll.poll(POLL_SECONDS * 1000):
                    if events & select.POLLOUT:
                        self._flush()
                    if events & ~select.POLLOUT:
                        self._listen()
        except WireError:
            pass
        finally:
            self._cancel()
            with self._lock:
                self._line.close()

    def _post(self, data: bytes, last: bool = False) -> None:
        with self._lock:
            if last:
                self._ended_at = monotonic()
            with suppress(PeerGoneError):
                sent = 0 if self._backlog else self._line.send_some(data)
                self._backlog += data[sent:]
                if len(self._backlog) <= MAX_BACKLOG_BYTES:
                    return
            self._backlog.clear()
        self._cancel()

    def _interest(self) -> int:
        with self._lock:
            return select.POLLIN | (select.POLLOUT if self._backlog else 0)

    def _is_over(self) -> bool:
        with self._lock:
            if self._ended_at is None:
                return False
            return not self._backlog or monotonic() - self._ended_at > LINGER_TIMEOUT

    def _flush(self) -> None:
        with self._lock:
            del self._backlog[: self._line.send_some(bytes(self._backlog[: 2**16]))]

    def _listen(self) -> None:
        self._line.receive_available()
        while (line := self._line.pop_line()) is not None:
            try:
                _cancel.validate_json(line)
            except ValidationError:
                raise PeerGoneError("it sent something else than a cancel") from None
            self._cancel()

    def _cancel(self) -> None:
        with self._lock:
            first = not self._cancelled
            self._cancelled = True
            callback = self._on_cancel
        if first:
            callback()
