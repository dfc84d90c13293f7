"""The queue of requests."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from assistant.core.values.events import Queued
from assistant.core.values.sampling import Sampling
from assistant.engine.options import LoadOptions
from assistant.engine.protocol import Generate, Load, ModelTarget, replies
from assistant.engine.worker.scheduler import RequestScheduler, ScheduledRequest
from assistant.ipc.caller import Caller
from assistant.ipc.frames import LineSocket

REQUEST = Load(target=ModelTarget.of("m", Path("/m.gguf"), LoadOptions()))


class Line:
    """A front end at the other end of a socket pair, and its job."""

    def __init__(self) -> None:
        ours, self.theirs = socket.socketpair()
        self._line = LineSocket(ours)
        self.told = LineSocket(self.theirs)
        self.job = ScheduledRequest(Caller(self._line), REQUEST)

    def ahead(self) -> list[int]:
        """What it was told about the queue, so far."""
        numbers = []
        while (line := self.told.receive(0)) is not None:
            reply = replies.validate_json(line)
            assert isinstance(reply, Queued)
            numbers.append(reply.ahead)
        return numbers

    def close(self) -> None:
        self._line.close()
        self.theirs.close()


@pytest.fixture
def lines() -> Iterator[list[Line]]:
    """Four front ends."""
    with ExitStack() as stack:
        made = [Line() for _ in range(4)]
        for line in made:
            stack.callback(line.close)
        yield made


def test_everybody_is_told_when_the_queue_moves(lines: list[Line]) -> None:
    jobs = RequestScheduler(lambda: None)
    assert jobs.next(0) is None
    for line in lines:
        jobs.put(line.job)
    assert jobs.next(0) is lines[0].job
    assert jobs.next(0) is lines[1].job
    assert [line.ahead() for line in lines] == [[], [1, 1], [2, 2, 1], [3, 3, 2]]


def test_one_that_has_gone_leaves_the_queue_without_a_gap(lines: list[Line]) -> None:
    jobs = RequestScheduler(lambda: None)
    for line in lines:
        jobs.put(line.job)
    lines[2].theirs.close()
    assert jobs.next(0) is lines[0].job
    assert lines[2].job.cancelled
    assert lines[3].ahead()[-1] == 2
    assert jobs.next(0) is lines[1].job
    assert jobs.next(0) is lines[3].job
    assert jobs.next(0) is None


def test_only_the_running_job_interrupts_the_computation(lines: list[Line]) -> None:
    interrupted = []
    jobs = RequestScheduler(lambda: interrupted.append(1))
    for line in lines:
        jobs.put(line.job)
    assert jobs.next(0) is lines[0].job
    interrupted.clear()
    lines[1].theirs.close()
    lines[1].job.post(Queued(ahead=1))
    assert interrupted == []
    lines[0].theirs.close()
    lines[0].job.post(Queued(ahead=1))
    assert interrupted == [1]


def test_an_ended_job_no_longer_counts(lines: list[Line]) -> None:
    jobs = RequestScheduler(lambda: None)
    jobs.put(lines[0].job)
    running = jobs.next(0)
    assert running
    running.end(Queued(ahead=0))
    jobs.put(lines[1].job)
    assert lines[1].ahead() == []


def test_a_quick_job_goes_before_its_turn(lines: list[Line]) -> None:
    jobs = RequestScheduler(lambda: None)
    for line in lines[:3]:
        jobs.put(line.job)
    jobs.next(0)
    assert jobs.next_quick(lambda job: job is lines[2].job) is lines[2].job
    assert jobs.next_quick(lambda _: False) is None
    assert jobs.drain() == [lines[1].job]
    assert jobs.drain() == []


def test_what_is_done_while_nobody_asks_gives_way_to_a_question(lines: list[Line]) -> None:
    interrupted = []
    jobs = RequestScheduler(lambda: interrupted.append(1))
    assert jobs.next(0) is None

    jobs.put(lines[0].job)

    assert interrupted == [1]


def test_those_that_yield_let_all_others_pass(lines: list[Line]) -> None:
    jobs = RequestScheduler(lambda: None)
    first, second, third, fourth = (line.job for line in lines)
    first.request = second.request = third.request = REQUEST.model_copy(update={"yields": True})
    for line in lines:
        jobs.put(line.job)

    assert [jobs.next(0) for _ in lines] == [fourth, first, second, third]
    assert [line.ahead()[:2] for line in lines] == [[1, 1], [1, 2], [2, 3], []]


def test_an_answer_that_yields_ends_for_another_one_and_for_nothing_less(
    lines: list[Line],
) -> None:
    jobs = RequestScheduler(lambda: None)
    answer = Generate(target=REQUEST.target, messages=(), sampling=Sampling(), yields=True)
    running, other, title, asked = (line.job for line in lines)
    running.request, other.request = answer, answer
    title.request = answer.model_copy(update={"yields": False, "keep": "aside"})
    asked.request = answer.model_copy(update={"yields": False})
    jobs.put(running)
    assert jobs.next(0) is running

    pressed = []
    for job in (other, title, asked):
        jobs.put(job)
        pressed.append(jobs.is_pressed(running))

    assert pressed == [False, False, True]
    assert not jobs.is_pressed(asked)
