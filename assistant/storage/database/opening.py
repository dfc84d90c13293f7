"""Opening a database: made, checked and migrated before the first transaction.

A new database is made under another name and moved into place when it is whole. So a file that
is empty or half there is never one that is just being made: it is damaged.
"""

import errno
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from struct import Struct

from assistant.core.atomic import sync_folder
from assistant.core.errors import (
    DatabaseBusyError,
    DatabaseDamagedError,
    StorageError,
)
from assistant.storage.database.connection import (
    DAMAGED,
    connect,
    explain,
    newer_version,
    result_code,
    unwritable,
)
from assistant.storage.database.files import COPY_LABEL, DatabaseFiles
from assistant.storage.database.locks import exclusive
from assistant.storage.database.schema import (
    APPLICATION_ID,
    MIGRATIONS,
    Migration,
    migrate,
    version_of,
)
from assistant.storage.tables import word_index
from assistant.storage.tables.rows import microseconds
from assistant.system.disk_room import UNWRITABLE

MAGIC = b"SQLite format 3\0"
HEADER = Struct(">16xH6xII60xI")
"""Page size, change counter, pages, change counter when pages were counted; see SQLite's format."""

LOCK_TIMEOUT = 30.0
"""Seconds to wait for a window that checks or migrates."""


class _DamageError(Exception):
    """Found in a file that is to be set aside; the argument says what it is."""


def prepare(
    files: DatabaseFiles, now: datetime, migrations: Sequence[Migration] = MIGRATIONS
) -> None:
    """Make, check or migrate the database, in one process at a time.

    Raises:
        DatabaseNewerError: written by a newer version; not touched.
        DatabaseDamagedError: damaged and set aside.
        UnwritableError: nothing can be written there; not touched.
        StorageError: it cannot be used for another reason; not touched.
    """
    try:
        files.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with exclusive(files.lock, LOCK_TIMEOUT):
            _prepare(files, now, migrations)
    except TimeoutError:
        raise DatabaseBusyError(
            f"{files.path} is being checked or migrated by another window.",
            "Wait until that window is ready and try again.",
        ) from None
    except sqlite3.Error as failure:
        raise explain(failure, files.path) from failure
    except OSError as failure:
        reason = failure.strerror or str(failure)
        if failure.errno in (*UNWRITABLE, errno.EIO):
            is_full = failure.errno in (errno.ENOSPC, errno.EDQUOT)
            raise unwritable(files.path, reason, is_full=is_full) from failure
        raise StorageError(f"{files.path} cannot be opened: {reason}.") from failure


def _prepare(files: DatabaseFiles, now: datetime, migrations: Sequence[Migration]) -> None:
    try:
        if not files.path.exists():
            if files.log_bytes():
                raise _DamageError("is gone, only its write-ahead log is left")
            _create(files, now, migrations)
        else:
            _check(files, now, migrations)
    except _DamageError as damage:
        raise _set_aside(files, now, str(damage)) from damage.__cause__


def _create(files: DatabaseFiles, now: datetime, migrations: Sequence[Migration]) -> None:
    new = DatabaseFiles(files.path.with_name(f"{files.path.name}.new"))
    _remove(new)
    try:
        os.close(os.open(new.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(connect(new.path)) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute("PRAGMA journal_mode = WAL")
            migrate(connection, microseconds(now), migrations)
        files.index.unlink(missing_ok=True)
        files.log.unlink(missing_ok=True)
        new.path.rename(files.path)
        sync_folder(files.path.parent)
    finally:
        _remove(new)


def _remove(files: DatabaseFiles) -> None:
    for file in (files.path, files.log, files.index):
        file.unlink(missing_ok=True)


def _check(files: DatabaseFiles, now: datetime, migrations: Sequence[Migration]) -> None:
    _check_header(files)
    try:
        with closing(connect(files.path)) as connection:
            version = _check_version(connection, files.path, len(migrations))
            if files.suspicion.exists():
                _check_thoroughly(connection)
                files.suspicion.unlink(missing_ok=True)
            connection.execute("PRAGMA journal_mode = WAL")
            if version < len(migrations):
                _copy(connection, files, version, now)
                migrate(connection, microseconds(now), migrations)
    except sqlite3.Error as failure:
        if result_code(failure) in DAMAGED:
            raise _DamageError(f"is damaged ({failure})") from failure
        raise
    if files.path.stat().st_mode & 0o077:
        with suppress(PermissionError):
            files.path.chmod(0o600)


def _check_header(files: DatabaseFiles) -> None:
    """See whether the file begins like a database and is as long as it says.

    While there is a log, or one came into being, pages may be on their way into the file.
    """
    logged = files.log_bytes()
    with files.path.open("rb") as file:
        header = file.read(HEADER.size)
        size = os.fstat(file.fileno()).st_size
    if not header:
        raise _DamageError("is empty")
    if not header.startswith(MAGIC):
        raise _DamageError("is not a database any more")
    if len(header) < HEADER.size:
        raise _DamageError("is cut off")
    page, changes, pages, counted_at = HEADER.unpack(header)
    is_counted = changes == counted_at
    if is_counted and not logged and not files.log_bytes() and size < pages * page:
        raise _DamageError("is cut off")


def _check_version(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    """The version, after a look at every table's first page."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION_ID:
        raise StorageError(
            f"{path} is a database of another program.", "Move it away and start again."
        )
    version = version_of(connection)
    if version > newest:
        raise newer_version(path, version, newest)
    if version < 1:
        raise _DamageError("has lost its format version")
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    for (table,) in tables:
        connection.execute(f'SELECT * FROM "{table}" LIMIT 1').fetchone()
    return version


def _check_thoroughly(connection: sqlite3.Connection) -> None:
    """Read everything; a damaged word index is made anew from the messages."""
    report = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if report != "ok":
        raise _DamageError(f"is damaged ({report})")
    if not word_index.is_sound(connection):
        word_index.rebuild(connection)


def _copy(
    connection: sqlite3.Connection, files: DatabaseFiles, version: int, now: datetime
) -> None:
    """Keep the database as it is before a migration."""
    target = files.free_name(f"{COPY_LABEL}-{version}-{_stamp(now)}")
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(connect(target)) as copy:
            connection.backup(copy)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _set_aside(files: DatabaseFiles, now: datetime, what: str) -> StorageError:
    target = files.free_name(f"damaged-{_stamp(now)}")
    try:
        files.move(target)
        files.suspicion.unlink(missing_ok=True)
    except OSError as failure:
        return DatabaseDamagedError(
            f"{files.path} {what} and could not be set aside: {failure.strerror}.",
            "Move it and its -wal and -shm files away, then start again.",
        )
    return DatabaseDamagedError(
        f"{files.path} {what}. It was set aside as {target.name}.",
        "Nothing was deleted. The next start begins with an empty one; put a backup in its place "
        f"if you have one, or try `sqlite3 {target} .recover`.",
    )


def _stamp(now: datetime) -> str:
    return now.strftime("%Y%m%d-%H%M%S")
