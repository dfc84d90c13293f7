"""The seal of library.db: what the file was when it was closed well.

SQLite notices damage to its structure, and only where it comes by; it does not notice other
content. So the checksum of the closed file is kept beside it, and whoever opens it next compares.
After a crash there is no seal: then everything is looked at while it is in use (`soundness`).
"""

import zlib
from contextlib import suppress
from pathlib import Path
from typing import Literal

from assistant.library.file_access import print_of

Trust = Literal["sealed", "unsealed", "broken", "absent"]
"""`unsealed`: nobody closed it well. `broken`: it is not what was closed, or was given up."""

SIDE_FILES = ("-wal", "-shm")


def look(database: Path) -> Trust:
    """How far a file can be trusted that nobody has open. The seal is taken off."""
    seal, mark = _seal(database), _mark(database)
    kept = _read(seal)
    seal.unlink(missing_ok=True)
    if mark.exists():
        return "broken"
    if not database.exists():
        return "absent"
    if kept is None or _with(database, "-wal").exists():
        return "unsealed"
    try:
        return "sealed" if _sealing(database) == kept else "broken"
    except OSError:
        return "unsealed"


def close_well(database: Path) -> None:
    """Seal a file that was closed, and delete the damaged one that it replaced."""
    if _mark(database).exists() or _with(database, "-wal").exists():
        return
    with suppress(OSError):
        fresh = _with(database, ".seal.new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(_sealing(database))
        fresh.replace(_seal(database))
        for suffix in ("", *SIDE_FILES):
            _with(_damaged(database), suffix).unlink(missing_ok=True)


def give_up(database: Path) -> None:
    """Have a damaged file set aside when it is opened next."""
    with suppress(OSError):
        _mark(database).touch(mode=0o600)


def set_aside(database: Path) -> None:
    """Put a damaged file out of the way, in place of one that was put there before."""
    for suffix in ("", *SIDE_FILES):
        file = _with(database, suffix)
        if file.exists():
            file.replace(_with(_damaged(database), suffix))
    _mark(database).unlink(missing_ok=True)


def _sealing(database: Path) -> bytes:
    """Size and checksum, and a checksum of these: a damaged seal says nothing about the file."""
    size, check = print_of(database)
    told = b"%d %d" % (size, check)
    return b"%s %d" % (told, zlib.crc32(told))


def _read(seal: Path) -> bytes | None:
    """A seal; None when there is none that makes sense."""
    try:
        kept = seal.read_bytes()
    except OSError:
        return None
    told, _, check = kept.rpartition(b" ")
    return kept if check == b"%d" % zlib.crc32(told) else None


def _seal(database: Path) -> Path:
    return _with(database, ".seal")


def _mark(database: Path) -> Path:
    return _with(database, ".given-up")


def _damaged(database: Path) -> Path:
    return _with(database, ".damaged")


def _with(path: Path, suffix: str) -> Path:
    return path.with_name(f"{path.name}{suffix}")
