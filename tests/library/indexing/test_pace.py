"""What a job tells of its pace, and when it gives way."""

import os
from threading import Event

import pytest

from assistant.core.values.library import IndexingProgress
from assistant.library.indexing.pace import HOLD_TIMEOUT, WORK_SECONDS, AnswerPriority, IndexingPace
from assistant.library.indexing.queue import Held, StoppedError


class Moments:
    """A clock that is set, and an answer that goes on or does not."""

    def __init__(self) -> None:
        self.now = 0.0
        self.answering = True
        self.priority = AnswerPriority(lambda: self.answering, lambda: self.now)

    def must_hold(self, at: float) -> bool:
        self.now = at
        return self.priority.must_hold()


class Reasons:
    """Why a job holds, one look after the other."""

    def __init__(self, *reasons: Held | None) -> None:
        self._reasons = iter(reasons)

    def __call__(self, seconds: float) -> Held | None:
        return next(self._reasons)


def test_it_must_hold_as_long_as_an_answer_takes() -> None:
    moments = Moments()
    assert moments.must_hold(at=0)
    assert moments.must_hold(at=HOLD_TIMEOUT - 1)
    moments.answering = False
    assert not moments.must_hold(at=HOLD_TIMEOUT - 0.5)


def test_every_answer_has_the_whole_patience() -> None:
    moments = Moments()
    for start in (0.0, HOLD_TIMEOUT - 1, 2 * HOLD_TIMEOUT - 2):
        moments.answering = True
        assert moments.must_hold(at=start)
        assert moments.must_hold(at=start + HOLD_TIMEOUT - 2)
        moments.answering = False
        moments.must_hold(at=start + HOLD_TIMEOUT - 1.5)


def test_answers_without_a_gap_do_not_hold_it_for_ever() -> None:
    moments = Moments()
    seconds = range(int(4 * (HOLD_TIMEOUT + WORK_SECONDS)))
    worked = sum(not moments.must_hold(at=second) for second in seconds)
    assert worked == pytest.approx(4 * WORK_SECONDS, abs=8)


def test_progress_tells_why_it_holds() -> None:
    pace = IndexingPace(Reasons("paused", "answering", None))
    pace.begin({b"a": 10})
    told = [(progress.paused, progress.yielding) for progress in pace.wait()]
    assert told == [(True, False), (False, True), (False, False)]


def test_a_batch_that_holds_in_the_middle_of_a_file_tells_so_too() -> None:
    told: list[IndexingProgress] = []
    pace = IndexingPace(Reasons("answering", None, None), told.append)
    pace.begin({b"a": 10})
    pace.check()
    pace.check()
    assert [progress.yielding for progress in told] == [True, False]


def test_a_job_that_holds_for_an_answer_can_be_stopped() -> None:
    stop = Event()

    def hold(seconds: float) -> Held | None:
        if stop.is_set():
            raise StoppedError
        return "answering"

    holding = IndexingPace(hold).wait()
    assert next(holding).yielding
    stop.set()
    with pytest.raises(StoppedError):
        next(holding)


def test_the_rate_is_of_the_time_that_was_worked() -> None:
    pace = IndexingPace(Reasons("answering", None))
    pace.begin({os.fsencode(str(n)): 10 for n in range(4)})
    list(pace.wait())
    assert next(pace.finish_file(b"0")).rate > 0
