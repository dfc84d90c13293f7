"""What can happen to a file behind a program's back."""

import os
import random
from collections.abc import Callable
from pathlib import Path


def remove(file: Path) -> None:
    file.unlink()


def empty(file: Path) -> None:
    os.truncate(file, 0)


def halve(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def zero(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def flip(file: Path) -> None:
    """Change one bit, always the same one of a file of this size."""
    content = bytearray(file.read_bytes())
    content[random.Random(7).randrange(len(content))] ^= 0x10
    file.write_bytes(content)


FILES_OF_VECTORS = [
    "record.json",
    "chroma.sqlite3",
    "data_level0.bin",
    "header.bin",
    "index_metadata.pickle",
    "length.bin",
    "link_lists.bin",
]

DAMAGES: list[Callable[[Path], None]] = [remove, empty, halve, zero, flip]
