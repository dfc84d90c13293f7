"""Measuring real models in a process of its own, and what is remembered of it."""

import json
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from time import perf_counter

import pytest

from assistant.core.errors import EngineError, ModelFileError, ModelMemoryError, StorageError
from assistant.core.values.events import Loading
from assistant.core.values.models import GraphicsCard
from assistant.core.values.tuning import CandidateMeasured, Contest, ContestOutcome, Tuned, Tuning
from assistant.engine.models.catalog import LocalModels
from assistant.engine.models.tunings import TuningFile
from assistant.engine.options import LoadOptions
from assistant.engine.tuning.client import LocalTuning
from assistant.engine.tuning.measurement import LlamaMeasuredModel
from tests.support.engine import GREEDY, answer, engine_home, engine_spec, said, started
from tests.support.tiny_models import HEADS, NAME, WINDOW, write_tiny_model

ONE_CORE = "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])"
BENCH = "from assistant.engine.tuning.worker import main; main()"
AUTOMATIC = LoadOptions(context_window=512)


@pytest.fixture
def home() -> Iterator[Path]:
    with engine_home() as home:
        write_tiny_model(home / "models")
        yield home


RADEON = GraphicsCard(
    name="Vulkan0", description="Radeon RX 7800", free=7, total=8, is_integrated=False
)
"""As a machine of the tests has none."""


def models(
    home: Path, options: LoadOptions = AUTOMATIC, cards: Sequence[GraphicsCard] = ()
) -> LocalModels:
    return LocalModels(
        engine_spec(home),
        options,
        home / "models",
        None,
        tunings=home / "tunings.json",
        cards=lambda: cards,
    )


def tuning(home: Path, before: str = ONE_CORE, options: LoadOptions = AUTOMATIC) -> LocalTuning:
    """Args:
    before: code that the measuring process runs first.
    """
    spec = engine_spec(home)
    spec.runtime.mkdir(exist_ok=True)
    command = (sys.executable, "-c", f"{before}\n{BENCH}")
    return LocalTuning(models(home, options), TuningFile(home / "tunings.json"), command, spec)


def found(**best: int) -> Tuning:
    """A measurement with other winners than usual."""
    usual: dict[Contest, int] = {"writing": 1, "reading": 1, "batch": 128}
    return Tuning(
        measured=datetime.now(UTC),
        outcomes=tuple(
            ContestOutcome(contest=what, usual=value, best=best.get(what, value))
            for what, value in usual.items()
        ),
    )


def remember(home: Path, tuned: Tuning, options: LoadOptions = AUTOMATIC) -> None:
    TuningFile(home / "tunings.json").put(home / "models" / f"{NAME}.gguf", options, tuned)


def used(home: Path, options: LoadOptions = AUTOMATIC) -> dict[str, tuple[int, str]]:
    choices = tuning(home, options=options).in_use(NAME)
    return {one.contest: (one.value, one.origin) for one in choices}


@pytest.mark.model
def test_the_starter_model_is_measured_in_short_and_what_was_found_is_remembered(
    home: Path,
) -> None:
    events = list(tuning(home).measure(None, Event(), quick=True))

    tried = [event for event in events if isinstance(event, CandidateMeasured)]
    assert {event.contest for event in tried} == {"writing", "reading", "batch"}
    assert all(event.speed > 1 for event in tried)
    assert tried[-1].done == tried[-1].total == len(tried)
    assert isinstance(events[0], Loading)
    (last,) = (event for event in events if isinstance(event, Tuned))
    assert events[-1] is last
    file = home / "tunings.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (kept,) = json.loads(file.read_text())["tunings"]
    assert Tuning.model_validate(kept["tuning"]) == last.tuning


def test_whoever_computes_in_the_background_makes_room_meanwhile(home: Path) -> None:
    from_process = f"""{ONE_CORE}
from assistant.engine.tuning.measurement import LlamaMeasuredModel
from assistant.ipc.activity import AnsweringSignal
from pathlib import Path
def reading(*_, **__):
    assert AnsweringSignal(Path({str(home / "run")!r})).is_held()
    return 1.0
LlamaMeasuredModel.reading = reading
"""
    *_, last = tuning(home, from_process).measure(NAME, Event(), quick=True)
    assert isinstance(last, Tuned)


def test_what_was_found_is_taken_by_the_next_load_and_told(home: Path) -> None:
    assert used(home)["writing"][1] == "default"
    remember(home, found(writing=2, reading=1, batch=32))

    text, _ = answer(models(home).open(NAME), [said("user", "Hello")], GREEDY)

    assert text
    log = (home / "logs" / "engine.log").read_text()
    assert "2 threads write, 1 read, 32 tokens at once" in log
    assert used(home)["batch"] == (32, "assistant bench")


def test_a_model_in_memory_is_loaded_anew_with_what_was_found_since(home: Path) -> None:
    answer(models(home).open(NAME), [said("user", "Hello")], GREEDY)
    remember(home, found(batch=256))
    answer(models(home).open(NAME), [said("user", "Hello")], GREEDY)

    assert "256 tokens at once" in (home / "logs" / "engine.log").read_text()


def test_what_the_settings_say_goes_before_it(home: Path) -> None:
    asked = AUTOMATIC.model_copy(update={"threads": 1, "batch": 64})
    remember(home, found(writing=2, reading=2, batch=256))

    assert used(home, asked) == {
        "writing": (1, "your settings"),
        "reading": (1, "your settings"),
        "batch": (64, "your settings"),
    }
    some = AUTOMATIC.model_copy(update={"batch": 64})
    assert used(home, some)["writing"] == (2, "assistant bench")


def test_it_holds_for_the_model_and_the_way_it_is_run_alone(home: Path) -> None:
    remember(home, found(batch=32))
    write_tiny_model(home / "models", "other", seed=2)
    shorter = AUTOMATIC.model_copy(update={"cache_type": "q8_0"})

    assert used(home, shorter)["batch"] == (128, "default")
    assert used(home)["batch"] == (32, "assistant bench")
    (home / "models" / f"{NAME}.gguf").rename(home / "models" / "renamed.gguf")
    assert tuning(home).in_use("renamed")[2].value == 32


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"tunings": [{"model": 1}]}', b"\xff\xfe", b'{"tunings": 5}']
)
def test_a_damaged_file_is_as_good_as_none(home: Path, damage: bytes) -> None:
    file = home / "tunings.json"
    file.write_bytes(damage)

    assert used(home)["batch"] == (128, "default")
    remember(home, found(batch=32))
    assert used(home)["batch"] == (32, "assistant bench")


def test_the_newest_measurement_replaces_the_one_before(home: Path) -> None:
    remember(home, found(batch=32))
    remember(home, found(batch=256))

    assert used(home)["batch"] == (256, "assistant bench")
    assert len(json.loads((home / "tunings.json").read_text())["tunings"]) == 1


def test_what_was_found_can_be_forgotten(home: Path) -> None:
    remember(home, found(batch=32))
    remember(home, found(batch=32), AUTOMATIC.model_copy(update={"cache_type": "q8_0"}))

    assert tuning(home).forget(NAME) == 2
    assert used(home)["batch"] == (128, "default")
    assert tuning(home).forget(None) == 0


def test_a_stop_ends_the_process_and_keeps_what_was_there(home: Path) -> None:
    remember(home, found(batch=32))
    before = (home / "tunings.json").read_bytes()
    stop = Event()

    for event in tuning(home).measure(NAME, stop, quick=False):
        if isinstance(event, CandidateMeasured):
            stop.set()

    assert (home / "tunings.json").read_bytes() == before
    assert started(BENCH) == []


def test_a_process_that_dies_is_an_error_and_keeps_what_was_there(home: Path) -> None:
    dying = """
from assistant.engine.tuning.measurement import LlamaMeasuredModel
import os
LlamaMeasuredModel.writing = lambda *_, **__: os._exit(9)
"""
    with pytest.raises(EngineError, match="ended before its time"):
        list(tuning(home, dying).measure(NAME, Event(), quick=True))
    assert not (home / "tunings.json").exists()


def test_a_model_that_cannot_be_loaded_says_why(home: Path) -> None:
    file = home / "models" / f"{NAME}.gguf"
    file.write_bytes(file.read_bytes()[:-5000])

    with pytest.raises(ModelFileError, match="is cut off"):
        list(tuning(home).measure(NAME, Event(), quick=True))


def test_too_little_memory_names_the_engine_that_may_hold_the_model_already(home: Path) -> None:
    short = f"""{ONE_CORE}
import assistant.engine.gguf.model_checks as modelfile
modelfile.free_memory = lambda: 1000
"""
    with pytest.raises(ModelMemoryError) as alone:
        list(tuning(home, short).measure(NAME, Event(), quick=True))
    assert "second time" not in alone.value.hint

    answer(models(home).open(NAME), [said("user", "Hello")], GREEDY)
    with pytest.raises(ModelMemoryError) as beside:
        list(tuning(home, short).measure(NAME, Event(), quick=True))
    assert "a second time" in beside.value.hint


def test_a_measurement_that_takes_too_long_ends_with_what_it_has(home: Path) -> None:
    def seconds(patience: float) -> float:
        file = home / "models" / f"{NAME}.gguf"
        bench = LlamaMeasuredModel(file, AUTOMATIC, lambda _: True, most=3500, patience=patience)
        with closing(bench):
            started = perf_counter()
            assert bench.writing(1000, threads=1) > 0
            assert bench.reading(3500, threads=1, graph=32) > 0
            return perf_counter() - started

    assert seconds(patience=0) < seconds(patience=60) / 2


def test_what_computing_more_at_once_takes_is_told_for_the_whole_window(home: Path) -> None:
    file = home / "models" / f"{NAME}.gguf"
    bench = LlamaMeasuredModel(file, LoadOptions(), lambda _: True, most=64, patience=1)
    with closing(bench):
        assert bench.extra(128) == 0
        assert bench.extra(512) == (512 - 128) * WINDOW * HEADS * 4


def test_a_disk_that_takes_nothing_is_told(home: Path) -> None:
    (home / "tunings.json").mkdir()

    with pytest.raises(StorageError, match="cannot be kept"):
        list(tuning(home).measure(NAME, Event(), quick=True))
    assert [file.name for file in home.glob("tunings.json.*")] == []


@pytest.mark.parametrize(
    ("changes", "cards", "layers", "attention"),
    [
        ({}, [RADEON], 16, "off"),
        ({}, [], -1, "auto"),
        ({}, [RADEON.model_copy(update={"description": "GeForce"})], -1, "auto"),
        ({"device": "cpu"}, [RADEON], -1, "auto"),
    ],
)
def test_what_was_found_on_a_card_holds_while_that_computes(
    home: Path,
    changes: dict[str, object],
    cards: list[GraphicsCard],
    layers: int,
    attention: str,
) -> None:
    outcomes = (
        ContestOutcome(contest="layers", usual=33, best=16),
        ContestOutcome(contest="attention", usual=1, best=0),
    )
    file = TuningFile(home / "tunings.json", lambda: [RADEON])
    tuned = Tuning(measured=datetime.now(UTC), outcomes=outcomes)
    file.put(home / "models" / f"{NAME}.gguf", AUTOMATIC, tuned)

    options = models(home, AUTOMATIC.model_copy(update=changes), cards).open(NAME).target.options
    assert (options.most_layers, options.flash_attention) == (layers, attention)


def test_layers_that_were_usual_stay_as_many_as_fit(home: Path) -> None:
    file = TuningFile(home / "tunings.json", lambda: [RADEON])
    outcomes = (ContestOutcome(contest="layers", usual=33, best=33),)
    path = home / "models" / f"{NAME}.gguf"
    file.put(path, AUTOMATIC, Tuning(measured=datetime.now(UTC), outcomes=outcomes))

    assert file.applied(path, AUTOMATIC).most_layers == -1
