"""The header of a GGUF file, read without llama.cpp: enough to refuse a file with its reason.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import mmap
import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"GGUF"
VERSIONS = (2, 3)
MOST_ENTRIES = 2**17
"""Of keys and of tensors; the largest models have a few thousand."""

LONGEST = 2**24
"""Elements of an array, bytes of a text; vocabularies have at most some 300,000 tokens."""

_STRING, _ARRAY = 8, 9
_SCALARS = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q",
    12: "<d",
}  # fmt: skip

_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    9: (32, 36), 10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210),
    15: (256, 292), 16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18),
    21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8),
    28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
"""Tensor type to elements and bytes of a block; from ggml's type table."""


class GgufError(Exception):
    """The file is not a usable GGUF; the text says why, as the end of a sentence."""


@dataclass(frozen=True)
class Tensor:
    name: str
    offset: int
    """From the start of the file."""
    size: int | None
    """Bytes; None for a type this program does not know."""


@dataclass(frozen=True)
class Header:
    """What the file says about itself."""

    metadata: dict[str, int | float | bool | str]
    """Scalar keys only."""
    arrays: dict[str, list[int]]
    """Short integer arrays, like head counts per layer."""
    tensors: tuple[Tensor, ...]
    size: int
    """Bytes the file has."""

    @property
    def architecture(self) -> str:
        return str(self.metadata.get("general.architecture", ""))

    def number(self, key: str) -> int:
        """`<architecture>.<key>`; the largest for an array; 0 where the file does not say."""
        name = f"{self.architecture}.{key}"
        if name in self.arrays:
            return max(self.arrays[name], default=0)
        value = self.metadata.get(name, 0)
        return int(value) if isinstance(value, int | float) else 0


def read_header(path: Path) -> Header:
    """Read the header of a GGUF file.

    Raises:
        GgufError: it is none, or is cut off within its header.
        OSError: it cannot be read.
    """
    # A FIFO would hang a plain open for ever.
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(file)
        if stat.S_ISDIR(status.st_mode):
            raise GgufError("is a folder, not a model file")
        if not stat.S_ISREG(status.st_mode):
            raise GgufError("is not a regular file")
        if status.st_size == 0:
            raise GgufError("is empty")
        if (magic := os.pread(file, 4, 0)) != MAGIC:
            raise GgufError(f"is not a GGUF file (it begins with {magic!r})")
        with mmap.mmap(file, 0, access=mmap.ACCESS_READ) as data:
            return _Reader(data).header(status.st_size)
    except (struct.error, IndexError, OverflowError):
        raise GgufError("is cut off within its header") from None
    finally:
        os.close(file)


class _Reader:
    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = len(MAGIC)

    def header(self, size: int) -> Header:
        version = self._scalar("<I")
        if version not in VERSIONS:
            raise GgufError(f"has GGUF version {version}, and only 2 and 3 are known")
        tensor_count, key_count = self._count(MOST_ENTRIES), self._count(MOST_ENTRIES)
        metadata: dict[str, int | float | bool | str] = {}
        arrays: dict[str, list[int]] = {}
        for _ in range(key_count):
            key, kind = self._string(), self._scalar("<I")
            if kind == _ARRAY:
                if (numbers := self._array()) is not None:
                    arrays[key] = numbers
            else:
                metadata[key] = self._value(kind)
        described = [self._tensor() for _ in range(tensor_count)]
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 0 < alignment < 2**20:
            raise GgufError("has a damaged header")
        start = -(-self._at // alignment) * alignment
        tensors = tuple(Tensor(name, start + at, bytes_) for name, at, bytes_ in described)
        return Header(metadata, arrays, tensors, size)

    def _tensor(self) -> tuple[str, int, int | None]:
        name = self._string()
        dimensions = self._scalar("<I")
        if dimensions > 8:
            raise GgufError("has a damaged header")
        elements = 1
        for _ in range(dimensions):
            elements *= self._scalar("<Q")
        kind, offset = self._scalar("<I"), self._scalar("<Q")
        block = _BLOCKS.get(kind)
        return name, offset, block and elements // block[0] * block[1]

    def _value(self, kind: int) -> int | float | bool | str:
        if kind == _STRING:
            return self._string()
        if kind not in _SCALARS:
            raise GgufError("has a damaged header")
        return self._scalar(_SCALARS[kind])

    def _array(self) -> list[int] | None:
        """The numbers of a short array; strings and long arrays are only passed over."""
        kind, count = self._scalar("<I"), self._count(LONGEST)
        if kind == _STRING:
            self._pass_strings(count)
            return None
        if kind not in _SCALARS:
            raise GgufError("has a damaged header")
        form = _SCALARS[kind]
        if count > 1024 or form in ("<f", "<d"):
            self._at += struct.calcsize(form) * count
            return None
        return [int(self._scalar(form)) for _ in range(count)]

    def _pass_strings(self, count: int) -> None:
        data, at, unpack = self._data, self._at, struct.Struct("<Q").unpack_from
        for _ in range(count):
            at += 8 + unpack(data, at)[0]
        self._at = at

    def _string(self) -> str:
        length = self._count(LONGEST)
        if self._at + length > len(self._data):
            raise IndexError
        text = self._data[self._at : self._at + length]
        self._at += length
        return text.decode("utf-8", "replace")

    def _count(self, most: int) -> int:
        count = self._scalar("<Q")
        if count > most:
            raise GgufError("has a damaged header")
        return count

    def _scalar(self, form: str) -> int:
        (value,) = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return value  # type: ignore[no-any-return]
