"""Records of a PDF's tables: lines of one cell, drawn one below the other, are one cell; a record
that a page's end cuts is one record."""

from collections.abc import Sequence
from itertools import count

import pytest

from tests.support.documents import read_bytes
from tests.support.pdfs import Line, pdf_of

AT = (60, 110, 270, 420)
TOP, STEP = 760.0, 13.0

Cells = Sequence[str]
"""Cells of a record, their lines parted by bars."""


def drawn(*records: Cells) -> list[Line]:
    """Records, cell by cell, with no more space between them than between the lines of one."""
    lines, y = [], TOP
    for record in records:
        for x, cell in zip(AT, record, strict=False):
            for text, number in zip(cell.split("|"), count(), strict=False):
                if text:
                    lines.append(Line(text, y - STEP * number, 10, x=x))
        y -= STEP * max(cell.count("|") + 1 for cell in record)
    return lines


def rows(*pages: Sequence[Line]) -> list[str]:
    text = read_bytes("a.pdf", pdf_of(pages)).text
    return [line for line in text.splitlines() if line]


@pytest.mark.parametrize(
    ("cell", "beside"),
    [
        ("Harbour street|7100", "East quay|of the port"),
        ("Cooler, both sides|(9 and 11)", "Steel|and brass"),
        ("Pumps but those in items|27 and 33", "Oil, water|and fuel"),
        ("Number of outlets|1996/7 (000)", "Retail|trade"),
        ("Stable since December,|2023", "github|pages"),
        ("Schools of the first list|(n = 469)", "Low marks|of all"),
        ("MRH/IDA/TSP/NCB/G|-8/ Lot 3", "Printpack|Limited"),
        ("Antes da década de|1920,", "Computador|humano"),
        ("Depois das reformas de|1974 e 1976", "Lisboa|e Porto"),
        ("Contrato assinado no dia|12/03/2019", "Braga|e Porto"),
    ],
)
def test_a_figure_below_words_goes_on_in_their_cell(cell: str, beside: str) -> None:
    page = drawn(
        ("13", "Road books|for schools", "Lot and address", "9,400.00"),
        ("14", cell, beside, "2,160.00"),
        ("15", "Posters", "Medi Max|Press", "1,200.00"),
    )
    text, other = cell.replace("|", " "), beside.replace("|", " ")
    assert f"14 | {text} | {other} | 2,160.00" in rows(page)


def test_a_figure_below_a_figure_is_a_row_of_its_own() -> None:
    page = drawn(
        ("North", "Cod and hake", "12", "40"),
        ("South", "Sole", "14", "41"),
        ("", "", "", "43"),
        ("West", "Turbot", "11", "39"),
    )
    assert "South | Sole | 14 | 41" in rows(page)


def cut(record: Cells, rest: Cells) -> list[str]:
    """The rows of a table whose last record on the first page goes on on the second."""
    before = [(f"{n}", f"Vessel {chr(64 + n)}", "in the dock", f"{n}1.5") for n in range(1, 8)]
    after = [(f"{n}", f"Vessel {chr(64 + n)}", "at sea", f"{n}2.5") for n in range(9, 15)]
    return rows(drawn(*before, record), drawn(rest, *after))


@pytest.mark.parametrize(
    ("record", "rest"),
    [
        (("8", "The ferry", "waits for the|pilot from", "81.5"), ("", "", "the north", "")),
        (("8", "The ferry", "waits|for a", "81.5"), ("", "", "pilot", "")),
        (("8", "The ferry", "waits for spare parts of", "81.5"), ("", "", "1998 from Kiel", "")),
        (("8", "The ferry of", "waits for the pilot", "81.5"), ("", "Holm", "at noon", "")),
        (("8", "The ferry that is", "new", "81.5"), ("", "called Hilda", "", "")),
        (("8", "The ferry", "waits for", "81.5"), ("", "", "the north|wind to|end", "")),
        (("8", "A balsa", "espera o piloto", "81,5"), ("", "", "do norte", "")),
        (("8", "A balsa da|ilha", "em obras até", "81,5"), ("", "", "julho", "")),
        (("8", "A balsa", "parada desde", "81,5"), ("", "", "2019,|sem peças", "")),
        (("8", "A balsa", "espera peças de", "81,5"), ("", "", "Kiel, na|Alemanha", "")),
    ],
)
def test_a_record_that_a_pages_end_cuts_is_one_row(record: Cells, rest: Cells) -> None:
    whole = [f"{a} {b}".replace("|", " ").strip() for a, b in zip(record, rest, strict=True)]
    assert " | ".join(whole) in cut(record, rest)


@pytest.mark.parametrize(
    "rest",
    [
        ("", "", "", "306.0"),
        ("", "", "", "2,448.50"),
        ("9", "Vessel I", "at sea", "92.5"),
        ("", "Sum of all", "", "306.0"),
        ("Total", "", "", "306.0"),
    ],
)
def test_what_stands_on_a_page_first_and_goes_on_nothing_is_a_row(rest: Cells) -> None:
    record = ("8", "The ferry", "in the dock", "81.5")
    assert " | ".join(record) in cut(record, rest)


def test_labels_that_stand_for_several_rows_do_not_make_the_next_pages_first_one_a_rest() -> None:
    group = [("1", "Ferries", "of the north", "81.5"), ("", "Tugs", "of the south", "17.5")]
    found = rows(drawn(*group * 4), drawn(("", "Barges", "of the west", "11.5"), *group * 3))
    assert "| Tugs | of the south | 17.5" in found
    assert "| Barges | of the west | 11.5" in found
