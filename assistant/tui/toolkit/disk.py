"""Disk look-ups for paths that the user types: kind, listing, short form.

Every call may block.
"""

import os
import stat
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from assistant.system.paths import as_spelled

MAX_NAMES: Final = 200_000
"""Names that are looked at in one folder."""

Kind = Literal["file", "folder"]


class FolderEntry(NamedTuple):
    """Entry of a folder."""

    name: str
    key: str
    """The name for comparing, see `normalised`."""
    is_folder: bool


def kind_of(path: str) -> Kind | None:
    """Kind of what is at a path; None when there is nothing that could be read."""
    try:
        mode = os.stat(absolute(path)).st_mode  # noqa: PTH116 - a Path cannot hold every name
    except (OSError, ValueError):
        return None
    if stat.S_ISDIR(mode):
        return "folder"
    return "file" if stat.S_ISREG(mode) else None


def exists(path: str) -> bool:
    """Whether there is a file or a folder."""
    return kind_of(path) is not None


def absolute(path: str) -> str:
    """Absolute path of what was typed, `~` and the current folder resolved; links stay."""
    return as_spelled(os.path.abspath(os.path.expanduser(path)))  # noqa: PTH100, PTH111


def resolved(path: str) -> str:
    """Absolute path with all links followed, as the library knows it."""
    return os.path.realpath(path)


def home() -> str:
    """Home folder of the user."""
    return os.path.expanduser("~")  # noqa: PTH111


def with_tilde(path: str) -> str:
    """Absolute path with `~` for the home folder."""
    folder = home().rstrip("/")
    return f"~{path[len(folder) :]}" if folder and path.startswith(f"{folder}/") else path


def name_of(path: str) -> str:
    """Last part of a path; foreign text."""
    return os.path.basename(path.rstrip("/")) or path  # noqa: PTH119


def normalised(name: str) -> str:
    """Name for comparing: neither case nor accents matter, however they are written."""
    if name.isascii():
        return name.lower()
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def listing(folder: str) -> Sequence[FolderEntry]:
    """Entries of a folder, folders first; empty when it cannot be read."""
    try:
        return _listing(folder, os.stat(folder).st_mtime_ns)  # noqa: PTH116
    except (OSError, ValueError):
        return ()


@lru_cache(maxsize=4)
def _listing(folder: str, _changed: int) -> Sequence[FolderEntry]:
    found: list[FolderEntry] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            found.append(FolderEntry(entry.name, normalised(entry.name), _is_folder(entry)))
            if len(found) == MAX_NAMES:
                break
    return sorted(found, key=lambda each: (not each.is_folder, each.key, each.name))


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
