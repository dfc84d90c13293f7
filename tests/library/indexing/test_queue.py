"""The queue of indexing jobs: order, the worker's own job, pausing, giving way, removing."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import cast

import pytest

from assistant.core.values.library import (
    Done,
    IndexEvent,
    IndexingProgress,
    Planned,
    Scanned,
    Waiting,
)
from assistant.ipc.caller import Caller
from assistant.library.indexing.queue import HANDED_ON, JobQueue, QueuedJob, Rescan, StoppedError
from assistant.library.protocol import Rebuild, Refresh

PATIENCE = 20.0


class Answer:
    """Whether an answer is being written."""

    def __init__(self) -> None:
        self.goes_on = False

    def __call__(self) -> bool:
        return self.goes_on


@pytest.fixture
def answer() -> Answer:
    return Answer()


@pytest.fixture
def jobs(tmp_path: Path, answer: Answer) -> Iterator[JobQueue]:
    queue = JobQueue(tmp_path / "paused", answer)
    yield queue
    queue.close()


def wanted() -> QueuedJob:
    return QueuedJob(Refresh(collection=None))


def request_of(job: QueuedJob | None) -> object:
    assert job is not None
    return job.request


def test_the_worker_s_own_job_comes_after_those_that_somebody_wants(jobs: JobQueue) -> None:
    jobs.request_rescan(frozenset({1}))
    first, second = wanted(), QueuedJob(Rebuild())
    jobs.put(first)
    jobs.put(second)

    assert [jobs.next(0), jobs.next(0)] == [first, second]
    assert request_of(jobs.next(0)) == Rescan(frozenset({1}))
    assert jobs.next(0) is None


class Watcher:
    """Keeps the last word on a job."""

    def __init__(self) -> None:
        self.last: list[object] = []

    def end(self, frame: object) -> None:
        self.last.append(frame)


def test_who_waits_for_a_job_of_a_worker_that_ends_asks_the_next_one(jobs: JobQueue) -> None:
    watchers = [Watcher() for _ in range(4)]
    running, stopped, waiting, late = (
        QueuedJob(Refresh(collection=None), cast(Caller, watcher)) for watcher in watchers
    )
    jobs.put(running)
    assert jobs.next(0) is running
    jobs.put(waiting)
    stopped.stop.set()
    stopped.hand_on(has_begun=True)

    jobs.hand_on()
    jobs.hand_on()
    jobs.put(late)
    cut_short = Done(indexed=1, skipped=0, removed=0, seconds=1, stopped=True)
    running.end(cut_short)
    stopped.end(cut_short)

    assert [watcher.last for watcher in watchers] == [
        [HANDED_ON],
        [cut_short],
        [HANDED_ON],
        [HANDED_ON],
    ]
    assert running.stop.is_set()


def test_a_rebuild_is_finished_before_another_worker_takes_over(jobs: JobQueue) -> None:
    rebuild = QueuedJob(Rebuild())
    jobs.put(rebuild)
    assert jobs.next(0) is rebuild

    jobs.hand_on()
    assert not jobs.is_closed
    assert jobs.next(0) is None
    jobs.hand_on()
    assert jobs.is_closed


def test_a_job_that_is_done_as_the_worker_ends_is_told_as_done(jobs: JobQueue) -> None:
    watcher = Watcher()
    job = QueuedJob(Rebuild(), cast(Caller, watcher))
    jobs.put(job)
    jobs.next(0)
    jobs.close()
    done = Done(indexed=1, skipped=0, removed=0, seconds=1)
    job.end(done)

    assert watcher.last == [done]


def test_looks_that_wait_become_one(jobs: JobQueue) -> None:
    for root in (1, 2, 1, 3):
        jobs.request_rescan(frozenset({root}))
    assert request_of(jobs.next(0)) == Rescan(frozenset({1, 2, 3}))

    jobs.request_rescan(frozenset({1}))
    jobs.request_rescan()
    jobs.request_rescan(frozenset({2}))
    assert request_of(jobs.next(0)) == Rescan(None)
    assert jobs.next(0) is None


def test_a_look_that_runs_makes_room_and_is_made_again(jobs: JobQueue) -> None:
    jobs.request_rescan(frozenset({1, 2}))
    own = jobs.next(0)
    assert own is not None
    job = wanted()

    jobs.put(job)

    with pytest.raises(StoppedError):
        jobs.hold(own, 0)
    assert jobs.next(0) is job
    assert request_of(jobs.next(0)) == Rescan(frozenset({1, 2}))


def test_a_job_that_somebody_wants_makes_no_room(jobs: JobQueue) -> None:
    job = wanted()
    jobs.put(job)
    jobs.next(0)
    jobs.put(wanted())
    jobs.request_rescan()

    assert jobs.hold(job, 0) is None


def test_while_indexing_is_paused_the_worker_begins_nothing_by_itself(jobs: JobQueue) -> None:
    jobs.pause(True)
    jobs.request_rescan()
    assert jobs.next(0) is None

    job = wanted()
    jobs.put(job)
    assert jobs.next(0) is job
    assert jobs.hold(job, 0.01) == "paused"

    jobs.pause(False)
    assert jobs.hold(job, PATIENCE) is None
    assert request_of(jobs.next(0)) == Rescan(None)


def test_a_job_holds_while_an_answer_is_written_and_goes_on_right_after(
    jobs: JobQueue, answer: Answer
) -> None:
    job = wanted()
    jobs.put(job)
    jobs.next(0)
    answer.goes_on = True
    assert jobs.hold(job, 0) is None, "looking costs next to nothing"
    assert jobs.hold(job, 0.01) == "answering"

    thread = Thread(target=lambda: setattr(answer, "goes_on", False))
    thread.start()
    assert jobs.hold(job, PATIENCE) is None
    thread.join()


def test_a_job_that_holds_can_be_stopped(jobs: JobQueue, answer: Answer) -> None:
    answer.goes_on = True
    job = wanted()
    jobs.put(job)
    jobs.next(0)
    stopped = Event()

    def hold() -> None:
        with suppress(StoppedError):
            jobs.hold(job, PATIENCE)
        stopped.set()

    thread = Thread(target=hold)
    thread.start()
    jobs.stop(job.id)
    assert stopped.wait(PATIENCE / 2)
    thread.join()


def test_nothing_runs_while_roots_are_removed_and_what_ran_is_gone_on_with(jobs: JobQueue) -> None:
    running = wanted()
    jobs.put(running)
    jobs.next(0)
    jobs.put(wanted())
    taken: list[QueuedJob | None] = []

    def work() -> None:
        assert running.stop.wait(PATIENCE)
        taken.append(jobs.next(0))

    thread = Thread(target=work)
    thread.start()
    with jobs.no_job_running(PATIENCE):
        thread.join()
        assert taken == [None]
        assert jobs.next(0) is None

    assert isinstance(request_of(jobs.next(0)), Refresh)
    assert request_of(jobs.next(0)) == Rescan(None)


def test_a_job_that_does_not_end_is_told(jobs: JobQueue) -> None:
    jobs.put(wanted())
    jobs.next(0)
    with pytest.raises(TimeoutError), jobs.no_job_running(0.01):
        pytest.fail("it runs still")
    assert request_of(jobs.next(0)) == Rescan(None)


def test_a_look_that_finds_nothing_keeps_no_worker_alive(jobs: JobQueue) -> None:
    jobs.request_rescan()
    assert jobs.is_idle
    own = jobs.next(0)
    assert own is not None
    assert jobs.is_idle

    own.post(IndexingProgress(done=1, files=2, rate=1, eta=1, current="a.txt"))
    assert not jobs.is_idle
    jobs.next(0)
    jobs.put(wanted())
    assert not jobs.is_idle


def told(job: QueuedJob, event: IndexEvent) -> tuple[int, int] | None:
    job.post(event)
    return (job.progress.done, job.progress.files) if job.progress else None


def test_how_far_a_job_is_can_be_told_before_it_has_read_anything() -> None:
    job = wanted()
    assert told(job, Waiting()) is None
    assert told(job, Scanned(files=3)) == (0, 3)
    assert told(job, Planned(files=2, bytes=9)) == (0, 2)


def test_a_look_of_the_worker_s_own_that_finds_nothing_is_not_worth_staying_for() -> None:
    events = [Scanned(files=3), Planned(files=0, bytes=0), Planned(files=1, bytes=9)]
    job = QueuedJob(Rescan(None))
    worth = []
    for event in events:
        job.post(event)
        worth.append(job.has_work)
    assert worth == [False, False, True]
