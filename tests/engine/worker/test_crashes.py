"""The worker may die at any moment: one sentence, what was written stays, the next answer comes."""

import os
import random
import signal
from pathlib import Path
from threading import Event

import pytest

from assistant.core.errors import EngineDiedError, EngineError
from assistant.core.ports.models import ChatModel
from assistant.core.values.events import Finished, Queued, Wrote
from assistant.core.values.sampling import Sampling
from tests.support.engine import GREEDY, OPTIONS, answer, engine_spec, local_models, said, workers
from tests.support.waiting import until

pytestmark = pytest.mark.model

QUESTION = [said("user", "Tell me a story about a fox and a river.")]
SHORT = GREEDY.model_copy(update={"max_tokens": 24})


def kill_while_writing(model: ChatModel, home: Path, after: int) -> str:
    """Kill the worker after some pieces; what was written until then."""
    pieces: list[str] = []

    def watch() -> None:
        for event in model.stream(QUESTION, SHORT, Event()):
            if isinstance(event, Wrote):
                pieces.append(event.text)
            if len(pieces) == after:
                (pid,) = workers(home)
                os.kill(pid, signal.SIGKILL)

    with pytest.raises(
        EngineDiedError,
        match=r"unexpectedly \(killed by signal 9, as the",
    ):
        watch()
    return "".join(pieces)


def kill_and_ask_again(home: Path, kills: int) -> None:
    model = local_models(home).open(None)
    whole, _ = answer(model, QUESTION, SHORT)
    chance = random.Random(1)
    for _ in range(kills):
        written = kill_while_writing(model, home, after=chance.randrange(1, 20))
        assert written
        assert whole.startswith(written)
        assert answer(model, QUESTION, SHORT)[0] == whole


def test_killed_workers_are_restarted_by_the_next_question(own_home: Path) -> None:
    kill_and_ask_again(own_home, kills=5)


@pytest.mark.slow
def test_thirty_killed_workers_cost_nothing_but_their_answers(own_home: Path) -> None:
    kill_and_ask_again(own_home, kills=30)


def test_a_worker_killed_between_two_questions_is_not_noticed(own_home: Path) -> None:
    model = local_models(own_home).open(None)
    first, _ = answer(model, QUESTION, SHORT)
    (pid,) = workers(own_home)
    os.kill(pid, signal.SIGKILL)
    assert model.measure(QUESTION).total > 0
    assert answer(model, QUESTION, SHORT)[0] == first
    assert workers(own_home) != [pid]


def test_a_worker_that_does_not_obey_a_stop_is_killed(own_home: Path) -> None:
    model = local_models(own_home).open(None)
    list(model.load(Event()))
    stop = Event()
    (pid,) = workers(own_home)
    for event in model.stream(QUESTION, Sampling(temperature=2, seed=1), stop):
        if isinstance(event, Wrote) and not stop.is_set():
            os.kill(pid, signal.SIGSTOP)
            stop.set()
    assert isinstance(event, Finished)
    assert event.reason == "stopped"
    until(lambda: pid not in workers(own_home))
    assert answer(model, QUESTION, SHORT)[0]


def test_a_library_that_cannot_be_loaded_is_the_reason(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_home / "llama_cpp.py").write_text("raise OSError('libllama.so: wrong ELF class')")
    monkeypatch.setenv("PYTHONPATH", str(own_home))
    model = local_models(own_home).open(None)
    with pytest.raises(EngineError, match=r"exit status 1: OSError: libllama\.so: wrong ELF"):
        model.measure(QUESTION)


def test_the_model_leaves_the_memory_after_its_idle_time(own_home: Path) -> None:
    spec = engine_spec(own_home, idle_unload=0.2)
    model = local_models(own_home, OPTIONS, spec).open(None)
    assert [event.kind for event in model.load(Event())][-1] == "loaded"
    log = own_home / "logs" / "engine.log"
    until(lambda: "unloaded" in log.read_text())
    kinds = [event.kind for event in model.stream(QUESTION, SHORT, Event())]
    assert kinds[0] == "loading"
    assert kinds[-1] == "finished"
    assert len(workers(own_home)) == 1


def test_the_worker_ends_after_its_idle_time(own_home: Path) -> None:
    model = local_models(own_home, OPTIONS, engine_spec(own_home, idle_exit=0.3)).open(None)
    list(model.load(Event()))
    until(lambda: not workers(own_home))
    assert answer(model, QUESTION, SHORT)[0]


def test_a_worker_of_another_version_finishes_its_answer_first(own_home: Path) -> None:
    old = local_models(own_home).open(None)
    writing = old.stream(QUESTION, Sampling(seed=1, temperature=2, max_tokens=60), Event())
    next(event for event in writing if isinstance(event, Wrote))
    newer = local_models(own_home, OPTIONS, engine_spec(own_home, version="2")).open(None)
    loading = newer.load(Event())
    assert next(loading) == Queued(ahead=1)
    *_, last = writing
    assert isinstance(last, Finished)
    assert last.reason == "length"
    assert [event.kind for event in loading][-1] == "loaded"
    assert len(workers(own_home)) == 1
