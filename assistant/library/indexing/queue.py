"""Job queue of indexing: one job runs, others wait; anybody may watch, pause or stop one."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Event
from time import monotonic
from typing import Literal, NamedTuple

from assistant.core.values.library import Done, IndexEvent, IndexingProgress, Planned, Scanned
from assistant.ipc.caller import Caller
from assistant.ipc.messages import Failed, Leaving
from assistant.library.protocol import JobAccepted, JobRequest, Rebuild

Held = Literal["paused", "answering"]
"""Why a job holds: indexing is paused, or an answer is being written."""

POLL_SECONDS = 0.1
"""Seconds between two looks at whether the answer is written."""


HANDED_ON = Leaving(makes_room=True)
"""What is said of a job that the next worker goes on with."""


class Rescan(NamedTuple):
    """The worker's own job: scan roots again, since something may have changed there."""

    roots: frozenset[int] | None
    """None is all of them."""

    def joined(self, other: "Rescan") -> "Rescan":
        if self.roots is None or other.roots is None:
            return Rescan(None)
        return Rescan(self.roots | other.roots)


class StoppedError(Exception):
    """The job was stopped, or the worker ends."""


class QueuedJob:
    """An indexing job and its watchers. It goes on when nobody watches."""

    def __init__(self, request: JobRequest | Rescan, caller: Caller | None = None) -> None:
        self.id = secrets.token_hex(8)
        self.request = request
        self.stop = Event()
        self.progress: IndexingProgress | None = None
        self._caller = caller
        self._is_handed_on = False

    @property
    def is_own(self) -> bool:
        """Whether the job is the worker's own, for which nobody waits."""
        return isinstance(self.request, Rescan)

    @property
    def has_work(self) -> bool:
        """Whether the job is worth staying for: somebody wants it, or it has files to read."""
        return not self.is_own or self.progress is not None

    def post(self, event: IndexEvent | JobAccepted) -> None:
        match event:
            case IndexingProgress():
                self.progress = event
            case Scanned(files=files) if not self.is_own:
                self.progress = _starting_progress(files)
            case Planned(files=files) if files:
                self.progress = _starting_progress(files)
        if self._caller:
            self._caller.post(event)

    def end(self, last: IndexEvent | Failed) -> None:
        """Tell the last event; of a job that is handed on, that the next worker has to be asked."""
        is_cut_short = isinstance(last, Done) and last.stopped
        self._end(HANDED_ON if self._is_handed_on and is_cut_short else last)

    def hand_on(self, *, has_begun: bool) -> None:
        """End for the next worker, which goes on with it, unless somebody has stopped it."""
        self._is_handed_on = not self.stop.is_set()
        self.stop.set()
        if not has_begun:
            self._end(HANDED_ON)

    def _end(self, last: IndexEvent | Failed | Leaving) -> None:
        if self._caller:
            self._caller.end(last)


def _starting_progress(files: int) -> IndexingProgress:
    """How far a job is while the embedder is being loaded."""
    return IndexingProgress(done=0, files=files, rate=0.0, eta=None, current="")


class JobQueue:
    """First come, first served; the worker's own job comes last and makes room for the others."""

    def __init__(self, pause_mark: Path, gives_way: Callable[[], bool] = lambda: False) -> None:
        """Args:
        pause_mark: a file that is there while indexing is paused, restarts included.
        gives_way: whether a job has to hold for an answer; asked between two steps of it.
        """
        self._mark = pause_mark
        self._gives_way = gives_way
        self._changed = Condition()
        self._waiting: list[QueuedJob] = []
        self._own: QueuedJob | None = None
        self._running: QueuedJob | None = None
        self._paused = pause_mark.exists()
        self._barred = 0
        self._closed = False

    @property
    def running(self) -> QueuedJob | None:
        return self._running

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs or waits that could go on now and is worth staying for."""
        return self._paused or not any(job.has_work for job in self._all())

    @property
    def is_closed(self) -> bool:
        return self._closed

    def put(self, job: QueuedJob) -> None:
        """Queue a job that somebody wants. The worker's own job continues after it."""
        with self._changed:
            if self._closed:
                job.hand_on(has_begun=False)
                return
            self._waiting.append(job)
            running = self._running
            if running and isinstance(running.request, Rescan) and not running.stop.is_set():
                running.stop.set()
                self._request_rescan(running.request)
            self._changed.notify_all()

    def request_rescan(self, roots: frozenset[int] | None = None) -> None:
        """Queue a rescan of some roots, of all when none are named.

        However often this is asked, one such job waits at most, for all that was asked.
        """
        with self._changed:
            self._request_rescan(Rescan(roots))
            self._changed.notify_all()

    def next(self, timeout: float) -> QueuedJob | None:
        """The next job, which runs from now on; None when none came within `timeout` seconds."""
        with self._changed:
            self._running = None
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._closed or self._has_next(), timeout)
            if self._closed or not self._has_next():
                return None
            if self._waiting:
                self._running = self._waiting.pop(0)
            else:
                self._running, self._own = self._own, None
            return self._running

    @contextmanager
    def no_job_running(self, patience: float) -> Iterator[None]:
        """A block in which no job runs; one that had to end for it continues afterwards.

        Raises:
            TimeoutError: it has not ended after `patience` seconds.
        """
        with self._changed:
            self._barred += 1
            running = self._running
            if running is not None:
                running.stop.set()
                self._request_rescan(Rescan(None))
                self._changed.notify_all()
        try:
            with self._changed:
                if not self._changed.wait_for(lambda: self._running is None, patience):
                    raise TimeoutError
            yield
        finally:
            with self._changed:
                self._barred -= 1
                self._changed.notify_all()

    def stop(self, id: str | None) -> None:
        """Stop a job, running or waiting; None stops all.

        Quietly nothing when there is none of this id.
        """
        with self._changed:
            for job in self._all():
                if id in (None, job.id):
                    job.stop.set()
            self._changed.notify_all()

    def close(self) -> None:
        """End everything: the worker is about to leave. What is left to do is in the catalog, and
        whoever waits for a job asks the next worker."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            for job in self._all():
                job.hand_on(has_begun=job is self._running)
            self._waiting.clear()
            self._changed.notify_all()

    def hand_on(self) -> None:
        """Close, for another worker to go on with the jobs; a rebuild, which would begin anew
        there, is finished first."""
        running = self._running
        if running is None or not isinstance(running.request, Rebuild):
            self.close()

    def pause(self, paused: bool) -> None:
        with self._changed:
            self._paused = paused
            if paused:
                self._mark.touch(mode=0o600)
            else:
                self._mark.unlink(missing_ok=True)
            self._changed.notify_all()

    def is_held(self) -> bool:
        """Whether jobs have to hold now."""
        return self._paused or self._gives_way()

    def hold(self, job: QueuedJob, seconds: float) -> Held | None:
        """Wait while the job has to hold, at most `seconds`.

        Returns: why it still has to; None when it may go on.

        Raises:
            StoppedError: the job was stopped.
        """
        deadline = monotonic() + seconds
        with self._changed:
            while True:
                if job.stop.is_set():
                    raise StoppedError
                reason: Held | None = "paused" if self._paused else None
                if reason is None and seconds and self._gives_way():
                    reason = "answering"
                left = deadline - monotonic()
                if reason is None or left <= 0:
                    return reason
                self._changed.wait(left if reason == "paused" else min(left, POLL_SECONDS))

    def _request_rescan(self, wanted: Rescan) -> None:
        if self._own is None:
            self._own = QueuedJob(wanted)
        elif isinstance(self._own.request, Rescan):
            self._own.request = self._own.request.joined(wanted)

    def _has_next(self) -> bool:
        """While indexing is paused the worker's own job is not begun: others must not wait."""
        if self._barred:
            return False
        return bool(self._waiting or (self._own and not self._paused))

    def _all(self) -> Sequence[QueuedJob]:
        own = [self._own] if self._own else []
        return [*([self._running] if self._running else []), *self._waiting, *own]
