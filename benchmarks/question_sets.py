"""Questions with known answers, from a folder beside the checkout."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

NAMES = {"English": "squad-en", "Portuguese": "faquad-pt"}

_EVERYDAY = {"en": "English", "pt": "Portuguese"}


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


class EverydayText(NamedTuple):
    """A short text of our own in one language, which also stands in the other, and its questions.

    The questions are the same in both.
    """

    id: str
    language: str
    title: str
    text: str
    answered: tuple[str, str, str]
    """In its words; in some of them, as what is asked about is named; in none of them."""
    unanswered: tuple[str, str]
    """About the same thing, and answered in no text."""
    split: str

    @property
    def paragraph(self) -> Paragraph:
        return Paragraph(self.id, self.title, self.text)


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


def translated(english: QuestionSet) -> tuple[Question, ...]:
    """Questions of the English set in Portuguese, translated by hand."""
    known = {question.id: question for question in english.questions}
    return tuple(known[id_]._replace(text=text) for id_, text in _lines("portuguese_on_english"))


def other_words() -> tuple[tuple[Paragraph, ...], tuple[Question, ...]]:
    """Passages, and questions that share no word with theirs but such as are everywhere."""
    pairs = list(_lines("other_words"))
    ids = [f"other words::{number}" for number in range(len(pairs))]
    return (
        tuple(Paragraph(id_, "", text) for id_, (_, text) in zip(ids, pairs, strict=True)),
        tuple(
            Question(id_, asked, (), frozenset([id_]), frozenset(), "test")
            for id_, (asked, _) in zip(ids, pairs, strict=True)
        ),
    )


def everyday() -> tuple[EverydayText, ...]:
    """The texts in English and in Portuguese, those of one document after each other; documents by
    turns of either split."""
    file = Path(__file__).parent / "questions" / "everyday.txt"
    texts: list[EverydayText] = []
    for block in file.read_text(encoding="utf-8").strip().split("\n\n"):
        head, text, own, part, other, *unanswered = block.splitlines()
        id_, code, title = head.split(" | ")
        split = ("dev", "test")[len(texts) // 2 % 2]
        one, two = unanswered
        texts.append(
            EverydayText(id_, _EVERYDAY[code], title, text, (own, part, other), (one, two), split)
        )
    return tuple(texts)


def _lines(name: str) -> Iterator[list[str]]:
    file = Path(__file__).parent / "questions" / f"{name}.tsv"
    for line in file.read_text(encoding="utf-8").splitlines():
        yield line.split("\t")


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
