"""A card that fails in the middle of an answer, from the library that computes to the sentence."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from assistant.core.values.events import CardFailed, Finished, ModelEvent, Wrote
from assistant.core.values.models import DeviceUse
from assistant.engine.client import LlamaChatModel
from tests.support.engine import (
    GREEDY,
    OPTIONS,
    answer,
    engine_spec,
    load,
    local_models,
    said,
    workers,
)
from tests.support.fake_card import NAME, make_card, needs_compiler
from tests.support.waiting import until

pytestmark = [pytest.mark.model, needs_compiler]

QUESTION = [said("user", "Tell me a story about a fox and a river.")]
SHORT = GREEDY.model_copy(update={"max_tokens": 24})
TURN = 9
"""Of the computations in an answer, one that comes when a part of it is written."""
ON_CARD = DeviceUse(name=NAME, layers=31, of=31)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_card(tmp_path_factory.mktemp("card"))


@pytest.fixture
def card(library: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The home of an engine on a machine with that card."""
    monkeypatch.setenv("ASSISTANT_TEST_CARDS", str(library.parent))
    monkeypatch.setenv("VK_DRIVER_FILES", str(library))
    yield own_home
    (library.parent / "cards.json").unlink(missing_ok=True)


def engine(home: Path, version: str = "1", load_timeout: float = 300) -> LlamaChatModel:
    options = OPTIONS.model_copy(update={"lookup": "off", "load_timeout": load_timeout})
    return local_models(home, options, engine_spec(home, version)).open(None)


def test_a_model_is_computed_on_the_card(card: Path) -> None:
    model = engine(card)
    assert load(model).info.device == ON_CARD
    text, ended = answer(model, QUESTION, SHORT)
    assert len(text) > 24
    assert ended.usage.completion_tokens == 24


@pytest.mark.parametrize(
    ("fault", "silence", "logged"),
    [
        ("abort", 120, "Aborted"),
        ("exit", 120, NAME),
        ("fail", 120, "llama_decode returned -3"),
        pytest.param("hang", 6, "it does not come back", marks=pytest.mark.slow),
    ],
)
def test_an_answer_goes_on_without_a_card_that_fails(
    fault: str, silence: int, logged: str, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_CARD", f"{fault} {TURN}")
    monkeypatch.setenv("ASSISTANT_TEST_SILENCE", str(silence))
    model = engine(card)
    assert load(model).info.device == ON_CARD
    (failing,) = workers(card)

    seen: list[ModelEvent] = list(model.stream(QUESTION, SHORT, Event()))

    assert [event for event in seen if isinstance(event, CardFailed)] == [CardFailed(card=NAME)]
    place = seen.index(CardFailed(card=NAME))
    before = [event for event in seen[:place] if isinstance(event, Wrote)]
    after = [event for event in seen[place:] if isinstance(event, Wrote)]
    assert (len(before), len(after)) == (TURN - 1, 24 - (TURN - 1))
    last = seen[-1]
    assert isinstance(last, Finished)
    assert (last.reason, last.usage.completion_tokens) == ("length", 24)
    assert logged in (card / "logs" / "engine.log").read_text() + _dump(card)

    # The one that goes on with it, and whoever asks it, leave the card alone …
    (other,) = workers(card)
    assert other != failing
    assert load(model).info.device is None
    answer(model, QUESTION, SHORT)
    assert workers(card) == [other]

    # … which the next one may try again.
    monkeypatch.delenv("FAKE_CARD")
    assert load(engine(card, "2")).info.device == ON_CARD


@pytest.mark.slow
def test_a_card_that_hangs_while_nobody_asks_is_left_alone(
    card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_CARD", "hang 25")
    monkeypatch.setenv("ASSISTANT_TEST_SILENCE", "6")
    model = engine(card)
    _, ended = answer(model, QUESTION, SHORT)
    assert ended.reason == "length"

    until(lambda: not workers(card), timeout=60)
    assert "it does not come back" in _dump(card)
    assert load(model).info.device is None


@pytest.mark.slow
def test_a_card_that_hangs_while_a_model_is_loaded_is_done_without(
    card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_CARD", "load")
    assert load(engine(card, load_timeout=2)).info.device is None
    assert "a model does not load" in _dump(card)


def _dump(home: Path) -> str:
    return (home / "run" / "card.fault").read_text()
