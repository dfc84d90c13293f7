"""The same table, saved by an office program in its formats, gives the same rows."""

from pathlib import Path

import pytest

from assistant.core.values.documents import Document
from tests.support.documents import read_bytes

MADE = Path(__file__).with_name("made")
"""Made with openpyxl, and saved in the other formats by LibreOffice 7.4; the PDFs with wider
columns, so that names stand on the left of their cells and figures on the right."""

CLINIC = """\
Department | Employee | Share | Since | Hours | Code | Fee
Radiology | Ines Prado | 7.5% | 05/03/2026 | 30:00 | 00042 | € 1,234.50
Radiology | Tom Weller | 6.3% | 31/12/2024 | 12:00 | 00007 | -€ 12.50
Radiology | Aiko Mori | 100.0% | 01/01/2025 | 48:30 | 01234 | € 0.50
Cardiology | Ola Lind | 12.5% | 15/06/2023 | 6:00 | 99999 | € 1,000,000.00
Cardiology | João Sá | 33.3% | 29/02/2020 | 36:00 | 00003 | € 12.00"""
RECEITAS = """\
Região | Receita / 2023 | Receita / 2024 | Custos / 2023 | Custos / 2024
Norte | 510 | 530 | 300 | 310
Sul | 410 | 455 | 280 | 290
Ilhas | 91 | 88 | 70 | 72"""


def rows(document: Document) -> list[str]:
    return [
        document.text[block.start : block.end]
        for block in document.blocks
        if block.kind in ("columns", "row") and "|" in document.text[block.start : block.end]
    ]


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods", "docx", "odt", "html", "pdf"])
@pytest.mark.parametrize(("name", "expected"), [("clinic", CLINIC), ("receitas", RECEITAS)])
def test_all_formats_give_the_same_rows(name: str, expected: str, suffix: str) -> None:
    path = MADE / f"{name}.{suffix}"
    document = read_bytes(path.name, path.read_bytes())
    if suffix == "pdf":
        # Paper shows a merged cell's label once, and where it stands.
        for label, times in (("Radiology", 2), ("Cardiology", 1)):
            expected = expected.replace(f"\n{label} |", "\n |", times)
    assert [row.lstrip() for row in rows(document)] == [
        line.lstrip() for line in expected.splitlines()
    ]
    assert suffix == "html" or document.blocks[0].kind in ("heading", "paragraph")


@pytest.mark.parametrize(("name", "expected"), [("clinic", CLINIC), ("receitas", RECEITAS)])
def test_a_csv_file_has_the_same_column_names(name: str, expected: str) -> None:
    path = MADE / f"{name}.csv"
    document = read_bytes(path.name, path.read_bytes())
    (names,) = (block.label for block in document.blocks if block.kind == "columns")
    assert names == expected.split("\n", 1)[0]
