"""How fast the memory is: a measurement on a busy machine does not hold for ever."""

import json
import sys
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.engine.hardware import (
    FIRST_INTERVAL,
    FIRST_MEASUREMENTS,
    KEPT_MEASUREMENTS,
    LATER_INTERVAL,
    BandwidthMeasurements,
)
from assistant.engine.models.catalog import LocalModels
from assistant.engine.models.survey import ModelSurvey
from assistant.engine.options import LoadOptions
from tests.support.engine import engine_spec
from tests.support.gguf_files import write_model

ANSWERS = """
import sys, json
for line in sys.stdin:
    answer = {'weights': 7, 'read_per_token': 100} if 'path' in line else {'bandwidth': %s}
    print(json.dumps(answer), flush=True)
"""


def test_the_best_of_the_last_ones_counts() -> None:
    measured = BandwidthMeasurements()
    assert measured.best is None
    for value in (5.0, 9.0, 3.0):
        measured = measured.with_one(value, 0)

    assert measured.best == 9.0


@given(st.lists(st.floats(1, 1e12), min_size=1, max_size=20))
def test_an_old_one_is_forgotten(values: list[float]) -> None:
    measured = BandwidthMeasurements()
    for value in values:
        measured = measured.with_one(value, 0)

    assert measured.best == max(values[-KEPT_MEASUREMENTS:])


def test_the_first_ones_are_made_soon_after_each_other_and_the_others_daily() -> None:
    one = BandwidthMeasurements().with_one(1, 1000)
    assert BandwidthMeasurements().are_due(0)
    assert not one.are_due(1000 + FIRST_INTERVAL - 1)
    assert one.are_due(1000 + FIRST_INTERVAL)

    many = BandwidthMeasurements(measured=((1000, 1),) * FIRST_MEASUREMENTS)
    assert not many.are_due(1000 + LATER_INTERVAL - 1)
    assert many.are_due(1000 + LATER_INTERVAL)


def test_a_clock_that_was_put_back_does_not_hold_it_up() -> None:
    assert BandwidthMeasurements().with_one(1, 10_000).are_due(5)


def speed(home: Path, bandwidth: float) -> float:
    """Tokens per second as they are told while the memory gives so much."""
    survey = ModelSurvey((sys.executable, "-c", ANSWERS % bandwidth), home / "cache/models.json")
    models = LocalModels(
        engine_spec(home), LoadOptions(threads=1), home / "models", None, survey=survey
    )
    found = {one.model.name: one for one in models.details(Event())}
    assert found["m"].tokens_per_second is not None
    return found["m"].tokens_per_second


def test_what_was_measured_while_the_machine_was_busy_is_made_good_later(home: Path) -> None:
    write_model(home / "models/m.gguf")
    file = home / "cache/models.json"

    busy = speed(home, 1e6)
    assert speed(home, 9e6) == busy
    _age(file, FIRST_INTERVAL + 1)
    assert speed(home, 9e6) == 9 * busy
    _age(file, FIRST_INTERVAL + 1)
    assert speed(home, 2e6) == 9 * busy


@pytest.mark.parametrize("old", [1e6, "x", None, {"measured": [[1]]}, {"measured": [["a", 2]]}])
def test_what_is_kept_in_another_form_is_measured_anew(home: Path, old: object) -> None:
    write_model(home / "models/m.gguf")
    file = home / "cache/models.json"
    usual = speed(home, 4e6)
    kept = json.loads(file.read_text())
    kept["bandwidth"] = dict.fromkeys(kept["bandwidth"], old)
    file.write_text(json.dumps(kept))

    assert speed(home, 8e6) == 2 * usual


def _age(file: Path, seconds: float) -> None:
    kept = json.loads(file.read_text())
    for found in kept["bandwidth"].values():
        found["measured"] = [[when - seconds, value] for when, value in found["measured"]]
    file.write_text(json.dumps(kept))
