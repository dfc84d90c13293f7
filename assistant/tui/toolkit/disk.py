"""What lies on the disk where the user points; every call may block."""

import os
import stat
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple

MOST: Final = 200_000
"""Names that are looked at in one folder."""

Kind = Literal["file", "folder"]


class Entry(NamedTuple):
    """One name in a folder."""

    name: str
    key: str
    """The name for comparing, see `folded`."""
    is_folder: bool


def kind_of(path: str) -> Kind | None:
    """What is at a path; None when there is nothing that could be read."""
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
    """A path as it was typed, `~` and the current folder worked in; links are not followed."""
    return os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111


def real(path: str) -> str:
    """An absolute path with all links followed, as the library knows it."""
    return os.path.realpath(path)


def home() -> str:
    """The user's folder."""
    return os.path.expanduser("~")  # noqa: PTH111


def short(path: str) -> str:
    """An absolute path as the user would write it: below the home folder with `~`."""
    folder = home().rstrip("/")
    return f"~{path[len(folder) :]}" if folder and path.startswith(f"{folder}/") else path


def name_of(path: str) -> str:
    """The last part of a path; foreign text."""
    return os.path.basename(path.rstrip("/")) or path  # noqa: PTH119


def folded(name: str) -> str:
    """A name for comparing: neither case nor accents matter, however they are written."""
    if name.isascii():
        return name.lower()
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def listing(folder: str) -> Sequence[Entry]:
    """The names in a folder, folders first; nothing when it cannot be read."""
    try:
        return _listing(folder, os.stat(folder).st_mtime_ns)  # noqa: PTH116
    except (OSError, ValueError):
        return ()


@lru_cache(maxsize=4)
def _listing(folder: str, _changed: int) -> Sequence[Entry]:
    found: list[Entry] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            found.append(Entry(entry.name, folded(entry.name), _is_folder(entry)))
            if len(found) == MOST:
                break
    return sorted(found, key=lambda each: (not each.is_folder, each.key, each.name))


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
