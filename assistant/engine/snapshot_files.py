"""Snapshot files on disk: all of them removed when words are to be forgotten."""

import shutil
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

SUFFIX = ".kv"


def remove_all(folder: Path) -> None:
    """Delete all snapshots: they hold the words of conversations, and can be made again.

    A running engine notices, and forgets what it holds in memory instead of saving it.

    Raises:
        OSError: not all of them could be deleted.
    """
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _mark(folder).write_text(token_hex(16))
    if folder.exists():
        # At once out of the way of an engine that writes one.
        leaving = folder.with_name(f"{folder.name}-{token_hex(4)}")
        folder.rename(leaving)
        shutil.rmtree(leaving)


def generation(folder: Path) -> str:
    """A text that is another one each time after all snapshots of a folder were removed."""
    with suppress(OSError):
        return _mark(folder).read_text()
    return ""


def _mark(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.generation")
