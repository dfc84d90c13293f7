"""Pace of an indexing job: how fast it goes, how long it will take, and when it holds."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from threading import Lock
from time import monotonic
from typing import Protocol

from assistant.core.values.library import IndexingProgress
from assistant.library.indexing.queue import Held

REPORT_SECONDS = 0.25
"""Seconds between two reports."""

RATE_WINDOW = 20.0
"""Seconds over which the rate is taken."""

HOLD_POLL_SECONDS = 0.5
"""Seconds between two reports while a job holds."""


HOLD_TIMEOUT = 300.0
"""Seconds that a job holds at most for answers that follow each other without a gap."""

WORK_SECONDS = 30.0
"""Seconds that it then goes on all the same, before it holds again."""


class AnswerPriority:
    """Has indexing hold for answers that are being written, but not for ever."""

    def __init__(
        self, is_answering: Callable[[], bool], clock: Callable[[], float] = monotonic
    ) -> None:
        self._is_answering = is_answering
        self._clock = clock
        self._since: float | None = None
        self._lock = Lock()

    def must_hold(self) -> bool:
        """Whether indexing must hold now; asked between two steps, by any thread."""
        with self._lock:
            if not self._is_answering():
                self._since = None
                return False
            now = self._clock()
            if self._since is None or now - self._since > HOLD_TIMEOUT + WORK_SECONDS:
                self._since = now
            return now - self._since <= HOLD_TIMEOUT


class JobHold(Protocol):
    """Waits while a job has to hold."""

    def __call__(self, seconds: float) -> Held | None:
        """Wait while the job has to, at most so long; why it still has to.

        Raises:
            StoppedError: the job was stopped.
        """
        ...


class IndexingPace:
    """Progress of a job: counts what is done, and waits where the job has to hold."""

    def __init__(
        self, hold: JobHold, report: Callable[[IndexingProgress], None] = lambda _progress: None
    ) -> None:
        """`report` gets what is to be told while a batch holds, in the middle of a file."""
        self._hold = hold
        self._report = report
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
        """Start counting: the files to index, with their sizes in bytes."""
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
        """Check whether the job was stopped. Raises StoppedError."""
        self._hold(0)

    def check(self) -> None:
        """Wait between two batches while the job has to hold. Raises StoppedError."""
        for progress in self.wait():
            self._report(progress)

    def wait(self) -> Iterator[IndexingProgress]:
        """Wait while the job has to hold, and yield its progress. Raises StoppedError."""
        began, has_held = monotonic(), False
        while reason := self._hold(HOLD_POLL_SECONDS):
            has_held = True
            yield self._progress(reason)
        if has_held:
            self._held += monotonic() - began
            self._recent.clear()
            yield self._progress()

    def start_file(self, current: str) -> Iterator[IndexingProgress]:
        """Start another file; yields progress when a report is due."""
        self._current = current
        yield from self._report_if_due()

    def finish_file(self, path: bytes) -> Iterator[IndexingProgress]:
        """Finish a file; yields progress when a report is due."""
        self._done += 1
        self._bytes_left -= self._sizes.pop(path, 0)
        yield from self._report_if_due()

    def _report_if_due(self) -> Iterator[IndexingProgress]:
        if monotonic() - self._reported >= REPORT_SECONDS:
            self._reported = monotonic()
            yield self._progress()

    def _progress(self, held: Held | None = None) -> IndexingProgress:
        now = monotonic()
        self._recent.append((now, self._done, self._bytes_left))
        while len(self._recent) > 2 and now - self._recent[0][0] > RATE_WINDOW:
            self._recent.popleft()
        since, done, left = self._recent[0]
        passed = max(now - since, 1e-3)
        byte_rate = (left - self._bytes_left) / passed
        return IndexingProgress(
            done=self._done,
            files=self._files,
            rate=round((self._done - done) / passed, 2),
            eta=round(self._bytes_left / byte_rate, 1) if byte_rate > 0 else None,
            current=self._current,
            paused=held == "paused",
            yielding=held == "answering",
        )
