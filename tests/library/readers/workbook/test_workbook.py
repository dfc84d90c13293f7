"""Workbooks: sheets as a person sees them."""

from assistant.library.limits import ReadLimits
from tests.support import xlsb_files
from tests.support.documents import outline, read_bytes, reason
from tests.support.office_files import S, relations, rows, xlsx
from tests.support.xlsb_files import xlsb


def test_rows_know_their_sheet_and_number() -> None:
    data = xlsx(("Rents", rows("Flat,Rent", "A,700", "B,650.5", start=3)), ("Empty", rows()))
    document = read_bytes("a.xlsx", data)
    assert outline(document) == ["h1 Rents", "columns Flat | Rent", "row A | 700", "row B | 650.5"]
    assert [block.row for block in document.blocks] == [None, 3, 4, 5]
    assert {block.sheet for block in document.blocks} == {"Rents"}


def test_the_names_of_columns_may_stand_below_a_title() -> None:
    data = xlsx(("S", rows("Cups of the year", "", "Team,City", "Blues,STL", "Flyers,PHI")))
    assert outline(read_bytes("a.xlsx", data))[1:] == [
        "h2 Cups of the year",
        "columns Team | City",
        "row Blues | STL",
        "row Flyers | PHI",
    ]


def test_numbers_alone_are_no_names_of_columns() -> None:
    data = xlsx(("S", rows("1,2", "3,4")))
    assert outline(read_bytes("a.xlsx", data)) == ["h1 S", "row 1 | 2", "row 3 | 4"]


def test_what_floats_above_the_cells_is_read() -> None:
    codes = '&amp;L&amp;"Arial"&amp;12Draft&amp;RR&amp;&amp;D'
    header = f"<headerFooter><oddHeader>{codes}</oddHeader></headerFooter>"
    comment = "<comment><text><r><t>Ask</t></r></text></comment>"
    data = xlsx(
        ("S", rows("x") + header),
        **{
            "worksheets/_rels/sheet1.xml.rels": relations(("comments", "../comments1.xml")),
            "comments1.xml": f"<comments {S}>{comment}</comments>",
        },
    )
    assert outline(read_bytes("a.xlsx", data)) == ["h1 S", "row x", "p Ask", "p Draft R&D"]


def test_a_sheet_of_too_many_cells_is_read_in_part_and_says_so() -> None:
    data = xlsx(("S", rows(*["1,2,3,4"] * 10)), ("T", rows("x,y")))
    document = read_bytes("a.xlsx", data, ReadLimits(cells=39))
    assert [block.row for block in document.blocks[1:]] == list(range(1, 10))
    assert [
        (part.kind, part.names, part.within, part.reason, part.total) for part in document.unread
    ] == [("row", ("10",), "S", "too_large", None), ("sheet", ("T",), "", "too_large", 2)]
    assert not read_bytes("a.xlsx", data, ReadLimits(cells=42)).unread


def cell(reference: str, value: object, style: int = 0, kind: str = "n", formula: str = "") -> str:
    inside = f"<f>{formula}</f>" if formula else ""
    if kind == "inlineStr":
        return f'<c r="{reference}" s="{style}" t="{kind}"><is><t>{value}</t></is></c>'
    return f'<c r="{reference}" s="{style}" t="{kind}">{inside}<v>{value}</v></c>'


def word(reference: str, value: str) -> str:
    return cell(reference, value, kind="inlineStr")


def sheet(*lines: str, after: str = "", before: str = "", hidden: tuple[int, ...] = ()) -> str:
    data = "".join(
        f'<row r="{number}" hidden="{int(number in hidden)}">{line}</row>'
        for number, line in enumerate(lines, start=1)
    )
    return f"{before}<sheetData>{data}</sheetData>{after}"


def merges(*ranges: str) -> str:
    inside = "".join(f'<mergeCell ref="{one}"/>' for one in ranges)
    return f"<mergeCells>{inside}</mergeCells>"


def test_values_are_read_as_they_are_shown() -> None:
    formats = ("0.0%", '"R$" #,##0.00', "dd/mm/yyyy", "[h]:mm", "00000", "#,##0;(#,##0)")
    names = ["Rate", "Price", "Day", "Hours", "Code", "Balance"]
    data = xlsx(
        (
            "S",
            sheet(
                "".join(word(f"{column}1", n) for column, n in zip("ABCDEF", names, strict=True)),
                "".join(
                    cell(f"{column}2", value, style)
                    for style, (column, value) in enumerate(
                        zip("ABCDEF", [0.075, 1234.5, 46086, 1.25, 42, -700], strict=True), 1
                    )
                ),
            ),
        ),
        formats=formats,
    )
    assert outline(read_bytes("a.xlsx", data))[1:] == [
        "columns Rate | Price | Day | Hours | Code | Balance",
        "row 7.5% | R$ 1,234.50 | 05/03/2026 | 30:00 | 00042 | (700)",
    ]


def test_truth_values_errors_and_dates_of_any_kind_are_shown() -> None:
    line = (
        cell("A1", 1, kind="b")
        + cell("B1", "#DIV/0!", kind="e")
        + cell("C1", "2026-03-05T10:00:00", kind="d")
        + cell("D1", "sum", kind="str", formula='"su"&amp;"m"')
        + cell("E1", "", kind="str", formula='""')
        + cell("F1", 0, style=1)
    )
    data = xlsx(("S", sheet(line)), formats=("yyyy-mm-dd",), since_1904=True)
    read = read_bytes("a.xlsx", data)
    assert outline(read)[1:] == ["row TRUE | #DIV/0! | 2026-03-05 10:00:00 | sum | 1904-01-01"]
    assert not read.unread


def test_a_formula_without_a_value_is_shown_and_said() -> None:
    lines = (
        word("A1", "Item") + word("B1", "Cost"),
        word("A2", "Paint") + cell("B2", 120),
        word("A3", "Total") + '<c r="B3"><f>SUM(B2:B2)</f><v/></c>',
        word("A4", "Spread") + '<c r="B4"><f>_xlfn.STDEV.S(B2:B3)</f></c>',
    )
    read = read_bytes("a.xlsx", xlsx(("Budget", sheet(*lines))))
    assert outline(read)[-2:] == ["row Total | =SUM(B2:B2)", "row Spread | =STDEV.S(B2:B3)"]
    assert [(part.names, part.reason, part.within) for part in read.unread] == [
        (("B3", "B4"), "no_value", "Budget")
    ]


def test_merged_cells_stand_in_all_their_rows_and_columns() -> None:
    lines = (
        word("A1", "Staff of the clinic"),
        word("A2", "Department") + word("B2", "Employee") + word("C2", "Extension"),
        word("A3", "Radiology") + word("B3", "Ines Prado") + cell("C3", 2101),
        word("B4", "Tom Weller") + cell("C4", 2102),
        word("B5", "on leave"),
        word("A6", "Cardiology") + word("B6", "Ola Lind") + cell("C6", 2201),
    )
    after = merges("A1:C1", "A3:A5", "B5:C5", "A1000:XFD1048576")
    assert outline(read_bytes("a.xlsx", xlsx(("S", sheet(*lines, after=after)))))[1:] == [
        "h2 Staff of the clinic",
        "columns Department | Employee | Extension",
        "row Radiology | Ines Prado | 2101",
        "row Radiology | Tom Weller | 2102",
        "row Radiology | on leave | on leave",
        "row Cardiology | Ola Lind | 2201",
    ]


def test_names_over_names_are_joined() -> None:
    lines = (
        word("A1", "Region") + word("B1", "Revenue") + word("D1", "Costs"),
        "".join(
            cell(f"{column}2", year) for column, year in zip("BCDE", [2023, 2024] * 2, strict=True)
        ),
        word("A3", "North") + "".join(cell(f"{column}3", 5) for column in "BCDE"),
        word("A4", "South") + "".join(cell(f"{column}4", 7) for column in "BCDE"),
    )
    data = xlsx(("S", sheet(*lines, after=merges("A1:A2", "B1:C1", "D1:E1"))))
    read = read_bytes("a.xlsx", data)
    assert outline(read)[1:3] == [
        "columns Region | Revenue / 2023 | Revenue / 2024 | Costs / 2023 | Costs / 2024",
        "row North | 5 | 5 | 5 | 5",
    ]
    assert read.blocks[1].row == 2


def test_a_cell_far_away_is_a_column_like_any_other() -> None:
    lines = (word("A1", "Item") + word("XFD1", "Far"), word("A2", "Oak") + cell("XFD2", 5))
    far = '<row r="1048576">' + word("XFD1048576", "the end") + "</row></sheetData>"
    data = xlsx(("S", sheet(*lines).replace("</sheetData>", far)))
    read = read_bytes("a.xlsx", data)
    assert outline(read)[1:] == ["columns Item | Far", "row Oak | 5", "row | the end"]
    assert read.blocks[-1].row == 1_048_576


def test_what_somebody_hid_is_left_out_and_said() -> None:
    lines = (
        word("A1", "Item") + word("B1", "Cost") + word("C1", "Price"),
        word("A2", "Oak") + cell("B2", 3) + cell("C2", 5),
        word("A3", "Ash") + cell("B3", 4) + cell("C3", 6),
    )
    columns = '<cols><col min="2" max="2" hidden="1"/></cols>'
    data = xlsx(
        ("S", sheet(*lines, before=columns, hidden=(3,))), ("Notes", sheet(lines[0])),
        hidden=("Notes",),
    )  # fmt: skip
    read = read_bytes("a.xlsx", data)
    assert outline(read) == ["h1 S", "columns Item | Price", "row Oak | 5"]
    assert [(part.kind, part.names, part.within) for part in read.unread] == [
        ("column", ("B",), "S"),
        ("row", ("3",), "S"),
        ("sheet", ("Notes",), ""),
    ]
    assert {part.reason for part in read.unread} == {"hidden"}


def test_rows_that_a_filter_or_a_folded_group_hides_are_read() -> None:
    lines = (word("A1", "Item") + word("B1", "Price"), word("A2", "Oak") + cell("B2", 5))
    filtered = '<autoFilter ref="A1:B2"><filterColumn colId="0"/></autoFilter>'
    folded = sheet(*lines, hidden=(2,)).replace('hidden="1"', 'hidden="1" outlineLevel="1"')
    for content in (sheet(*lines, after=filtered, hidden=(2,)), folded):
        read = read_bytes("a.xlsx", xlsx(("S", content)))
        assert outline(read)[-1] == "row Oak | 5"
        assert not read.unread


def test_a_damaged_sheet_gives_the_rows_before_the_damage() -> None:
    whole = sheet(*[word(f"A{n}", f"row {n}") + cell(f"B{n}", n) for n in range(1, 50)])
    data = xlsx(("S", whole[: len(whole) // 2]))
    assert "row 20 | 20" in outline(read_bytes("a.xlsx", data))[20]


def test_a_binary_workbook_is_read_as_it_is_shown() -> None:
    rows = (
        xlsb_files.row(0)
        + xlsb_files.word(0, "Team") + xlsb_files.word(1, "Share") + xlsb_files.word(2, "Since")
        + xlsb_files.row(1)
        + xlsb_files.cell(7, 0, bytes(4)) + xlsb_files.real(1, 0.075, 1)
        + xlsb_files.real(2, 46086, 2)
        + xlsb_files.row(2)
        + xlsb_files.cell(2, 1, ((50 * 4) | 2 | 1).to_bytes(4, "little"), 1)
        + xlsb_files.cell(3, 2, b"\x07")
        + xlsb_files.row(3, hidden=True) + xlsb_files.word(0, "secret")
        + xlsb_files.merged(1, 2, 0, 0)
    )  # fmt: skip
    data = xlsb(("S", rows), formats=("0.0%", "dd/mm/yyyy"), shared="Blues")
    read = read_bytes("a.xlsb", data)
    assert outline(read) == [
        "h1 S",
        "columns Team | Share | Since",
        "row Blues | 7.5% | 05/03/2026",
        "row Blues | 50.0% | #DIV/0!",
    ]
    assert [(part.kind, part.names) for part in read.unread] == [("row", ("4",))]


def test_a_binary_cell_far_away_is_no_harm() -> None:
    far = xlsb_files.row(1_048_575) + xlsb_files.word(16_383, "the end")
    far += xlsb_files.row(2**31) + xlsb_files.word(2**31, "beyond")
    read = read_bytes("a.xlsb", xlsb(("S", xlsb_files.row(0) + xlsb_files.word(0, "x") + far)))
    assert outline(read) == ["h1 S", "row x", "row | the end"]


def test_a_binary_workbook_that_is_cut_is_corrupt() -> None:
    assert reason("a.xlsb", xlsb(("S", b"\x07\xff"))) == "corrupt"


def test_a_million_merged_ranges_are_no_harm() -> None:
    ranges = [f"A{n}:XFD1048576" for n in range(1, 200_000)]
    lines = [word(f"A{n}", f"r{n}") + word(f"C{n}", "c") for n in range(1, 300)]
    read = read_bytes("a.xlsx", xlsx(("S", sheet(*lines, after=merges(*ranges)))))
    assert len(read.blocks) == 300


def test_a_sheet_of_too_many_rows_or_letters_is_read_up_to_the_limit() -> None:
    data = xlsx(("S", rows(*["1,2"] * 60)))
    for limits in (ReadLimits(blocks=30), ReadLimits(text_chars=200), ReadLimits(cells=60)):
        read = read_bytes("a.xlsx", data, limits)
        (part,) = read.unread
        assert (part.kind, part.reason) == ("row", "too_large")
        assert part.names == (f"{len(read.blocks)}–60",)
        assert len(read.blocks) > 5
