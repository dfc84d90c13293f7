"""Indexing jobs: one runs at a time, others wait, and anybody may watch, pause or stop one."""

import secrets
from collections.abc import Sequence
from pathlib import Path
from threading import Condition, Event
from time import monotonic

from assistant.core.library_events import IndexEvent, Progress
from assistant.ipc.caller import Caller
from assistant.ipc.failure import Failed
from assistant.library.protocol import Accepted, JobRequest


class StoppedError(Exception):
    """The job was stopped, or the worker ends."""


class Job:
    """A request to index, and whoever watches it. It goes on when nobody does."""

    def __init__(self, request: JobRequest, caller: Caller | None = None) -> None:
        self.id = secrets.token_hex(8)
        self.request = request
        self.stop = Event()
        self.progress: Progress | None = None
        self._caller = caller

    @property
    def is_watched(self) -> bool:
        return self._caller is not None

    def post(self, event: IndexEvent | Accepted) -> None:
        if isinstance(event, Progress):
            self.progress = event
        if self._caller:
            self._caller.post(event)

    def end(self, last: IndexEvent | Failed) -> None:
        if self._caller:
            self._caller.end(last)


class JobQueue:
    """First come, first served; jobs that somebody watches go before the worker's own."""

    def __init__(self, pause_mark: Path) -> None:
        """`pause_mark` is a file that is there while indexing is paused, restarts included."""
        self._mark = pause_mark
        self._changed = Condition()
        self._waiting: list[Job] = []
        self._running: Job | None = None
        self._paused = pause_mark.exists()
        self._closed = False

    @property
    def running(self) -> Job | None:
        return self._running

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def is_idle(self) -> bool:
        """Nothing runs or waits that could go on now."""
        return self._paused or (self._running is None and not self._waiting)

    @property
    def is_closed(self) -> bool:
        return self._closed

    def put(self, job: Job) -> None:
        with self._changed:
            mine = [place for place, other in enumerate(self._waiting) if not other.is_watched]
            at = mine[0] if mine and job.is_watched else len(self._waiting)
            self._waiting.insert(at, job)
            self._changed.notify_all()

    def take(self, timeout: float) -> Job | None:
        """The next job, which runs from now on; None when none came in time."""
        with self._changed:
            self._running = None
            self._changed.notify_all()
            if not self._waiting and not self._closed:
                self._changed.wait(timeout)
            if self._waiting and not self._closed:
                self._running = self._waiting.pop(0)
            return self._running

    def stop(self, id: str) -> None:
        """End a job, or keep it from beginning. Quietly nothing when there is none of this id."""
        with self._changed:
            for job in self._all():
                if job.id == id:
                    job.stop.set()
            self._changed.notify_all()

    def close(self) -> None:
        """End everything: the worker is about to leave. What is left to do is in the catalog."""
        with self._changed:
            self._closed = True
            for job in self._all():
                job.stop.set()
            self._changed.notify_all()

    def pause(self, paused: bool) -> None:
        with self._changed:
            self._paused = paused
            if paused:
                self._mark.touch(mode=0o600)
            else:
                self._mark.unlink(missing_ok=True)
            self._changed.notify_all()

    def hold(self, job: Job, seconds: float) -> bool:
        """Wait while indexing is paused, at most so long; whether it still is.

        Raises:
            StoppedError: the job was stopped.
        """
        deadline = monotonic() + seconds
        with self._changed:
            while True:
                if job.stop.is_set():
                    raise StoppedError
                left = deadline - monotonic()
                if not self._paused or left <= 0:
                    return self._paused
                self._changed.wait(left)

    def _all(self) -> Sequence[Job]:
        return [*([self._running] if self._running else []), *self._waiting]
