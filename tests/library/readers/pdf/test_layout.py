"""Pages as a person reads them: tables, columns, running lines, hyphens."""

from collections.abc import Sequence

import pytest

from assistant.core.values.documents import Document
from assistant.library.text.chunking import chunk
from assistant.library.text.pieces import ChunkLimits
from tests.support.documents import outline, read_bytes
from tests.support.pdfs import Line, pdf_of

DIGIT = 0.556
"""Width of a figure in Helvetica, in sizes of the font."""


AT = (60, 335, 375, 415, 455)


def row(
    y: float,
    *cells: str,
    at: Sequence[float] = (72, 200, 300, 400),
    size: float = 12,
    bold: bool = False,
) -> list[Line]:
    """Cells of a row, each drawn by itself."""
    return [Line(text, y, size, bold, x) for text, x in zip(cells, at, strict=False) if text]


def right(text: str, y: float, x: float, size: float = 12) -> Line:
    """A number that ends at `x`."""
    width = sum(0.278 if char in ".," else DIGIT for char in text) * size
    return Line(text, y, size, x=x - width)


def column(
    x: float, y: float, lines: Sequence[str], step: float = 13, size: float = 10
) -> list[Line]:
    return [Line(text, y - step * number, size, x=x) for number, text in enumerate(lines)]


def read(*pages: Sequence[Line]) -> Document:
    return read_bytes("a.pdf", pdf_of(pages))


def by_words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


LEFT = (
    "The lighthouse on the northern",
    "rock was lit for the first time in",
    "the winter of that year, and its",
    "keeper wrote down each ship that",
    "passed below it in the night.",
)
RIGHT = (
    "A second tower was raised on the",
    "sandbank across the strait, where",
    "most of the wrecks had happened",
    "before; its lamp turns once in",
    "twenty seconds and is white.",
)


def test_rows_keep_their_amounts() -> None:
    """PDFium begins a new line before a figure that stands alone."""
    page = [
        Line("Delivery note 88-A", 760),
        *row(720, "Article", "Pieces", "Each", "Sum"),
        *row(702, "Copper nail", "6", "0.40", "2.40"),
        *row(684, "Teak plank", "1", "72.00", "72.00"),
        *row(666, "Caulking", "12", "3.05", "36.60"),
    ]
    assert outline(read(page)) == [
        "p Delivery note 88-A",
        "columns Article | Pieces | Each | Sum",
        "row Copper nail | 6 | 0.40 | 2.40",
        "row Teak plank | 1 | 72.00 | 72.00",
        "row Caulking | 12 | 3.05 | 36.60",
    ]


def test_numbers_count_by_their_right_edge_and_cells_may_be_empty() -> None:
    page = [*row(700, "Conta", "", "2024", "2025")]
    for y, name, first, second in (
        (684, "Caixa", "1.204", "988"),
        (668, "Edifícios", "120.400", "118.000"),
        (652, "Empréstimos", "", "54.300"),
        (636, "Total", "121.604", "173.288"),
    ):
        page += [Line(name, y), *(right(n, y, x) for n, x in ((first, 328), (second, 428)) if n)]
    assert outline(read(page))[1:] == [
        "row Caixa | 1.204 | 988",
        "row Edifícios | 120.400 | 118.000",
        "row Empréstimos |  | 54.300",
        "row Total | 121.604 | 173.288",
    ]


def test_a_cell_of_several_lines_is_one_cell() -> None:
    page = row(700, "Part", "Use", "Price")
    for number, y in enumerate((676, 634), start=1):
        page += [Line(f"K-{number}", y - 6)]
        page += column(200, y, ["seals the outer", "hull"], 12, 12)
        page += [Line(f"{number}.50", y - 6, x=300)]
    assert outline(read(page)) == [
        "columns Part | Use | Price",
        "row K-1 | seals the outer hull | 1.50",
        "row K-2 | seals the outer hull | 2.50",
    ]


def test_figures_behind_a_long_label_are_cells_however_even_their_gaps_are() -> None:
    labels = (
        "Keepers who have heard of the new lamp and of its oil",
        "Keepers who know what is to be done in fog or in a storm",
        "Lamps that were lit on each night of the whole of the year",
    )
    page = row(700, "Answers of keepers", "North", "South", "East", "West", at=AT, size=10)
    for n, label in enumerate(labels):
        page += row(684 - 16 * n, label, f"{n}1.5", f"{n}2.5", f"{n}3.5", f"{n}4.5", at=AT, size=10)
    assert outline(read(page))[1:] == [
        f"row {label} | {n}1.5 | {n}2.5 | {n}3.5 | {n}4.5" for n, label in enumerate(labels)
    ]


def test_a_table_goes_on_over_pages_with_the_names_of_its_columns() -> None:
    first = [Line("Ferry times", 780), *row(750, "Day", "From", "At")]
    first += [
        line
        for n in range(30)
        for line in row(730 - 20 * n, f"{n + 1} May", f"Pier {n}", f"{n % 12}:30")
    ]
    second = [
        line
        for n in range(5)
        for line in row(780 - 20 * n, f"{n + 1} June", f"Quay {n}", f"{n}:45")
    ]
    document = read(first, second)
    assert outline(document)[-1] == "row 5 June | Quay 4 | 4:45"
    june = [c for c in chunk(document, by_words, ChunkLimits()) if "3 June" in c.text]
    assert [c.place.heading for c in june] == [("Day | From | At",)]
    assert june[0].place.page == 2


def test_a_head_that_is_printed_again_on_each_page_is_there_once() -> None:
    def page(start: int) -> list[Line]:
        head = row(780, "Sócio", "Quota", "Pago em")
        return head + [
            line for n in range(12)
            for line in row(760 - 18 * n, f"Sócio {start + n}", f"{n},50", f"{n + 1:02}/03/2026")
        ]  # fmt: skip

    kinds = [block.kind for block in read(page(1), page(13), page(25)).blocks]
    assert kinds == ["columns", *["row"] * 36]


def test_labels_of_a_form_are_no_names_of_columns() -> None:
    page = [
        line
        for y, (k, v) in zip(
            (700, 680, 660),
            (("Name:", "Ana Prado"), ("Berth:", "C 17"), ("Sail:", "POR 9")),
            strict=True,
        )
        for line in row(y, k, v)
    ]
    assert outline(read(page)) == [
        "row Name: | Ana Prado",
        "row Berth: | C 17",
        "row Sail: | POR 9",
    ]


def test_columns_are_read_one_after_the_other_however_they_are_drawn() -> None:
    whole = [f"p {' '.join(LEFT)}", f"p {' '.join(RIGHT)}"]
    left, right_ = column(60, 700, LEFT), column(320, 700, RIGHT)
    by_row = [line for pair in zip(left, right_, strict=True) for line in pair]
    assert outline(read(left + right_)) == whole
    assert outline(read(by_row)) == whole
    shifted = [line._replace(y=line.y - 5) for line in right_]
    assert (
        outline(read([line for pair in zip(left, shifted, strict=True) for line in pair])) == whole
    )


def test_two_lines_beside_two_lines_are_columns_when_drawn_so() -> None:
    page = column(60, 700, ("The crew counted the buoys", "of the inlet and")) + column(
        320, 700, ("wrote their numbers in", "the book of the port.")
    )
    assert outline(read(page)) == [
        "p The crew counted the buoys of the inlet and wrote their numbers in the book of the port."
    ]


def test_a_heading_over_both_columns_comes_before_them_and_a_line_below_after() -> None:
    page = [
        Line("On the lights of the strait of our islands, and who keeps them lit", 730, 14),
        *column(60, 700, LEFT),
        *column(320, 700, RIGHT),
        Line(
            "Both towers are open to visitors on the first Sunday of the month in summer.", 600, 10
        ),
    ]
    assert [text.split()[1] for text in outline(read(page))] == ["On", "The", "A", "Both"]


def test_a_table_in_a_column_is_a_table() -> None:
    page = [
        *column(60, 700, LEFT),
        *row(620, "Light", "Range", "Colour", at=(60, 140, 220), size=10),
        *row(605, "North", "12 nm", "white", at=(60, 140, 220), size=10),
        *row(590, "Sand", "9 nm", "red", at=(60, 140, 220), size=10),
        *column(340, 700, [*RIGHT, *LEFT, *RIGHT]),
    ]
    lines = outline(read(page))
    assert lines[:4] == [
        f"p {' '.join(LEFT)}",
        "columns Light | Range | Colour",
        "row North | 12 nm | white",
        "row Sand | 9 nm | red",
    ]


def test_running_lines_are_out_of_the_flow_and_said_once() -> None:
    def page(number: int, *lines: str) -> list[Line]:
        return [
            Line("Gull Island Trust", 800, 9),
            Line(f"Page {number} of 2", 40, 9),
            *body(700, *lines),
        ]

    document = read(
        page(1, "The boat leaves the pier at nine in the morning, and whoever comes after"),
        [*page(2, "that waits for the next one in the hut."), *body(640, "Dogs travel free.")],
    )
    assert outline(document) == [
        "p The boat leaves the pier at nine in the morning, and whoever comes after that waits"
        " for the next one in the hut.",
        "p Gull Island Trust",
        "p Dogs travel free.",
    ]
    places = [str(c.place) for c in chunk(document, by_words, ChunkLimits())]
    assert places == ["pages 1–2", "page 2"]


@pytest.mark.parametrize(
    "numbers", [("7", "8", "9"), ("iv", "v", "vi"), ("– 1 –", "– 2 –", "– 3 –")]
)
def test_page_numbers_are_known_by_counting(numbers: Sequence[str]) -> None:
    words = ("Herons nest here.", "Terns do not.", "Gulls come in May.")
    pages = [[*body(700, text), Line(n, 40, x=290)] for n, text in zip(numbers, words, strict=True)]
    assert outline(read(*pages)) == [f"p {text}" for text in words]


def test_a_figure_that_every_page_ends_with_is_no_page_number() -> None:
    pages = [[*body(700, "Sum of the tolls"), Line("250", 660)] for _ in range(3)]
    assert [text for text in outline(read(*pages)) if "250" in text]


def test_a_title_that_two_pages_have_is_no_running_line() -> None:
    pages = [
        [Line("Results", 780, 24), *body(700, text)]
        for text in (
            "Up by two tolls in the year before last.",
            "Down by one toll in the last year of all.",
        )
    ]
    assert [text for text in outline(read(*pages)) if "Results" in text] == ["h1 Results"] * 2


def test_notes_at_the_foot_do_not_come_between() -> None:
    first = [
        *body(120, "The dyke was raised by two feet after the flood, and the sluice that"),
        Line("1 The flood of 1953.", 60, 8),
    ]
    second = body(780, "had failed was built anew in oak.")
    assert outline(read(first, second)) == [
        "p The dyke was raised by two feet after the flood, and the sluice that had failed was"
        " built anew in oak.",
        "p 1 The flood of 1953.",
    ]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("the self-", "adhesive strip"), "the self-adhesive strip"),
        (("the refur-", "bishment of it"), "the refurbishment of it"),
        (("a Franco-", "Swiss firm"), "a Franco-Swiss firm"),
        (("pages 12-", "14 of it"), "pages 12-14 of it"),
        (("state-of-", "the-art locks"), "state-of-the-art locks"),
        (("a segunda-", "feira da associ-", "ação"), "a segunda-feira da associação"),
    ],
)
def test_a_hyphen_of_the_words_own_stays(lines: Sequence[str], text: str) -> None:
    assert outline(read(body(700, *lines))) == [f"p {text}"]


def test_the_rest_of_the_document_tells_which_hyphen_is_a_words_own() -> None:
    page = body(
        700, "A long-term lease and a long-", "term plan, a water-", "shed and a watershed."
    )
    assert outline(read(page)) == [
        "p A long-term lease and a long-term plan, a watershed and a watershed."
    ]


def test_raised_figures_stay_apart_from_the_number_before_them() -> None:
    page = [
        Line("The load is 10", 700), Line("3", 705, 7, x=147.6), Line("newton", 700, x=155),
        Line("and the deck of oak has an area of nine square metres in all.", 686),
    ]  # fmt: skip
    assert outline(read(page))[0].startswith("p The load is 10^3 newton")


def test_text_that_stands_on_its_side_is_read_in_its_own_order() -> None:
    turned = "".join(
        f"BT /F0 12 Tf 0 1 -1 0 {200 + 16 * n} 100 Tm ({text}) Tj ET\n"
        for n, text in enumerate(("The lock opens at six", "and closes at dusk."))
    )
    assert read_bytes("a.pdf", pdf_of([[]], content=turned)).text == (
        "The lock opens at six and closes at dusk."
    )


def test_a_large_initial_belongs_to_its_word() -> None:
    page = [
        Line("T", 672, 40, x=72),
        *column(98, 690, ("he tide tables are printed", "in the spring of every year"), 14, 12),
        *body(662, "and hang at the pier."),
    ]
    assert "The tide tables are printed" in read(page).text


def test_letters_set_apart_are_words() -> None:
    spaced = "BT /F1 14 Tf 9 Tc 72 700 Td (TIDE TABLE) Tj ET\n"
    assert read_bytes(
        "a.pdf", pdf_of([body(650, "High water at six.")], content=spaced)
    ).text.startswith("TIDE TABLE")


def test_bullets_stand_before_their_text() -> None:
    page = [
        line
        for y, text in ((700, "Close the gate."), (680, "Feed the geese."))
        for line in (Line("\u2022", y, 14, x=72), Line(text, y + 1, x=100))
    ]
    assert outline(read(page)) == ["list • Close the gate.", "list • Feed the geese."]


def test_dots_lead_to_a_page_and_are_no_words() -> None:
    page = [
        line
        for y, text, number in ((700, "Locks", "3"), (682, "Bridges of the town", "17"))
        for line in (Line(text + " " + "." * 60, y), Line(number, y, x=500))
    ]
    assert outline(read(page)) == ["row Locks | 3", "row Bridges of the town | 17"]


def test_the_wide_spaces_of_a_typewriter_part_no_cells() -> None:
    lines = ("USB hub 7 in 1 adapter", "with two ports and a lead", "Returns within thirty days")
    data = pdf_of([body(700, *lines)]).replace(b"/BaseFont /Helvetica /", b"/BaseFont /Courier /")
    assert {block.kind for block in read_bytes("a.pdf", data).blocks} == {"paragraph"}


def test_what_stands_beside_the_page_is_not_read() -> None:
    page = [*body(700, "Seen."), Line("Hidden.", 700, x=900), Line("Below.", -80)]
    assert read(page).text == "Seen."


def body(y: float, *lines: str) -> list[Line]:
    return [Line(text, y - 14 * number) for number, text in enumerate(lines)]


def test_names_in_bold_lines_are_one_row_over_words() -> None:
    page = [
        *row(700, "Disorder", "Adults after", "Children", at=(72, 250, 380), bold=True),
        *row(686, "", "surgery of", "below ten", at=(72, 250, 380), bold=True),
        *row(672, "", "the knee", "years", at=(72, 250, 380), bold=True),
        *row(658, "Headache", "Common", "Rare", at=(72, 250, 380)),
        *row(644, "Itching", "Rare", "Unknown", at=(72, 250, 380)),
    ]
    names, *rows = outline(read([*reversed(page)]))
    assert names == "columns Disorder | Adults after surgery of the knee | Children below ten years"
    assert rows == ["row Headache | Common | Rare", "row Itching | Rare | Unknown"]


def test_names_drawn_cell_by_cell_come_once() -> None:
    page = [
        Line("River", 700),
        *(Line(text, 700 - 14 * at, x=250) for at, text in enumerate(("Length in", "kilometres"))),
        *(Line(text, 700 - 14 * at, x=380) for at, text in enumerate(("Depth in", "metres"))),
        *row(658, "Sill", "225", "2", at=(72, 250, 380)),
        *row(644, "Fal", "29", "3", at=(72, 250, 380)),
    ]
    assert outline(read(page)) == [
        "columns River | Length in kilometres | Depth in metres",
        "row Sill | 225 | 2",
        "row Fal | 29 | 3",
    ]


def test_a_large_initial_begins_the_first_of_its_lines() -> None:
    shown = "BT /F0 60 Tf 72 672 Td (T) Tj ET\n" + "".join(
        f"BT /F0 12 Tf {108.7 if not at else 112} {690 - 14 * at} Td ({line}) Tj ET\n"
        for at, line in enumerate(("his mill was built", "by two brothers who", "sold it soon"))
    )
    text = read_bytes("a.pdf", pdf_of([[]], content=shown)).text
    assert " ".join(text.split()) == "This mill was built by two brothers who sold it soon"


@pytest.mark.parametrize("numbers", [("2.1", "2.1.1"), ("10.4.", "10.4.1.")])
def test_numbers_of_sections_stand_before_their_headings(numbers: tuple[str, str]) -> None:
    page = [
        *row(700, numbers[0], "Savings of single trips", at=(72, 130), bold=True),
        *row(680, numbers[1], "The sample of trips", at=(72, 130), bold=True),
        *body(650, "The sample has been drawn from all the trips that were recorded."),
    ]
    document = read(page)
    assert not {block.kind for block in document.blocks} & {"row", "columns"}
    assert f"{numbers[0]} Savings of single trips" in document.text
    assert f"{numbers[1]} The sample of trips" in document.text


def test_decimals_before_figures_are_cells() -> None:
    page = [*row(700, "2.1", "14", at=(72, 130)), *row(686, "2.2", "19", at=(72, 130))]
    assert outline(read(page)) == ["row 2.1 | 14", "row 2.2 | 19"]
