"""Cells that stand close to each other, and typewriters' words, which stand as far apart."""

from collections.abc import Sequence

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
