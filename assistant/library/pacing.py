"""How fast an indexing job goes, how long it will take, and when it holds."""

from collections import deque
from collections.abc import Iterator, Mapping
from time import monotonic
from typing import Protocol

from assistant.core.library_events import Progress

EVERY = 0.25
"""Seconds between two reports."""

WINDOW = 20.0
"""Seconds over which the rate is taken."""

BREATH = 0.5
"""Seconds between two reports while a job is paused."""


class Hold(Protocol):
    """Whether a job has to wait."""

    def __call__(self, seconds: float) -> bool:
        """Wait while the job is paused, at most so long; whether it still is.

        Raises:
            StoppedError: the job was stopped.
        """
        ...


class Pace:
    """Counts what is done and makes the job wait where it has to."""

    def __init__(self, hold: Hold) -> None:
        self._hold = hold
        self._sizes: dict[bytes, int] = {}
        self._files = 0
        self._done = 0
        self._bytes_left = 0
        self._current = ""
        self._reported = 0.0
        self._recent: deque[tuple[float, int, int]] = deque()

    def begin(self, sizes: Mapping[bytes, int]) -> None:
        """Take in what is to be done: the files with their sizes in bytes."""
        self._sizes = dict(sizes)
        self._files = len(sizes)
        self._bytes_left = sum(sizes.values())
        self._recent.append((monotonic(), 0, self._bytes_left))

    def check_stop(self) -> None:
        """Where nothing costs much. Raises StoppedError."""
        self._hold(0)

    def check(self) -> None:
        """Between two batches: wait while paused. Raises StoppedError."""
        while self._hold(BREATH):
            pass

    def wait(self) -> Iterator[Progress]:
        """Wait while paused, telling so. Raises StoppedError."""
        while self._hold(BREATH):
            yield self._progress(paused=True)
            self._recent.clear()

    def told(self, current: str) -> Iterator[Progress]:
        """The job turns to another file."""
        self._current = current
        yield from self._now_and_then()

    def done(self, path: bytes) -> Iterator[Progress]:
        """A file is finished."""
        self._done += 1
        self._bytes_left -= self._sizes.pop(path, 0)
        yield from self._now_and_then()

    def _now_and_then(self) -> Iterator[Progress]:
        if monotonic() - self._reported >= EVERY:
            self._reported = monotonic()
            yield self._progress()

    def _progress(self, *, paused: bool = False) -> Progress:
        now = monotonic()
        self._recent.append((now, self._done, self._bytes_left))
        while len(self._recent) > 2 and now - self._recent[0][0] > WINDOW:
            self._recent.popleft()
        since, done, left = self._recent[0]
        passed = max(now - since, 1e-3)
        byte_rate = (left - self._bytes_left) / passed
        return Progress(
            done=self._done,
            files=self._files,
            rate=round((self._done - done) / passed, 2),
            eta=round(self._bytes_left / byte_rate, 1) if byte_rate > 0 else None,
            current=self._current,
            paused=paused,
        )
