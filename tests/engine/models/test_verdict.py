"""Whether a model runs here, with and without graphics cards, by made-up numbers."""

import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from assistant.core.values.models import (
    GraphicsCard,
    GraphicsCards,
    ModelDetails,
    ModelFacts,
    ModelRef,
    choose_cards,
)
from assistant.core.wording import card_share_text
from assistant.engine.models import survey
from assistant.engine.models.survey import ModelSurvey
from assistant.engine.models.verdict import judge
from assistant.engine.options import CARD_RESERVED_BYTES, LoadOptions
from tests.support.gguf_files import write_model

GB = 10**9
MODEL = ModelRef(name="m", path="/m.gguf", size=8 * GB, origin="folder")
FACTS = ModelFacts(kind="chat", weights=8 * GB, read_per_token=8 * GB, trained_context=4096)


def card(total: int, *, integrated: bool = False, name: str = "Radeon RX 7800") -> GraphicsCard:
    return GraphicsCard(
        name=f"Vulkan{int(integrated)}",
        description=name,
        free=total,
        total=total,
        is_integrated=integrated,
    )


def verdict(free: int, *cards: GraphicsCard) -> ModelDetails:
    return judge(MODEL, FACTS, window=2048, free=free, bandwidth=40e9, cards=cards)


def test_a_card_of_its_own_memory_takes_what_the_processor_has_no_room_for() -> None:
    assert verdict(4 * GB).fit == "too big"
    found = verdict(4 * GB, card(6 * GB))
    assert found.fit != "too big"
    assert 0.5 < found.on_card < 0.8
    assert "on the graphics card" in verdict(1 * GB, card(4 * GB)).reason


def test_a_speed_is_told_only_where_it_is_known() -> None:
    alone, half = verdict(16 * GB), verdict(16 * GB, card(5 * GB + CARD_RESERVED_BYTES))
    assert (alone.tokens_per_second, alone.fit) == (pytest.approx(2.5), "runs slowly")
    # However fast the card is, the processor computes the rest: it bounds the speed.
    assert (half.tokens_per_second, half.fit) == (None, "runs")
    little = verdict(16 * GB, card(2 * GB + CARD_RESERVED_BYTES))
    assert (little.tokens_per_second, little.fit) == (None, "runs slowly")
    whole = verdict(16 * GB, card(12 * GB))
    assert (whole.on_card, whole.tokens_per_second, whole.fit) == (1, None, "runs")


def test_two_cards_take_it_together() -> None:
    assert verdict(1 * GB, card(5 * GB), card(5 * GB)).on_card == 1


def test_a_card_that_shares_the_memory_adds_none() -> None:
    assert verdict(4 * GB, card(16 * GB, integrated=True)).fit == "too big"
    shared = verdict(16 * GB, card(4 * GB, integrated=True))
    assert (shared.on_card, shared.tokens_per_second) == (1, pytest.approx(2.5))


@pytest.mark.parametrize(
    ("device", "chosen"),
    [("auto", ["Radeon"]), ("cpu", []), ("iris", ["Iris"]), ("Vulkan1", ["Iris"]), ("RTX", [])],
)
def test_cards_are_chosen_by_the_setting(device: str, chosen: list[str]) -> None:
    cards = [card(8 * GB, name="Radeon"), card(8 * GB, integrated=True, name="Iris")]
    assert [each.description for each in choose_cards(cards, device)] == chosen


def test_integrated_ones_are_used_where_there_are_no_others() -> None:
    iris = card(8 * GB, integrated=True)
    assert choose_cards([iris], "auto") == [iris]


@pytest.mark.parametrize(
    ("share", "told"),
    [(0, ""), (0.001, ""), (0.62, "62 % on the card"), (1, "on the card")],
)
def test_the_share_is_told_in_words(share: float, told: str) -> None:
    assert card_share_text(share) == told


def surveyed(home: Path, cards: Callable[[Event], GraphicsCards], device: str) -> ModelDetails:
    code = "from assistant.engine.models.header_worker import main; main()"
    model = MODEL.model_copy(update={"path": str(write_model(home / "m.gguf"))})
    looking = ModelSurvey((sys.executable, "-c", code), home / "cache/models.json", cards)
    [found] = looking.details([(model, "")], LoadOptions(device=device), Event())
    return found


def test_the_cards_of_the_machine_count(home: Path) -> None:
    there = GraphicsCards(cards=(card(8 * GB),))
    assert surveyed(home, lambda _: there, "auto").on_card == 1
    assert surveyed(home, lambda _: there, "cpu").on_card == 0


def test_a_driver_that_hangs_holds_up_no_verdict(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "CARD_SECONDS", 0.05)
    ended = Event()

    def hangs(stop: Event) -> GraphicsCards:
        if stop.wait(60):
            ended.set()
        return GraphicsCards(cards=(card(8 * GB),))

    found = surveyed(home, hangs, "auto")
    assert (found.fit, found.on_card) == ("runs", 0)
    assert "did not answer" in found.card_problem
    assert ended.wait(60), "what tries the driver goes on"


def test_why_cards_are_left_out_is_told(home: Path) -> None:
    broken = GraphicsCards(problem="the graphics driver crashed when it was tried")
    assert surveyed(home, lambda _: broken, "auto").card_problem == broken.problem
    assert surveyed(home, lambda _: broken, "cpu").card_problem == ""
