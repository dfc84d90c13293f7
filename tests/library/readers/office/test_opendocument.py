from assistant.library.limits import ReadLimits
from tests.support.documents import outline, read_bytes, reason
from tests.support.office_files import NAMES, opendocument


def test_headings_lists_and_tables_of_a_text() -> None:
    body = (
        '<text:h text:outline-level="2">Rent</text:h>'
        "<text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
        "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
    )
    read = read_bytes("a.odt", opendocument("text", body))
    assert outline(read) == ["h2 Rent", "list item", "row a | b"]
    assert read.title == "Rent"


def test_spaces_are_as_the_writer_meant_them() -> None:
    body = (
        "<text:p>one\n   two<text:s text:c='3'/>three<text:tab/>four"
        "<text:line-break/>five<text:span> six</text:span></text:p>"
    )
    assert outline(read_bytes("a.odt", opendocument("text", body))) == [
        "p one two   three\tfour\nfive six"
    ]


def test_notes_and_comments_do_not_interrupt_their_sentence() -> None:
    body = (
        "<text:p>The rent<text:note><text:note-body><text:p>A note.</text:p></text:note-body>"
        "</text:note> rises.</text:p>"
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
    )
    assert outline(read_bytes("a.odt", opendocument("text", body))) == [
        "p The rent rises.",
        "p A note.",
    ]


def test_rows_of_a_sheet_keep_their_numbers() -> None:
    first = "<table:table-cell><text:p>first</text:p></table:table-cell>"
    twice = (
        '<table:table-cell table:number-columns-repeated="2"><text:p>twice</text:p>'
        "</table:table-cell>"
        '<table:table-cell table:number-columns-repeated="16000"/>'
    )
    gap = 'table:number-rows-repeated="1048574"><table:table-cell/>'
    body = (
        f'<table:table table:name="Rents"><table:table-row>{first}</table:table-row>'
        f"<table:table-row {gap}</table:table-row>"
        f"<table:table-row>{twice}</table:table-row></table:table>"
    )
    read = read_bytes("a.ods", opendocument("spreadsheet", body))
    assert outline(read) == ["h1 Rents", "row first", "row twice | twice"]
    assert [(block.sheet, block.row) for block in read.blocks[1:]] == [
        ("Rents", 1),
        ("Rents", 1_048_576),
    ]


def test_slides_are_pages_with_titles() -> None:
    title = (
        '<draw:frame presentation:class="title"><draw:text-box><text:p>Plan</text:p>'
        "</draw:text-box></draw:frame>"
    )
    first = f"<draw:page>{title}<text:p>one</text:p></draw:page>"
    body = f"{first}<draw:page><text:p>two</text:p></draw:page>"
    read = read_bytes("a.odp", opendocument("presentation", body))
    assert outline(read) == ["h1 Plan", "p one", "p two"]
    assert [block.page for block in read.blocks] == [1, 1, 2]


def test_a_password_is_a_reason() -> None:
    manifest = (
        "<manifest:manifest xmlns:manifest='urn:m'><manifest:encryption-data/></manifest:manifest>"
    )
    data = opendocument("text", "", **{"META-INF/manifest": manifest})
    assert reason("a.odt", data) == "encrypted"


def cell(text: str, **attributes: object) -> str:
    marks = "".join(f' table:{key.replace("_", "-")}="{each}"' for key, each in attributes.items())
    inside = f"<text:p>{text}</text:p>" if text else ""
    return f"<table:table-cell{marks}>{inside}</table:table-cell>"


COVERED = "<table:covered-table-cell/>"


def row(*cells: str, visibility: str = "visible") -> str:
    return f'<table:table-row table:visibility="{visibility}">{"".join(cells)}</table:table-row>'


STAFF = (
    row(cell("Department"), cell("Employee"), cell("Extension"))
    + row(cell("Radiology", number_rows_spanned=2), cell("Ines Prado"), cell("2101"))
    + row(COVERED, cell("Tom Weller"), cell("2102"))
    + row(cell("Cardiology"), cell("closed", number_columns_spanned=2), COVERED)
)
STAFF_ROWS = [
    "columns Department | Employee | Extension",
    "row Radiology | Ines Prado | 2101",
    "row Radiology | Tom Weller | 2102",
    "row Cardiology | closed | closed",
]


def test_merged_cells_of_a_sheet_and_of_a_text_stand_in_all_their_rows_and_columns() -> None:
    table = f'<table:table table:name="Staff">{STAFF}</table:table>'
    assert outline(read_bytes("a.ods", opendocument("spreadsheet", table)))[1:] == STAFF_ROWS
    assert outline(read_bytes("a.odt", opendocument("text", table))) == STAFF_ROWS


def test_rows_that_a_text_calls_a_header_name_the_columns() -> None:
    header = f"<table:table-header-rows>{row(cell('1'), cell('2'))}</table:table-header-rows>"
    table = f"<table:table>{header}{row(cell('3'), cell('4'))}</table:table>"
    assert outline(read_bytes("a.odt", opendocument("text", table))) == [
        "columns 1 | 2",
        "row 3 | 4",
    ]


def test_what_is_hidden_in_a_sheet_is_left_out_and_said() -> None:
    columns = (
        "<table:table-column/><table:table-column table:visibility='collapse'/>"
        "<table:table-column table:number-columns-repeated='9'/>"
    )
    rows = (
        row(cell("Item"), cell("Cost"), cell("Price"))
        + row(cell("Oak"), cell("3"), cell("5"))
        + row(cell("Ash"), cell("4"), cell("6"), visibility="collapse")
        + row(cell("Fir"), cell("4"), cell("7"), visibility="filter")
        + "<table:table-row-group table:display='false'>"
        + row(cell("Elm"), cell("4"), cell("8"), visibility="collapse")
        + "</table:table-row-group>"
    )
    style = (
        '<style:style style:name="ta2"><style:table-properties table:display="false"/>'
        "</style:style>"
    )
    body = (
        f'<table:table table:name="S">{columns}{rows}</table:table>'
        f'<table:table table:name="Notes" table:style-name="ta2">{rows}</table:table>'
    )
    data = opendocument("spreadsheet", body, head=style)
    read = read_bytes("a.ods", data)
    assert outline(read) == [
        "h1 S",
        "columns Item | Price",
        "row Oak | 5",
        "row Fir | 7",
        "row Elm | 8",
    ]
    assert [(part.kind, part.names, part.reason) for part in read.unread] == [
        ("column", ("B",), "hidden"),
        ("row", ("3",), "hidden"),
        ("sheet", ("Notes",), "hidden"),
    ]


def test_a_formula_of_a_sheet_without_a_value_is_shown_and_said() -> None:
    rows = row(cell("Paint"), cell("120")) + row(
        cell("Total"), cell("", formula="of:=SUM([.B1:.B1])+[$Other.A1]")
    )
    body = f'<table:table table:name="S">{rows}</table:table>'
    read = read_bytes("a.ods", opendocument("spreadsheet", body))
    assert outline(read)[-1] == "row Total | =SUM(B1:B1)+A1"
    assert [(part.names, part.reason) for part in read.unread] == [(("B2",), "no_value")]


def test_a_sheet_of_too_many_cells_is_read_in_part_and_says_so() -> None:
    rows = row(cell("1"), cell("2")) * 10
    body = "".join(f'<table:table table:name="{name}">{rows}</table:table>' for name in "ST")
    read = read_bytes("a.ods", opendocument("spreadsheet", body), ReadLimits(cells=9))
    assert len(read.blocks) == 5
    assert [(part.kind, part.names, part.reason) for part in read.unread] == [
        ("row", ("5–10",), "too_large"),
        ("sheet", ("T",), "too_large"),
    ]


LISTS = """
<text:outline-style><text:outline-level-style text:level="1" style:num-format="1"
style:num-suffix="."/><text:outline-level-style text:level="2" style:num-format="1"
text:display-levels="2"/></text:outline-style>
<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="a"
style:num-suffix=")"/><text:list-level-style-number text:level="2" style:num-format="i"
style:num-prefix="(" style:num-suffix=")"/><text:list-level-style-number text:level="3"
style:num-format="I" text:display-levels="3" text:start-value="4"/></text:list-style>
<text:list-style style:name="B"><text:list-level-style-bullet text:level="1"/></text:list-style>
<text:list-style style:name="P"><text:list-level-style-number text:level="1" style:num-format="1"
text:num-list-format="§ %1%:"/></text:list-style>
"""


def items(*inner: str, **attributes: str) -> str:
    """A list; what is no list itself is a paragraph."""
    marks = "".join(f' text:{key.replace("_", "-")}="{each}"' for key, each in attributes.items())
    held = "".join(
        f"<text:list-item>{one if one[0] == '<' else f'<text:p>{one}</text:p>'}</text:list-item>"
        for one in inner
    )
    return f"<text:list{marks}>{held}</text:list>"


def lines(body: str) -> list[str]:
    read = read_bytes(
        "a.odt", opendocument("text", body, styles=f"<office:x {NAMES}>{LISTS}</office:x>")
    )
    return [read.text[block.start : block.end] for block in read.blocks]


def test_headings_of_a_text_have_their_numbers() -> None:
    heading = '<text:h text:outline-level="{}"{}>{}</text:h>'.format
    body = (
        heading(1, "", "Rent") + heading(2, "", "Due") + heading(2, "", "Late")
        + heading(1, "", "Pets") + heading(2, "", "Cats")
        + heading(1, ' text:is-list-header="true"', "Annex")
        + heading(3, "", "Deep") + heading(1, "", "End")
    )  # fmt: skip
    expected = ["1. Rent", "1.1 Due", "1.2 Late", "2. Pets", "2.1 Cats", "Annex", "Deep", "3. End"]
    assert lines(body) == expected


def test_items_of_lists_have_their_numbers() -> None:
    inner = items("c", "d", items("deep", "deeper"))
    body = (
        items("a", f"<text:p>b</text:p><text:p>more of b</text:p>{inner}", "e", style_name="L")
        + "<text:p>between</text:p>"
        + items("f", style_name="L", continue_numbering="true")
        + items("g", style_name="L", id="second")
        + items("x", style_name="B")
        + items("h", style_name="L", continue_list="second")
        + items("y", style_name="P")
    )
    assert lines(body) == [
        "a) a", "b) b", "more of b", "(i) c", "(ii) d", "b.ii.IV deep", "b.ii.V deeper", "c) e",
        "between", "d) f", "a) g", "x", "b) h", "§ 1: y",
    ]  # fmt: skip


def test_an_item_may_say_where_its_list_goes_on() -> None:
    body = items("a", "b", style_name="L").replace(
        "<text:list-item>", '<text:list-item text:start-value="7">', 1
    )
    assert lines(body) == ["g) a", "h) b"]


def test_lists_without_end_are_no_harm() -> None:
    deep = "x"
    for _ in range(60):
        deep = items(deep, style_name="L")
    assert lines(deep)[0].endswith("x")
    huge = items("a", style_name="L").replace(
        "<text:list-item>", '<text:list-item text:start-value="999999999">'
    )
    assert lines(huge) == ["999999999) a"]
