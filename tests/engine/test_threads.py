"""How many threads compute."""

import os
from pathlib import Path

import pytest

from assistant.engine.hardware import computing_threads

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def test_what_was_asked_for_is_taken() -> None:
    assert computing_threads(3) == 3


@pytest.mark.parametrize("quota", ["max 100000\n", "nonsense", ""])
def test_one_core_is_left_to_the_rest(home: Path, quota: str) -> None:
    (home / "cpu.max").write_text(quota)
    assert computing_threads(0, home / "cpu.max") == max(CORES - 1, 1)
    assert computing_threads(0, home / "missing") == max(CORES - 1, 1)


@pytest.mark.parametrize("quota", ["100000 100000", "50000 100000", "200000 100000"])
def test_a_containers_share_counts(home: Path, quota: str) -> None:
    (home / "cpu.max").write_text(quota)
    assert computing_threads(0, home / "cpu.max") == 1
