"""Automatic numbers of DOCX, as the program shows them."""

import pytest

from tests.support.documents import outline, read_bytes
from tests.support.office_files import W, docx, p


def level(number: int, form: str, text: str, *, start: int = 1, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbering(*lists: str, **abstract: str) -> str:
    """A part of numbering: `lists` are the insides of lists 1, 2 …; `abstract` is `a0`, `a1` …"""
    definitions = "".join(
        f'<w:abstractNum w:abstractNumId="{name[1:]}">{levels}</w:abstractNum>'
        for name, levels in abstract.items()
    )
    numbers = "".join(
        f'<w:num w:numId="{n}">{inside}</w:num>' for n, inside in enumerate(lists, start=1)
    )
    return f"<w:numbering {W}>{definitions}{numbers}</w:numbering>"


def abstract(number: int) -> str:
    return f'<w:abstractNumId w:val="{number}"/>'


def item(text: str, at: int | None = 0, number: int = 1, style: str = "") -> str:
    place = "" if at is None else f'<w:ilvl w:val="{at}"/>'
    return p(text, style, f'<w:numPr>{place}<w:numId w:val="{number}"/></w:numPr>')


def lines(body: str, definitions: str, styles: str = "") -> list[str]:
    links = (("numbering", "numbering.xml"), ("styles", "styles.xml"))
    data = docx(body, links, numbering=definitions, styles=f"<w:styles {W}>{styles}</w:styles>")
    read = read_bytes("a.docx", data)
    return [read.text[block.start : block.end] for block in read.blocks]


CLAUSES = (
    level(0, "decimal", "%1.") + level(1, "decimal", "%1.%2") + level(2, "lowerLetter", "(%3)")
)


def test_clauses_have_their_numbers() -> None:
    body = (
        item("Term") + item("Two years.", 1) + item("Notice.", 1) + item("in writing", 2)
        + item("by hand", 2) + p("Plain text.") + item("Liability") + item("Fees.", 1)
        + item("None.", 2) + item("", 1) + item("Lost profit.", 1)
    )  # fmt: skip
    assert lines(body, numbering(abstract(0), a0=CLAUSES)) == [
        "1. Term", "1.1 Two years.", "1.2 Notice.", "(a) in writing", "(b) by hand", "Plain text.",
        "2. Liability", "2.1 Fees.", "(a) None.", "2.3 Lost profit.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "text", "start", "expected"),
    [
        ("upperRoman", "Article %1", 4, ["Article IV x", "Article V x"]),
        ("lowerRoman", "%1)", 9, ["ix) x", "x) x"]),
        ("upperLetter", "%1.", 26, ["Z. x", "AA. x"]),
        ("decimalZero", "%1", 9, ["09 x", "10 x"]),
        ("ordinal", "%1", 11, ["11th x", "12th x"]),
        ("none", "Note", 1, ["Note x", "Note x"]),
        ("none", "%1", 1, ["x", "x"]),
        ("bullet", "•", 1, ["x", "x"]),
        ("decimal", "Cláusula %1.ª –", 1, ["Cláusula 1.ª – x", "Cláusula 2.ª – x"]),
        ("japaneseCounting", "%1", 1, ["1 x", "2 x"]),
    ],
)
def test_numbers_have_their_form(form: str, text: str, start: int, expected: list[str]) -> None:
    definitions = numbering(abstract(0), a0=level(0, form, text, start=start))
    assert lines(item("x") + item("x"), definitions) == expected


def test_lists_of_one_definition_go_on_unless_they_begin_anew() -> None:
    anew = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    body = item("a") + item("b") + item("c", number=2) + item("d", number=3) + item("e", number=1)
    definitions = numbering(abstract(0), abstract(0), abstract(0) + anew, a0=CLAUSES)
    assert lines(body, definitions) == ["1. a", "2. b", "3. c", "1. d", "2. e"]


def test_a_list_may_replace_a_level() -> None:
    own = f'<w:lvlOverride w:ilvl="0">{level(0, "upperLetter", "Annex %1")}</w:lvlOverride>'
    definitions = numbering(abstract(0) + own, a0=CLAUSES)
    assert lines(item("Prices") + item("Map"), definitions) == ["Annex A Prices", "Annex B Map"]


def test_legal_numbers_are_decimal_and_some_levels_never_begin_anew() -> None:
    levels = level(0, "upperRoman", "Article %1") + level(
        1, "decimal", "%1.%2", more='<w:isLgl/><w:lvlRestart w:val="0"/>'
    )
    body = item("One") + item("a", 1) + item("b", 1) + item("Two") + item("c", 1)
    expected = ["Article I One", "1.1 a", "1.2 b", "Article II Two", "2.3 c"]
    assert lines(body, numbering(abstract(0), a0=levels)) == expected


def test_a_level_above_that_was_not_used_counts_as_begun() -> None:
    assert lines(item("a", 1), numbering(abstract(0), a0=CLAUSES)) == ["1.1 a"]


def test_styles_number_their_paragraphs() -> None:
    levels = level(0, "decimal", "%1", more='<w:pStyle w:val="H1"/>') + level(
        1, "decimal", "%1.%2", more='<w:pStyle w:val="H2"/>'
    )
    styles = (
        '<w:style w:styleId="H1"><w:name w:val="heading 1"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="H2"><w:name w:val="heading 2"/><w:basedOn w:val="H1"/>'
        '<w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="Own"><w:name w:val="Own"/><w:basedOn w:val="H2"/></w:style>'
    )
    body = (
        p("Scope", "H1") + p("Use", "H2") + p("Own", "Own") + item("Preface", number=0, style="H1")
        + p("Terms", "H1")
    )  # fmt: skip
    definitions = numbering(abstract(0), a0=levels)
    assert lines(body, definitions, styles) == [
        "1 Scope",
        "1.1 Use",
        "1.2 Own",
        "Preface",
        "2 Terms",
    ]


def test_a_definition_may_be_that_of_a_style_of_lists() -> None:
    styles = (
        '<w:style w:styleId="Mine"><w:name w:val="Mine"/>'
        '<w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>'
    )
    linked = '<w:numStyleLink w:val="Mine"/>'
    definitions = numbering(abstract(0), abstract(1), a0=linked, a1=CLAUSES)
    assert lines(item("a") + item("b"), definitions, styles) == ["1. a", "2. b"]


def test_cells_and_notes_are_numbered_too() -> None:
    table = f"<w:tbl><w:tr><w:tc>{item('a')}</w:tc><w:tc>{item('b')}</w:tc></w:tr></w:tbl>"
    definitions = numbering(abstract(0), a0=CLAUSES)
    assert lines(table + item("c"), definitions) == ["1. a | 2. b", "3. c"]


def test_the_title_has_no_number() -> None:
    styles = '<w:style w:styleId="H"><w:name w:val="heading 1"/></w:style>'
    links = (("numbering", "numbering.xml"), ("styles", "styles.xml"))
    data = docx(
        item("Scope", style="H"), links, numbering=numbering(abstract(0), a0=CLAUSES),
        styles=f"<w:styles {W}>{styles}</w:styles>",
    )  # fmt: skip
    read = read_bytes("a.docx", data)
    assert (outline(read), read.title) == (["h1 1. Scope"], "Scope")


def test_definitions_in_a_circle_or_without_end_are_no_harm() -> None:
    styles = (
        '<w:style w:styleId="A"><w:name w:val="A"/><w:basedOn w:val="B"/></w:style>'
        '<w:style w:styleId="B"><w:name w:val="B"/><w:basedOn w:val="A"/></w:style>'
    )
    circle = numbering(abstract(0), a0='<w:numStyleLink w:val="A"/>')
    assert lines(item("a", style="A"), circle, styles) == ["a"]
    huge = numbering(abstract(0), a0=level(0, "lowerRoman", "%1" * 5000, start=999_999_999))
    assert len(lines(item("a"), huge)[0]) <= 102
    assert lines(item("a", 99, 77), huge) == ["a"]


STAFF = [
    "columns Department | Employee | Extension",
    "row Radiology | Ines Prado | 2101",
    "row Radiology | Tom Weller | 2102",
    "row Cardiology | closed | closed",
]


def row(*cells: str, header: bool = False) -> str:
    mark = "<w:trPr><w:tblHeader/></w:trPr>" if header else ""
    return f"<w:tr>{mark}{''.join(cells)}</w:tr>"


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def test_merged_cells_of_a_table_stand_in_all_their_rows_and_columns() -> None:
    body = (
        row(cell("Department"), cell("Employee"), cell("Extension"))
        + row(cell("Radiology", '<w:vMerge w:val="restart"/>'), cell("Ines Prado"), cell("2101"))
        + row(cell("", "<w:vMerge/>"), cell("Tom Weller"), cell("2102"))
        + row(cell("Cardiology"), cell("closed", '<w:gridSpan w:val="2"/>'))
    )
    assert outline(read_bytes("a.docx", docx(f"<w:tbl>{body}</w:tbl>"))) == STAFF


def test_rows_that_repeat_on_each_page_name_the_columns() -> None:
    body = row(cell("1"), cell("2"), header=True) + row(cell("3"), cell("4"))
    assert outline(read_bytes("a.docx", docx(f"<w:tbl>{body}</w:tbl>"))) == [
        "columns 1 | 2",
        "row 3 | 4",
    ]
