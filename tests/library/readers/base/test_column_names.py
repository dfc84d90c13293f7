"""Column names: rows that name what stands below them, and rows that only look like it."""

import pytest

from assistant.library.readers.base.column_names import TableRow, find_column_names
from assistant.library.readers.base.tables import CellRow, TableCell, spread


def table(text: str) -> list[TableRow]:
    """Rows of a table, one a line, cells parted by commas."""
    return [TableRow(line.split(","), number) for number, line in enumerate(text.split("\n"), 1)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Name,Age\nAnn,31\nBob,44", "Name | Age"),
        ("Name,Town\nAnn,Paris\nBob,Rome", "Name | Town"),
        # Years, quarters, dates, times and numbers of months over amounts.
        (
            "Region,2023,2024,2025\nNorth,731,684,638\nSouth,12,15,1999",
            "Region | 2023 | 2024 | 2025",
        ),
        ("Region,2023,2024\nNorth,731,684\nSouth,12,15", "Region | 2023 | 2024"),
        ("Região,2022/23,2023/24\nNorte,1 731,684\nSul,12,15", "Região | 2022/23 | 2023/24"),
        (",2023,2024\nNorth,731,684\nSouth,12,15", " | 2023 | 2024"),
        ("Item,Q1 2024,Q2 2024\nRent,100,100\nPower,20,30", "Item | Q1 2024 | Q2 2024"),
        ("Conta,1T24,2T24\nÁgua,100,90\nLuz,20,30", "Conta | 1T24 | 2T24"),
        ("Konto,31.12.2023,31.12.2024\nKasse,5,7\nBank,1,2", "Konto | 31.12.2023 | 31.12.2024"),
        ("Meter,2024-01,2024-02\nWater,5,7\nGas,1,2", "Meter | 2024-01 | 2024-02"),
        ("Day,08:00,09:00\nMonday,Maths,Art\nTuesday,Sport,Maths", "Day | 08:00 | 09:00"),
        ("Store,1,2,3,4\nLisbon,55,21,7,9\nPorto,3,4,1,20", "Store | 1 | 2 | 3 | 4"),
        ("Year,Births\n1990,55\n1991,61\n1992,58", "Year | Births"),
        # A row of years below which stand years.
        (
            "Region,2023,2024,2025\nFounded,1999,1950,2001\nClosed,2011,2020,2020",
            "Region | 2023 | 2024 | 2025",
        ),
        # A first column without a name, as pandas writes its index.
        (",name,score\n0,Ann,3.5\n1,Bob,4.0", " | name | score"),
        # A column that nobody named.
        (
            "Date,What,Amount\n2024-05-01,Fee,12.00,late\n2024-05-02,Fee,12.00",
            "Date | What | Amount",
        ),
        # Codes under a word.
        ("Member,Paid\nM790,yes\nM791,no", "Member | Paid"),
        # Titles above.
        ("Sales of the year\nin thousands\nRegion,2023,2024\nNorth,7,6", "Region | 2023 | 2024"),
        ("Invoice,A-17\nDate,2024-05-01\nItem,Pieces,Price\nOak,2,5.00", "Item | Pieces | Price"),
        # Two rows: of names over names.
        (
            ",Revenue,,Costs,\nRegion,2023,2024,2023,2024\nNorth,5,6,7,8\nSouth,1,2,3,4",
            "Region | Revenue / 2023 | Revenue / 2024 | Costs / 2023 | Costs / 2024",
        ),
        (
            "Region,Women,,Men,\n,Young,Old,Young,Old\nNorth,5,6,7,8\nSouth,1,2,3,4",
            "Region | Women / Young | Women / Old | Men / Young | Men / Old",
        ),
        (
            ",Temperature,\nTown,Min,Max\nOslo,-12,21\nRome,2,35",
            "Town | Temperature / Min | Temperature / Max",
        ),
    ],
)
def test_a_row_that_differs_in_kind_from_those_below_names_the_columns(
    text: str, names: str
) -> None:
    found = find_column_names(table(text))
    assert found is not None
    assert " | ".join(found.names) == names


@pytest.mark.parametrize(
    "text",
    [
        "1,2\n3,4",
        "Ann,31\nBob,44",
        "North,731,684\nSouth,12,15",
        "2021,55\n2022,61\n2023,58",
        "M790,Ann\nM791,Bob\nM792,Eve",
        "ann@example.org,Paris\nbob@example.org,Rome",
        "Ann,Paris\nBob,Rome\nEve,Paris\nAda,Paris",
        "Widget,2019,2021\nGadget,2020,2022\nGizmo,2018,2023",
        "2024-05-01,Fee\n2024-05-02,Fee\n2024-05-03,Rent",
        "Name,Name\nAnn,Bob",
        "one line",
        "Kitchen,12 m2\nHall,5 m2\nBath,6 m2",
        "Rent,€ 900\nPower,€ 80",
        "08:00,Maths\n09:00,Art",
        "Date,2024-05-01\nItem,Price",
    ],
)
def test_a_row_of_data_names_nothing(text: str) -> None:
    assert find_column_names(table(text)) is None


def test_words_over_words_name_columns_only_at_the_beginning() -> None:
    words = table("Name,Town\nAnn,Paris\nBob,Rome")
    assert find_column_names(words, must_differ=True) is None
    assert find_column_names(table("Name,Age\nAnn,31"), must_differ=True) is not None


def cells(*texts: str | TableCell, is_header: bool = False) -> CellRow:
    return CellRow([TableCell(t) if isinstance(t, str) else t for t in texts], is_header)


def test_a_merged_cell_stands_in_every_row_and_column() -> None:
    rows = spread(
        [
            cells("Department", "Employee", "Extension"),
            cells(TableCell("Radiology", rows=3), "Ann Bell", "2101"),
            cells("Tom Weller", "2102"),
            cells(TableCell("on leave", columns=2)),
            cells(TableCell("Surgery", rows=99), "Ida Moe", "2201"),
        ]
    )
    assert [list(row.cells) for row in rows] == [
        ["Department", "Employee", "Extension"],
        ["Radiology", "Ann Bell", "2101"],
        ["Radiology", "Tom Weller", "2102"],
        ["Radiology", "on leave", "on leave"],
        ["Surgery", "Ida Moe", "2201"],
    ]


def test_a_cell_over_the_whole_width_is_a_line_and_unused_columns_are_none() -> None:
    rows = spread(
        [
            cells(TableCell("Prices", columns=4)),
            cells(TableCell("Item", columns=2), TableCell("Price", columns=2)),
            cells(TableCell("Oak", columns=2), TableCell("5.00", columns=2)),
        ]
    )
    assert [list(row.cells) for row in rows] == [["Prices"], ["Item", "Price"], ["Oak", "5.00"]]


def test_merged_names_of_groups_join_those_below() -> None:
    rows = spread(
        [
            cells(TableCell("Name", rows=2), TableCell("Contact", columns=2)),
            cells("Mail", "Town"),
            cells("Ann Bell", "ann@example.org", "Paris"),
        ]
    )
    found = find_column_names(rows)
    assert found is not None
    assert found.names == ("Name", "Contact / Mail", "Contact / Town")
    assert (found.first, found.rows) == (0, 2)


def test_rows_that_the_file_calls_a_header_need_not_differ() -> None:
    rows = spread([cells("1", "2", is_header=True), cells("3", "4"), cells("5", "6")])
    found = find_column_names(rows)
    assert found is not None
    assert found.names == ("1", "2")


def test_cells_that_claim_to_span_without_end_are_bounded() -> None:
    wide = TableCell("x", rows=10**9, columns=10**9)
    rows = spread([cells(wide, wide, "y"), cells("z")])
    assert max(len(row.cells) for row in rows) <= 1_000
