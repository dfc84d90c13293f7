"""Directions of writing: right to left, from top to bottom, and lines that stand at an angle."""

import math
import string
from collections.abc import Sequence
from contextlib import closing

import pypdfium2
import pytest

from assistant.library.readers.pdf.words.characters import PageCharacters
from assistant.library.readers.pdf.words.runs import PageRuns
from tests.support.documents import outline, read_bytes
from tests.support.pdfs import Line, pdf_of, stream_of

Shown = tuple[str, float, float]
"""A text as it is drawn, from left to right, and where it begins."""

HEBREW = "שלום עולם וברוכים הבאים"
VERTICAL = ("縦書きの文章は上から", "下へ読みます。")
ENGLISH = ("The lock opens at six", "and closes at dusk.")


def with_letters(shown: Sequence[Shown]) -> bytes:
    """A page in a font that has these letters under the codes of others."""
    signs = {char for text, *_ in shown for char in text}
    letters = sorted(char for char in signs if not char.isascii())
    free = [ord(char) for char in string.ascii_letters if char not in signs]
    codes = dict(zip(letters, free, strict=False))
    pairs = " ".join(f"<{code:02X}> <{ord(letter):04X}>" for letter, code in codes.items())
    to_unicode = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap"
        " 1 begincodespacerange <00> <FF> endcodespacerange"
        f" {len(codes)} beginbfchar {pairs} endbfchar endcmap end end"
    )
    font = (
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding"
        " /ToUnicode 11 0 R >>"
    )
    content = ""
    for text, x, y in shown:
        coded = "".join(f"{codes.get(char, ord(char)):02X}" for char in text)
        content += f"BT /U 12 Tf 1 0 0 1 {x} {y} Tm <{coded}> Tj ET\n"
    data = pdf_of([[]], extra=[font, stream_of(to_unicode)], content=content)
    return data.replace(b"/F1 4 0 R", b"/F1 4 0 R /U 10 0 R")


def backwards(text: str) -> str:
    """As a line that is read from right to left stands on the page; numbers keep their order."""
    return " ".join(word if word[0].isascii() else word[::-1] for word in reversed(text.split()))


@pytest.mark.parametrize(
    "text",
    [
        HEBREW,
        "מחיר הכרטיס 125 שקלים",
        "הספינה יוצאת בשעה 9:30 בבוקר",
        "קובץ PDF נשלח אתמול",
        "مرحبا بالعالم",
        "سعر التذكرة 40 دينارا",
    ],
)
def test_a_line_from_right_to_left_is_read_so(text: str) -> None:
    assert outline(read_bytes("a.pdf", with_letters([(backwards(text), 72, 700)]))) == [f"p {text}"]


def test_words_that_are_drawn_from_right_to_left_keep_their_order() -> None:
    words = [(word[::-1], 400 - 80 * n, 700) for n, word in enumerate(HEBREW.split())]
    assert outline(read_bytes("a.pdf", with_letters(words))) == [f"p {HEBREW}"]


def test_lines_from_right_to_left_flow_together() -> None:
    lines = ("שורה ראשונה של הטקסט", "שורה שנייה ואחרונה.")
    shown = [(line[::-1], 72, 700 - 14 * n) for n, line in enumerate(lines)]
    assert outline(read_bytes("a.pdf", with_letters(shown))) == [f"p {' '.join(lines)}"]


def test_a_table_from_right_to_left_begins_on_the_right() -> None:
    rows = (("שם", "מחיר"), ("תפוח", "12"), ("אגס", "9.50"), ("לימון", "3"))
    shown = [
        cell
        for n, (name, price) in enumerate(rows)
        for cell in ((backwards(name), 400, 700 - 18 * n), (backwards(price), 200, 700 - 18 * n))
    ]
    assert outline(read_bytes("a.pdf", with_letters(shown))) == [
        "columns שם | מחיר",
        "row תפוח | 12",
        "row אגס | 9.50",
        "row לימון | 3",
    ]


def test_a_word_from_right_to_left_within_a_line_from_left_to_right() -> None:
    text = f"The word {'שלום'[::-1]} means peace."
    lines = outline(read_bytes("a.pdf", with_letters([(text, 72, 700)])))
    assert lines == ["p The word שלום means peace."]


def test_columns_of_signs_are_read_from_the_right_and_each_from_the_top() -> None:
    shown = [
        (sign, 500 - 20 * n, 750 - 13 * place)
        for n, column in enumerate(VERTICAL)
        for place, sign in enumerate(column)
    ]
    assert outline(read_bytes("a.pdf", with_letters(shown))) == [f"p {text}" for text in VERTICAL]


def turned(degrees: int) -> str:
    """Two lines at an angle, the second one below the first as they are read."""
    x, y = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return "".join(
        f"BT /F0 12 Tf {x:.5f} {y:.5f} {-y:.5f} {x:.5f} {300 + 16 * n * y:.2f}"
        f" {400 - 16 * n * x:.2f} Tm ({text}) Tj ET\n"
        for n, text in enumerate(ENGLISH)
    )


@pytest.mark.parametrize("degrees", [90, 180, 270, 30, -45])
def test_lines_at_an_angle_are_read_in_their_own_order(degrees: int) -> None:
    data = pdf_of([[]], content=turned(degrees))
    assert outline(read_bytes("a.pdf", data)) == [f"p {' '.join(ENGLISH)}"]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_that_is_shown_turned_keeps_the_order_of_its_lines(degrees: int) -> None:
    page = [Line(text, 700 - 14 * n) for n, text in enumerate(ENGLISH)]
    data = pdf_of([page], page=f"/Rotate {degrees}")
    assert outline(read_bytes("a.pdf", data)) == [f"p {' '.join(ENGLISH)}"]


def test_a_note_along_the_margin_does_not_come_between_the_lines() -> None:
    page = [
        Line("The ferry leaves at nine every day of the year", 700),
        Line("and comes back at dusk, unless fog holds it.", 686),
    ]
    note = "BT /F0 9 Tf 0 1 -1 0 40 640 Tm (Printed on old sails) Tj ET\n"
    assert outline(read_bytes("a.pdf", pdf_of([page], content=note))) == [
        "p The ferry leaves at nine every day of the year and comes back at dusk, unless fog"
        " holds it.",
        "p Printed on old sails",
    ]


def on_its_side(degrees: int, rows: Sequence[Sequence[str]]) -> str:
    """A table, and a sentence below it, drawn at an angle."""
    x, y = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    texts = [
        (text, 140 * column, -16 * number)
        for number, row in enumerate(rows)
        for column, text in enumerate(row)
    ]
    return "".join(
        f"BT /F0 10 Tf {x:.5f} {y:.5f} {-y:.5f} {x:.5f} {300 + right * x - up * y:.2f}"
        f" {400 + right * y + up * x:.2f} Tm ({text}) Tj ET\n"
        for text, right, up in texts
    )


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_words_of_a_page_on_its_side_are_put_into_as_few_runs(degrees: int) -> None:
    rows = (
        ("Lock of the upper mill", "opened in", "depth"),
        ("Lock of the old town", "the year 1890", "7 feet"),
        ("Lock by the weir", "the year 1912", "9 feet"),
    )
    pdf = pypdfium2.PdfDocument(pdf_of([[]], content=on_its_side(degrees, rows)))
    with closing(PageCharacters(pdf[0])) as characters:
        (group,) = PageRuns(characters).groups()
    assert group.direction == degrees
    runs = sorted(group.runs, key=lambda run: (-round(run.base), run.left))
    assert [run.text for run in runs] == [cell for row in rows for cell in row]
    assert [run.base - runs[0].base for run in runs] == pytest.approx(
        [-16 * number for number, row in enumerate(rows) for _ in row], abs=0.01
    )


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_number_that_stands_upright_is_no_part_of_a_table_on_its_side(degrees: int) -> None:
    rows = (("Boat", "Berth", "Toll"), ("Auk", "A 1", "250"), ("Tern", "B 7", "310"))
    data = pdf_of([[Line("The tolls of the port", 60)]], content=on_its_side(degrees, rows))
    assert outline(read_bytes("a.pdf", data)) == [
        "columns Boat | Berth | Toll",
        "row Auk | A 1 | 250",
        "row Tern | B 7 | 310",
        "p The tolls of the port",
    ]


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_raised_sign_is_marked_whatever_the_direction(degrees: int) -> None:
    x, y = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = f"{x:.5f} {y:.5f} {-y:.5f} {x:.5f} 300 400"
    shown = (
        f"BT /F0 12 Tf {turn} Tm (The yard of the mill has an area of 10) Tj /F0 7 Tf 5 Ts (3) Tj"
        f" 0 Ts /F0 12 Tf ( feet) Tj ET\n"
    )
    text = read_bytes("a.pdf", pdf_of([[]], content=shown)).text
    assert text == "The yard of the mill has an area of 10^3 feet"
