"""The search for graphics cards: what is tried, what is remembered, what a broken driver does."""

import sys
from pathlib import Path
from threading import Event

import pytest

from assistant.core.errors import EngineError
from assistant.core.values.models import GraphicsCard, GraphicsCards
from assistant.engine.cards import search
from assistant.engine.cards.faults import FAULT_FILE
from assistant.engine.cards.search import CardPlaces, card_libraries, driver_files, search_cards
from assistant.engine.llama.devices import ComputeDevice, chosen_cards
from assistant.system.paths import find_paths
from assistant.workers import card_places

CARD = GraphicsCard(
    name="Vulkan0", description="Radeon RX 7800", free=7, total=8, is_integrated=False
)
FOUND = GraphicsCards(cards=(CARD,))
ANSWER = f"print({FOUND.model_dump_json()!r})"


@pytest.fixture
def places(home: Path, monkeypatch: pytest.MonkeyPatch) -> CardPlaces:
    """A machine with a driver and a library for cards; the process that tries it counts."""
    added = home / "cards"
    added.mkdir()
    (added / "libggml-vulkan.so").write_bytes(b"library")
    driver = home / "icd.json"
    driver.write_text("{}")
    monkeypatch.setenv("VK_DRIVER_FILES", str(driver))
    # Whoever runs this may have compiled llama.cpp for a card.
    monkeypatch.setattr(search, "backends_folder", lambda: home / "lib")
    return trying(ANSWER, home)


def trying(code: str, home: Path) -> CardPlaces:
    count = f"open({str(home / 'tries')!r}, 'a').write('x');"
    return CardPlaces(
        command=(sys.executable, "-c", f"input(); {count} {code}"),
        added=(home / "cards",),
        kept=home / "cards.json",
        runtime=home,
    )


def tries(home: Path) -> int:
    return len((home / "tries").read_text()) if (home / "tries").exists() else 0


def test_cards_are_found_once_and_remembered(places: CardPlaces, home: Path) -> None:
    assert search_cards(places, Event()) == FOUND
    assert search_cards(places, Event()) == FOUND
    assert tries(home) == 1


def test_another_driver_is_tried_anew(places: CardPlaces, home: Path) -> None:
    search_cards(places, Event())
    (home / "icd.json").write_text('{"newer": true}')
    search_cards(places, Event())
    assert tries(home) == 2


def test_what_was_kept_may_be_damaged(places: CardPlaces, home: Path) -> None:
    search_cards(places, Event())
    places.kept.write_text("{")
    assert search_cards(places, Event()) == FOUND
    assert tries(home) == 2


def test_without_a_driver_nothing_is_tried(
    places: CardPlaces, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VK_DRIVER_FILES")
    monkeypatch.setattr(search, "ICD_FOLDERS", (str(home / "none"),))
    monkeypatch.setattr(search, "NVIDIA_DRIVER", str(home / "none"))
    assert driver_files() == []
    assert search_cards(places, Event()) == GraphicsCards()
    assert tries(home) == 0


def test_without_a_library_nothing_is_tried(places: CardPlaces, home: Path) -> None:
    (home / "cards" / "libggml-vulkan.so").unlink()
    assert search_cards(places, Event()) == GraphicsCards()
    assert tries(home) == 0


@pytest.mark.parametrize("crash", ["import os; os.abort()", "raise SystemExit(3)"])
def test_a_driver_that_crashes_is_not_loaded(places: CardPlaces, home: Path, crash: str) -> None:
    broken = trying(crash, home)
    assert "crashed" in search_cards(broken, Event()).problem
    assert "crashed" in search_cards(broken, Event()).problem
    assert tries(home) == 1


def test_nor_is_one_that_hangs(
    places: CardPlaces, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PROBE_SECONDS", 0.5)
    hanging = trying("import time; time.sleep(600)", home)
    assert "did not answer" in search_cards(hanging, Event()).problem


def test_nor_one_that_answers_nonsense(places: CardPlaces, home: Path) -> None:
    assert "sensible" in search_cards(trying("print('[1]')", home), Event()).problem


def test_a_card_that_failed_is_left_alone(places: CardPlaces, home: Path) -> None:
    (home / FAULT_FILE).write_text("Radeon RX 7800\nFatal Python error: Aborted\n")
    assert search_cards(places, Event()).problem.startswith("Radeon RX 7800 failed")
    assert tries(home) == 0


def test_what_the_user_added_comes_before_what_is_beside_the_program(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(home / "program" / "assistant"))
    monkeypatch.setattr(search, "backends_folder", lambda: home / "lib")
    own, beside = card_places(find_paths()).added
    for folder in (own, beside, home / "lib" / "cards"):
        folder.mkdir(parents=True)
        (folder / "libggml-cuda.so").write_bytes(b"library")
    assert beside.parent.parent == home / "program"
    assert [path.parent for path in card_libraries((own, beside))] == [
        own,
        beside,
        home / "lib" / "cards",
    ]


def test_the_makers_own_library_comes_first(places: CardPlaces, home: Path) -> None:
    (home / "cards" / "libggml-cuda.so").write_bytes(b"library")
    names = [path.name for path in card_libraries(places.added)]
    assert names[:2] == ["libggml-cuda.so", "libggml-vulkan.so"]


PROCESSOR = ComputeDevice(0, 9, 9, "CPU", "Some processor")
INTEGRATED = ComputeDevice(2, 7, 8, "Vulkan1", "Iris Xe")
FIRST = ComputeDevice(1, 5, 8, "Vulkan0", "Radeon RX 7800")
SECOND = ComputeDevice(1, 5, 8, "CUDA0", "GeForce RTX 4090")
ALL = [PROCESSOR, INTEGRATED, FIRST, SECOND]


@pytest.mark.parametrize(
    ("wanted", "cards"),
    [
        ("auto", [FIRST, SECOND]),
        ("cpu", []),
        ("radeon", [FIRST]),
        ("cuda0", [SECOND]),
        ("Iris", [INTEGRATED]),
        ("RTX", [SECOND]),
        ("RX", [FIRST]),
        ("R", [INTEGRATED, FIRST, SECOND]),
    ],
)
def test_cards_are_chosen_by_a_part_of_their_names(wanted: str, cards: list[ComputeDevice]) -> None:
    assert chosen_cards(ALL, wanted) == cards


@pytest.mark.parametrize(
    ("found", "there"), [(ALL, r"Iris Xe \(Vulkan1\)"), ([PROCESSOR], "no graphics card")]
)
def test_a_card_that_is_not_there_is_told_with_those_that_are(
    found: list[ComputeDevice], there: str
) -> None:
    with pytest.raises(EngineError, match=there):
        chosen_cards(found, "Arc")
