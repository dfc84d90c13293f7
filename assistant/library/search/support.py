"""Support: how far passages bear out the sentences of an answer, by words and by meaning.

Either sign alone is easily fooled: sentences on one topic are close in meaning whatever they say,
and a sentence can repeat a passage's words to say the opposite. Citations ask for both.

What counts is what a sentence adds to its question. Whoever asks about the Amazon gets an answer
about the Amazon, from the files or not, so the question's own words bear witness to nothing. And
an answer such as "2003." means something only together with its question.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from assistant.core.values.library import Support
from assistant.library.embedding.sentence_transformers import Embedder, Vectors
from assistant.library.store import keywords
from assistant.library.store.database import LibraryDatabase
from assistant.library.store.keywords import KeywordQuery, inverse_frequency
from assistant.library.store.scope import languages_of
from assistant.library.text.analysis import Analyzer
from assistant.library.text.languages import (
    Language,
    guess_language,
    likeliest_language,
    stop_words,
)
from assistant.library.text.sentences import Span
from assistant.library.text.sentences import sentences as sentences_of

MAX_COMPARED = 24
"""Sentences of a text that are compared in meaning: those that share most words come first."""

MIN_NEW_WEIGHT = 0.35
"""Of the weight of a word that one passage has: what new words weigh together, or say nothing."""

_NUMBER = re.compile(r"[\d·]+")


class _SentencedText(NamedTuple):
    """A text, sentence by sentence."""

    text: str
    language: Language
    spans: list[Span]
    nearby: list[set[str]]
    """The words of each sentence and of the one before, which it may refer to."""
    words: set[str]


def support(
    sentences: Sequence[str],
    texts: Sequence[str],
    database: LibraryDatabase,
    analyzer: Analyzer,
    embedder: Embedder,
    question: str = "",
) -> tuple[tuple[Support, ...], ...]:
    """Signs of support of sentences by texts, shape (sentences, texts).

    Args:
        question: what the sentences answer; without one, all their words count.
    """
    if not sentences or not texts:
        return tuple(() for _ in sentences)
    with database.read() as connection:
        stored = languages_of(connection)
        read = [_read(text, analyzer, likeliest_language(text, stored)) for text in texts]
        # Files that come with a question need not be in the library, nor need their languages.
        spoken = [text.language for text in read]
        asked = keywords.prepare_query(connection, analyzer, question, spoken)
        queries = [keywords.prepare_query(connection, analyzer, each, spoken) for each in sentences]
    shares = [[_shares(_new_words(query, asked, text), text) for text in read] for query in queries]
    compared = [
        _best_sentences([row[column] for row in shares], text) for column, text in enumerate(read)
    ]
    cosines = _cosines(sentences, question, read, compared, embedder)
    return tuple(
        tuple(
            _best_signs(text, shares[row][column], compared[column], cosines[column][row])
            for column, text in enumerate(read)
        )
        for row in range(len(sentences))
    )


def _read(text: str, analyzer: Analyzer, otherwise: Language) -> _SentencedText:
    language = guess_language(text, otherwise)
    spans = sentences_of(text, 0, len(text))
    stems = [{word.stem for word in analyzer.words(text[a:b], language)} for a, b in spans]
    before: list[set[str]] = [set(), *stems]
    nearby = [own | other for own, other in zip(stems, before, strict=False)]
    return _SentencedText(text, language, spans, nearby, set().union(*stems))


def _new_words(
    query: KeywordQuery, asked: KeywordQuery, text: _SentencedText
) -> Mapping[str, float]:
    """The words that a sentence adds to its question, with their weights; none when they tell
    nothing, or when a number among them is not in the text."""
    known = {word.stem for word in asked.readings[text.language].words}
    stops = stop_words(text.language) | stop_words(query.language)
    reading = query.readings[text.language]
    common = {word.stem for word in reading.words if word.form in stops}
    new = {
        stem: weight
        for stem, weight in reading.weights.items()
        if stem not in known and stem not in common
    }
    enough = MIN_NEW_WEIGHT * inverse_frequency(1, max(1, query.passages))
    foreign = any(_NUMBER.fullmatch(stem) and stem not in text.words for stem in new)
    return {} if foreign or sum(new.values()) < enough else new


def _shares(new: Mapping[str, float], text: _SentencedText) -> list[float]:
    """Of the new words, what each sentence of a text has, rare words counting more."""
    whole = sum(new.values())
    return [
        sum(weight for stem, weight in new.items() if stem in there) / whole if whole else 0.0
        for there in text.nearby
    ]


def _best_sentences(shares: Sequence[Sequence[float]], text: _SentencedText) -> list[int]:
    """The sentences of a text that are worth comparing in meaning, in order."""
    every = range(len(text.spans))
    best = sorted(every, key=lambda at: -max(row[at] for row in shares))
    return sorted(best[:MAX_COMPARED])


def _cosines(
    sentences: Sequence[str],
    question: str,
    texts: Sequence[_SentencedText],
    compared: Sequence[Sequence[int]],
    embedder: Embedder,
) -> list[Vectors]:
    """For each text the cosines of sentences (rows) and what they are compared with (columns): of
    the sentence alone or together with its question, whichever is closer."""
    asked = [f"{question} {sentence}" for sentence in sentences] if question else []
    pieces = [
        text.text[slice(*text.spans[at])]
        for text, chosen in zip(texts, compared, strict=True)
        for at in chosen
    ]
    vectors = embedder.embed([*sentences, *asked, *pieces])
    count = len(sentences)
    others = vectors[count + len(asked) :].T
    cosines = vectors[:count] @ others
    if asked:
        cosines = np.maximum(cosines, vectors[count : 2 * count] @ others)
    return np.split(cosines, np.cumsum([len(chosen) for chosen in compared])[:-1], axis=1)


def _best_signs(
    text: _SentencedText, shares: Sequence[float], compared: Sequence[int], cosines: Vectors
) -> Support:
    """The signs of the sentence that has both of them."""
    if not compared:
        return Support(cosine=0, overlap=0, start=0, end=0)
    signs = [(shares[at], float(cosine)) for at, cosine in zip(compared, cosines, strict=True)]
    best = max(range(len(signs)), key=lambda index: (min(signs[index]), sum(signs[index])))
    overlap, cosine = signs[best]
    start, end = text.spans[compared[best]]
    return Support(cosine=cosine, overlap=overlap, start=start, end=end)
