"""Seal of library.db: its size and checksum when it was closed well.

SQLite notices damage to its structure, and only where it comes by; it does not notice other
content. So the checksum of the closed file is kept beside it, and whoever opens it next compares.
After a crash there is no seal: then everything is looked at while it is in use (`integrity`).
"""

import zlib
from contextlib import suppress
from pathlib import Path
from typing import Literal

from assistant.core.atomic import replace_file
from assistant.library.file_access import file_checksum

Trust = Literal["sealed", "unsealed", "broken", "absent"]
"""`unsealed`: nobody closed it well. `broken`: it is not what was closed, or was given up."""

SIDE_FILE_SUFFIXES = ("-wal", "-shm")


def check_seal(database: Path) -> Trust:
    """Check the seal of a database that nobody has open, and remove it.

    Returns: how far the file can be trusted.
    """
    seal, mark = _seal_file(database), _mark_file(database)
    kept = _read_seal(seal)
    seal.unlink(missing_ok=True)
    if mark.exists():
        return "broken"
    if not database.exists():
        return "absent"
    if kept is None or _with(database, "-wal").exists():
        return "unsealed"
    try:
        return "sealed" if _seal_of(database) == kept else "broken"
    except OSError:
        return "unsealed"


def write_seal(database: Path) -> None:
    """Seal a database that was closed, and delete the damaged one that it replaced."""
    if _mark_file(database).exists() or _with(database, "-wal").exists():
        return
    with suppress(OSError):
        # Without its seal a file is looked at while it is in use, which costs nobody anything.
        replace_file(_seal_file(database), _seal_of(database), durable=False)
        for suffix in ("", *SIDE_FILE_SUFFIXES):
            _with(_damaged_file(database), suffix).unlink(missing_ok=True)


def mark_damaged(database: Path) -> None:
    """Mark a database as damaged: it is set aside when it is opened next."""
    with suppress(OSError):
        _mark_file(database).touch(mode=0o600)


def set_aside(database: Path) -> None:
    """Set a damaged database aside, in place of one that was set aside before."""
    for suffix in ("", *SIDE_FILE_SUFFIXES):
        file = _with(database, suffix)
        if file.exists():
            file.replace(_with(_damaged_file(database), suffix))
    _mark_file(database).unlink(missing_ok=True)


def _seal_of(database: Path) -> bytes:
    """Size and checksum, and a checksum of these: a damaged seal says nothing about the file."""
    size, check = file_checksum(database)
    record = b"%d %d" % (size, check)
    return b"%s %d" % (record, zlib.crc32(record))


def _read_seal(seal: Path) -> bytes | None:
    """A seal; None when there is none that makes sense."""
    try:
        kept = seal.read_bytes()
    except OSError:
        return None
    record, _, check = kept.rpartition(b" ")
    return kept if check == b"%d" % zlib.crc32(record) else None


def _seal_file(database: Path) -> Path:
    return _with(database, ".seal")


def _mark_file(database: Path) -> Path:
    return _with(database, ".given-up")


def _damaged_file(database: Path) -> Path:
    return _with(database, ".damaged")


def _with(path: Path, suffix: str) -> Path:
    return path.with_name(f"{path.name}{suffix}")
