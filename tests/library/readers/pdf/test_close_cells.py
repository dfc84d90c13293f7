"""Cells that stand close to each other, and typewriters' words, which stand as far apart."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.documents import outline, read_bytes
from tests.support.pdfs import Line, pdf_of

WIDE = {
    "A": 667, "B": 667, "C": 722, "D": 722, "E": 667, "F": 611, "G": 778, "H": 722, "I": 278,
    "L": 556, "M": 833, "N": 722, "O": 778, "P": 667, "R": 722, "S": 667, "T": 611, "U": 722,
    "X": 667, " ": 278,
}  # fmt: skip
"""Widths of letters in Helvetica, in thousandths of its size."""


def close(rows: Sequence[Sequence[str]], gap: float, size: float = 10) -> list[Line]:
    """Cells that are drawn one by one; where a column is widest, the next begins after this gap."""
    x, page = 72.0, []
    for column in zip(*rows, strict=True):
        page += [Line(text, 700 - 14 * n, size, x=x) for n, text in enumerate(column)]
        x += max(sum(WIDE.get(char, 556) for char in text) for text in column) / 1000 * size + gap
    return sorted(page, key=lambda line: -line.y)


@pytest.mark.parametrize(
    "rows",
    [
        (("CLASSIC", "PARTNERSHIP"), ("MAGNUM", "ASSOCIATION"), ("RUPTURE", "CORPORATION")),
        (("HOUR", "TOLL"), ("HOUSE", "MOOR"), ("MUSEUM", "TRAM")),
        (("CASA", "ALUGUEL"), ("MARINA", "TARIFA"), ("DOCA", "TARIFA")),
        (("RIO", "DOCE"), ("PORTO", "SEGURO"), ("OUTEIRO", "GRANDE")),
        (("SIS", "RIGA"), ("DAD", "LIEPAJA"), ("MUM", "CESIS")),
        (("TOTAL", "274", "297"), ("TOTAL", "311", "340"), ("TOTAL", "352", "388")),
        (("A", "FIRST"), ("B", "SECOND"), ("C", "THIRD")),
        (("NORTH", "SOUTH", "EAST"), ("UPPER", "LOWER", "OUTER"), ("RED", "GREEN", "BLUE")),
        (("HORA", "TAXA"), ("CASA", "MURO"), ("MUSEU", "TREM")),
        (("ALA", "ESTE", "OESTE"), ("ALA", "NORTE", "SUL"), ("ABA", "MENOR", "MAIOR")),
    ],
)
def test_capitals_as_wide_as_each_other_are_no_typewriter(rows: Sequence[Sequence[str]]) -> None:
    lines = outline(read_bytes("a.pdf", pdf_of([close(rows, 8)])))
    assert [line.partition(" ")[2] for line in lines] == [" | ".join(texts) for texts in rows]


@pytest.mark.parametrize(
    "lines",
    [
        ("A lamp of 40 watts in the hall", "is lit at six and is put out at ten", "by the guard."),
        ("7 in 1 adapter for ships", "with two ports and a lead", "Returns within thirty days"),
        ("O barco sai do cais às nove", "e volta ao fim da tarde", "com os pescadores."),
        ("TOTAL OF THE YEAR 12,50", "PAID IN CASH ON 3 MAY", "CHANGE 7,50 GIVEN BACK"),
        ("1 Anchors are let go on call", "2 Ropes are coiled by the mate", "3 Sails are furled."),
    ],
)
def test_words_of_a_typewriter_are_parted_by_spaces_only(lines: Sequence[str]) -> None:
    page = [Line(text, 700 - 14 * number) for number, text in enumerate(lines)]
    data = pdf_of([page]).replace(b"/BaseFont /Helvetica /", b"/BaseFont /Courier /")
    assert {block.kind for block in read_bytes("a.pdf", data).blocks} <= {"paragraph", "list"}


def touching(rows: Sequence[str], at: Sequence[float]) -> list[Line]:
    """A table with cells in the same places, each drawn by itself."""
    return [
        Line(text, 700 - 14 * n, 10, x=x)
        for n, row in enumerate(rows)
        for text, x in zip(row.split("|"), at, strict=False)
    ]


@pytest.mark.parametrize(
    "table",
    [
        ((72, 162), "Tern|Eel", "Auk and other gulls|Cod", "Heron|Pike"),
        ((72, 166), "Ana|Rua do Cais 3", "Maria da Conceição|Largo 1", "Rui|Beco 7"),
        ((72, 152, 220), "Oak|red|4", "Ash from the hills|pale|7", "Elm|dark|9"),
        ((72, 149), "Ferry|Lisbon", "Boat to the islets|Porto", "Tug|Faro", "Raft|Ovar"),
        ((72, 106, 200), "88|Nails of copper|2.40", "1200-7|Planks|72.00", "97|Tar|36.60"),
        ((72, 106), "A-7|Rope", "A-8|Sail", "A-11/B|Mast of pine", "A-1|Hull"),
        ((72, 110, 223), "John|12 Mill Lane|Hull", "Ann|7 High Street by the Mill|York",
         "Sue|9 Low Row|Ely"),
        ((72, 140), "Norte|Ilha", "Sul e Sudoeste|Cabo", "Leste|Foz", "Oeste|Ria"),
        ((72, 145), "Sum|Euro", "Sum of all tolls|Pound", "Rest|Krone"),
        ((72, 150), "Ida|2019", "Volta pelo norte|2020", "Parada|2021"),
    ],
)  # fmt: skip
def test_cells_that_touch_are_cells_where_rows_around_have_them(
    table: Sequence[Any],
) -> None:
    at, *rows = table
    lines = outline(read_bytes("a.pdf", pdf_of([touching(rows, at)])))
    assert [line.partition(" ")[2].replace(" | ", "|") for line in lines] == rows


@pytest.mark.parametrize(
    "line",
    [
        "Auk and other gulls Cod", "The keeper of the lamp sees ships", "Heron by the mill",
        "7 in 12 nests are empty", "O faroleiro do cabo viu barcos",
    ],
)  # fmt: skip
def test_a_line_drawn_at_once_is_not_parted_by_cells_around_it(line: str) -> None:
    rows = ["Tern|Eel", line, "Heron|Pike", "Gull|Rudd"]
    text = read_bytes("a.pdf", pdf_of([touching(rows, (72, 162))])).text
    assert line in text


def test_a_figure_right_behind_its_label_is_a_cell() -> None:
    rows = [("Tolls", "250"), ("Boats of all the members", "310"), ("Rent", "98"), ("Oil", "7")]
    page = [Line(label, 700 - 14 * n, 10, x=72) for n, (label, _) in enumerate(rows)]
    for n, (_, text) in enumerate(rows):
        width = sum(2.78 if char == "," else 5.56 for char in text)
        page.append(Line(text, 700 - 14 * n, 10, x=205 - width))
        page.append(Line("paid", 700 - 14 * n, 10, x=260))
    page.sort(key=lambda line: (-line.y, line.x))
    lines = outline(read_bytes("a.pdf", pdf_of([page])))
    assert [line.partition(" ")[2] for line in lines] == [f"{a} | {b} | paid" for a, b in rows]
