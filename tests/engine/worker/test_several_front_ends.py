"""Several front ends on one engine."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from assistant.core.values.events import Finished, ModelEvent, PrefillProgress, Queued, Wrote
from assistant.core.values.sampling import Sampling
from assistant.engine.client import LlamaChatModel
from tests.support.checkout import CHECKOUT
from tests.support.engine import GREEDY, answer, collect, local_models, said, workers
from tests.support.waiting import until

pytestmark = pytest.mark.model

QUESTION = [said("user", "Tell me a story about a cat.")]
SHORT = GREEDY.model_copy(update={"max_tokens": 15})
LONG = Sampling(seed=1, temperature=2, max_tokens=400)

READER = """
import sys
from pathlib import Path
from threading import Event
from tests.support.engine import local_models, said
from assistant.core.values.sampling import Sampling
model = local_models(Path(sys.argv[1])).open(None)
sampling = Sampling(seed=1, temperature=2, max_tokens=int(sys.argv[2]))
for event in model.stream([said("user", "Tell me a long story.")], sampling, Event()):
    print(event.kind, flush=True)
"""


def writing_front_end(home: Path, tokens: int) -> subprocess.Popen[str]:
    """Another process, whose answer is being written; it says what it sees."""
    process = subprocess.Popen(
        [sys.executable, "-c", READER, str(home), str(tokens)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert "wrote\n" in iter(process.stdout.readline, "")
    return process


class Asking(Thread):
    """An answer that is streamed in a thread of its own, as a front end does."""

    def __init__(self, model: LlamaChatModel, sampling: Sampling) -> None:
        super().__init__(daemon=True)
        self.stop = Event()
        self.events: list[ModelEvent] = []
        self._model, self._sampling = model, sampling
        self.start()

    def run(self) -> None:
        for event in self._model.stream(QUESTION, self._sampling, self.stop):
            self.events.append(event)

    def has(self, kind: type[ModelEvent]) -> bool:
        return any(isinstance(event, kind) for event in self.events)

    def finished(self) -> Finished:
        self.join(60)
        assert isinstance(self.events[-1], Finished)
        return self.events[-1]


@pytest.fixture
def busy(starter: LlamaChatModel) -> Iterator[Asking]:
    """A long answer that is being written."""
    asking = Asking(starter, LONG)
    until(lambda: asking.has(Wrote))
    yield asking
    asking.stop.set()
    asking.join(20)


def test_the_second_front_end_gets_the_loaded_model(
    starter: LlamaChatModel, shared_home: Path
) -> None:
    list(starter.load(Event()))
    kinds = [event.kind for event in local_models(shared_home).open(None).load(Event())]
    assert kinds == ["loaded"]
    assert len(workers(shared_home)) == 1


def test_two_front_ends_at_once_both_get_their_whole_answers(starter: LlamaChatModel) -> None:
    expected, _ = answer(starter, QUESTION, SHORT)
    both = [Asking(starter, SHORT), Asking(starter, SHORT)]
    for asking in both:
        assert asking.finished().reason == "length"
        assert collect(iter(asking.events))[0] == expected


def test_who_waits_is_told_how_many_come_first(starter: LlamaChatModel, busy: Asking) -> None:
    first = Asking(starter, SHORT)
    until(lambda: first.has(Queued))
    second = Asking(starter, SHORT)
    until(lambda: second.has(Queued))
    assert first.events[0] == Queued(ahead=1)
    assert second.events[0] == Queued(ahead=2)
    busy.stop.set()
    assert first.finished().timings.queue_ms > 0
    second.finished()
    assert [event for event in second.events if isinstance(event, Queued)][-1] == Queued(ahead=1)


def test_answers_come_in_the_order_of_the_questions(starter: LlamaChatModel, busy: Asking) -> None:
    asking = []
    for _ in range(3):
        asking.append(Asking(starter, SHORT))
        until(lambda: asking[-1].has(Queued))
    busy.stop.set()
    waits = [one.finished().timings.queue_ms for one in asking]
    assert waits == sorted(waits)


def test_a_question_that_waits_can_be_taken_back(starter: LlamaChatModel, busy: Asking) -> None:
    waiting = Asking(starter, SHORT)
    until(lambda: waiting.has(Queued))
    behind = Asking(starter, SHORT)
    until(lambda: behind.has(Queued))
    waiting.stop.set()
    finished = waiting.finished()
    assert finished.reason == "stopped"
    assert finished.usage.completion_tokens == 0
    until(lambda: behind.events[-1] == Queued(ahead=1))
    assert not busy.has(Finished)
    busy.stop.set()
    assert behind.finished().reason == "length"


def test_counting_does_not_wait_for_an_answer_of_others(
    starter: LlamaChatModel, busy: Asking
) -> None:
    assert starter.measure(QUESTION).total > 0
    assert starter.render(QUESTION).tokens
    assert [event.kind for event in starter.load(Event())][-1] == "loaded"
    assert not busy.has(Finished)


def test_a_front_end_that_dies_stops_its_answer(starter: LlamaChatModel, shared_home: Path) -> None:
    dying = writing_front_end(shared_home, 1500)
    dying.kill()
    dying.communicate()
    *_, finished = starter.stream(QUESTION, SHORT, Event())
    assert isinstance(finished, Finished)
    assert finished.timings.queue_ms < 5_000
    assert finished.reason == "length"


def test_a_front_end_that_is_suspended_holds_up_nobody(
    starter: LlamaChatModel, shared_home: Path
) -> None:
    sleeper = writing_front_end(shared_home, 300)
    os.kill(sleeper.pid, signal.SIGSTOP)
    try:
        assert answer(starter, QUESTION, SHORT)[1].reason == "length"
    finally:
        os.kill(sleeper.pid, signal.SIGCONT)
    rest = sleeper.communicate(timeout=60)[0].splitlines()
    assert rest[-1] == "finished"


def test_reading_is_shown_while_a_long_prompt_is_read(starter: LlamaChatModel) -> None:
    long = [said("user", "The cat sat on the mat. " * 60 + os.urandom(4).hex())]
    events = [e for e in starter.stream(long, SHORT, Event()) if isinstance(e, PrefillProgress)]
    assert len(events) >= 3
    assert events[0].done == events[0].cached
    assert events[-1].done == events[-1].total
