"""Answers that yield: others are written in between, and they go on where they were."""

from pathlib import Path
from threading import Event

import pytest

from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Finished, PrefillProgress, Wrote
from assistant.core.values.sampling import Constraint
from assistant.engine.client import LlamaChatModel
from assistant.engine.models.catalog import LocalModels
from tests.support.engine import (
    GREEDY,
    OPTIONS,
    answer,
    collect,
    engine_home,
    engine_spec,
    local_models,
    said,
)

STORY = [said("user", "Tell me a long story about a fox and a river.")]
QUESTION = [said("user", "What is the capital of France?")]
LONG = GREEDY.model_copy(update={"max_tokens": 60})
SHORT = GREEDY.model_copy(update={"max_tokens": 5})


@pytest.fixture
def yielding(shared_home: Path, starter: LlamaChatModel) -> LlamaChatModel:
    """The starter model as other programs have it, in the worker that is there."""
    assert starter.name
    models = LocalModels(
        engine_spec(shared_home), OPTIONS, shared_home / "models", None, yields=True
    )
    return models.open(None)


def test_a_question_is_answered_in_the_middle_of_an_answer_that_yields(
    starter: LlamaChatModel, yielding: LlamaChatModel
) -> None:
    events = yielding.stream(STORY, LONG, Event())
    text, asked = "", ""
    for event in events:
        if isinstance(event, Wrote):
            text += event.text
            if not asked and len(text) > 20:
                asked, _ = answer(starter, QUESTION, SHORT)
                before = text
        if isinstance(event, Finished):
            break

    assert asked
    assert len(text) > len(before)
    assert (event.reason, event.usage.completion_tokens) == ("length", 60)
    whole, _ = answer(yielding, STORY, LONG)
    assert text.startswith(whole[:20])


def test_what_was_written_is_not_read_again_and_not_written_twice(
    starter: LlamaChatModel, yielding: LlamaChatModel
) -> None:
    text, read = "", 0
    has_asked = False
    for event in yielding.stream(STORY, LONG, Event()):
        if isinstance(event, Wrote):
            text += event.text
            if not has_asked and len(text) > 60:
                has_asked = True
                answer(starter, QUESTION, SHORT)
        elif isinstance(event, PrefillProgress) and has_asked:
            read = max(read, event.total - event.cached)
        elif isinstance(event, Finished):
            usage = event.usage

    assert text.count(text[:40]) == 1
    assert 0 < read < 8
    assert usage.prompt_tokens < 50


def test_one_that_has_to_have_a_form_yields_to_nobody(
    starter: LlamaChatModel, yielding: LlamaChatModel
) -> None:
    constraint = Constraint(kind="grammar", text='root ::= ("ab" | "cd"){30}')
    sampling = LONG.model_copy(update={"constraint": constraint})
    events = yielding.stream(STORY, sampling, Event())
    next(event for event in events if isinstance(event, Wrote))
    asked = collect(starter.stream(QUESTION, SHORT, Event()))

    text, finished = collect(events)

    assert asked[0]
    assert finished.reason in ("end", "length")
    assert set(text) <= set("abcd")


def test_one_that_is_stopped_meanwhile_does_not_go_on(
    starter: LlamaChatModel, yielding: LlamaChatModel
) -> None:
    stop = Event()
    events = yielding.stream(STORY, LONG, stop)
    next(event for event in events if isinstance(event, Wrote))
    answer(starter, QUESTION, SHORT)
    stop.set()

    _, finished = collect(events)

    assert finished.reason == "stopped"
    assert finished.usage.completion_tokens < 60


def test_an_answer_that_was_begun_goes_on_where_it_was(
    starter: LlamaChatModel, yielding: LlamaChatModel
) -> None:
    begun = [*STORY, ChatMessage(role="assistant", content="Once upon a time, a fox")]
    text = ""
    for event in yielding.stream(begun, LONG, Event()):
        if isinstance(event, Wrote):
            if not text:
                answer(starter, QUESTION, SHORT)
            text += event.text

    assert text
    assert "Once upon a time, a fox" not in text


def test_without_others_it_is_an_answer_like_any_other(yielding: LlamaChatModel) -> None:
    with engine_home() as home:
        expected = answer(local_models(home).open(None), STORY, SHORT)

    found = answer(yielding, STORY, SHORT)

    assert found[0] == expected[0]
