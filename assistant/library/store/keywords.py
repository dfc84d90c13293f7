"""Keyword index: SQLite's FTS5 over the stems of every passage, ranked by BM25.

A passage is stemmed in its own language; a question is stemmed in every language that passages
have, so that it finds its words in all of them.
"""

import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from assistant.library.text.analysis import Analyzer, Word
from assistant.library.text.languages import Language, likeliest_language, stop_words

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


def languages_of(connection: sqlite3.Connection) -> list[Language]:
    """The languages that passages have."""
    found: list[Language] = []
    last = ""
    while True:
        row = connection.execute(
            "SELECT min(language) FROM passages WHERE language > ?", (last,)
        ).fetchone()
        if row[0] is None:
            return found
        last = row[0]
        found.append(cast(Language, last))


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
) -> KeywordQuery:
    """Prepare a question in every language that passages have, and in others."""
    passages = connection.execute("SELECT count(*) FROM passages").fetchone()[0]
    languages = list(dict.fromkeys([*languages_of(connection), *others]))
    asked_in = likeliest_language(question, languages)
    read = {language: analyzer.words(question, language) for language in languages}
    telling = {
        language: _content_stems(words, stop_words(language) | stop_words(asked_in))
        for language, words in read.items()
    }
    stems = sorted({stem for stems in telling.values() for stem in stems})
    frequencies = _frequencies(connection, stems)
    return KeywordQuery(
        text=question,
        language=asked_in,
        readings={
            language: LanguageQuery(
                words=tuple(words),
                weights={
                    stem: inverse_frequency(frequencies[stem], passages)
                    for stem in telling[language]
                },
            )
            for language, words in read.items()
        },
        frequencies=frequencies,
        passages=passages,
    )


def search(
    connection: sqlite3.Connection,
    query: KeywordQuery,
    limit: int,
    collections: Sequence[int] | None,
) -> list[int]:
    """Search the keyword index.

    Args:
        collections: where to look; None is everywhere.

    Returns: ids of the passages with the highest BM25, best first.
    """
    stems = _searched_stems(query)
    if not stems:
        return []
    scope, values = "", list[object]()
    if collections is not None:
        marks = ", ".join("?" * len(collections))
        scope = f"""
            AND (SELECT file_id FROM passages WHERE id = keywords.rowid) IN (
                SELECT file_id FROM members JOIN roots ON roots.id = root_id
                WHERE collection_id IN ({marks})
            )"""
        values = list(collections)
    rows = connection.execute(
        f"""
        SELECT rowid FROM keywords WHERE keywords MATCH ? {scope}
        ORDER BY bm25(keywords) LIMIT ?
        """,
        (" OR ".join(f'"{stem}"' for stem in stems), *values, limit),
    )
    return [row[0] for row in rows]


def inverse_frequency(frequency: int, passages: int) -> float:
    """Robertson's and Spärck Jones' weight of a word, kept above 0 as Lucene does."""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def _content_stems(words: Sequence[Word], stops: frozenset[str]) -> list[str]:
    """The stems of what is no stop word; of everything in a question of stop words only."""
    stems = {word.stem: None for word in words if word.form not in stops}
    return list(stems or {word.stem: None for word in words})


def _frequencies(connection: sqlite3.Connection, stems: Sequence[str]) -> dict[str, int]:
    return {
        stem: (
            connection.execute("SELECT doc FROM keyword_terms WHERE term = ?", (stem,)).fetchone()
            or (0,)
        )[0]
        for stem in stems
    }


def _searched_stems(query: KeywordQuery) -> list[str]:
    """The stems to look up, rarest first."""
    known = sorted(
        (stem for stem, count in query.frequencies.items() if count),
        key=lambda stem: query.frequencies[stem],
    )
    rare = [stem for stem in known if query.frequencies[stem] <= COMMON_SHARE * query.passages]
    return (rare if len(rare) >= ENOUGH_RARE_TERMS else known)[:MAX_TERMS]
