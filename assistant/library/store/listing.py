"""File listing: the library's files, page by page; there may be 100,000 of them."""

from typing import Any

from assistant.core.values.library import FileEntry, FileFilter
from assistant.library.store.database import LibraryDatabase
from assistant.library.store.passages import moment_of, unread_parts

_OF_COLLECTION = (
    "id IN (SELECT file_id FROM members JOIN roots ON roots.id = root_id WHERE collection_id = ?)"
)


def list_files(
    database: LibraryDatabase,
    collection_id: int | None,
    state: FileFilter | None,
    offset: int,
    limit: int | None,
) -> list[FileEntry]:
    """List files by path, at most `limit` of them after the first `offset`.

    Args:
        collection_id: only those of this collection.
        state: only those in this state, or those that were read in part.
    """
    wanted = ["TRUE"]
    values: list[Any] = []
    if collection_id is not None:
        wanted.append(_OF_COLLECTION)
        values.append(collection_id)
    if state == "partial":
        wanted.append("unread != '' AND state = 'indexed'")
    elif state is not None:
        wanted.append("state = ?")
        values.append(state)
    with database.read() as connection:
        rows = connection.execute(
            "SELECT display, size, state, passages, reason, detail, sha256, unread,"
            " mtime_ns FROM files"
            f" WHERE {' AND '.join(wanted)} ORDER BY path LIMIT ? OFFSET ?",
            (*values, -1 if limit is None else limit, offset),
        )
        return [_entry(row) for row in rows]


def path_by_name(database: LibraryDatabase, display: str) -> bytes | None:
    """The path of the file that is listed under a printable name; None when there is none."""
    with database.read() as connection:
        row = connection.execute(
            "SELECT path FROM files WHERE display = ? LIMIT 1", (display,)
        ).fetchone()
    return bytes(row[0]) if row else None


def _entry(row: tuple[Any, ...]) -> FileEntry:
    path, size, state, passages, reason, detail, sha256, unread, mtime_ns = row
    return FileEntry(
        path=path,
        size=size,
        state=state,
        passages=passages,
        reason=reason,
        detail=detail,
        content_hash=sha256 or "",
        unread=unread_parts(unread),
        modified=moment_of(mtime_ns),
    )
