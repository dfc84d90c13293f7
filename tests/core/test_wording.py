"""Amounts, reasons and order in words."""

from datetime import date
from typing import Any, get_args

import pytest

from assistant.core import wording
from assistant.core.values.documents import PartKind, PartReason, SkipReason, UnreadParts


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


def test_memory_is_told_in_the_units_of_files() -> None:
    assert wording.size(8 * 2**30) == "8.6 GB"
    assert wording.size(300 * 2**20) == "314.6 MB"


def test_every_reason_has_words_that_fit_a_column() -> None:
    files = {*get_args(SkipReason), "ignored", "hidden"}
    assert {*wording.REASONS} == files | _members(PartReason)
    assert all(len(wording.REASONS[reason]) <= 16 for reason in files)


def _members(kind: Any) -> set[str]:
    """The words of a Literal, or of several."""
    return {
        word
        for each in get_args(kind)
        for word in ([each] if isinstance(each, str) else _members(each))
    }


def test_every_kind_of_part_has_a_word_for_one_and_for_several() -> None:
    assert {*wording.PART_KINDS} == {*get_args(PartKind)}


def unread(
    kind: PartKind, *names: str, reason: PartReason = "pictures", **more: Any
) -> UnreadParts:
    given = {"kind": kind, "names": names, "count": len(names), "reason": reason, **more}
    return UnreadParts.model_validate(given)


PAGES = unread("page", "2–3", count=2, total=3)
BROKEN = unread("attachment", "broken.pdf", reason="corrupt")


@pytest.mark.parametrize(
    ("parts", "sentence", "summary"),
    [
        ([PAGES], "pages 2–3 could not be read (pictures)", "2 of 3 pages (pictures)"),
        (
            [unread("page", "2", total=2)],
            "page 2 could not be read (pictures)",
            "1 of 2 pages (pictures)",
        ),
        (
            [unread("page", "2–3", "7", count=3, within="plan.pdf")],
            "pages 2–3, 7 in plan.pdf could not be read (pictures)",
            "3 pages (pictures)",
        ),
        (
            [PAGES, BROKEN],
            "pages 2–3 (pictures), attachment broken.pdf (damaged) could not be read",
            "2 of 3 pages (pictures), 1 attachment (damaged)",
        ),
        (
            [unread("cell", "B4", reason="no_value", within="Budget")],
            "cell B4 in Budget could not be read (formula without a value)",
            "1 cell (formula without a value)",
        ),
        (
            [unread("page", "2–3", "9", count=1204)],
            "pages 2–3, 9 and 1,201 more could not be read (pictures)",
            "1,204 pages (pictures)",
        ),
        (
            [BROKEN] * 5,
            "attachment broken.pdf (damaged), attachment broken.pdf (damaged), attachment"
            " broken.pdf (damaged) and 2 more could not be read",
            "1 attachment (damaged), 1 attachment (damaged), 1 attachment (damaged) and 2 more",
        ),
    ],
)
def test_what_could_not_be_read(parts: list[UnreadParts], sentence: str, summary: str) -> None:
    assert wording.unread_sentence(parts) == sentence
    assert wording.unread_summary(parts) == summary


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2026, 11, 30), "0 days old"),
        (date(2026, 12, 1), "1 day old"),
        (date(2026, 12, 31), "1 month old"),
        (date(2027, 11, 30), "11 months old"),
        (date(2028, 12, 1), "24 months old"),
        (date(2026, 1, 1), "0 days old"),
    ],
)
def test_how_old(today: date, words: str) -> None:
    assert wording.age_of(date(2026, 11, 30), today) == words
