"""Models that come in several files: `name-00001-of-00003.gguf` and so on.

What tells a file's content from another's, without reading all of a large file.
"""

import hashlib
import re
from pathlib import Path

_PART = re.compile(r"-(\d{5})-of-(\d{5})$")


def is_later_part(file: Path) -> bool:
    """Whether llama.cpp finds this file by itself, from the first part."""
    part = _PART.search(file.stem)
    return part is not None and int(part[1]) != 1


def parts_of(file: Path) -> list[Path]:
    """All files of a model, given its first; those that are missing are not in the list."""
    part = _PART.search(file.stem)
    if part is None:
        return [file]
    return sorted(file.parent.glob(f"{file.stem[: part.start()]}-?????-of-{part[2]}{file.suffix}"))


def count_of_parts(file: Path) -> int:
    """How many files a model has by the name of its first."""
    part = _PART.search(file.stem)
    return int(part[2]) if part else 1


def is_part_of(file: Path, name: str) -> bool:
    """Whether this is one of several files of the model called `name`."""
    return _PART.search(file.stem) is not None and name_of(file) == name


def name_of(file: Path) -> str:
    """A model's name, without what says that it comes in parts."""
    return _PART.sub("", file.stem)


PROBE = 2**20
"""Bytes that are read at either end."""


def content_of(path: Path) -> tuple[int, int, str]:
    """Size, time of change, and a digest of both ends."""
    status = path.stat()
    digest = hashlib.sha256()
    with path.open("rb") as file:
        digest.update(file.read(PROBE))
        file.seek(max(status.st_size - PROBE, 0))
        digest.update(file.read(PROBE))
    return status.st_size, status.st_mtime_ns, digest.hexdigest()


def stamp_of(path: Path) -> tuple[int, int] | None:
    """Changes when a file is replaced; None when it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
