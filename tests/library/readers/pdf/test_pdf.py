import pytest

from assistant.library.limits import ReadLimits
from tests.support.documents import outline, read_bytes, reason
from tests.support.pdfs import Line, pdf_of, stream_of

PROSE = "The quick brown fox jumps over the lazy dog and then it walks home to"


def body(y: float, *lines: str) -> list[Line]:
    return [Line(text, y - 14 * number) for number, text in enumerate(lines)]


def test_lines_flow_together_and_gaps_part_paragraphs() -> None:
    page = body(700, f"{PROSE} sleep", f"{PROSE} dream", "of foxes.") + body(600, "Another one.")
    document = read_bytes("a.pdf", pdf_of([page]))
    assert outline(document) == [
        f"p {PROSE} sleep {PROSE} dream of foxes.",
        "p Another one.",
    ]


def test_each_block_knows_its_page() -> None:
    document = read_bytes("a.pdf", pdf_of([body(700, "One."), [], body(700, "Three.")]))
    assert [(block.page, document.text[block.start : block.end]) for block in document.blocks] == [
        (1, "One."),
        (3, "Three."),
    ]


def test_large_and_bold_type_makes_headings_of_their_levels() -> None:
    page = [
        Line("The Lease", 800, size=24),
        *body(760, *[PROSE] * 8),
        Line("Rent", 620, bold=True),
        *body(606, *[PROSE] * 8),
    ]
    heads = [block for block in read_bytes("a.pdf", pdf_of([page])).blocks if block.level]
    assert [(block.kind, block.level) for block in heads] == [("heading", 1), ("heading", 2)]


def test_a_page_all_in_bold_has_no_headings() -> None:
    page = [Line(PROSE, 700 - 14 * number, bold=True) for number in range(10)]
    assert {block.kind for block in read_bytes("a.pdf", pdf_of([page])).blocks} == {"paragraph"}


def test_items_of_a_list_are_blocks_of_their_own() -> None:
    document = read_bytes("a.pdf", pdf_of([body(700, "- one", "- two", "1. three")]))
    assert outline(document) == ["list - one", "list - two", "list 1. three"]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Lease Agreement", "Lease Agreement"),
        ("Microsoft Word - Lease agreement", "Lease agreement"),
        ("Microsoft Word - lease.doc", "a.pdf"),
        ("untitled", "a.pdf"),
        ("C:\\\\temp\\\\x.dvi", "a.pdf"),
        ("", "a.pdf"),
    ],
)
def test_a_title_counts_when_somebody_chose_it(title: str, shown: str) -> None:
    assert read_bytes("a.pdf", pdf_of([body(700, "Text.")], title)).title == shown


def test_a_scan_is_told_from_an_empty_page() -> None:
    pixel = stream_of(
        "\x00",
        "/Type /XObject /Subtype /Image /Width 1 /Height 1 "
        "/ColorSpace /DeviceGray /BitsPerComponent 8",
    )
    scan = pdf_of(
        [[]],
        resources="/XObject << /Im0 10 0 R >>",
        extra=[pixel],
        content="q 595 0 0 842 0 0 cm /Im0 Do Q",
    )
    assert reason("a.pdf", scan) == "no_text"
    assert reason("a.pdf", pdf_of([[]], content="0 0 m 9 9 l S")) == "empty"


def test_half_a_pdf_is_corrupt() -> None:
    data = pdf_of([body(700, "Text.")])
    assert reason("a.pdf", data[:60]) == "corrupt"


def test_a_pdf_is_known_by_its_content() -> None:
    data = pdf_of([body(700, "Text.")])
    assert read_bytes("a.txt", data).text == "Text."
    assert reason("a.pdf", "no pdf at all") == "corrupt"


def test_too_many_pages_are_not_read() -> None:
    assert reason("a.pdf", pdf_of([[]] * 4), ReadLimits(pages=3)) == "too_large"


def test_letters_of_type_setters_become_those_of_readers() -> None:
    # Code 0x85 of WinAnsi is the ellipsis; the ligature comes by way of a name in a difference.
    encoded = pdf_of([body(700, "x")]).replace(
        b"/BaseFont /Helvetica /Encoding /WinAnsiEncoding",
        b"/BaseFont /Helvetica /Encoding << /Differences [120 /fi] >>",
    )
    assert read_bytes("a.pdf", encoded).text == "fi"


def test_a_picture_that_draws_itself_is_no_end() -> None:
    itself = stream_of(
        "BT /F0 12 Tf 72 700 Td (Inside.) Tj ET /Fm0 Do",
        "/Type /XObject /Subtype /Form /BBox [0 0 595 842] "
        "/Resources << /Font << /F0 3 0 R >> /XObject << /Fm0 10 0 R >> >>",
    )
    data = pdf_of([[]], resources="/XObject << /Fm0 10 0 R >>", extra=[itself], content="/Fm0 Do")
    assert "Inside." in read_bytes("a.pdf", data).text


def test_what_was_filled_into_a_form_is_read() -> None:
    shown = stream_of(
        "/Tx BMC BT /F0 12 Tf 2 4 Td (Ana Silva) Tj ET EMC",
        "/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F0 3 0 R >> >>",
    )
    field = (
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (tenant) /V (Ana Silva) /F 4 "
        "/Rect [150 600 350 620] /AP << /N 11 0 R >> >>"
    )
    data = pdf_of(
        [body(700, "Name of the tenant:")],
        extra=[field, shown],
        page="/Annots [10 0 R]",
        catalog="/AcroForm << /Fields [10 0 R] >>",
    )
    assert "Ana Silva" in read_bytes("a.pdf", data).text


def test_bookmarks_say_what_is_a_heading() -> None:
    first = "<< /Title (Rent and notice) /Parent 10 0 R /Dest [12 0 R /Fit] >>"
    data = pdf_of(
        [[Line("Rent and notice", 700), *body(660, PROSE, PROSE)]],
        extra=["<< /First 11 0 R /Last 11 0 R /Count 1 >>", first],
        catalog="/Outlines 10 0 R",
    )
    assert outline(read_bytes("a.pdf", data))[0] == "h1 Rent and notice"


def test_pages_of_pictures_between_pages_of_text_are_noted() -> None:
    picture = (
        "/Type /XObject /Subtype /Image /Width 1 /Height 1 "
        "/ColorSpace /DeviceGray /BitsPerComponent 8"
    )
    data = pdf_of(
        [body(700, "Fire is covered."), [], [], body(700, "The end."), []],
        resources="/XObject << /Im0 10 0 R >>",
        extra=[stream_of("x", picture)],
        content="q 500 0 0 700 0 0 cm /Im0 Do Q",
    )
    (part,) = read_bytes("policy.pdf", data).unread
    assert (part.kind, part.names, part.count, part.total, part.reason) == (
        "page",
        ("2–3", "5"),
        3,
        5,
        "pictures",
    )


def test_pages_without_anything_on_them_are_no_gap() -> None:
    assert read_bytes("a.pdf", pdf_of([body(700, "One."), [], body(700, "Three.")])).unread == ()
