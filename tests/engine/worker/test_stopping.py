"""A stop must stop: while the prompt is read, and while the answer is written."""

import secrets
from threading import Event, Timer

import pytest

from assistant.core.values.events import Finished, ModelEvent, PrefillProgress, Wrote
from assistant.core.values.sampling import Sampling
from assistant.engine.client import LlamaChatModel
from tests.support.engine import GREEDY, OPTIONS, answer, said

pytestmark = pytest.mark.model

TIMES = 5


def read_and_written(
    model: LlamaChatModel, prompt: str, kind: type[ModelEvent], delay: float
) -> tuple[int, int, int]:
    """Tokens read, tokens to read and pieces written, with a stop `delay` s after the first `kind`.

    Work is counted, not seconds: the machine may be busy.
    """
    stop = Event()
    timer = Timer(delay, stop.set)
    begun = False
    done = total = pieces = 0
    for event in model.stream([said("user", prompt)], Sampling(seed=1, temperature=2), stop):
        if isinstance(event, PrefillProgress):
            done, total = event.done, event.total
        pieces += isinstance(event, Wrote)
        if isinstance(event, kind) and not begun:
            begun = True
            timer.start()
    assert isinstance(event, Finished)
    assert event.reason == "stopped"
    return done, total, pieces


def test_a_stop_while_writing_ends_the_answer(starter: LlamaChatModel) -> None:
    """At this temperature the starter model writes until its window is full."""
    for n in range(TIMES):
        _, _, pieces = read_and_written(starter, "Tell me a story.", Wrote, 0.01 * n)
        assert pieces < OPTIONS.context_window / 2


def test_a_stop_while_reading_ends_the_reading(starter: LlamaChatModel) -> None:
    for n in range(TIMES):
        prompt = secrets.token_hex(4) + " The cat sat on the mat." * 250
        done, total, pieces = read_and_written(starter, prompt, PrefillProgress, 0.02 * n)
        assert total > 1500
        assert (done < total, pieces) == (True, 0)


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
    read_and_written(starter, messages[0].content, PrefillProgress, delay=0)
    after, _ = answer(starter, messages, sampling)
    answer(starter, [said("user", "Something else.")], sampling)
    cold, _ = answer(starter, messages, sampling)
    assert after == cold


def test_a_stop_right_after_the_end_is_no_failure(starter: LlamaChatModel) -> None:
    stop = Event()
    events = starter.stream([said("user", "Hi")], GREEDY.model_copy(update={"max_tokens": 4}), stop)
    first = next(event for event in events if isinstance(event, Wrote))
    # The engine answers one after the other: the first has ended by then.
    answer(starter, [said("user", "Hello")], GREEDY.model_copy(update={"max_tokens": 1}))
    stop.set()

    *_, last = [first, *events]

    assert isinstance(last, Finished)
