"""Model files on disk: the parts of a split model, and a digest of a file's content.

A split model is `name-00001-of-00003.gguf` and so on; llama.cpp finds the later parts by itself.
Content is told by a digest of both ends, without reading all of a large file.
"""

import hashlib
import re
from pathlib import Path

_PART = re.compile(r"-(\d{5})-of-(\d{5})$")


def is_later_part(file: Path) -> bool:
    """Whether a file is a later part of a model, which llama.cpp finds by itself."""
    part = _PART.search(file.stem)
    return part is not None and int(part[1]) != 1


def parts_of(file: Path) -> list[Path]:
    """All files of a model, given its first; those that are missing are not in the list."""
    part = _PART.search(file.stem)
    if part is None:
        return [file]
    return sorted(file.parent.glob(f"{file.stem[: part.start()]}-?????-of-{part[2]}{file.suffix}"))


def part_count(file: Path) -> int:
    """How many files a model has, by the name of its first."""
    part = _PART.search(file.stem)
    return int(part[2]) if part else 1


def is_part_of(file: Path, name: str) -> bool:
    """Whether a file is one of several of the model called `name`."""
    return _PART.search(file.stem) is not None and name_without_part(file) == name


def name_without_part(file: Path) -> str:
    """The name of a model, without the number of its part."""
    return _PART.sub("", file.stem)


PROBE_BYTES = 2**20
"""Bytes that are read at either end."""


def content_digest(path: Path) -> tuple[int, int, str]:
    """A file's size, time of change, and digest of both ends."""
    status = path.stat()
    digest = hashlib.sha256()
    with path.open("rb") as file:
        digest.update(file.read(PROBE_BYTES))
        file.seek(max(status.st_size - PROBE_BYTES, 0))
        digest.update(file.read(PROBE_BYTES))
    return status.st_size, status.st_mtime_ns, digest.hexdigest()


def file_stamp(path: Path) -> tuple[int, int] | None:
    """A file's stamp, which changes when it is replaced; None when it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
