"""Passages of tables: each has what is needed to understand its rows."""

from collections.abc import Sequence

import pytest

from assistant.library.text.chunking import PassageDraft, draft_passages
from assistant.library.text.pieces import ChunkLimits
from tests.support.documents import read_bytes
from tests.support.office_files import docx, p, rows, xlsx


def count_tokens(texts: Sequence[str]) -> list[int]:
    return [len(text) // 4 + 1 for text in texts]


def passages(name: str, data: bytes | str) -> list[PassageDraft]:
    return draft_passages(read_bytes(name, data), count_tokens, ChunkLimits(tokens=100))


def with_text(drafts: list[PassageDraft], text: str) -> PassageDraft:
    (found,) = (draft for draft in drafts if text in draft.chunk.text)
    return found


def test_years_over_amounts_go_with_every_passage_of_a_sheet() -> None:
    districts = [f"District {n},{500 + n},{530 + n},{561 + n}" for n in range(10, 100)]
    data = xlsx(("Revenue", rows("In thousands", "Region,2023,2024,2025", *districts)))
    drafts = passages("district.xlsx", data)
    assert len(drafts) > 5
    found = with_text(drafts, "District 77 | 577 | 607 | 638")
    assert found.context.split("\n")[1:] == [
        "Revenue",
        "In thousands",
        "Region | 2023 | 2024 | 2025",
    ]
    assert all(draft.context == found.context for draft in drafts)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_quoted_names_go_with_every_passage_of_a_csv_file(mark: str) -> None:
    lines = ["Member,Name,Fee paid", *(f"M{n},Person {n},no" for n in range(700, 820))]
    text = "\n".join(mark.join(f'"{cell}"' for cell in line.split(",")) for line in lines)
    drafts = passages("members.csv", f"\ufeff{text}\n")
    assert len(drafts) > 5
    assert with_text(drafts, '"M790"').context == "members.csv\nMember | Name | Fee paid"


def test_a_row_of_a_merged_cell_says_what_it_belongs_to() -> None:
    def cell(text: str, marks: str = "") -> str:
        return f"<w:tc><w:tcPr>{marks}</w:tcPr>{p(text)}</w:tc>"

    first, more = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    table = "".join(
        f"<w:tr>{cell(room, marks)}{cell(area)}{cell(floor)}</w:tr>"
        for room, marks, area, floor in [
            ("Room", "", "Area", "Covering"),
            ("Kitchen", first, "12 m2", "Tiles"),
            ("", more, "5 m2", "Stone"),
        ]
    )
    drafts = passages(
        "lease.docx", docx(p("The flat.") + f"<w:tbl>{table}</w:tbl>" + p("The end."))
    )
    found = with_text(drafts, "Kitchen | 5 m2 | Stone")
    assert found.context == "lease.docx\nRoom | Area | Covering"
    assert with_text(drafts, "The end.").context == "lease.docx"
