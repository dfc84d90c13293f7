"""`python -m benchmarks.everyday`: the evidence for the same questions in two languages.

Questions in either language are asked of the texts in either: like with like, which sets of unlike
texts are not. A library is a few of the documents, by themselves or among many paragraphs of other
things. What it answers is to be kept; what only documents outside it answer is to be let through
no oftener than in another language. Questions about what is there, whose answer is not, are
counted by themselves: the evidence hardly tells them.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from statistics import fmean
from typing import Literal, NamedTuple

from assistant.core.evaluation import auc
from assistant.library.embedding.sentence_transformers import starter_folder
from assistant.library.embedding.serving import open_embedder
from assistant.library.search.evidence import JUDGE
from assistant.library.text.pieces import ChunkLimits
from benchmarks.evidence import Asked
from benchmarks.library import Remembering, library_of, one_each
from benchmarks.question_sets import (
    NAMES,
    EverydayText,
    Paragraph,
    data_folder,
    everyday,
    load,
)

FOLDERS = {
    "2 documents": (2, False),
    "3 documents": (3, False),
    "15 documents": (15, False),
    "15 among others": (15, True),
}
"""How many documents a library has, and whether they stand among paragraphs of other things."""

Kind = Literal["own words", "some words", "other words", "elsewhere", "not answered"]
"""The first three are answered; `not answered`: about what is there."""

_ANSWERED: tuple[Kind, ...] = ("own words", "some words", "other words")
TELLING: tuple[Kind, ...] = ("own words", "some words", "elsewhere")
"""What the evidence can tell: some of a question's words, or none of its topic."""


class EverydayAsked(NamedTuple):
    """What was found for one question."""

    direction: str
    """The languages of the question and of the texts."""
    kind: Kind
    asked: Asked


def direction(asked_in: str, text_in: str) -> str:
    return f"{asked_in} on {text_in}"


def ask_everyday(
    split: str,
    embedder: Remembering,
    limits: ChunkLimits,
    others: Mapping[str, Sequence[Paragraph]],
) -> Iterator[EverydayAsked]:
    """Args:
    others: paragraphs of other things, by language.
    """
    texts = [each for each in everyday() if each.split == split]
    by_language = {
        language: [each for each in texts if each.language == language] for language in NAMES
    }
    for text_in, (size, (documents, is_among)) in product(NAMES, FOLDERS.items()):
        folders = _folders(by_language[text_in], documents)
        for folder, next_folder in zip(folders, [*folders[1:], folders[0]], strict=True):
            paragraphs = [each.paragraph for each in folder]
            paragraphs += others[text_in] if is_among else []
            held, outside = ({each.id for each in part} for part in (folder, next_folder))
            with library_of(one_each(paragraphs), embedder, limits) as library:
                for asked_in in NAMES:
                    for kind, question in _questions(by_language[asked_in], held, outside):
                        found = library.retrieval.find(question, None)
                        asked = Asked(
                            size,
                            found.signs,
                            found.query.language,
                            found.is_across,
                            is_there=kind in _ANSWERED,
                            is_repeated=False,
                        )
                        yield EverydayAsked(direction(asked_in, text_in), kind, asked)


def _folders(texts: Sequence[EverydayText], documents: int) -> list[Sequence[EverydayText]]:
    return [texts[start : start + documents] for start in range(0, len(texts), documents)]


def _questions(
    texts: Sequence[EverydayText], held: set[str], outside: set[str]
) -> Iterator[tuple[Kind, str]]:
    """The questions about the documents of a library, and about as many that it has not."""
    for each in texts:
        if each.id in held:
            yield from zip(_ANSWERED, each.answered, strict=True)
            yield from (("not answered", question) for question in each.unanswered)
        elif each.id in outside:
            yield from (("elsewhere", question) for question in (*each.answered, *each.unanswered))


def print_everyday(asked: Sequence[EverydayAsked]) -> None:
    """How many questions are told right, by the languages and the size of the library."""
    for way, size in product(dict.fromkeys(each.direction for each in asked), FOLDERS):
        of_kind = _by_kind([e for e in asked if (e.direction, e.asked.size) == (way, size)])
        there = [*of_kind("own words"), *of_kind("some words")]
        kept = "   ".join(f"{kind} {_share(of_kind(kind))}" for kind in _ANSWERED)
        print(
            f"  {f'{way}, {size}':<42} AUC {auc(there, of_kind('elsewhere')):.3f}   kept: {kept}   "
            f"let through: {_share(of_kind('elsewhere'))}   "
            f"about it: {_share(of_kind('not answered'))}",
            flush=True,
        )


def _by_kind(asked: Sequence[EverydayAsked]) -> Callable[[Kind], list[float]]:
    """The evidence of questions of a kind."""

    def evidence(kind: Kind) -> list[float]:
        return [
            JUDGE.evidence(each.asked.signs, each.asked.language, across=each.asked.across)
            for each in asked
            if each.kind == kind
        ]

    return evidence


def _share(evidence: Sequence[float]) -> str:
    share = fmean(value >= JUDGE.enough for value in evidence)
    return f"{100 * share:5.1f} % of {len(evidence)}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.everyday", description=__doc__)
    parser.add_argument("--split", default="test", choices=("dev", "test"))
    parser.add_argument("--cache", type=Path, help="keeps embeddings for the next run")
    chosen = parser.parse_args()
    data, model = data_folder(), starter_folder()
    if data is None or model is None:
        print("The questions or the starter embedder are not there; see CONTRIBUTING.md.")
        return 2
    embedder = Remembering(open_embedder(model), chosen.cache)
    others = {language: load(data, language).paragraphs for language in NAMES}
    print_everyday(list(ask_everyday(chosen.split, embedder, ChunkLimits(), others)))
    embedder.keep()
    return 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="as-") as home:
        os.environ["ASSISTANT_HOME"] = home
        status = main()
    sys.exit(status)
