"""PDFs of which something is typed on, commented, a picture, or letters without meaning."""

from pathlib import Path

import pytest

from assistant.core.values.documents import PartReason, UnreadParts
from assistant.library.limits import ReadLimits
from tests.library.readers.pdf.test_ocr import ENGLISH, limits, scanned, standin
from tests.support.documents import outline, read_bytes, reason
from tests.support.pdfs import Line, pdf_of, stream_of

VOID = "/BaseFont /Helvetica /Encoding << /Differences [32 {}] >>"


def body(y: float, *lines: str) -> list[Line]:
    return [Line(text, y - 14 * number) for number, text in enumerate(lines)]


def typed(kind: str, contents: str, rest: str = "", rect: str = "[150 695 350 715]") -> str:
    return f"<< /Type /Annot /Subtype /{kind} /F 4 /Rect {rect} /Contents ({contents}) {rest} >>"


def with_notes(page: list[Line], *notes: str) -> bytes:
    names = " ".join(f"{10 + number} 0 R" for number in range(len(notes)))
    return pdf_of([page], extra=notes, page=f"/Annots [{names}]")


def unread(*numbers: str, reason: PartReason, total: int) -> tuple[UnreadParts, ...]:
    count = sum(1 + int(n.split("–")[-1]) - int(n.split("–")[0]) for n in numbers)
    return (UnreadParts(kind="page", names=numbers, count=count, reason=reason, total=total),)


def shifted(text: str, by: int) -> str:
    return "".join(char if char in " .," else chr(ord(char) + by) for char in text)


def test_text_that_was_typed_onto_a_page_stands_where_it_was_typed() -> None:
    data = with_notes(
        body(700, "Skipper:", "Class:"), typed("FreeText", "Marta Lindo", "/DA (/Helv 12 Tf 0 g)")
    )
    lines = outline(read_bytes("a.pdf", data))
    assert " ".join(lines).index("Skipper:") < " ".join(lines).index("Marta Lindo")
    assert " ".join(lines).index("Marta Lindo") < " ".join(lines).index("Class:")


@pytest.mark.parametrize("names", [("Ana", "Rui"), ("12", "7.5"), ("Rui", "Ana", "Zé")])
def test_texts_typed_side_by_side_into_one_cell_are_a_part_of_it(names: tuple[str, ...]) -> None:
    page = body(700, "Crew")
    for y, label, text in (
        (680, "Boat", "The white one with two masts and a long keel"),
        (660, "Yard", "Behind the old mill by the bend of the river"),
        (640, "Owner", "She who sold the other one to a man from Faro"),
    ):
        page += [Line(label, y), Line(text, y, x=150)]
    notes = [
        typed("FreeText", name, "/DA (/Helv 12 Tf 0 g)", f"[{x} 695 {x + 60} 715]")
        for name, x in zip(names, (150, 230, 310), strict=False)
    ]
    lines = outline(read_bytes("a.pdf", with_notes(page, *notes)))
    assert f"Crew | {' '.join(names)}" in lines[0]
    assert lines[1:][:1] == ["row Boat | The white one with two masts and a long keel"]


def test_what_a_stamp_shows_is_read() -> None:
    shown = stream_of(
        "BT /F0 12 Tf 2 4 Td (Paid on 9 June) Tj ET",
        "/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F0 3 0 R >> >>",
    )
    stamp = typed("Stamp", "stamped by the clerk", "/AP << /N 11 0 R >>")
    data = pdf_of([body(600, "Bill 12.")], extra=[stamp, shown], page="/Annots [10 0 R]")
    text = read_bytes("a.pdf", data).text
    assert "Paid on 9 June" in text
    assert "stamped by the clerk" not in text


def test_notes_are_read_without_their_author_and_highlights_once() -> None:
    data = with_notes(
        body(600, "The hull is painted white each spring."),
        typed("Text", "Better in autumn.", "/T (R. Moss)"),
        typed(
            "Highlight", "painted white", "/T (R. Moss) /QuadPoints [72 612 90 612 72 598 90 598]"
        ),
        typed("Highlight", "Ask the yard first.", "/T (R. Moss)"),
        typed("Text", "Never shown.", "/T (R. Moss)").replace("/F 4", "/F 2"),
    )
    assert outline(read_bytes("a.pdf", data)) == [
        "p The hull is painted white each spring.",
        "p Better in autumn.",
        "p Ask the yard first.",
    ]


def mixed() -> bytes:
    """Text, and a page that is a picture."""
    scan = scanned(ENGLISH)
    return scan.replace(b"/Count 1 /Kids [", b"/Count 2 /Kids [6 0 R ").replace(
        b"6 0 obj", b"60 0 obj"
    )


def picture_between() -> bytes:
    pixel = stream_of(
        "\x00",
        "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray"
        " /BitsPerComponent 8",
    )
    data = pdf_of(
        [body(700, "Policy 88."), [], [], body(700, "Signed.")],
        resources="/XObject << /Im0 10 0 R >>",
        extra=[pixel],
    )
    show = b"<< /Length 34  >>\nstream\nq 595 0 0 842 0 0 cm /Im0 Do Q    \nendstream"
    return data.replace(b"<< /Length 0  >>\nstream\n\nendstream", show)


def test_pages_that_are_pictures_are_told() -> None:
    document = read_bytes("a.pdf", picture_between())
    assert outline(document) == ["p Policy 88.", "p Signed."]
    assert document.unread == unread("2–3", reason="pictures", total=4)


def test_with_ocr_only_the_pages_that_are_pictures_are_read_by_it(tmp_path: Path) -> None:
    command = standin(tmp_path, "print('Water damage is covered.')")
    document = read_bytes("a.pdf", picture_between(), limits(command))
    assert [(block.page, document.text[block.start : block.end]) for block in document.blocks] == [
        (1, "Policy 88."),
        (2, "Water damage is covered."),
        (3, "Water damage is covered."),
        (4, "Signed."),
    ]
    assert document.unread == ()


def test_a_page_that_ocr_fails_at_is_told(tmp_path: Path) -> None:
    command = standin(tmp_path, "sys.exit(1)")
    document = read_bytes("a.pdf", picture_between(), limits(command))
    assert document.unread == unread("2–3", reason="pictures", total=4)


def test_ocr_that_is_not_installed_leaves_the_text_pages(tmp_path: Path) -> None:
    document = read_bytes("a.pdf", picture_between(), limits(str(tmp_path / "none")))
    assert outline(document) == ["p Policy 88.", "p Signed."]
    assert document.unread == unread("2–3", reason="pictures", total=4)


def void_letters(*pages: list[Line]) -> bytes:
    """Pages in a font whose signs stand for no letter that PDFium knows of."""
    names = " ".join("/.notdef" for _ in range(32, 128))
    return pdf_of(pages).replace(
        b"/BaseFont /Helvetica /Encoding /WinAnsiEncoding", VOID.format(names).encode()
    )


PROSE = (
    "The ferry leaves the north pier at seven and at noon, and a return ticket costs",
    "twenty euros for adults. Bicycles travel free of charge on weekdays only, and dogs",
    "must be kept on a lead while they are on deck, as the master of the ship wishes.",
)


def test_letters_that_stand_for_others_are_told() -> None:
    for by in (1, 2, -1, 3):
        page = body(700, *(shifted(line, by) for line in PROSE))
        document = read_bytes("a.pdf", pdf_of([page, body(700, *PROSE)]))
        assert document.unread == unread("1", reason="no_meaning", total=2)


@pytest.mark.parametrize(
    "lines",
    [
        PROSE,
        ("O barco sai do cais norte às sete e ao meio-dia, e o bilhete de ida e volta custa",
         "vinte euros por adulto. As bicicletas viajam de graça nos dias de semana, e os",
         "cães têm de andar com trela enquanto estiverem no convés, como o mestre deseja."),
        ("Lautta lähtee pohjoislaiturilta kello seitsemän ja keskipäivällä, ja meno-paluulippu",
         "maksaa kaksikymmentä euroa aikuiselta. Polkupyörät kulkevat arkisin maksutta, mutta",
         "koirat pidetään kytkettyinä kannella, kuten laivan päällikkö toivoo kaikilta aina."),
        tuple(f"KX-{n} bolt M{n % 9} zinc {n * 7} pcs stock {n % 5}" for n in range(300, 312)),
        tuple(f"Anna Berg Oslo {n} Ivar Lund Bergen {n + 3} Siri Dahl Molde" for n in range(9)),
    ],
)  # fmt: skip
def test_letters_of_languages_lists_and_names_mean_themselves(lines: tuple[str, ...]) -> None:
    assert read_bytes("a.pdf", pdf_of([body(700, *lines)])).unread == ()


def test_pages_whose_letters_mean_nothing_are_given_to_ocr(tmp_path: Path) -> None:
    page = body(700, *(shifted(line, 1) for line in PROSE))
    command = standin(tmp_path, "print('The ferry leaves at seven.')")
    document = read_bytes("a.pdf", pdf_of([page]), limits(command))
    assert document.text == "The ferry leaves at seven."
    assert document.unread == ()


def test_signs_that_stand_for_no_letter_are_no_text(tmp_path: Path) -> None:
    data = pdf_of([body(700, "\x01\x02\x03\x04\x05 \x06\x07\x08\x0e\x0f\x10")])
    assert reason("a.pdf", data) == "no_text"
    command = standin(tmp_path, "print('The aquarium opens at nine.')")
    assert read_bytes("a.pdf", data, limits(command)).text == "The aquarium opens at nine."


def test_hostile_pages_are_read_in_bounded_time() -> None:
    page = [Line(f"{n % 7}", 800 - (n * 37) % 760, 6, x=20 + (n * 53) % 540) for n in range(4000)]
    assert len(read_bytes("a.pdf", pdf_of([page]), ReadLimits()).text) >= 4000
