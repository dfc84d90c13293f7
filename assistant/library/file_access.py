"""File access: opening regular files only, printable paths, checksums.

What is opened may be anything: only a regular file is read, and never by way of a link.

A name on disk is bytes: it may hold new lines, control characters, or no valid UTF-8 at all.
The bytes stay the file's identity; what is printable is for eyes only.
"""

import errno
import os
import stat
import zlib
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

BLOCK_BYTES = 1 << 20

Checksum = tuple[int, int]
"""Size and CRC-32 of a file."""


def file_checksum(file: Path) -> Checksum:
    """A file's checksum, size and CRC-32: against accidents, not against malice."""
    size = check = 0
    with file.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            size += len(block)
            check = zlib.crc32(block, check)
    return size, check


def printable_path(path: bytes) -> str:
    """`path` on one line: what cannot be shown, or would reorder the line, is escaped."""
    text = path.decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(mark if mark.isprintable() else _escaped(mark) for mark in text)


def _escaped(mark: str) -> str:
    return mark.encode("unicode_escape").decode("ascii")


_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


def open_regular(path: bytes) -> BinaryIO:
    """Open `path` for reading.

    Raises:
        OSError: it cannot be opened, is a link (ELOOP), or is no regular file (EINVAL). A pipe or
            device is neither waited for nor set going.
    """
    descriptor = os.open(path, _FLAGS)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", os.fsdecode(path))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def disk_bytes(path: os.PathLike[str]) -> int:
    """Bytes of a file with its journals, or of a folder."""
    total = 0
    if os.path.isdir(path):  # noqa: PTH112
        for folder, _, names in os.walk(path):
            for name in names:
                with suppress(OSError):
                    total += os.lstat(f"{folder}/{name}").st_size
        return total
    for suffix in ("", "-wal"):
        with suppress(OSError):
            total += os.lstat(f"{os.fspath(path)}{suffix}").st_size
    return total
