"""Models that are no plain llama: a mixture of experts, and one whose state cannot be cut."""

import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Finished, Loaded, PrefillProgress, Wrote
from assistant.core.values.models import ModelDetails
from assistant.engine.client import LlamaChatModel
from assistant.engine.models.catalog import LocalModels
from assistant.engine.models.survey import ModelSurvey
from assistant.engine.options import LoadOptions
from tests.support.engine import GREEDY, answer, engine_home, engine_spec, said
from tests.support.tiny_models import (
    EXPERTS,
    MIXTURE,
    RECURRENT,
    USED,
    write_tiny_mamba,
    write_tiny_mixture,
    write_tiny_model,
)

HEADERS = "from assistant.engine.models.header_worker import main; main()"
SHORT = GREEDY.model_copy(update={"max_tokens": 12})
PARTS = 24
"""Some 500 tokens, several graphs long: these models have one token for each byte."""


@pytest.fixture(scope="module")
def models() -> Iterator[LocalModels]:
    with engine_home() as home:
        for write in (write_tiny_model, write_tiny_mixture, write_tiny_mamba):
            write(home / "models")
        yield _models(home)


@pytest.fixture(params=[MIXTURE, RECURRENT])
def model(request: pytest.FixtureRequest, models: LocalModels) -> LlamaChatModel:
    return models.open(request.param)


def _models(home: Path) -> LocalModels:
    return LocalModels(
        engine_spec(home),
        LoadOptions(context_window=2048, threads=1),
        home / "models",
        None,
        survey=ModelSurvey((sys.executable, "-c", HEADERS), home / "cache/models.json"),
    )


def details(models: LocalModels, name: str) -> ModelDetails:
    return next(one for one in models.details(Event()) if one.model.name == name)


def talk(word: str) -> list[ChatMessage]:
    return [said("system", f"{word} and a harbour. " * PARTS), said("user", "What is it about?")]


def read_anew(home_of: LlamaChatModel, messages: list[ChatMessage]) -> str:
    """The answer of an engine that has read nothing before."""
    with engine_home() as home:
        for write in (write_tiny_mixture, write_tiny_mamba):
            write(home / "models")
        return answer(_models(home).open(home_of.name), messages, SHORT)[0]


def test_a_mixture_is_judged_by_the_experts_that_compute(models: LocalModels) -> None:
    mixture, dense = details(models, MIXTURE), details(models, "tiny-llama")

    assert (mixture.fit, mixture.facts.kind) == ("runs", "chat")
    assert mixture.facts.weights > 3 * dense.facts.weights
    experts = mixture.facts.weights - dense.facts.weights
    assert mixture.facts.read_per_token < mixture.facts.weights - experts * (1 - USED / EXPERTS)
    assert mixture.tokens_per_second is not None


def test_a_recurrent_model_is_judged_and_takes_no_memory_per_token(models: LocalModels) -> None:
    found = details(models, RECURRENT)

    assert (found.fit, found.facts.architecture) == ("runs", "mamba")
    assert found.facts.memory_per_token == 0


def test_it_loads_and_writes(model: LlamaChatModel) -> None:
    *_, last = model.load(Event())
    text, done = answer(model, talk("Loading"), SHORT)

    assert isinstance(last, Loaded)
    assert last.info.name == model.name
    assert (len(text), done.reason) == (12, "length")


def test_a_second_turn_is_answered_like_one_that_is_read_anew(model: LlamaChatModel) -> None:
    messages = talk("Second")
    first, _ = answer(model, messages, SHORT)
    messages += [said("assistant", first), said("user", "And in short?")]

    assert answer(model, messages, SHORT)[0] == read_anew(model, messages)


def test_another_version_of_an_answer_is_the_same_with_the_same_sampling(
    model: LlamaChatModel,
) -> None:
    messages = talk("Again")

    assert answer(model, messages, SHORT)[0] == answer(model, messages, SHORT)[0]


def test_an_answer_that_was_stopped_is_gone_on_with(model: LlamaChatModel) -> None:
    messages = talk("Stopped")
    stop, begun = Event(), ""
    for event in model.stream(messages, SHORT.model_copy(update={"max_tokens": 200}), stop):
        if isinstance(event, Wrote):
            begun += event.text
            stop.set()
        elif isinstance(event, Finished):
            assert event.reason == "stopped"
    rest, done = answer(model, [*messages, said("assistant", begun)], SHORT)

    assert rest
    assert done.usage.completion_tokens == 12


def test_going_from_one_conversation_to_another_mixes_nothing(model: LlamaChatModel) -> None:
    one, other = talk("One"), talk("Quite another")
    first, second = answer(model, one, SHORT)[0], answer(model, other, SHORT)[0]

    assert first != second
    assert answer(model, one, SHORT)[0] == first == read_anew(model, one)
    assert answer(model, other, SHORT)[0] == second


def test_an_edited_question_is_answered_like_one_that_is_read_anew(model: LlamaChatModel) -> None:
    messages = talk("Edited")
    answer(model, messages, SHORT)
    edited = [messages[0], said("user", "What is it not about?")]

    assert answer(model, edited, SHORT)[0] == read_anew(model, edited)


def test_going_from_one_kind_of_model_to_the_other_and_back_changes_no_answer(
    models: LocalModels,
) -> None:
    messages = talk("Switched")
    before = [answer(models.open(name), messages, SHORT)[0] for name in (MIXTURE, RECURRENT)]
    after = [answer(models.open(name), messages, SHORT)[0] for name in (MIXTURE, RECURRENT)]

    assert before == after
    assert before[0] != before[1]


def test_reading_can_be_stopped_and_begun_again(model: LlamaChatModel) -> None:
    messages = [said("user", "The harbour of Recife. " * PARTS * 2)]
    stop = Event()
    for event in model.stream(messages, SHORT.model_copy(update={"max_tokens": 500}), stop):
        if isinstance(event, PrefillProgress):
            stop.set()

    assert answer(model, messages, SHORT)[0] == read_anew(model, messages)
