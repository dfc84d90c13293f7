"""Requeueing: unchanged files that are read again, because more can be read of them now.

What was read of them stays until they are read again.
"""

import shutil

from assistant.library.limits import OcrOptions
from assistant.library.store.database import LibraryDatabase

REVISION = 1
"""Of the readers, kept with each file: raised when they read more, it has all files read again."""

_OCR_KEY = "ocr"


def requeue_outdated(database: LibraryDatabase) -> bool:
    """Requeue what earlier readers have read, or could not.

    Files that have seen too many crashes, and those that a walk leaves out, stay as they are.

    Returns: whether any may be read again.
    """
    with database.write() as connection:
        changed = connection.execute(
            "UPDATE files SET state = 'waiting', reason = NULL, detail = ''"
            " WHERE state != 'waiting' AND revision < ? AND crashes = 0"
            " AND (size, mtime_ns, inode) != (0, 0, 0)",
            (REVISION,),
        )
        return changed.rowcount > 0


def requeue_for_ocr(database: LibraryDatabase, ocr: OcrOptions | None) -> bool:
    """Requeue files with pages that only OCR can read, when it can read more than last time.

    Returns: whether any may be read again.
    """
    now = "+".join(ocr.languages) if ocr and shutil.which(ocr.command) else ""
    with database.write() as connection:
        row = connection.execute("SELECT value FROM meta WHERE key = ?", (_OCR_KEY,)).fetchone()
        if now == (row[0] if row else ""):
            return False
        connection.execute(
            "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_OCR_KEY, now)
        )
        if not now:
            return False
        connection.execute(
            "UPDATE files SET state = 'waiting', reason = NULL, detail = '', revision = 0"
            " WHERE (state = 'skipped' AND reason = 'no_text')"
            """ OR unread LIKE '%"pictures"%' OR unread LIKE '%"no_meaning"%'"""
        )
        return True
