"""Read-only databases: SQLite files that are read where nothing can be written.

A database with a write-ahead log needs room for the log's index before anything can be read. Where
there is none, the file is read as it lies, or, while it has a log, from a copy in memory.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from struct import Struct

LOG_HEADER = Struct(">8I")
"""Magic number, format, page size, checkpoint, two salts, two checksums: SQLite's WAL format."""

FRAME_HEADER = Struct(">6I")
"""Page, pages after a commit, two salts, two checksums."""

LOG_MAGIC = 0x377F0682
"""With 1 in its last bit the checksums are of big-endian numbers."""

_ROLLBACK_JOURNAL = b"\x01\x01"
"""In the header of a file, for readers and writers that need no log."""

_VERSIONS_AT = 18


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Connect to a database where nothing can be written; usable from any thread.

    Without a write-ahead log the file itself is read, and nobody may write it meanwhile. With one
    it is a copy in memory, of all that was committed; so is an empty one when there is no file.

    Raises:
        sqlite3.Error: it is no database.
        OSError: it cannot be read.
    """
    if not path.exists():
        return _connect(":memory:")
    if not _size(_log_of(path)):
        return _connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1")
    return _copy_in_memory(path)


def copy_in_memory(path: Path) -> sqlite3.Connection:
    """Connect to a copy in memory of all that was committed; it can be written, and is lost then.

    Raises:
        sqlite3.Error: it is no database.
        OSError: it cannot be read.
    """
    return _copy_in_memory(path) if path.exists() else _connect(":memory:")


def signature(path: Path) -> tuple[int, ...]:
    """What tells of a database and its log that they were written meanwhile."""
    found: list[int] = []
    for file in (path, _log_of(path)):
        try:
            status = file.stat()
        except OSError:
            continue
        found += [status.st_ino, status.st_size, status.st_mtime_ns]
    return tuple(found)


def _connect(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


def _copy_in_memory(path: Path) -> sqlite3.Connection:
    while True:
        # A writer that is alive may move pages from the one into the other meanwhile.
        before = signature(path)
        log, image = _read(_log_of(path)), bytearray(path.read_bytes())
        if before == signature(path):
            break
    for offset, page in _committed_pages(log):
        missing = offset + len(page) - len(image)
        image.extend(bytes(max(missing, 0)))
        image[offset : offset + len(page)] = page
    image[_VERSIONS_AT : _VERSIONS_AT + 2] = _ROLLBACK_JOURNAL
    connection = _connect(":memory:")
    try:
        connection.deserialize(bytes(image))
    except BaseException:
        connection.close()
        raise
    return connection


def _committed_pages(log: bytes) -> Iterator[tuple[int, bytes]]:
    """The pages of a log with their offsets in the database, as far as they were committed."""
    if len(log) < LOG_HEADER.size:
        return
    magic, _, page_bytes, _, salt_1, salt_2, *checksums = LOG_HEADER.unpack_from(log)
    words = ">" if magic & 1 else "<"
    sums = _checksum(words, log[: LOG_HEADER.size - 8], (0, 0))
    if magic & ~1 != LOG_MAGIC or list(sums) != checksums:
        return
    waiting: list[tuple[int, bytes]] = []
    frame_bytes = FRAME_HEADER.size + page_bytes
    for start in range(LOG_HEADER.size, len(log) - frame_bytes + 1, frame_bytes):
        page, commit, *salts_and_sums = FRAME_HEADER.unpack_from(log, start)
        content = log[start + FRAME_HEADER.size : start + frame_bytes]
        sums = _checksum(words, log[start : start + 8] + content, sums)
        if salts_and_sums != [salt_1, salt_2, *sums]:
            return
        waiting.append(((page - 1) * page_bytes, content))
        if commit:
            yield from waiting
            waiting.clear()


def _checksum(words: str, content: bytes, start: tuple[int, int]) -> tuple[int, int]:
    """SQLite's checksum of a log, which goes on from frame to frame."""
    first, second = start
    for one, two in Struct(f"{words}2I").iter_unpack(content):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + two + first) & 0xFFFFFFFF
    return first, second


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""
