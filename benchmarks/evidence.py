"""Questions asked of libraries that hold what answers them, and of others that do not.

Libraries of all sizes: a folder of a few files, and thousands of passages, among which some come
near to any question.
"""

import random
from collections.abc import Iterator
from typing import NamedTuple

from assistant.library.search.evidence import EvidenceFeatures
from assistant.library.text.languages import Language
from assistant.library.text.pieces import ChunkLimits
from benchmarks.library import Remembering, library_of, one_each
from benchmarks.question_sets import Question, QuestionSet

SIZES = {"one article": (1, 16), "3 articles": (3, 8), "8 articles": (8, 4)}
"""How many articles a library has, and how many such libraries are made."""

HALF = "half of all"

MOST = 60
"""Questions of either kind for one small library; the halves are asked all."""


class Asked(NamedTuple):
    """What was found for one question."""

    size: str
    signs: EvidenceFeatures
    language: Language
    across: bool
    """Whether the best of what was found is in another language than the question."""
    is_there: bool
    """Whether the article that answers it is in the library."""


def halves(questions: QuestionSet) -> tuple[set[str], set[str]]:
    """The articles, dealt out in turn."""
    names = _articles(questions)
    return set(names[::2]), set(names[1::2])


def ask_all(
    questions: QuestionSet,
    split: str,
    embedder: Remembering,
    limits: ChunkLimits,
    *,
    words_only: bool = False,
) -> Iterator[Asked]:
    """Args:
    words_only: search as it is while there is no embedder.
    """
    dice = random.Random(1)
    asked = [question for question in questions.questions if question.split == split]
    for size, articles in _libraries(questions, dice):
        part = [paragraph for paragraph in questions.paragraphs if paragraph.article in articles]
        there = [question for question in asked if _article_of(question) in articles]
        elsewhere = [question for question in asked if _article_of(question) not in articles]
        if size != HALF:
            there = dice.sample(there, min(MOST, len(there)))
            elsewhere = dice.sample(elsewhere, min(MOST, len(elsewhere)))
        with library_of(one_each(part), embedder, limits) as library:
            retrieval = library.by_words if words_only else library.retrieval
            for number, question in enumerate([*there, *elsewhere]):
                found = retrieval.find(question.text, None)
                yield Asked(
                    size,
                    found.signs,
                    found.query.language,
                    found.is_across,
                    number < len(there),
                )


def _libraries(questions: QuestionSet, dice: random.Random) -> Iterator[tuple[str, set[str]]]:
    names = _articles(questions)
    for size, (articles, count) in SIZES.items():
        for _ in range(count):
            yield size, set(dice.sample(names, articles))
    for half in halves(questions):
        yield HALF, half


def _articles(questions: QuestionSet) -> list[str]:
    return sorted({paragraph.article for paragraph in questions.paragraphs})


def _article_of(question: Question) -> str:
    return next(iter(question.relevant)).partition("::")[0]
