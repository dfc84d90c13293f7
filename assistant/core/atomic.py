"""Atomic replacement of files: a reader sees the old content or the new, also after a crash."""

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def replace_file(path: Path, content: bytes | Iterable[bytes], *, durable: bool) -> None:
    """Put a file in its place in one step, readable for the user alone.

    Args:
        content: the whole file; in parts where it is large.
        durable: whether it has to be there after a loss of power. That costs two waits for the
            disk, and is for what cannot be made again; without it a file may be as it was before,
            or damaged.

    Raises:
        OSError: it cannot be written, and says so of `path`; what was there is unharmed.
    """
    new = path.with_name(f".{secrets.token_hex(8)}.new")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        new.replace(path)
    except BaseException as failure:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        if isinstance(failure, OSError):
            raise OSError(failure.errno, failure.strerror, str(path)) from None
        raise
    if durable:
        # Some network file systems cannot do so; the file is there all the same.
        with suppress(OSError):
            sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
