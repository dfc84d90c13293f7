"""Answers as they are written: on disk soon, without making the writer wait for the disk."""

from collections.abc import Callable, Sequence
from itertools import groupby
from threading import Event, Lock, Thread

from assistant.core.errors import StorageError

INTERVAL = 0.1
"""Seconds for which pieces are gathered into one write."""

RETRY = 1.0
"""Seconds after a failed write until the next attempt."""

Piece = tuple[str, str]
"""A message's id and the text to add to it."""


class Journal:
    """Gathers pieces of open messages and lets a thread of its own store them in order."""

    def __init__(self, store: Callable[[Sequence[Piece]], None]) -> None:
        self._store = store
        self._lock = Lock()
        self._storing = Lock()
        self._written: dict[str, list[str]] = {}
        self._pending: list[Piece] = []
        self._failure: StorageError | None = None
        self._thread: Thread | None = None
        self._arrived = Event()
        self._closing = Event()

    def open(self, message_id: str) -> None:
        with self._lock:
            self._written[message_id] = []

    def opened(self) -> list[str]:
        """The messages that may be added to."""
        with self._lock:
            return list(self._written)

    def written(self, message_id: str) -> str | None:
        """What was added since the message was opened, stored or not; None when it is not."""
        with self._lock:
            pieces = self._written.get(message_id)
            return None if pieces is None else "".join(pieces)

    def add(self, message_id: str, text: str) -> None:
        """Take a piece.

        Raises:
            StorageError: the message is not open, or an earlier write failed. In that case the
                piece is taken all the same, and all that is not stored is tried again.
        """
        with self._lock:
            pieces = self._written.get(message_id)
            if pieces is None:
                raise StorageError(f"Message {message_id} is not being written by this window.")
            pieces.append(text)
            self._pending.append((message_id, text))
            failure, self._failure = self._failure, None
            if self._thread is None:
                self._thread = Thread(target=self._run, name="journal", daemon=True)
                self._thread.start()
        self._arrived.set()
        if failure is not None:
            raise failure

    def flush(self) -> None:
        """Store what came in so far.

        Raises:
            StorageError: not stored; the pieces are kept.
        """
        with self._storing:
            with self._lock:
                pieces, self._pending = self._pending, []
            if not pieces:
                return
            try:
                self._store(joined(pieces))
            except BaseException:
                with self._lock:
                    self._pending = pieces + self._pending
                raise
            with self._lock:
                self._failure = None

    def end(self, message_id: str) -> None:
        with self._lock:
            self._written.pop(message_id, None)

    def close(self) -> None:
        """End the thread; what is not stored yet stays so: flush first."""
        self._closing.set()
        self._arrived.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._arrived.wait()
            self._closing.wait(INTERVAL)
            self._arrived.clear()
            try:
                self.flush()
            except StorageError as failure:
                with self._lock:
                    self._failure = failure
                self._closing.wait(RETRY)
                self._arrived.set()


def joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Neighbouring pieces of the same message as one."""
    groups = groupby(pieces, key=lambda piece: piece[0])
    return [(message, "".join(text for _, text in group)) for message, group in groups]
