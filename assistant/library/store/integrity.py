"""Integrity check of library.db: all is examined, and repaired where that can be done.

What hangs loose is deleted, what words are missing is written again, and a file whose passages are
not what was stored is read again. Only a broken structure is beyond repair: then everything is
made again from the user's files.
"""

import sqlite3
from typing import get_args

from pydantic import ValidationError

from assistant.core.errors import DatabaseDamagedError, StorageError
from assistant.core.values.conversation import Place
from assistant.core.values.library import IntegrityProblem
from assistant.language.messages import N_
from assistant.library.store import keywords, passages
from assistant.library.store.database import KeywordsDamagedError, LibraryDatabase
from assistant.library.store.schema import KEYWORD_TABLES
from assistant.library.text.analysis import ANALYSIS_VERSION, Analyzer
from assistant.library.text.chunking import context_of, key_of
from assistant.library.text.languages import Language
from assistant.library.text.names import file_key

_AT_ONCE = 1000
_ANALYSIS_KEY = "analysis"

_LANGUAGES = frozenset(get_args(Language))

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""Stands for what no database takes: a text that has it need not agree with its key."""

_REFERENCES = (
    (N_("folders of no collection"), "roots", "collection_id NOT IN (SELECT id FROM collections)"),
    (
        N_("files noted for folders that are not there"),
        "members",
        "root_id NOT IN (SELECT id FROM roots) OR file_id NOT IN (SELECT id FROM files)",
    ),
    (N_("texts of no passage"), "texts", "passage_id NOT IN (SELECT id FROM passages)"),
    (
        N_("embeddings of no embedder"),
        "embeddings",
        "embedder_id NOT IN (SELECT id FROM embedders)",
    ),
)
"""What may only be there with something else: its name, its table, and how it is told."""

_MISCOUNTED = """
    SELECT files.id FROM files LEFT JOIN (
        SELECT file_id, count(*) AS there, count(DISTINCT position) AS different,
            min(position) AS first, max(position) AS last
        FROM passages GROUP BY file_id
    ) ON file_id = files.id
    WHERE coalesce(there, 0) != passages OR coalesce(different, 0) != passages
        OR coalesce(first, 0) != 0 OR coalesce(last, passages - 1) != passages - 1
        OR (state = 'indexed' AND sha256 IS NULL)
"""

_PASSAGES = """
    SELECT passages.id, file_id, key, language, place, text, title FROM passages
    LEFT JOIN texts ON passage_id = passages.id JOIN files ON files.id = file_id
    WHERE passages.id > ? ORDER BY passages.id LIMIT ?
"""

_READ_AGAIN = """
    UPDATE files SET state = 'waiting', sha256 = NULL, reason = NULL, detail = '', crashes = 0
    WHERE id = ?
"""


def check_and_repair(database: LibraryDatabase, analyzer: Analyzer) -> list[IntegrityProblem]:
    """Check library.db and repair what can be repaired.

    Returns: what was wrong.

    Raises:
        DatabaseDamagedError: it is beyond repair, and has been given up.
    """
    return [
        *_check_structure(database),
        *_check_references(database),
        *_check_files(database),
        *_check_texts(database),
        *_check_keywords(database, analyzer),
    ]


def _check_structure(database: LibraryDatabase) -> list[IntegrityProblem]:
    """The file itself. An index can be made again from its table."""
    found = _integrity(database)
    if not found:
        return []
    try:
        with database.write() as connection:
            connection.execute("REINDEX")
    except StorageError as failure:
        if not isinstance(failure.__cause__, sqlite3.IntegrityError):
            raise
    left = _integrity(database)
    if left:
        database.mark_damaged()
        raise DatabaseDamagedError(
            f"{database.path} is damaged: {left[0]}.", "It is rebuilt from your files."
        )
    return [_repaired(N_(f"library.db: {found[0]}: its indexes were rebuilt"))]


def _integrity(database: LibraryDatabase) -> list[str]:
    with database.read() as connection:
        rows = connection.execute("PRAGMA integrity_check(10)")
        return [row[0] for row in rows if row[0] != "ok"]


def _check_references(database: LibraryDatabase) -> list[IntegrityProblem]:
    """What belongs to something that is not there."""
    problems = []
    for what, table, where in _REFERENCES:
        with database.write() as connection:
            count = connection.execute(f"DELETE FROM {table} WHERE {where}").rowcount
        if count:
            problems.append(_repaired(N_(f"{count:,} {what} were deleted")))
    with database.write() as connection:
        ids = _column(
            connection, "SELECT id FROM passages WHERE file_id NOT IN (SELECT id FROM files)"
        )
        passages.remove_some(connection, ids)
    if ids:
        problems.append(_repaired(N_(f"{len(ids):,} passages of no file were deleted")))
    return problems


def _check_files(database: LibraryDatabase) -> list[IntegrityProblem]:
    """Files that belong nowhere, are there twice, or have not the passages they say."""
    with database.write() as connection:
        nowhere = _column(
            connection, "SELECT id FROM files WHERE id NOT IN (SELECT file_id FROM members)"
        )
        seen: set[bytes] = set()
        twice = []
        for id_, path in connection.execute("SELECT id, path FROM files NOT INDEXED ORDER BY id"):
            if path in seen:
                twice.append(id_)
            seen.add(path)
        for file in {*nowhere, *twice}:
            passages.remove(connection, file)
            connection.execute("DELETE FROM files WHERE id = ?", (file,))
        miscounted = _column(connection, _MISCOUNTED)
        connection.executemany(_READ_AGAIN, [(file,) for file in miscounted])
    problems = []
    if files := len(nowhere):
        problems.append(N_(f"{files:,} files that were in no collection were taken out"))
    if files := len(twice):
        problems.append(N_(f"{files:,} files were there twice and are there once now"))
    if files := len(miscounted):
        problems.append(
            N_(f"{files:,} files had not the passages they should have: they are read again")
        )
    return list(map(_repaired, problems))


def _check_texts(database: LibraryDatabase) -> list[IntegrityProblem]:
    """Passages that are not what was stored; their keys tell."""
    damaged: set[int] = set()
    last = 0
    while True:
        with database.read() as connection:
            rows = connection.execute(_PASSAGES, (last, _AT_ONCE)).fetchall()
        if not rows:
            break
        last = rows[-1][0]
        damaged |= {row[1] for row in rows if not _is_sound(*row[2:])}
    if not damaged:
        return []
    with database.write() as connection:
        connection.executemany(_READ_AGAIN, [(file,) for file in damaged])
    return [
        _repaired(N_(f"{len(damaged):,} files had passages that are not their text: read again"))
    ]


def _is_sound(key: bytes, language: str, place: str, text: str | None, title: str) -> bool:
    if text is None or language not in _LANGUAGES:
        return False
    try:
        context = context_of(title, Place.model_validate_json(place))
    except ValidationError:
        return False
    return key_of(context, text) == key or _REPLACEMENT in f"{context}{text}"


def _check_keywords(database: LibraryDatabase, analyzer: Analyzer) -> list[IntegrityProblem]:
    """The keyword index against the passages, and against itself."""
    if not _agrees_with_itself(database):
        rebuild_keywords(database, analyzer)
        return [_repaired(N_("the keyword index did not agree with itself: it was rebuilt"))]
    problems = []
    with database.write() as connection:
        indexed = set(_column(connection, "SELECT rowid FROM keywords"))
        known = set(_column(connection, "SELECT id FROM passages"))
        keywords.remove(connection, indexed - known)
        passages.add_words(connection, analyzer, sorted(known - indexed))
    if indexed - known:
        count = len(indexed - known)
        problems.append(
            _repaired(N_(f"the words of {count:,} passages that are gone were deleted"))
        )
    if known - indexed:
        count = len(known - indexed)
        problems.append(
            _repaired(N_(f"{count:,} passages had no words in the index: they were added"))
        )
    return problems


def _agrees_with_itself(database: LibraryDatabase) -> bool:
    try:
        with database.write() as connection:
            connection.execute("INSERT INTO keywords (keywords) VALUES ('integrity-check')")
    except KeywordsDamagedError:
        return False
    return True


def rebuild_keywords(database: LibraryDatabase, analyzer: Analyzer) -> None:
    """Rebuild the keyword index from the stored texts and names, in one transaction."""
    with database.write() as connection:
        for table in ("keyword_places", "keyword_terms", "keywords"):
            connection.execute(f"DROP TABLE {table}")
        for statement in KEYWORD_TABLES:
            connection.execute(statement)
        passages.add_words(connection, analyzer, _column(connection, "SELECT id FROM passages"))
        named = connection.execute("SELECT id, display FROM files").fetchall()
        connection.executemany(
            "UPDATE files SET name = ? WHERE id = ?",
            [(file_key(path), id_) for id_, path in named],
        )
        connection.execute(
            "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
            (_ANALYSIS_KEY, str(ANALYSIS_VERSION)),
        )
    database.mark_keywords_repaired()


def has_outdated_keywords(database: LibraryDatabase) -> bool:
    """Whether an earlier version of the program made the keyword index."""
    with database.read() as connection:
        row = connection.execute(
            "SELECT value FROM meta WHERE key = ?", (_ANALYSIS_KEY,)
        ).fetchone()
    return row is None or row[0] != str(ANALYSIS_VERSION)


def _column(connection: sqlite3.Connection, query: str) -> list[int]:
    return [row[0] for row in connection.execute(query)]


def _repaired(what: str) -> IntegrityProblem:
    return IntegrityProblem(what=what, repaired=True)
