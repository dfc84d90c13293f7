"""Reading of PDFs: rows of tables kept together, and sentences in the order of reading, against
PDFium's own text.

The pages are printed by LibreOffice from paragraphs of the evaluation sets, so that every row and
every sentence is known.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import pypdfium2

from assistant.library.limits import ReadLimits
from assistant.library.readers.base.source import FileSource
from assistant.library.readers.dispatch import read
from benchmarks.layouts import office_program, printed, prose, sheet, text_table
from benchmarks.pairs import Comparison
from benchmarks.question_sets import NAMES, Paragraph, data_folder, load

_PARAGRAPHS = 36
"""Of a document."""
_LEAST_WORDS = 4
"""Of a sentence that can be told from others."""
_COLUMNS = (1, 2, 3)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ])")
_NO_SIGNS = re.compile(r"[\s\-\u00ad\ufffe]+")


class Known(NamedTuple):
    """A document whose rows and sentences are known."""

    layout: str
    rows: list[list[str]]
    sentences: list[str]


def measure_reading() -> list[Comparison]:
    """Shares in percent; nothing where LibreOffice or the evaluation sets are not there."""
    folder = data_folder()
    if folder is None or office_program() is None:
        print("reading: not measured, the evaluation sets or LibreOffice are not there")
        return []
    known: dict[str, Known] = {}
    for language in NAMES:
        known |= _documents(language, load(folder, language).paragraphs[: 3 * _PARAGRAPHS])
    pdfs = printed({name: one.layout for name, one in known.items()})
    tables = [(pdfs[name], one) for name, one in known.items() if one.rows]
    texts = [(pdfs[name], one) for name, one in known.items() if one.sentences]
    return [
        _compared("rows of tables kept together", tables, _kept_rows),
        _compared("neighbouring sentences that stay neighbours", texts, _kept_neighbours),
    ]


def _compared(
    what: str,
    documents: Sequence[tuple[bytes, Known]],
    measure: Callable[[str, Known], Iterator[bool]],
) -> Comparison:
    """A share of ours, and of PDFium's text, in percent."""
    shares = []
    for text_of in (our_text, bare_text):
        kept = [held for pdf, known in documents for held in measure(text_of(pdf), known)]
        shares.append(100 * sum(kept) / len(kept))
    ours, other = shares
    return Comparison(f"{what} ({len(kept)})", "%", ours, other, ours / other)


def our_text(pdf: bytes) -> str:
    return read(FileSource(pdf, "made.pdf", ReadLimits())).text


def bare_text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def _kept_rows(text: str, known: Known) -> Iterator[bool]:
    """Whether the cells of each row, and of no other row, stand in one line in their order."""
    lines = [_bare(line) for line in text.splitlines()]
    keys = [_bare(row[0]) for row in known.rows]
    for row, key in zip(known.rows, keys, strict=True):
        others = [other for other in keys if other != key and key not in other]
        yield any(
            _has_in_order(line, [_bare(cell) for cell in row])
            and not any(other in line for other in others)
            for line in lines
            if key in line
        )


def _has_in_order(line: str, cells: Sequence[str]) -> bool:
    at = 0
    for cell in cells:
        at = line.find(cell, at)
        if at < 0:
            return False
        at += len(cell)
    return True


def _kept_neighbours(text: str, known: Known) -> Iterator[bool]:
    """Whether nothing stands between a sentence and the one that follows it."""
    bare = _bare(text)
    return (_bare(before) + _bare(after) in bare for before, after in pairwise(known.sentences))


def _bare(text: str) -> str:
    """`text` without spaces and hyphens, which lines' ends change."""
    return _NO_SIGNS.sub("", text)


def _documents(language: str, paragraphs: Sequence[Paragraph]) -> dict[str, Known]:
    """Documents of a language, by the names of their files."""
    found: dict[str, Known] = {}
    for number, columns in enumerate(_COLUMNS):
        some = paragraphs[number * _PARAGRAPHS : (number + 1) * _PARAGRAPHS]
        texts = [" ".join(paragraph.text.split()) for paragraph in some]
        sentences = [
            sentence
            for text in texts
            for sentence in _SENTENCE_END.split(text)
            if len(sentence.split()) >= _LEAST_WORDS
        ]
        layout = prose(texts, columns, justified=columns > 1)
        found[f"{language}-{columns}-columns.fodt"] = Known(layout, [], sentences)
    rows = [
        [
            f"{language[0]}{number} {paragraph.title.split()[0]}",
            str(len(paragraph.text.split())),
            str(len(paragraph.text)),
            " ".join(paragraph.text.split()[:2]),
            f"{100 * paragraph.text.count(' ') / len(paragraph.text):.1f}%",
        ]
        for number, paragraph in enumerate(paragraphs[:_PARAGRAPHS], 100)
    ]
    names = ["Article", "Words", "Signs", "Beginning", "Spaces"]
    found[f"{language}-sheet.fods"] = Known(sheet([names, *rows]), rows, [])
    long = [
        [*row[:4], " ".join(paragraph.text.split()[:9])]
        for row, paragraph in zip(rows, paragraphs, strict=False)
    ]
    found[f"{language}-table.fodt"] = Known(text_table([names, *long]), long, [])
    return found
