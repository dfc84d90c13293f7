"""What SQLite's errors mean for the user."""

import sqlite3
from pathlib import Path

from assistant.core.errors import DatabaseBusyError, DatabaseDamagedError, StorageError

BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
FORBIDDEN = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}

_PRIMARY_CODE = 0xFF


def result_code(failure: sqlite3.Error) -> int | None:
    """SQLite's primary result code; None for errors of the Python module itself."""
    code: int | None = getattr(failure, "sqlite_errorcode", None)
    return None if code is None else code & _PRIMARY_CODE


def explain(failure: sqlite3.Error, path: Path | str) -> StorageError:
    """The error to show for a failed statement on the database at `path`."""
    code = result_code(failure)
    if code in BUSY:
        return DatabaseBusyError(
            f"{path} is held by another program.",
            "Close what else has it open, or try again in a moment.",
        )
    if code in DAMAGED:
        return DatabaseDamagedError(
            f"{path} is damaged: {failure}.",
            "Close every window of the assistant and start it again: it then checks the whole "
            "file, and sets it aside if it cannot be used.",
        )
    if code == sqlite3.SQLITE_FULL:
        return StorageError(
            f"The disk is full: {path} cannot grow.", "Free some space and try again."
        )
    if code in FORBIDDEN:
        return StorageError(
            f"{path} cannot be written: {failure}.",
            "Check the permissions of the file and of its folder.",
        )
    if code == sqlite3.SQLITE_IOERR:
        return StorageError(
            f"{path} cannot be read or written: {failure}.",
            "Check the free space and the health of the disk.",
        )
    return StorageError(f"{path} refused to work: {failure}.")
