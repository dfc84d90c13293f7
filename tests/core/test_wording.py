"""Amounts, reasons and order in words."""

from typing import get_args

import pytest

from assistant.core import wording
from assistant.core.values.documents import SkipReason


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 files"), (1, "1 file"), (2, "2 files"), (1204, "1,204 files")]
)
def test_how_many(number: int, words: str) -> None:
    assert wording.count(number, "file") == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (40_000, "40 KB"),
        (2_500_000, "2.5 MB"),
        (98_400_000, "98.4 MB"),
        (3_000_000_000, "3.0 GB"),
        (1_200_000_000_000, "1,200.0 GB"),
    ],
)
def test_how_large(number: int, words: str) -> None:
    assert wording.size(number) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (40, "40 s"),
        (59.6, "1 min"),
        (200, "3 min 20 s"),
        (1250, "20 min"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
    ],
)
def test_how_long(seconds: float, words: str) -> None:
    assert wording.duration(seconds) == words


def test_memory_is_told_in_the_units_it_is_sold_by() -> None:
    assert wording.memory(6 * 2**30) == "6.0 GB"
    assert wording.memory(300 * 2**20) == "300 MB"


def test_every_reason_has_words_that_fit_a_column() -> None:
    kinds = {*get_args(SkipReason), "ignored", "hidden"}
    assert {*wording.REASONS} == kinds
    assert all(len(words) <= 16 for words in wording.REASONS.values())
