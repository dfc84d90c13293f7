"""Scheduler: the requests that wait for the one thread that runs the model, in fair order."""

import threading
from collections.abc import Callable
from time import perf_counter

from assistant.core.values.conversation import Timings, Usage
from assistant.core.values.events import Finished, Queued
from assistant.engine.protocol import EngineRequest, Generate, Reply
from assistant.ipc.caller import Caller


class ScheduledRequest:
    """A request to the engine, and its caller."""

    def __init__(self, caller: Caller, request: EngineRequest) -> None:
        self.caller = caller
        self.request = request
        self.received = perf_counter()
        self.ended = False
        self.displaced = False
        """Whether it has to end for another one."""

    @property
    def cancelled(self) -> bool:
        return self.caller.cancelled

    def post(self, reply: Reply) -> None:
        self.caller.post(reply)

    def end(self, reply: Reply) -> None:
        # First: whoever got the answer may ask the next question before this thread goes on.
        self.ended = True
        self.caller.end(reply)


class RequestScheduler:
    """First come, first served, but for those that yield: they let all others pass. Those who wait
    are told how many come first."""

    def __init__(self, interrupt: Callable[[], None]) -> None:
        """`interrupt` ends the computation of the running job, from any thread."""
        self._interrupt = interrupt
        self._changed = threading.Condition()
        self._waiting: list[ScheduledRequest] = []
        self._running: ScheduledRequest | None = None

    def put(self, job: ScheduledRequest) -> None:
        """Queue a job; called by the connection's thread."""
        with self._changed:
            place = self._place_of(job)
            self._waiting.insert(place, job)
            if self._running is None or self._is_background(self._running, job):
                # What is done while nobody asks gives way.
                self._displace_running()
            for later in self._waiting[place:]:
                self._report_position(later)
            self._changed.notify()
        job.caller.on_cancel(lambda: self._cancel(job))

    def next(self, timeout: float) -> ScheduledRequest | None:
        """The next job, which runs from now on; None when none came within `timeout` seconds."""
        with self._changed:
            self._running = None
            if not self._waiting:
                self._changed.wait(timeout)
            if not self._waiting:
                return None
            self._running = self._waiting.pop(0)
            self._report_positions()
            return self._running

    def next_quick(self, is_quick: Callable[[ScheduledRequest], bool]) -> ScheduledRequest | None:
        """Take a waiting job that can be served between two tokens of the running one.

        Returns: the job; None when there is none.
        """
        if not self._waiting:
            return None
        with self._changed:
            job = next(filter(is_quick, self._waiting), None)
            if job is not None:
                self._waiting.remove(job)
                self._report_positions()
            return job

    def is_pressed(self, running: ScheduledRequest) -> bool:
        """Whether the answer that is being written has to let another one pass."""
        return running.request.yields and any(self._goes_before(job) for job in self._waiting)

    def drain(self) -> list[ScheduledRequest]:
        """Remove all waiting jobs, which will not be served, from the queue.

        Returns: these jobs.
        """
        with self._changed:
            jobs, self._waiting = self._waiting, []
            return jobs

    def _place_of(self, job: ScheduledRequest) -> int:
        """Where a job is put in the queue."""
        if job.request.yields:
            return len(self._waiting)
        places = (at for at, other in enumerate(self._waiting) if other.request.yields)
        return next(places, len(self._waiting))

    @staticmethod
    def _goes_before(job: ScheduledRequest) -> bool:
        """Whether an answer that yields ends for a job: not for what is no answer to anybody."""
        is_background = isinstance(job.request, Generate) and job.request.keep == "aside"
        return not job.request.yields and not is_background

    def _displace_running(self) -> None:
        if self._running is not None:
            self._running.displaced = True
        self._interrupt()

    @staticmethod
    def _is_background(running: ScheduledRequest, job: ScheduledRequest) -> bool:
        """Whether the one that runs is no answer to anybody, as a title is, and the new one is."""
        background, asked = running.request, job.request
        return (
            isinstance(background, Generate)
            and background.keep == "aside"
            and isinstance(asked, Generate)
            and asked.keep != "aside"
        )

    def _cancel(self, job: ScheduledRequest) -> None:
        with self._changed:
            if job is self._running:
                self._interrupt()
                return
            if job not in self._waiting:
                return
            self._waiting.remove(job)
            self._report_positions()
        job.end(finished_before_start(job))

    def _report_position(self, job: ScheduledRequest) -> None:
        busy = self._running is not None and not self._running.ended
        ahead = self._waiting.index(job) + busy if job in self._waiting else 0
        if ahead:
            job.post(Queued(ahead=ahead))

    def _report_positions(self) -> None:
        # Telling one that has gone takes it out of the queue.
        for job in list(self._waiting):
            self._report_position(job)


def finished_before_start(job: ScheduledRequest) -> Finished:
    """The end of an answer that was stopped before its first token."""
    waited = (perf_counter() - job.received) * 1000
    return Finished(
        reason="stopped",
        usage=Usage(prompt_tokens=0, cached_tokens=0, completion_tokens=0),
        timings=Timings(queue_ms=waited, total_ms=waited),
    )
