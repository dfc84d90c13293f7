"""A stop must stop: while the prompt is read, and while the answer is written."""

import secrets
from statistics import median
from threading import Event, Timer
from time import perf_counter

import pytest

from assistant.core.values.events import Finished, ModelEvent, PrefillProgress, Wrote
from assistant.core.values.sampling import Sampling
from assistant.engine.client import LlamaChatModel
from tests.support.engine import GREEDY, answer, said

pytestmark = pytest.mark.model

TIMES = 7
BOUND = 1.0
"""Seconds; generous, since the machine may be busy. The goal is 0.15."""


def latency(model: LlamaChatModel, prompt: str, kind: type[ModelEvent], delay: float) -> float:
    """Seconds from a stop, set `delay` seconds after the first `kind`, to the answer's end."""
    stop = Event()
    stopped: list[float] = []

    def press() -> None:
        stopped.append(perf_counter())
        stop.set()

    timer = Timer(delay, press)
    for event in model.stream([said("user", prompt)], Sampling(seed=1, temperature=2), stop):
        if isinstance(event, kind) and not timer.is_alive() and not stopped:
            timer.start()
    assert isinstance(event, Finished)
    assert event.reason == "stopped"
    return perf_counter() - stopped[0]


def test_a_stop_while_writing_is_quick(starter: LlamaChatModel) -> None:
    delays = [0.01 * n for n in range(TIMES)]
    taken = [latency(starter, "Tell me a story.", Wrote, delay) for delay in delays]
    print(f"stop while writing: median {median(taken) * 1000:.0f} ms, {max(taken) * 1000:.0f} most")
    assert max(taken) < BOUND


def test_a_stop_while_reading_is_quick(starter: LlamaChatModel) -> None:
    taken = [
        latency(
            starter, secrets.token_hex(4) + " The cat sat on the mat." * 250, PrefillProgress, delay
        )
        for delay in (0.03 + 0.07 * n for n in range(TIMES))
    ]
    print(f"stop while reading: median {median(taken) * 1000:.0f} ms, {max(taken) * 1000:.0f} most")
    assert max(taken) < BOUND


def test_what_was_read_before_a_stop_is_not_read_again(starter: LlamaChatModel) -> None:
    messages = [said("user", secrets.token_hex(4) + " The cat sat on the mat." * 60)]
    stop = Event()
    read = 0
    for event in starter.stream(messages, GREEDY, stop):
        if isinstance(event, PrefillProgress):
            read = event.done
            if read:
                stop.set()
    _, finished = answer(starter, messages, GREEDY.model_copy(update={"max_tokens": 3}))
    assert 0 < read <= finished.usage.cached_tokens + 1


def test_the_answer_after_a_stop_is_as_if_there_had_been_none(starter: LlamaChatModel) -> None:
    sampling = GREEDY.model_copy(update={"max_tokens": 16})
    messages = [said("user", secrets.token_hex(4) + " The dog ran." * 80 + " What ran?")]
    latency(starter, messages[0].content, PrefillProgress, delay=0.1)
    after, _ = answer(starter, messages, sampling)
    answer(starter, [said("user", "Something else.")], sampling)
    cold, _ = answer(starter, messages, sampling)
    assert after == cold
