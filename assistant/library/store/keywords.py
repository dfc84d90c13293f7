"""Keyword index: SQLite's FTS5 over the stems of every passage, ranked by BM25 of the scope.

A passage is stemmed in its own language; a question is stemmed in every language that passages
have, so that it finds its words in all of them.
"""

import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.library.store.scope import SearchScope
from assistant.library.text.analysis import Analyzer, Word
from assistant.library.text.languages import Language, likeliest_language, stop_words

K1, B = 1.2, 0.75
"""BM25's usual parameters."""

MAX_TERMS = 32
"""Words of a question that are looked up: the rarest. A pasted page is no question."""

COMMON_SHARE = 0.2
"""Words in more than this share of the passages find nothing when rarer ones are there."""

ENOUGH_RARE_TERMS = 3
"""Rarer words that make common ones unnecessary for finding (they still count in ranking)."""


@dataclass(frozen=True)
class LanguageQuery:
    """A question's words and weights in one language of the passages."""

    words: tuple[Word, ...]
    """All words, in order."""
    weights: Mapping[str, float]
    """The stems that tell something, with their inverse document frequency."""


@dataclass(frozen=True)
class KeywordQuery:
    """A question that is ready to be searched."""

    text: str
    language: Language
    """The language it is asked in, of those that passages have."""
    readings: Mapping[Language, LanguageQuery]
    frequencies: Mapping[str, int]
    """In how many passages a stem occurs."""
    passages: int
    """How many there are."""


def add(
    connection: sqlite3.Connection,
    analyzer: Analyzer,
    rows: Iterable[tuple[int, str, str, Language]],
) -> None:
    """Index passages: id, title and headings, text, language."""
    connection.executemany(
        "INSERT INTO keywords (rowid, title, body) VALUES (?, ?, ?)",
        [
            (passage, analyzer.stems(title, language), analyzer.stems(text, language))
            for passage, title, text, language in rows
        ],
    )


def remove(connection: sqlite3.Connection, passages: Iterable[int]) -> None:
    connection.executemany("DELETE FROM keywords WHERE rowid = ?", [(p,) for p in passages])


def prepare_query(
    connection: sqlite3.Connection,
    analyzer: Analyzer,
    question: str,
    others: Sequence[Language] = (),
    scope: SearchScope | None = None,
) -> KeywordQuery:
    """Prepare a question in every language that passages have, and in others.

    Args:
        scope: the passages that are searched; None is all of them.
    """
    scope = scope or SearchScope.everywhere(connection)
    passages = scope.passages
    languages = list(dict.fromkeys([*scope.languages, *others]))
    asked_in = likeliest_language(question, languages)
    read = {language: analyzer.words(question, language) for language in languages}
    telling = {
        language: _content_stems(words, stop_words(language) | stop_words(asked_in))
        for language, words in read.items()
    }
    stems = sorted({stem for stems in telling.values() for stem in stems})
    frequencies = {stem: scope.frequency(stem) for stem in stems}
    # A spelling that nobody uses says nothing about the passages that use another.
    unused = {
        language: {word.stem for word in words if word.derived and not frequencies.get(word.stem)}
        - {word.stem for word in words if not word.derived}
        for language, words in read.items()
    }
    return KeywordQuery(
        text=question,
        language=asked_in,
        readings={
            language: LanguageQuery(
                words=tuple(word for word in words if word.stem not in unused[language]),
                weights={
                    stem: inverse_frequency(frequencies[stem], passages)
                    for stem in telling[language]
                    if stem not in unused[language]
                },
            )
            for language, words in read.items()
        },
        frequencies=frequencies,
        passages=passages,
    )


def search(query: KeywordQuery, limit: int, scope: SearchScope) -> list[int]:
    """Search the passages of a scope.

    Returns: ids of those with the highest BM25, best first.
    """
    found = [(stem, scope.postings(stem)) for stem in _searched_stems(query)]
    ids = np.unique(np.concatenate([[], *(postings.passages for _, postings in found)]))
    ids = ids.astype(np.int64)
    if not len(ids):
        return []
    lengths = scope.lengths(ids)
    norms = K1 * (1 - B + B * lengths / max(lengths.mean(), 1.0))
    scores = np.zeros(len(ids))
    for _, (passages, counts) in found:
        at = np.searchsorted(ids, passages)
        weight = inverse_frequency(len(passages), query.passages)
        scores[at] += weight * counts * (K1 + 1) / (counts + norms[at])
    return [int(id_) for id_ in ids[np.argsort(-scores, kind="stable")[:limit]]]


def inverse_frequency(frequency: int, passages: int) -> float:
    """Robertson's and Spärck Jones' weight of a word, kept above 0 as Lucene does."""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def _content_stems(words: Sequence[Word], stops: frozenset[str]) -> list[str]:
    """The stems of what is no stop word; of everything in a question of stop words only."""
    stems = {word.stem: None for word in words if word.form not in stops}
    return list(stems or {word.stem: None for word in words})


def _searched_stems(query: KeywordQuery) -> list[str]:
    """The stems to look up, rarest first."""
    known = sorted(
        (stem for stem, count in query.frequencies.items() if count),
        key=lambda stem: query.frequencies[stem],
    )
    rare = [stem for stem in known if query.frequencies[stem] <= COMMON_SHARE * query.passages]
    return (rare if len(rare) >= ENOUGH_RARE_TERMS else known)[:MAX_TERMS]
