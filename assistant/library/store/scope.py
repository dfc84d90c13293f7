"""Search scope: the passages of the searched collections, and in how many of them a word stands.

Everything that is counted for a search is counted here, so that what stands in other collections
changes nothing about the passages of these. Two columns of the passages are kept in memory from
search to search: they never change under a passage's id.
"""

import sqlite3
from collections import OrderedDict
from collections.abc import Collection, Sequence
from itertools import chain
from threading import Lock
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt

from assistant.library.store.database import LibraryDatabase
from assistant.library.text.edit_distance import WordList
from assistant.library.text.languages import Language

Integers = npt.NDArray[np.int64]

_MAX_KEPT = 16
"""Scopes whose files are kept between searches."""

_MAX_POSTINGS = 2_000_000
"""Postings that are kept between searches: 32 MB."""


class Postings(NamedTuple):
    """The passages of a scope in which a word stands."""

    passages: Integers
    """Ids, rising."""
    counts: Integers
    """How often it stands in each."""


class _PassageColumns(NamedTuple):
    """Columns of the passages, by rising id; passages that are gone stay in them."""

    ids: Integers
    files: Integers
    lengths: Integers
    """Characters of text."""


class _ScopeFiles(NamedTuple):
    """The files of some collections, and what they come to."""

    files: Integers | None
    """Ids, rising; None is all of them."""
    passages: int
    languages: tuple[Language, ...]


class _KnownWords:
    """What searches have read about the words of all passages, of one revision of the database.
    Safe to use from threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._postings: OrderedDict[str, Postings] = OrderedDict()
        self._size = 0
        self.beginning: dict[str, WordList] = {}
        """The stems, by first letter."""

    def postings(self, stem: str) -> Postings | None:
        with self._lock:
            if stem in self._postings:
                self._postings.move_to_end(stem)
            return self._postings.get(stem)

    def keep(self, stem: str, postings: Postings) -> None:
        """Keep the postings of a stem, in the place of those that were not asked for longest."""
        with self._lock:
            if stem in self._postings:
                return
            self._postings[stem] = postings
            self._size += len(postings.passages)
            while self._size > _MAX_POSTINGS:
                _, oldest = self._postings.popitem(last=False)
                self._size -= len(oldest.passages)


class SearchScope:
    """The passages that are searched. Belongs to one read transaction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        columns: _PassageColumns,
        counted: _ScopeFiles,
        words: _KnownWords,
    ) -> None:
        self._connection = connection
        self._columns = columns
        self._words = words
        self._files = counted.files
        self._known: dict[str, Postings] = {}
        self.passages = counted.passages
        """How many they are."""
        self.languages = counted.languages
        """Those that passages have."""

    @classmethod
    def everywhere(cls, connection: sqlite3.Connection) -> "SearchScope":
        """The scope of all passages, for counting only."""
        none = np.zeros(0, dtype=np.int64)
        return cls(
            connection, _PassageColumns(none, none, none), _count_all(connection), _KnownWords()
        )

    def has_file(self, file: int) -> bool:
        """Whether the passages of a file are searched."""
        return self._files is None or file in self._files

    def within(self, files: Collection[int]) -> "SearchScope":
        """The scope of some of its files."""
        chosen = sorted(files)
        marks = ", ".join("?" * len(chosen))
        passages = self._connection.execute(
            f"SELECT sum(passages) FROM files WHERE id IN ({marks})", chosen
        ).fetchone()[0]
        languages = self._connection.execute(
            f"SELECT DISTINCT language FROM passages WHERE file_id IN ({marks}) ORDER BY language",
            chosen,
        )
        counted = _ScopeFiles(
            np.array(chosen, dtype=np.int64), passages, tuple(row[0] for row in languages)
        )
        return SearchScope(self._connection, self._columns, counted, self._words)

    def words_beginning(self, letter: str) -> WordList:
        """The stems that begin so, of the passages of all scopes."""
        known = self._words.beginning.get(letter)
        if known is None:
            # Slow where they are many: the index adds up where each of them stands.
            rows = self._connection.execute(
                "SELECT term FROM keyword_terms WHERE term >= ? AND term < ?",
                (letter, chr(ord(letter) + 1)),
            )
            known = self._words.beginning[letter] = WordList([row[0] for row in rows])
        return known

    def frequency(self, stem: str) -> int:
        """In how many passages a stem stands."""
        if self._files is not None:
            return len(self.postings(stem).passages)
        row = self._connection.execute(
            "SELECT doc FROM keyword_terms WHERE term = ?", (stem,)
        ).fetchone()
        return row[0] if row else 0

    def postings(self, stem: str) -> Postings:
        """The passages in which a stem stands, in their title or text."""
        known = self._known.get(stem)
        if known is None:
            known = self._known[stem] = self._read(stem)
        return known

    def lengths(self, passages: Integers) -> Integers:
        """Characters of passages that `postings` has given."""
        return self._columns.lengths[np.searchsorted(self._columns.ids, passages)]

    def _read(self, stem: str) -> Postings:
        everywhere = self._words.postings(stem)
        if everywhere is None:
            rows = self._connection.execute(
                "SELECT doc FROM keyword_places WHERE term = ?", (stem,)
            )
            places = np.fromiter(chain.from_iterable(rows), dtype=np.int64)
            everywhere = Postings(*np.unique(places, return_counts=True))
            self._words.keep(stem, everywhere)
        passages, counts = everywhere
        inside = _is_among(passages, self._columns.ids)
        if self._files is not None:
            at = np.searchsorted(self._columns.ids, passages[inside])
            inside[inside] = _is_among(self._columns.files[at], self._files)
        return Postings(passages[inside], counts[inside])


class ScopeCache:
    """Opens scopes; keeps what they have in common. Safe to use from threads."""

    def __init__(self, database: LibraryDatabase) -> None:
        self._database = database
        self._lock = Lock()
        none = np.zeros(0, dtype=np.int64)
        self._columns = _PassageColumns(none, none, none)
        self._revision = -1
        self._counted: dict[tuple[int, ...] | None, _ScopeFiles] = {}
        self._words = _KnownWords()

    def open(
        self, connection: sqlite3.Connection, collections: Sequence[int] | None
    ) -> SearchScope:
        """The scope of some collections; None is everywhere.

        Args:
            connection: in a read transaction.
        """
        with self._lock:
            revision = self._database.revision
            self._columns = _with_new_passages(connection, self._columns)
            if revision != self._revision or len(self._counted) > _MAX_KEPT:
                self._counted.clear()
                self._words = _KnownWords()
                self._revision = revision
            key = None if collections is None else tuple(sorted(set(collections)))
            counted = self._counted.get(key)
            if counted is None:
                counted = (
                    _count_all(connection) if key is None else _count_collections(connection, key)
                )
                self._counted[key] = counted
            return SearchScope(connection, self._columns, counted, self._words)


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


def _count_all(connection: sqlite3.Connection) -> _ScopeFiles:
    passages = connection.execute("SELECT count(*) FROM passages").fetchone()[0]
    return _ScopeFiles(None, passages, tuple(languages_of(connection)))


def _count_collections(connection: sqlite3.Connection, collections: tuple[int, ...]) -> _ScopeFiles:
    marks = ", ".join("?" * len(collections))
    members = f"""
        SELECT file_id FROM members JOIN roots ON roots.id = root_id
        WHERE collection_id IN ({marks})
    """
    rows = connection.execute(
        f"SELECT id, passages FROM files WHERE id IN ({members}) ORDER BY id", collections
    ).fetchall()
    languages = tuple(
        language
        for language in languages_of(connection)
        if connection.execute(
            f"SELECT 1 FROM passages WHERE language = ? AND file_id IN ({members}) LIMIT 1",
            (language, *collections),
        ).fetchone()
    )
    files = np.array([row[0] for row in rows], dtype=np.int64)
    return _ScopeFiles(files, sum(row[1] for row in rows), languages)


def _with_new_passages(connection: sqlite3.Connection, columns: _PassageColumns) -> _PassageColumns:
    last = int(columns.ids[-1]) if len(columns.ids) else 0
    rows = connection.execute(
        'SELECT id, file_id, "end" - start FROM passages WHERE id > ? ORDER BY id', (last,)
    ).fetchall()
    if not rows:
        return columns
    new = np.array(rows, dtype=np.int64).T
    return _PassageColumns(*(np.concatenate(pair) for pair in zip(columns, new, strict=True)))


def _is_among(values: Integers, rising: Integers) -> npt.NDArray[np.bool_]:
    if not len(rising):
        return np.zeros(len(values), dtype=bool)
    at = np.minimum(np.searchsorted(rising, values), len(rising) - 1)
    return np.asarray(rising[at] == values)
