"""Questions asked of libraries that hold what answers them, and of others that do not.

Libraries of all sizes: a folder of a few files, and thousands of passages, among which some come
near to any question. And of both kinds: of unlike topics, and of one domain, where what is not
there is asked for in the words of what is.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from assistant.library.embedding.similarity import Vectors
from assistant.library.search.evidence import EvidenceFeatures
from assistant.library.text.chunking import texts_to_embed
from assistant.library.text.languages import Language, fold
from assistant.library.text.pieces import ChunkLimits
from benchmarks.library import Remembering, library_of, one_each
from benchmarks.question_sets import Question, QuestionSet

SIZES = {"one article": (1, 16), "3 articles": (3, 8), "8 articles": (8, 4)}
"""How many articles a library has, and how many such libraries are made."""

HALF = "half of all"

DOMAIN = "one domain"
DOMAIN_ARTICLES, DOMAINS = 8, 3
"""How many articles are put together as they are about like things, and how often."""

NOTES = "notes on much"
NOTES_OF_EACH, NOTES_DRAWN = 2, 3
"""How many paragraphs of each article of a half are a library, and how often they are drawn."""

MOST = 60
"""Questions of either kind for one small library; the halves are asked all."""

AROUND, REPEATED = 12, 0.5
"""Words on either side of an answer, and the share of their threes that repeats it."""

_WORD = re.compile(r"[^\W_]+")


class Asked(NamedTuple):
    """What was found for one question."""

    size: str
    signs: EvidenceFeatures
    language: Language
    across: bool
    """Whether the best of what was found is in another language than the question."""
    is_there: bool
    """Whether the article that answers it is in the library."""
    is_repeated: bool
    """Whether another article of the library says it in almost the same words."""


def halves(questions: QuestionSet) -> tuple[set[str], set[str]]:
    """The articles, dealt out in turn."""
    names = _articles(questions)
    return set(names[::2]), set(names[1::2])


class _Searched(NamedTuple):
    """A library, and what else is asked of it than what it holds."""

    size: str
    paragraphs: set[str]
    elsewhere: set[str]
    """The articles whose questions are asked as well."""


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
    passages = {paragraph.id: paragraph.text for paragraph in questions.paragraphs}
    for size, chosen, others in _libraries(questions, asked, embedder, dice):
        part = [paragraph for paragraph in questions.paragraphs if paragraph.id in chosen]
        there = [question for question in asked if question.relevant & chosen]
        elsewhere = [question for question in asked if _article_of(question) in others]
        if size not in (HALF, DOMAIN):
            there = dice.sample(there, min(MOST, len(there)))
            elsewhere = dice.sample(elsewhere, min(MOST, len(elsewhere)))
        shingles = [_shingles(_words(paragraph.text)) for paragraph in part]
        with library_of(one_each(part), embedder, limits) as library:
            retrieval = library.by_words if words_only else library.retrieval
            for number, question in enumerate([*there, *elsewhere]):
                found = retrieval.find(question.text, None)
                is_there = number < len(there)
                yield Asked(
                    size,
                    found.signs,
                    found.query.language,
                    found.is_across,
                    is_there,
                    not is_there and _is_repeated(question, passages, shingles),
                )


def _libraries(
    questions: QuestionSet, asked: Sequence[Question], embedder: Remembering, dice: random.Random
) -> Iterator[_Searched]:
    names = _articles(questions)

    def whole(articles: set[str]) -> set[str]:
        return {each.id for each in questions.paragraphs if each.article in articles}

    for size, (articles, count) in SIZES.items():
        for _ in range(count):
            chosen = set(dice.sample(names, articles))
            yield _Searched(size, whole(chosen), set(names) - chosen)
    parts = halves(questions)
    for sides, size in ((parts, HALF), *_domains(questions, embedder)):
        for one, other in (sides, sides[::-1]):
            yield _Searched(size, whole(one), other)
    for _ in range(NOTES_DRAWN):
        for one, other in (parts, parts[::-1]):
            yield _Searched(NOTES, _notes(questions, asked, sorted(one), dice), other)


def _notes(
    questions: QuestionSet,
    asked: Sequence[Question],
    articles: Sequence[str],
    dice: random.Random,
) -> set[str]:
    """A few paragraphs of each article, such as are asked about where there are some."""
    relevant = {id_ for question in asked for id_ in question.relevant}
    chosen: set[str] = set()
    for name in articles:
        own = [each.id for each in questions.paragraphs if each.article == name]
        own = [id_ for id_ in own if id_ in relevant] or own
        chosen.update(dice.sample(own, min(NOTES_OF_EACH, len(own))))
    return chosen


def _domains(
    questions: QuestionSet, embedder: Remembering
) -> Iterator[tuple[tuple[set[str], set[str]], str]]:
    """Articles that are nearest to each other, those most alike on different sides."""
    names = _articles(questions)
    nearness = _nearness(questions, embedder, names)
    left = list(range(len(names)))
    for _ in range(min(DOMAINS, len(names) // DOMAIN_ARTICLES)):
        groups = [
            sorted(left, key=lambda at: -nearness[first, at])[:DOMAIN_ARTICLES] for first in left
        ]
        group = max(groups, key=lambda each: float(nearness[np.ix_(each, each)].mean()))
        left = [at for at in left if at not in group]
        sides: tuple[set[str], set[str]] = (set(), set())
        while group:
            one, other = max(
                ((a, b) for a in group for b in group if a < b), key=lambda pair: nearness[pair]
            )
            sides[0].add(names[one])
            sides[1].add(names[other])
            group = [at for at in group if at not in (one, other)]
        yield sides, DOMAIN


def _nearness(questions: QuestionSet, embedder: Remembering, names: Sequence[str]) -> Vectors:
    """The cosines of articles, each the mean of its paragraphs."""
    texts = texts_to_embed(
        [(paragraph.title, paragraph.text) for paragraph in questions.paragraphs],
        embedder.count_tokens,
        embedder.max_tokens,
    )
    vectors = embedder.embed(texts)
    of = np.array([names.index(paragraph.article) for paragraph in questions.paragraphs])
    means = np.array([vectors[of == at].mean(axis=0) for at in range(len(names))])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return np.asarray(means @ means.T, dtype=np.float32)


def _is_repeated(
    question: Question, passages: Mapping[str, str], shingles: Sequence[set[tuple[str, ...]]]
) -> bool:
    """Whether what answers a question stands in the library, too, in almost the same words: in
    another version of a rule, or where one document cites another."""
    for text in (passages[id_] for id_ in question.relevant):
        for answer in question.answers:
            before, found, after = text.partition(answer)
            around = [*_words(before)[-AROUND:], *_words(found), *_words(after)[:AROUND]]
            asked = _shingles(around)
            if any(len(asked & each) >= REPEATED * len(asked) for each in shingles if found):
                return True
    return False


def _shingles(words: Sequence[str]) -> set[tuple[str, ...]]:
    return set(zip(words, words[1:], words[2:], strict=False))


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def _articles(questions: QuestionSet) -> list[str]:
    return sorted({paragraph.article for paragraph in questions.paragraphs})


def _article_of(question: Question) -> str:
    return next(iter(question.relevant)).partition("::")[0]
