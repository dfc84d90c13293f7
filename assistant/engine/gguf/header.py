"""GGUF header: metadata and tensors of a model file, read by ggml's own reader.

That reader is native code: hostile files may end the process, so that only workers import this.
Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import ctypes
import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from math import isfinite, prod
from pathlib import Path
from typing import Any

MAGIC = b"GGUF"
VERSIONS = (2, 3)

MAX_AXES = 4
"""That a tensor of ggml's has."""

MAX_ARRAY = 1024
"""Elements of an array that is kept; vocabularies are longer."""

_STRING, _ARRAY = 8, 9
_NUMBERS: dict[int, tuple[str, Any]] = {
    0: ("u8", ctypes.c_uint8),
    1: ("i8", ctypes.c_int8),
    2: ("u16", ctypes.c_uint16),
    3: ("i16", ctypes.c_int16),
    4: ("u32", ctypes.c_uint32),
    5: ("i32", ctypes.c_int32),
    6: ("f32", ctypes.c_float),
    7: ("bool", ctypes.c_bool),
    10: ("u64", ctypes.c_uint64),
    11: ("i64", ctypes.c_int64),
    12: ("f64", ctypes.c_double),
}
"""Kinds of value, by their number in the file."""

_KINDS = {_STRING: "str", _ARRAY: "arr"} | {kind: name for kind, (name, _) in _NUMBERS.items()}

_WHOLE = frozenset({0, 1, 2, 3, 4, 5, 7, 10, 11})


class GgufError(Exception):
    """The file is not a usable GGUF; the text says why, as the end of a sentence."""


@dataclass(frozen=True)
class GgufTensor:
    """A tensor of a GGUF file: its type, shape, place and size in bytes."""

    name: str
    kind: str
    """As ggml calls its quantization, such as `q4_K`."""
    shape: tuple[int, ...]
    """Numbers along each of ggml's four axes; those of a row come first."""
    offset: int
    """From the start of the file."""
    size: int
    """Bytes."""

    @property
    def elements(self) -> int:
        return prod(self.shape)


@dataclass(frozen=True)
class GgufHeader:
    """The header of a GGUF file: metadata and tensors."""

    metadata: dict[str, int | float | bool | str]
    """Scalar keys only."""
    kinds: dict[str, str]
    """How each key is stored: as `arr`, `str`, or a number as ggml calls it, such as `f32`."""
    arrays: dict[str, list[int]]
    """Short integer arrays, like head counts per layer."""
    tensors: tuple[GgufTensor, ...]
    size: int
    """Bytes the file has."""

    @property
    def architecture(self) -> str:
        return self.text("general.architecture")

    def text(self, key: str) -> str:
        """A value as text; empty where the file does not say."""
        return str(self.metadata.get(key, ""))

    def number(self, key: str) -> int:
        """`<architecture>.<key>`; the largest for an array; 0 where the file does not say."""
        name = f"{self.architecture}.{key}"
        if name in self.arrays:
            return max(self.arrays[name], default=0)
        value = self.metadata.get(name, 0)
        return int(value) if isinstance(value, int | float) and isfinite(value) else 0


def read_header(path: Path) -> GgufHeader:
    """Read the header of a GGUF file.

    Raises:
        GgufError: it is none, or its header is cut off or damaged.
        OSError: it cannot be read.
    """
    size = _check_magic(path)
    ggml = _ggml()
    with _opened(ggml, path) as context:
        metadata: dict[str, int | float | bool | str] = {}
        kinds: dict[str, str] = {}
        arrays: dict[str, list[int]] = {}
        for index in range(ggml.gguf_get_n_kv(context)):
            key = _text(ggml.gguf_get_key(context, index))
            kind = ggml.gguf_get_kv_type(context, index)
            kinds[key] = _KINDS[kind]
            if kind == _ARRAY:
                if (numbers := _array(ggml, context, index)) is not None:
                    arrays[key] = numbers
            elif kind == _STRING:
                metadata[key] = _text(ggml.gguf_get_val_str(context, index))
            else:
                metadata[key] = getattr(ggml, f"gguf_get_val_{kinds[key]}")(context, index)
        return GgufHeader(metadata, kinds, arrays, tuple(_tensors(ggml, context)), size)


def _check_magic(path: Path) -> int:
    """Refuse what is no GGUF file, each with its reason; bytes of one that may be."""
    # A FIFO would hang a plain open for ever.
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(file)
        if stat.S_ISDIR(status.st_mode):
            raise GgufError("is a folder, not a model file")
        if not stat.S_ISREG(status.st_mode):
            raise GgufError("is not a regular file")
        begin = os.pread(file, 8, 0)
    finally:
        os.close(file)
    if not begin:
        raise GgufError("is empty")
    if not begin.startswith(MAGIC):
        raise GgufError(f"is not a GGUF file (it begins with {begin[:4]!r})")
    if len(begin) == 8 and (version := struct.unpack("<I", begin[4:])[0]) not in VERSIONS:
        raise GgufError(f"has GGUF version {version}, and only 2 and 3 are known")
    return status.st_size


@contextmanager
def _opened(ggml: ctypes.CDLL, path: Path) -> Iterator[ctypes.c_void_p]:
    context = ggml.gguf_init_from_file(os.fsencode(path), _InitParameters(True, None))
    if not context:
        raise GgufError("is cut off within its header, or damaged there")
    try:
        yield context
    finally:
        ggml.gguf_free(context)


def _array(ggml: ctypes.CDLL, context: ctypes.c_void_p, index: int) -> list[int] | None:
    """The numbers of a short array of whole numbers."""
    kind, count = ggml.gguf_get_arr_type(context, index), ggml.gguf_get_arr_n(context, index)
    if kind not in _WHOLE or count > MAX_ARRAY:
        return None
    pointer = ctypes.POINTER(_NUMBERS[kind][1])
    values = ctypes.cast(ggml.gguf_get_arr_data(context, index), pointer)
    return [int(values[place]) for place in range(count)]


def _tensors(ggml: ctypes.CDLL, context: ctypes.c_void_p) -> Iterator[GgufTensor]:
    start = ggml.gguf_get_data_offset(context)
    for index in range(ggml.gguf_get_n_tensors(context)):
        kind, size = (
            ggml.gguf_get_tensor_type(context, index),
            ggml.gguf_get_tensor_size(context, index),
        )
        yield GgufTensor(
            name=_text(ggml.gguf_get_tensor_name(context, index)),
            kind=_text(ggml.ggml_type_name(kind)),
            shape=tuple(ggml.gguf_get_tensor_ne(context, index)[:MAX_AXES]),
            offset=start + ggml.gguf_get_tensor_offset(context, index),
            size=size,
        )


def _text(text: bytes | None) -> str:
    return (text or b"").decode("utf-8", "replace")


class _InitParameters(ctypes.Structure):
    """ggml's `gguf_init_params`."""

    _fields_ = (("no_alloc", ctypes.c_bool), ("ctx", ctypes.c_void_p))


@cache
def _ggml() -> ctypes.CDLL:
    """ggml as llama-cpp-python has loaded it, with the types of what is called here."""
    from llama_cpp._ggml import libggml  # noqa: PLC0415 -- costs half a second

    pointer, text, index = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int64
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "gguf_init_from_file": (pointer, [text, _InitParameters]),
        "gguf_free": (None, [pointer]),
        "gguf_get_data_offset": (ctypes.c_size_t, [pointer]),
        "gguf_get_n_kv": (index, [pointer]),
        "gguf_get_n_tensors": (index, [pointer]),
        "gguf_get_key": (text, [pointer, index]),
        "gguf_get_kv_type": (ctypes.c_int, [pointer, index]),
        "gguf_get_arr_type": (ctypes.c_int, [pointer, index]),
        "gguf_get_arr_n": (ctypes.c_size_t, [pointer, index]),
        "gguf_get_arr_data": (pointer, [pointer, index]),
        "gguf_get_val_str": (text, [pointer, index]),
        "gguf_get_tensor_name": (text, [pointer, index]),
        "gguf_get_tensor_type": (ctypes.c_int, [pointer, index]),
        "gguf_get_tensor_ne": (ctypes.POINTER(index), [pointer, index]),
        "gguf_get_tensor_offset": (ctypes.c_size_t, [pointer, index]),
        "gguf_get_tensor_size": (ctypes.c_size_t, [pointer, index]),
        "ggml_type_name": (text, [ctypes.c_int]),
        **{f"gguf_get_val_{name}": (kind, [pointer, index]) for name, kind in _NUMBERS.values()},
    }
    library: ctypes.CDLL = libggml
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
