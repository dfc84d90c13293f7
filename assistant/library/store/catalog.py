"""File catalog in library.db: which files there are, in which state, with which passages.

What a file holds changes in one transaction with its row, so that a file is either as it was or
as it is, never half. Nothing here reads the user's files.
"""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from assistant.core.values.documents import SkipReason, UnreadParts
from assistant.core.values.library import FileState
from assistant.language.messages import N_
from assistant.library.file_access import printable_path
from assistant.library.limits import TOO_MANY_DEATHS
from assistant.library.store import passages
from assistant.library.store.database import LibraryDatabase
from assistant.library.store.requeueing import REVISION
from assistant.library.text.analysis import Analyzer
from assistant.library.text.chunking import PassageDraft
from assistant.library.text.names import file_key


class FileStamp(NamedTuple):
    """What tells without reading that a file has not changed: size, time, number on the disk."""

    size: int
    mtime_ns: int
    inode: int


class KnownFile(NamedTuple):
    """What the catalog knows of a file."""

    id: int
    path: bytes
    stamp: FileStamp
    state: FileState
    sha256: str | None
    title: str
    passages: int
    reason: SkipReason | None
    detail: str
    crashes: int
    revision: int
    """See `REVISION`."""


class ListedFile(NamedTuple):
    """A catalog entry as a scan compares it; as small as it can be, there are 100,000 of them."""

    size: int
    mtime_ns: int
    inode: int
    state: FileState
    reason: SkipReason | None
    detail: str


class CatalogChange(NamedTuple):
    """A change of the catalog, as the vector index follows it: passages added and removed."""

    collections: tuple[int, ...]
    added: tuple[int, ...]
    """Passages, in the order of the file."""
    removed: tuple[int, ...]


_FILE = """
    files.id, path, size, mtime_ns, inode, state, sha256, title, passages, reason, detail, crashes,
    revision
"""


class FileCatalog:
    """The files of library.db."""

    def __init__(self, database: LibraryDatabase, analyzer: Analyzer) -> None:
        self._database = database
        self._analyzer = analyzer

    def files(self, root_id: int | None = None) -> dict[bytes, KnownFile]:
        """The files found under a root, or all of them, by path."""
        where = "JOIN members ON file_id = files.id WHERE root_id = ?" if root_id else ""
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT {_FILE} FROM files {where}", (root_id,) if root_id else ()
            )
            return {row[1]: _file(row) for row in rows}

    def listed(self, root_id: int) -> dict[bytes, ListedFile]:
        """The files under a root, by path, with no more than a walk needs."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT path, size, mtime_ns, inode, state, reason, detail"
                " FROM members JOIN files ON files.id = file_id WHERE root_id = ?",
                (root_id,),
            )
            return {path: ListedFile._make(rest) for path, *rest in rows}

    def listed_at(self, paths: Sequence[bytes]) -> dict[bytes, ListedFile]:
        """Those of some paths, a few hundred at most, that are in the catalog."""
        marks = ", ".join("?" * len(paths))
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT path, size, mtime_ns, inode, state, reason, detail"
                f" FROM files WHERE path IN ({marks})",
                tuple(paths),
            )
            return {path: ListedFile._make(rest) for path, *rest in rows}

    def unfinished(self, root_id: int) -> dict[bytes, KnownFile]:
        """The files under a root that wait or were skipped, by path."""
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT {_FILE} FROM members JOIN files ON files.id = file_id"
                " WHERE root_id = ? AND state != 'indexed'",
                (root_id,),
            )
            return {row[1]: _file(row) for row in rows}

    def file(self, path: bytes) -> KnownFile | None:
        with self._database.read() as connection:
            return _find(connection, path)

    def add_found(
        self, root_id: int, files: Iterable[tuple[bytes, FileStamp]]
    ) -> list[CatalogChange]:
        """Store the files that a walk of a root found; new and changed ones are to be read.

        Returns: the changes of files that were in the library and now are in one more collection.
        """
        changes = []
        with self._database.write() as connection:
            for path, stamp in files:
                known = _find(connection, path)
                if known is None:
                    file_id = _insert(connection, path, stamp)
                else:
                    file_id = known.id
                    if known.stamp != stamp:
                        _to_be_read(connection, file_id, stamp)
                before = set(_collections(connection, file_id))
                connection.execute(
                    "INSERT OR IGNORE INTO members (root_id, file_id) VALUES (?, ?)",
                    (root_id, file_id),
                )
                new = set(_collections(connection, file_id)) - before
                added = passages.ids_of(connection, file_id) if new else []
                if added:
                    changes.append(CatalogChange(tuple(new), tuple(added), ()))
        return changes

    def waiting(self) -> list[KnownFile]:
        """The files that are to be read, in the order in which they were found."""
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT {_FILE} FROM files WHERE state = 'waiting' ORDER BY files.id"
            )
            return [_file(row) for row in rows]

    def begin_reading(self, path: bytes) -> None:
        """Mark a file as being read, so that a crash can be laid at its door."""
        with self._database.write() as connection:
            connection.execute("UPDATE files SET reading = 1 WHERE path = ?", (path,))

    def count_crashes(self) -> list[KnownFile]:
        """Count a crash for every file that was being read; to be called once at the start.

        Files that have seen too many are set aside until they change.

        Returns: these files.
        """
        with self._database.write() as connection:
            rows = connection.execute(f"SELECT {_FILE} FROM files WHERE reading = 1").fetchall()
            connection.execute(
                "UPDATE files SET reading = 0, crashes = crashes + 1 WHERE reading = 1"
            )
            for row in rows:
                crashes = row[11] + 1
                if crashes >= TOO_MANY_DEATHS:
                    detail = N_(f"the program ended {crashes} times while it was being read")
                    _skip(connection, row[0], "unreadable", detail)
            return [_file(row) for row in rows]

    def replace(
        self,
        path: bytes,
        stamp: FileStamp,
        sha256: str,
        title: str,
        drafts: Sequence[PassageDraft],
        unread: Sequence[UnreadParts] = (),
    ) -> CatalogChange:
        """Replace a file's passages, in one transaction.

        The embeddings of the drafts should be there before: a passage without one is found by
        its words only.

        Args:
            unread: what of the file could not be read.

        Returns: the change.

        Raises:
            KeyError: the file is not in the catalog (any more).
        """
        with self._database.write() as connection:
            known = _expect(connection, path)
            removed = passages.remove(connection, known.id)
            added = passages.store(connection, self._analyzer, known.id, drafts)
            connection.execute(
                """
                UPDATE files SET size = ?, mtime_ns = ?, inode = ?, state = 'indexed', sha256 = ?,
                    title = ?, passages = ?, reason = NULL, detail = '', reading = 0, crashes = 0,
                    unread = ?, revision = ?
                WHERE id = ?
                """,
                (
                    *stamp,
                    sha256,
                    passages.storable(title),
                    len(added),
                    passages.unread_json(unread),
                    REVISION,
                    known.id,
                ),
            )
            return CatalogChange(_collections(connection, known.id), tuple(added), tuple(removed))

    def skip(self, path: bytes, stamp: FileStamp, reason: SkipReason, detail: str) -> CatalogChange:
        """Store that a file could not be read; it is tried again when it changes.

        Returns: the change.

        Raises:
            KeyError: the file is not in the catalog (any more).
        """
        with self._database.write() as connection:
            known = _expect(connection, path)
            removed = passages.remove(connection, known.id)
            _skip(connection, known.id, reason, passages.storable(detail))
            connection.execute(
                """
                UPDATE files SET size = ?, mtime_ns = ?, inode = ?, sha256 = NULL, reading = 0,
                    crashes = 0
                WHERE id = ?
                """,
                (*stamp, known.id),
            )
            return CatalogChange(_collections(connection, known.id), (), tuple(removed))

    def update_stamp(self, path: bytes, stamp: FileStamp) -> None:
        """Update the stamp of a file whose content did not change."""
        with self._database.write() as connection:
            connection.execute(
                """
                UPDATE files SET size = ?, mtime_ns = ?, inode = ?, reading = 0,
                    state = CASE WHEN sha256 IS NULL THEN state ELSE 'indexed' END
                WHERE path = ?
                """,
                (*stamp, path),
            )

    def requeue(self, path: bytes) -> None:
        """Requeue a file although it has not changed."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE files SET state = 'waiting', reason = NULL, detail = '', crashes = 0"
                " WHERE path = ?",
                (path,),
            )

    def move(self, old: bytes, new: bytes, stamp: FileStamp) -> list[CatalogChange]:
        """Move a file to another path; its passages stay.

        Where a walk has found the new path already, the file belongs to what that belongs to.

        Returns: the changes.

        Raises:
            KeyError: the file is not in the catalog (any more).
        """
        with self._database.write() as connection:
            known = _expect(connection, old)
            other, removed = _find(connection, new), list[int]()
            before = set(_collections(connection, known.id))
            if other is not None:
                connection.execute("DELETE FROM members WHERE file_id = ?", (known.id,))
                connection.execute(
                    "UPDATE members SET file_id = ? WHERE file_id = ?", (known.id, other.id)
                )
                removed = _remove(connection, other.id)
            connection.execute(
                """
                UPDATE files SET path = ?, display = ?, name = ?, size = ?, mtime_ns = ?,
                    inode = ?, reading = 0
                WHERE id = ?
                """,
                (new, display := printable_path(new), file_key(display), *stamp, known.id),
            )
            after = set(_collections(connection, known.id))
            ids = tuple(passages.index_again(connection, self._analyzer, known.id))
            return [
                CatalogChange(tuple(sorted(after - before)), ids, ()),
                CatalogChange(tuple(sorted(before - after)), (), ids),
                CatalogChange(tuple(sorted(after)), (), tuple(removed)),
            ]

    def remove_from_root(self, root_id: int, paths: Collection[bytes]) -> list[CatalogChange]:
        """Remove files from a root; those in no root any more leave the library.

        Returns: the changes.
        """
        changes = []
        with self._database.write() as connection:
            for path in paths:
                known = _find(connection, path)
                if known is not None:
                    changes.append(_leave(connection, root_id, known.id))
        return changes


def _leave(connection: sqlite3.Connection, root_id: int, file_id: int) -> CatalogChange:
    before = set(_collections(connection, file_id))
    connection.execute("DELETE FROM members WHERE root_id = ? AND file_id = ?", (root_id, file_id))
    after = set(_collections(connection, file_id))
    left = tuple(sorted(before - after))
    if after or _is_member(connection, file_id):
        removed = passages.ids_of(connection, file_id) if left else []
    else:
        removed = _remove(connection, file_id)
    return CatalogChange(left, (), tuple(removed))


def _remove(connection: sqlite3.Connection, file_id: int) -> list[int]:
    removed = passages.remove(connection, file_id)
    connection.execute("DELETE FROM files WHERE id = ?", (file_id,))
    return removed


def _is_member(connection: sqlite3.Connection, file_id: int) -> bool:
    row = connection.execute("SELECT 1 FROM members WHERE file_id = ? LIMIT 1", (file_id,))
    return row.fetchone() is not None


def _collections(connection: sqlite3.Connection, file_id: int) -> tuple[int, ...]:
    rows = connection.execute(
        "SELECT DISTINCT collection_id FROM roots JOIN members ON root_id = roots.id"
        " WHERE file_id = ? ORDER BY collection_id",
        (file_id,),
    )
    return tuple(row[0] for row in rows)


def _insert(connection: sqlite3.Connection, path: bytes, stamp: FileStamp) -> int:
    file_id: int = connection.execute(
        "INSERT INTO files (path, display, name, size, mtime_ns, inode, state)"
        " VALUES (?, ?, ?, ?, ?, ?, 'waiting') RETURNING id",
        (path, display := printable_path(path), file_key(display), *stamp),
    ).fetchone()[0]
    return file_id


def _to_be_read(connection: sqlite3.Connection, file_id: int, stamp: FileStamp) -> None:
    """What was set aside gets another chance: it has changed."""
    connection.execute(
        """
        UPDATE files SET state = 'waiting', size = ?, mtime_ns = ?, inode = ?, reason = NULL,
            detail = '', crashes = 0
        WHERE id = ?
        """,
        (*stamp, file_id),
    )


def _skip(connection: sqlite3.Connection, file_id: int, reason: SkipReason, detail: str) -> None:
    connection.execute(
        "UPDATE files SET state = 'skipped', reason = ?, detail = ?, passages = 0, unread = '',"
        " revision = ? WHERE id = ?",
        (reason, detail, REVISION, file_id),
    )


def _expect(connection: sqlite3.Connection, path: bytes) -> KnownFile:
    known = _find(connection, path)
    if known is None:
        raise KeyError(path)
    return known


def _find(connection: sqlite3.Connection, path: bytes) -> KnownFile | None:
    row = connection.execute(f"SELECT {_FILE} FROM files WHERE path = ?", (path,)).fetchone()
    return _file(row) if row else None


def _file(row: tuple[Any, ...]) -> KnownFile:
    id_, path, size, mtime_ns, inode, *rest = row
    return KnownFile(id_, path, FileStamp(size, mtime_ns, inode), *rest)
