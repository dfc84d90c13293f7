"""Questions with known answers, from a folder beside the checkout."""

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

NAMES = {"English": "squad-en", "Portuguese": "faquad-pt"}


class Paragraph(NamedTuple):
    id: str
    title: str
    text: str

    @property
    def article(self) -> str:
        return self.id.partition("::")[0]


class Question(NamedTuple):
    id: str
    text: str
    answers: tuple[str, ...]
    relevant: frozenset[str]
    """Ids of the paragraphs that hold the answer."""
    near: frozenset[str]
    """For a question that nothing answers: the paragraphs that it was written about."""
    split: str
    """`dev` to tune on, `test` to report."""


class QuestionSet(NamedTuple):
    language: str
    paragraphs: tuple[Paragraph, ...]
    questions: tuple[Question, ...]
    unanswerable: tuple[Question, ...]


def data_folder() -> Path | None:
    """The folder `eval` of the test data; None when it is not there."""
    given = os.environ.get("ASSISTANT_TEST_DATA")
    shared = Path(given) if given else Path(__file__).resolve().parents[2] / "shared"
    folder = shared / "eval"
    return folder if folder.is_dir() else None


def load(folder: Path, language: str) -> QuestionSet:
    source = folder / NAMES[language]
    paragraphs = tuple(
        Paragraph(row["id"], row["title"].replace("_", " "), row["text"])
        for row in _rows(source / "corpus.jsonl")
    )
    return QuestionSet(
        language,
        paragraphs,
        _questions(source / "queries.jsonl"),
        _questions(source / "unanswerable.jsonl"),
    )


def _questions(file: Path) -> tuple[Question, ...]:
    return tuple(
        Question(
            row["id"],
            row["text"],
            tuple(row["answers"]),
            frozenset(row["relevant"]),
            frozenset(row.get("near", ())),
            row["split"],
        )
        for row in _rows(file)
    )


def _rows(file: Path) -> list[dict[str, Any]]:
    if not file.is_file():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
