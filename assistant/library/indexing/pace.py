"""How fast an indexing job goes, how long it will take, and when it holds."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from threading import Lock
from time import monotonic
from typing import Protocol

from assistant.core.values.library import Progress
from assistant.library.indexing.queue import Held

EVERY = 0.25
"""Seconds between two reports."""

WINDOW = 20.0
"""Seconds over which the rate is taken."""

BREATH = 0.5
"""Seconds between two reports while a job holds."""


PATIENCE = 300.0
"""Seconds that a job holds at most for answers that follow each other without a gap."""

TURN = 30.0
"""Seconds that it then goes on all the same, before it holds again."""


class Courtesy:
    """Gives way to answers that are being written, but not for ever."""

    def __init__(
        self, is_answering: Callable[[], bool], clock: Callable[[], float] = monotonic
    ) -> None:
        self._is_answering = is_answering
        self._clock = clock
        self._since: float | None = None
        self._lock = Lock()

    def gives_way(self) -> bool:
        """Whether to hold now; to be asked between two steps, by any thread."""
        with self._lock:
            if not self._is_answering():
                self._since = None
                return False
            now = self._clock()
            if self._since is None or now - self._since > PATIENCE + TURN:
                self._since = now
            return now - self._since <= PATIENCE


class Hold(Protocol):
    """Whether a job has to wait."""

    def __call__(self, seconds: float) -> Held | None:
        """Wait while the job has to, at most so long; why it still has to.

        Raises:
            StoppedError: the job was stopped.
        """
        ...


class Pace:
    """Counts what is done and makes the job wait where it has to."""

    def __init__(
        self, hold: Hold, tell: Callable[[Progress], None] = lambda _progress: None
    ) -> None:
        """`tell` gets what is to be told while a batch holds, in the middle of a file."""
        self._hold = hold
        self._tell = tell
        self._sizes: dict[bytes, int] = {}
        self._files = 0
        self._done = 0
        self._bytes_left = 0
        self._current = ""
        self._reported = 0.0
        self._begun = monotonic()
        self._held = 0.0
        self._recent: deque[tuple[float, int, int]] = deque()

    def begin(self, sizes: Mapping[bytes, int]) -> None:
        """Take in what is to be done: the files with their sizes in bytes."""
        self._sizes = dict(sizes)
        self._files = len(sizes)
        self._bytes_left = sum(sizes.values())
        self._begun, self._held = monotonic(), 0.0
        self._recent.append((monotonic(), 0, self._bytes_left))

    @property
    def worked(self) -> float:
        """Seconds since `begin`, without those in which it held."""
        return monotonic() - self._begun - self._held

    def check_stop(self) -> None:
        """Where nothing costs much. Raises StoppedError."""
        self._hold(0)

    def check(self) -> None:
        """Between two batches: wait while that is needed. Raises StoppedError."""
        for progress in self.wait():
            self._tell(progress)

    def wait(self) -> Iterator[Progress]:
        """Wait while that is needed, telling so. Raises StoppedError."""
        began, has_held = monotonic(), False
        while reason := self._hold(BREATH):
            has_held = True
            yield self._progress(reason)
        if has_held:
            self._held += monotonic() - began
            self._recent.clear()
            yield self._progress()

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

    def _progress(self, held: Held | None = None) -> Progress:
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
            paused=held == "paused",
            yielding=held == "answering",
        )
