"""Spelling correction: the nearest words that passages have, for words that none of them has."""

import re
import sqlite3
from collections.abc import Iterator

from assistant.core.values.library import SpellingCorrection
from assistant.library.store import passages
from assistant.library.store.keywords import KeywordQuery
from assistant.library.store.scope import SearchScope
from assistant.library.text.analysis import Analyzer
from assistant.library.text.languages import Language, fold, stop_words

MIN_LETTERS = 4
"""Of a word that may be a typing error; shorter ones are near to everything."""

LONG = 8
"""Letters from which on a word may have two errors."""

MAX_CORRECTED = 4
"""Words of a question."""

SURE = 0.5
"""Evidence below which words may be mistyped although it is sufficient."""

_WORD = re.compile(r"[^\W\d_]+")


def corrections(
    connection: sqlite3.Connection,
    analyzer: Analyzer,
    query: KeywordQuery,
    scope: SearchScope,
) -> tuple[SpellingCorrection, ...]:
    """The words of a question that no passage of a scope has, with the nearest that one has.

    A question of which most is unknown is about something else: then none is corrected.
    """
    found: list[SpellingCorrection] = []
    unknown = list(_unknown_words(analyzer, query, scope))
    known = sum(1 for count in query.frequencies.values() if count)
    if not 0 < len(unknown) <= min(MAX_CORRECTED, known + 1):
        return ()
    for typed in unknown:
        nearest = _nearest(connection, analyzer, typed, scope)
        if nearest:
            found.append(SpellingCorrection(typed=typed, searched=nearest))
    return tuple(found)


def with_corrections(question: str, corrected: tuple[SpellingCorrection, ...]) -> str:
    """A question with its typing errors put right."""
    right = {each.typed: each.searched for each in corrected}
    return _WORD.sub(lambda match: right.get(match.group(), match.group()), question)


def _unknown_words(analyzer: Analyzer, query: KeywordQuery, scope: SearchScope) -> Iterator[str]:
    stops = stop_words(query.language).union(*map(stop_words, scope.languages))
    languages = [query.language] if query.language in scope.languages else scope.languages
    for typed in dict.fromkeys(_WORD.findall(query.text)):
        if len(typed) < MIN_LETTERS or fold(typed) in stops:
            continue
        stems = {word.stem for language in languages for word in analyzer.words(typed, language)}
        if not any(scope.frequency(stem) for stem in stems):
            yield typed


def _nearest(
    connection: sqlite3.Connection, analyzer: Analyzer, typed: str, scope: SearchScope
) -> str:
    """The word of the passages that is nearest to one that none has; empty when none is near. Its
    first letter is taken to be right."""
    best: tuple[int, int, str, Language] | None = None
    for language in scope.languages:
        stem = analyzer.stem(fold(typed), language)
        most = 2 if len(stem) >= LONG else 1
        if len(stem) < MIN_LETTERS:
            continue
        for distance, term in scope.words_beginning(stem[0]).near(stem, most):
            if best is not None and distance > best[0]:
                continue
            frequency = scope.frequency(term)
            if frequency and (best is None or (distance, -frequency) < best[:2]):
                best = (distance, -frequency, term, language)
    if best is None or best[0] == 0:
        # It is a word of another language that passages have.
        return ""
    return _word_with(connection, analyzer, best[2], scope)


def _word_with(
    connection: sqlite3.Connection, analyzer: Analyzer, stem: str, scope: SearchScope
) -> str:
    """A word with a stem, as it stands in a passage."""
    ids = scope.postings(stem).passages[:1].tolist()
    for passage in passages.load(connection, ids).values():
        text = f"{passages.indexed_context(passage)}\n{passage.text}"
        for word in _WORD.findall(text):
            if any(each.stem == stem for each in analyzer.words(word, passage.language)):
                return str(word if word.isupper() else word.lower())
    return ""
