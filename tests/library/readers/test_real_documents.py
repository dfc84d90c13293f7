"""Real files of every type, where they are at hand: `pytest -s` prints the table."""

import csv
import os
import re
import sys
import time
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest

from assistant.library.limits import UnreadableError
from assistant.library.reading.pool import ReaderPool
from tests.support.documents import check_blocks, shared_documents

EXPLAINED = {
    # Only pictures; what other programs call its text are the pictures' file names.
    "files/docx/docx__having-images.docx": "no_text",
    "files/rtf/tika__testBinControlWord.rtf": "no_text",
    # No cell is filled; the names of the empty sheets are not worth a passage.
    "files/xls/tika__testEXCEL_95.xls": "empty",
    "files/xlsx/tika__pic.xlsx": "no_text",
    "files/xlsx/tika__testMSChart-govdocs-428996.xlsx": "no_text",
    # Its one cell holds the word "test".
    "files/ipynb/nbformat__no_min_version.ipynb": "text",
}
"""Files where the manifest and we differ, for a reason."""

UNFAIR = {
    # Dates as the ISO standard has them, where the sheet shows 9/20/2018.
    "files/xls/tika__testEXCEL_dateFormats.xls",
    # Addresses of data sources, which no reader of the workbook ever sees.
    "files/xlsx/tika__testDataConnections.xlsx",
}
LEAST_RECALL = {"pptx": 0.95, "tex": 0.96, "ipynb": 0.85, "xlsx": 0.95}
"""Other tools' outputs are the truth of some files, with words that only they make up."""
USUAL_RECALL = 0.97
WORD = re.compile(r"\w+")


class Entry(NamedTuple):
    path: str
    kind: str
    expect: str
    truth: str


@dataclass
class Row:
    files: int = 0
    opened: int = 0
    as_expected: int = 0
    explained: int = 0
    words: int = 0
    found: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / self.words if self.words else 1.0


def entries(folder: Path) -> list[Entry]:
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t")
        return [Entry(row["path"], row["type"], row["expect"], row["truth"]) for row in rows]


def words(text: str) -> set[str]:
    return set(WORD.findall(unicodedata.normalize("NFKC", text).lower()))


def read_all(folder: Path) -> dict[str, Row]:
    table: dict[str, Row] = defaultdict(Row)
    with ReaderPool((sys.executable, "-m", "assistant.library.reading.process")) as pool:
        for entry in entries(folder):
            started = time.monotonic()
            answer = pool.read(os.fsencode(folder / entry.path))
            row = table[entry.kind]
            row.seconds += time.monotonic() - started
            row.files += 1
            got, text = "text", ""
            if isinstance(answer, UnreadableError):
                got = answer.reason
            else:
                check_blocks(answer.document)
                text = f"{answer.document.text} {answer.document.title}"
            count(row, entry, got, text, folder)
    return dict(table)


def count(row: Row, entry: Entry, got: str, text: str, folder: Path) -> None:
    row.opened += got == "text"
    row.as_expected += got == entry.expect
    if got != entry.expect:
        row.explained += EXPLAINED.get(entry.path) == got
        if EXPLAINED.get(entry.path) != got:
            row.failures.append(f"{entry.path}: {got} instead of {entry.expect}")
    if entry.truth and entry.expect == got == "text" and entry.path not in UNFAIR:
        truth = words((folder / entry.truth).read_text(encoding="utf-8", errors="replace"))
        row.words += len(truth)
        row.found += len(truth & words(text))


def show(table: dict[str, Row]) -> None:
    print("\ntype   files  opened  as expected  explained  truth words  recall  seconds")
    for kind, row in sorted(table.items()):
        recall = f"{row.recall:6.3f}" if row.words else "     –"
        print(
            f"{kind:6} {row.files:5} {row.opened:7} {row.as_expected:12} {row.explained:10}"
            f" {row.words:12} {recall}  {row.seconds:7.2f}"
        )
    total = list(table.values())
    print(
        f"all    {sum(r.files for r in total):5} {sum(r.opened for r in total):7}"
        f" {sum(r.as_expected for r in total):12} {sum(r.explained for r in total):10}"
    )


def test_real_files_of_every_type_give_their_words_or_their_reason() -> None:
    folder = shared_documents()
    if folder is None:
        pytest.skip("the real documents are not at hand")
    table = read_all(folder)
    show(table)
    assert [failure for row in table.values() for failure in row.failures] == []
    low = {
        kind: round(row.recall, 3)
        for kind, row in table.items()
        if row.recall < LEAST_RECALL.get(kind, USUAL_RECALL)
    }
    assert low == {}
