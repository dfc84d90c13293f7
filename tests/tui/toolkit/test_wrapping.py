"""Texts cut into rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from assistant.core.spans import Span
from assistant.tui.toolkit.text import TAB
from assistant.tui.toolkit.wrapping import MIN_ROW_CELLS, WrappedRows, lines_around

PIECES = ("a", "b", "é", " ", "\n", "\t", "日", "👍", "-", "word ", "longerword ")
TEXTS = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
WIDTHS = st.integers(MIN_ROW_CELLS, 20)


def rows_of(rows: WrappedRows) -> list[str]:
    """The rows with everything that is in them."""
    ends = [*list(rows.starts)[1:], rows.part.end]
    return [rows.text[start:end] for start, end in zip(rows.starts, ends, strict=True)]


@given(TEXTS, WIDTHS)
def test_the_rows_are_the_text(text: str, width: int) -> None:
    assert "".join(rows_of(WrappedRows(text, width))) == text


@given(TEXTS, WIDTHS)
def test_no_row_is_wider_than_there_is_room(text: str, width: int) -> None:
    for row in rows_of(WrappedRows(text, width)):
        assert cell_len(row.rstrip().replace("\t", TAB)) <= width


@given(TEXTS, WIDTHS)
def test_every_line_begins_with_a_row_of_its_own(text: str, width: int) -> None:
    rows = WrappedRows(text, width)
    numbers = [number for row in range(len(rows)) if (number := rows.line(row)) is not None]
    lines = text.count("\n") + (0 if text.endswith("\n") else 1)
    assert numbers == list(range(1, max(lines, 1) + 1))


@given(TEXTS, WIDTHS, st.integers(0, 60), st.integers(0, 20))
def test_a_part_is_cut_as_it_is_in_the_whole(
    text: str, width: int, offset: int, reach: int
) -> None:
    part = lines_around(text, min(offset, len(text)), reach)
    whole, some = WrappedRows(text, width), WrappedRows(text, width, part)
    inside = [start for start in whole.starts if part.start <= start < part.end]
    if part.start < part.end:
        assert list(some.starts) == inside
        assert some.line(0) == whole.line(whole.at(part.start))


def test_words_stay_whole_where_they_can() -> None:
    rows = WrappedRows("The rent may rise once.", 9)
    assert [row.rstrip() for row in rows_of(rows)] == ["The rent", "may rise", "once."]
    assert rows_of(WrappedRows("abcdefghij", 4)) == ["abcd", "efgh", "ij"]


@pytest.mark.parametrize(("offset", "row"), [(0, 0), (4, 0), (9, 1), (18, 2), (500, 2)])
def test_a_character_is_found_in_its_row(offset: int, row: int) -> None:
    assert WrappedRows("The rent may rise once.", 9).at(offset) == row


def test_a_row_ends_before_its_white_space() -> None:
    rows = WrappedRows("one  \ntwo", 20)
    assert [rows.span(row) for row in range(len(rows))] == [Span(0, 3), Span(6, 9)]
