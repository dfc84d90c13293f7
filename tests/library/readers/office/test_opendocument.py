from tests.support.documents import outline, read_bytes, reason
from tests.support.office_files import opendocument


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
    assert outline(read) == ["row first", "row twice | twice"]
    assert [(block.sheet, block.row) for block in read.blocks] == [
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
