"""What every ChatModel does, the fake included."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest

from assistant.core.errors import ContextOverflowError
from assistant.core.ports.models import ChatModel
from assistant.core.values.events import Finished, Loaded, PrefillProgress, Wrote
from assistant.core.values.sampling import Sampling
from assistant.engine.models.catalog import STARTER, LocalModels
from assistant.engine.options import LoadOptions
from tests.support.engine import GREEDY, answer, collect, engine_home, local_models, said
from tests.support.fake_models import ScriptedModel
from tests.support.llama_server import llama_server
from tests.support.model_servers import serving
from tests.support.remote_models import remote_model
from tests.support.tiny_models import NAME, write_tiny_model
from tests.support.tiny_models import WINDOW as TRAINED

QUESTION = (said("system", "You answer briefly."), said("user", "What is the capital of France?"))
CONVERSATION = (
    *QUESTION,
    said("assistant", "The capital of France is Paris."),
    said("user", "And of Italy?"),
)
WINDOW = 512
LONG_STORY = "once upon a time there was a cat who liked stories. " * 50


@pytest.fixture(scope="module")
def engine_folder() -> Iterator[Path]:
    with engine_home() as home:
        write_tiny_model(home / "models")
        yield home


@pytest.fixture(scope="module")
def engine(engine_folder: Path) -> LocalModels:
    """One engine for both models."""
    return local_models(engine_folder, LoadOptions(context_window=WINDOW, threads=1))


@pytest.fixture(
    scope="module",
    params=[
        "scripted",
        "remote",
        pytest.param(STARTER, marks=pytest.mark.model),
        pytest.param(NAME, marks=pytest.mark.model),
    ],
)
def model(request: pytest.FixtureRequest) -> Iterator[ChatModel]:
    if request.param == "scripted":
        yield ScriptedModel(LONG_STORY, window=WINDOW)
        return
    if request.param == "remote":
        folder = request.getfixturevalue("tmp_path_factory").mktemp("remote")
        with serving(llama_server(ScriptedModel(LONG_STORY, window=WINDOW))) as server:
            remote = remote_model(folder, server.url)
            list(remote.load(Event()))
            yield remote
        return
    models: LocalModels = request.getfixturevalue("engine")
    model = models.open(request.param)
    list(model.load(Event()))
    yield model


def test_loading_ends_with_what_was_loaded(model: ChatModel) -> None:
    *_, last = model.load(Event())
    assert isinstance(last, Loaded)
    assert last.info.context_window == WINDOW
    assert last.info.name


def test_a_window_that_is_fixed_does_not_grow(model: ChatModel) -> None:
    *_, last = model.load(Event(), window=100_000)
    assert isinstance(last, Loaded)
    assert last.info.context_window == WINDOW


@pytest.mark.parametrize("name", ["scripted", pytest.param(NAME, marks=pytest.mark.model)])
def test_a_window_grows_as_it_is_asked_up_to_what_was_trained(
    name: str, request: pytest.FixtureRequest
) -> None:
    if name == "scripted":
        model: ChatModel = ScriptedModel(window=WINDOW, trained=TRAINED)
    else:
        home = request.getfixturevalue("engine_folder")
        model = local_models(home, LoadOptions(beginning=WINDOW, threads=1)).open(name)
    windows = []
    for asked in (None, WINDOW // 2, WINDOW * 2, WINDOW, 10**6):
        *_, last = model.load(Event(), window=asked)
        assert isinstance(last, Loaded)
        assert last.info.trained_context == TRAINED
        windows.append(last.info.context_window)
    assert windows == [WINDOW, WINDOW, WINDOW * 2, WINDOW * 2, TRAINED]


def test_loading_that_is_not_wanted_ends_without_a_model(model: ChatModel) -> None:
    stop = Event()
    stop.set()
    assert not any(isinstance(event, Loaded) for event in model.load(stop))


def test_the_parts_of_a_measure_and_its_overhead_make_the_total(model: ChatModel) -> None:
    for messages in (QUESTION[1:], QUESTION, CONVERSATION, CONVERSATION[:3]):
        measure = model.measure(messages)
        assert len(measure.parts) == len(messages)
        assert all(part > 0 for part in measure.parts)
        assert sum(measure.parts) + measure.overhead == measure.total


def test_a_measure_counts_what_is_rendered(model: ChatModel) -> None:
    for messages in (QUESTION, CONVERSATION, CONVERSATION[:3]):
        rendered = model.render(messages)
        assert model.measure(messages).total == len(rendered.tokens)
        assert messages[-1].content in rendered.text


def test_a_longer_message_has_a_greater_share(model: ChatModel) -> None:
    short = model.measure(QUESTION)
    long = model.measure((QUESTION[0], said("user", QUESTION[1].content * 5)))
    assert long.parts[1] > short.parts[1]
    assert long.parts[0] == short.parts[0]


def test_an_answer_is_read_written_and_finished_in_this_order(model: ChatModel) -> None:
    sampling = GREEDY.model_copy(update={"max_tokens": 8})
    kinds = [event.kind for event in model.stream(QUESTION, sampling, Event())]
    assert kinds.index("reading") < kinds.index("wrote") < kinds.index("finished")
    assert kinds[-1] == "finished"
    assert kinds.count("finished") == 1


def test_reading_goes_up_to_the_total_that_was_measured(model: ChatModel) -> None:
    sampling = GREEDY.model_copy(update={"max_tokens": 1})
    events = list(model.stream(CONVERSATION, sampling, Event()))
    reading = [event for event in events if isinstance(event, PrefillProgress)]
    assert all(a.done <= b.done for a, b in pairwise(reading))
    assert reading[-1].done == reading[-1].total == model.measure(CONVERSATION).total
    assert reading[0].cached <= reading[0].done


def test_usage_and_timings_are_told(model: ChatModel) -> None:
    _, finished = answer(model, QUESTION, GREEDY.model_copy(update={"max_tokens": 8}))
    assert finished.usage.prompt_tokens == model.measure(QUESTION).total
    assert 0 <= finished.usage.cached_tokens < finished.usage.prompt_tokens
    assert 0 < finished.usage.completion_tokens <= 8
    assert finished.timings.total_ms > 0
    assert finished.timings.tokens_per_second > 0


def test_an_answer_never_has_more_tokens_than_asked_for(model: ChatModel) -> None:
    for limit in (1, 5):
        events = list(
            model.stream(CONVERSATION, GREEDY.model_copy(update={"max_tokens": limit}), Event())
        )
        finished = events[-1]
        assert isinstance(finished, Finished)
        assert finished.reason == "length"
        assert finished.usage.completion_tokens == limit
        assert len([event for event in events if isinstance(event, Wrote)]) <= limit


def test_a_stop_ends_the_answer_and_says_so(model: ChatModel) -> None:
    stop = Event()
    pieces = []
    for event in model.stream(QUESTION, Sampling(seed=3, temperature=2), stop):
        if isinstance(event, Wrote):
            pieces.append(event.text)
            stop.set()
    assert isinstance(event, Finished)
    assert event.reason == "stopped"
    assert pieces


def test_a_stop_before_the_start_yields_nothing_but_the_end(model: ChatModel) -> None:
    stop = Event()
    stop.set()
    text, finished = collect(model.stream(QUESTION, GREEDY, stop))
    assert (text, finished.reason) == ("", "stopped")


def test_a_closed_answer_leaves_the_model_ready_for_the_next(model: ChatModel) -> None:
    writing = model.stream(QUESTION, Sampling(seed=1), Event())
    next(event for event in writing if isinstance(event, Wrote))
    writing.close()  # type: ignore[attr-defined]
    text, _ = answer(model, QUESTION, GREEDY.model_copy(update={"max_tokens": 4}))
    assert text


def test_messages_beyond_the_window_are_refused(model: ChatModel) -> None:
    for words in (3_000, 1_000_000):
        with pytest.raises(ContextOverflowError):
            answer(model, [said("user", "word " * words)])
    assert answer(model, QUESTION, GREEDY.model_copy(update={"max_tokens": 1}))[0]


def test_an_answer_stops_at_the_end_of_the_window(model: ChatModel) -> None:
    begun = model.measure([said("user", "Repeat this:")]).total
    word = model.measure([said("user", "Repeat this: word")]).total - begun
    words = (WINDOW - begun - 9) // word
    messages = [said("user", "Repeat this:" + " word" * words)]
    # Any token is as likely as the one that ends an answer.
    wild = Sampling(seed=1, temperature=5, top_k=0, top_p=1, min_p=0, repeat_penalty=1)
    _, finished = answer(model, messages, wild)
    assert finished.reason == "length"
    assert finished.usage.prompt_tokens + finished.usage.completion_tokens == WINDOW


def test_an_unfinished_answer_is_gone_on_with(model: ChatModel) -> None:
    unfinished = (*QUESTION, said("assistant", "The capital of France is the city of"))
    rendered = model.render(unfinished)
    assert rendered.text.endswith("The capital of France is the city of")
    text, _ = answer(model, unfinished, GREEDY.model_copy(update={"max_tokens": 4}))
    assert text
    assert not text.startswith("The capital of France is the city of")


@pytest.mark.parametrize(
    "content",
    ["", " ", "\n\n", "\x00", "\ud800 lone", "e\u0301\u200d\N{GRINNING FACE}", "{{ 7 * 7 }}", "%s"],
)
def test_any_text_can_be_asked(model: ChatModel, content: str) -> None:
    messages = [said("user", content)]
    assert model.measure(messages).total > 0
    _, finished = answer(model, messages, GREEDY.model_copy(update={"max_tokens": 2}))
    assert finished.usage.completion_tokens <= 2


def test_the_same_seed_writes_the_same_answer(model: ChatModel) -> None:
    sampling = Sampling(seed=7, temperature=1, max_tokens=12)
    assert answer(model, QUESTION, sampling)[0] == answer(model, QUESTION, sampling)[0]
