"""DOCX, PPTX, XLSX: what a reader sees, whatever wraps it."""

import pytest

from assistant.core.values.documents import UnreadParts
from assistant.library.limits import ReadLimits
from tests.support.documents import outline, packed, read_bytes, reason
from tests.support.office_files import (
    A,
    W,
    docx,
    p,
    pptx,
    relations,
    rows,
    shape,
    slide,
    xlsx,
)

STYLES = f"""<w:styles {W}>
<w:style w:styleId="Ttulo1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="Mine"><w:name w:val="Clause"/><w:basedOn w:val="Ttulo1"/></w:style>
<w:style w:styleId="Deep"><w:name w:val="Deep"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
<w:style w:styleId="Round"><w:name w:val="Round"/><w:basedOn w:val="Round"/></w:style>
<w:style w:styleId="Items"><w:name w:val="Items"/><w:pPr><w:numPr/></w:pPr></w:style>
</w:styles>"""


def test_headings_of_word_are_known_in_any_language_and_by_inheritance() -> None:
    body = p("One", "Ttulo1") + p("Two", "Mine") + p("Three", "Deep") + p("Text", "Round")
    document = read_bytes("a.docx", docx(body, (("styles", "styles.xml"),), styles=STYLES))
    assert outline(document) == ["h1 One", "h1 Two", "h3 Three", "p Text"]
    assert document.title == "One"


def test_a_heading_further_down_is_not_the_title() -> None:
    body = p("Dear reader") + p("References", "Ttulo1")
    document = read_bytes("a.docx", docx(body, (("styles", "styles.xml"),), styles=STYLES))
    assert document.title == "a.docx"


def test_lists_and_tables_keep_their_kind() -> None:
    table = f"<w:tbl><w:tr><w:tc>{p('a')}{p('b')}</w:tc><w:tc>{p('c')}</w:tc></w:tr></w:tbl>"
    body = p("item", "Items") + p("other", properties="<w:numPr/>") + table
    document = read_bytes("a.docx", docx(body, (("styles", "styles.xml"),), styles=STYLES))
    assert outline(document) == ["list item", "list other", "row a b | c"]


def test_a_frame_of_one_cell_is_no_table() -> None:
    table = f"<w:tbl><w:tr><w:tc>{p('One', 'Ttulo1')}{p('Text')}</w:tc></w:tr></w:tbl>"
    document = read_bytes("a.docx", docx(table, (("styles", "styles.xml"),), styles=STYLES))
    assert outline(document) == ["h1 One", "p Text"]


def test_changes_count_as_accepted() -> None:
    body = (
        "<w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
        "<w:r><w:noBreakHyphen/><w:t>part</w:t><w:tab/><w:t>end</w:t></w:r></w:p>"
        "<w:sdt><w:sdtContent>" + p("in a control") + "</w:sdtContent></w:sdt>"
    )
    assert outline(read_bytes("a.docx", docx(body))) == ["p new-part\tend", "p in a control"]


def test_what_stands_around_the_body_is_read_too() -> None:
    links = (("header", "header1.xml"), ("footnotes", "footnotes.xml"), ("comments", "c.xml"))
    document = read_bytes(
        "a.docx",
        docx(
            p("Body"),
            links,
            header1=f"<w:hdr {W}>{p('Header')}</w:hdr>",
            footnotes=f"<w:footnotes {W}><w:footnote>{p('Note')}</w:footnote></w:footnotes>",
            c=f"<w:comments {W}><w:comment>{p('Comment')}</w:comment></w:comments>",
        ),
    )
    assert outline(document) == ["p Body", "p Header", "p Note", "p Comment"]


def test_text_boxes_are_read_once() -> None:
    inner = f"<w:txbxContent>{p('Inner')}</w:txbxContent>"
    box = f"<w:txbxContent><w:p><w:r><w:t>Outer</w:t>{inner}</w:r></w:p></w:txbxContent>"
    old = f"<w:txbxContent>{p('Outer')}</w:txbxContent>"
    alternate = (
        '<mc:AlternateContent xmlns:mc="urn:mc">'
        f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{old}</mc:Fallback></mc:AlternateContent>"
    )
    body = f"<w:p><w:r><w:t>Text</w:t>{alternate}</w:r></w:p>"
    assert outline(read_bytes("a.docx", docx(body))) == ["p Text", "p Outer", "p Inner"]


def test_a_document_of_pictures_has_no_text() -> None:
    data = docx("<w:p/>", (), **{"media/image1": "not looked at"})
    assert reason("a.docx", data) == "no_text"
    assert reason("a.docx", docx("<w:p/>")) == "empty"


def test_merged_cells_of_a_slide_stand_in_all_their_rows_and_columns() -> None:
    def cell(text: str, marks: str = "") -> str:
        return f"<a:tc {marks}><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"

    lines = (
        (cell("Department"), cell("Employee"), cell("Extension")),
        (cell("Radiology", 'rowSpan="2"'), cell("Ines Prado"), cell("2101")),
        (cell("", 'vMerge="1"'), cell("Tom Weller"), cell("2102")),
        (cell("Cardiology"), cell("closed", 'gridSpan="2"'), cell("", 'hMerge="1"')),
    )
    table = "".join(f"<a:tr>{''.join(line)}</a:tr>" for line in lines)
    data = pptx(slide(f"<p:graphicFrame><a:tbl>{table}</a:tbl></p:graphicFrame>"))
    assert outline(read_bytes("a.pptx", data)) == [
        "columns Department | Employee | Extension",
        "row Radiology | Ines Prado | 2101",
        "row Radiology | Tom Weller | 2102",
        "row Cardiology | closed | closed",
    ]


EMBEDDED = (
    ("package", "../embeddings/Budget.xlsx"),
    ("oleObject", "../embeddings/oleObject1.bin"),
    ("image", "../media/image1.emf"),
)
UNREAD = UnreadParts(
    kind="object", names=("Budget.xlsx", "oleObject1.bin"), count=2, reason="unsupported"
)


def test_files_embedded_in_a_document_are_said() -> None:
    inside = tuple((kind, target.removeprefix("../")) for kind, target in EMBEDDED)
    assert read_bytes("a.docx", docx(p("The lease"), inside)).unread == (UNREAD,)
    assert read_bytes("a.docx", docx(p("The lease"))).unread == ()


def test_files_embedded_in_a_slide_are_said() -> None:
    rels = {"slides/_rels/slide1.xml.rels": relations(*EMBEDDED)}
    assert read_bytes("a.pptx", pptx(slide(shape("Rent")), **rels)).unread == (UNREAD,)


def test_files_embedded_in_a_sheet_are_said_with_it() -> None:
    rels = {"worksheets/_rels/sheet1.xml.rels": relations(*EMBEDDED)}
    data = xlsx(("Rents", rows("Flat", "Rent")), **rels)
    assert read_bytes("a.xlsx", data).unread == (UNREAD.model_copy(update={"within": "Rents"}),)


def test_the_numbers_behind_a_chart_are_no_file_of_its_own() -> None:
    chart = (
        f'<c:chart xmlns:c="urn:c" {A}><c:ser><c:tx><c:v>Rent</c:v></c:tx>'
        "<c:val><c:v>900</c:v></c:val></c:ser></c:chart>"
    )
    parts = {
        "slides/_rels/slide1.xml.rels": relations(("chart", "../charts/chart1.xml")),
        "charts/chart1.xml": chart,
        "charts/_rels/chart1.xml.rels": relations(EMBEDDED[0]),
    }
    document = read_bytes("a.pptx", pptx(slide(shape("Rents")), **parts))
    assert (document.text, document.unread) == ("Rents\n\nRent: 900", ())


def test_entities_of_a_document_are_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>'
    data = packed(
        {
            "[Content_Types].xml": "",
            "word/document.xml": f"{bomb}<w:document {W}>{p('x &b; y')}</w:document>",
        }
    )
    assert "lol" not in read_bytes("a.docx", data).text


def test_deep_nesting_is_no_crash() -> None:
    deep = "<w:sdt>" * 100_000 + p("x")
    assert reason("a.docx", docx(deep)) in {"corrupt", "empty"}


def test_slides_come_in_the_order_of_the_show() -> None:
    first = slide(shape("Plan", "ctrTitle"), shape("a\nb", "body"), shape("7", "sldNum"))
    document = read_bytes("a.pptx", pptx(slide(shape("End")), first))
    assert outline(document) == ["h1 Plan", "list a", "list b", "p End"]
    assert [block.page for block in document.blocks] == [1, 1, 1, 2]
    assert document.title == "Plan"


def test_tables_charts_and_notes_belong_to_their_slide() -> None:
    cell = "<a:tc><a:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></a:txBody></a:tc>"
    row = f"<a:tr>{cell.format('x')}{cell.format('y')}</a:tr>"
    table = f"<p:graphicFrame><a:tbl>{row}</a:tbl></p:graphicFrame>"
    chart = (
        '<c:chartSpace xmlns:c="urn:c"><c:ser><c:tx><c:v>Rent</c:v></c:tx>'
        "<c:cat><c:v>May</c:v><c:v>June</c:v></c:cat>"
        "<c:val><c:v>4.4000000000000004</c:v><c:v>5</c:v></c:val></c:ser></c:chartSpace>"
    )
    data = pptx(
        slide(table),
        **{
            "slides/_rels/slide1.xml.rels": relations(
                ("chart", "../charts/chart1.xml"), ("notesSlide", "../notesSlides/n.xml")
            ),
            "charts/chart1.xml": chart,
            "notesSlides/n.xml": slide(shape("Say this")),
        },
    )
    document = read_bytes("a.pptx", data)
    assert outline(document) == ["row x | y", "p Rent: May 4.4; June 5", "p Say this"]


@pytest.mark.parametrize("name", ["a.docx", "a.pptx", "a.xlsx", "a.odt", "a.epub"])
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty"),
        (b"plain text", "corrupt"),
        (b"<html><body>a page</body></html>", "corrupt"),
        (b"PK\x03\x04 and no more", "corrupt"),
        (packed({"notes.txt": "a zip of something else"}), "corrupt"),
    ],
)
def test_what_is_not_what_its_name_says_is_corrupt(name: str, data: bytes, expected: str) -> None:
    assert reason(name, data) == expected


def test_a_wrong_checksum_does_not_cost_the_text() -> None:
    data = bytearray(docx(p("Words that stay")))
    place = data.rindex(b"PK\x01\x02", 0, data.rindex(b"word/document.xml"))
    data[place + 16] ^= 0xFF
    assert read_bytes("a.docx", bytes(data)).text == "Words that stay"


def test_an_archive_of_too_many_parts_is_not_read() -> None:
    many = packed({f"word/{number}.xml": "" for number in range(20)})
    assert reason("a.docx", many, ReadLimits(archive_entries=10)) == "too_large"


def test_what_unpacks_without_end_is_not_read() -> None:
    body = p("x" * 3_000_000)
    assert reason("a.docx", docx(body), ReadLimits(inflated_bytes=2_000_000)) == "too_large"
    assert reason("a.docx", docx(body), ReadLimits(suspicious_bytes=1_000_000)) == "too_large"
    assert (
        reason("a.xlsx", xlsx(("S", rows(body))), ReadLimits(inflated_bytes=2_000_000))
        == "too_large"
    )
