"""Small GGUF files, written by ggml itself."""

import ctypes
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from llama_cpp._ggml import libggml

LAYERS, WIDTH, HEADS, WORDS = 2, 64, 4, 32

_KINDS = {"float32": 0, "float16": 1, "int32": 26, "float64": 28}
"""ggml's numbers for the types of tensors."""

Tensor = npt.NDArray[np.generic]

Metadata = Mapping[str, str | int | float | bool | list[str] | list[int] | list[float]]

LLAMA: Metadata = {
    "general.architecture": "llama",
    "general.name": "A Small One",
    "general.license": "mit",
    "general.file_type": 1,
    "llama.context_length": 512,
    "llama.embedding_length": WIDTH,
    "llama.block_count": LAYERS,
    "llama.feed_forward_length": 128,
    "llama.attention.head_count": HEADS,
    "llama.attention.head_count_kv": HEADS,
    "llama.attention.layer_norm_rms_epsilon": 1e-5,
    "llama.rope.dimension_count": WIDTH // HEADS,
    "tokenizer.ggml.model": "llama",
    "tokenizer.ggml.tokens": ["<unk>", "<s>", "</s>", *(chr(97 + n) for n in range(WORDS - 3))],
    "tokenizer.ggml.scores": [0.0] * WORDS,
    "tokenizer.ggml.token_type": [2, 3, 3, *[1] * (WORDS - 3)],
    "tokenizer.chat_template": "{% for m in messages %}{{ m.content }}{% endfor %}",
}
"""A llama that llama.cpp knows, with a vocabulary of letters."""


def write_model(path: Path, changes: Metadata | None = None, tensor: int = 70_000) -> Path:
    """A model file with one tensor of `tensor` numbers, which suffices for all but loading it."""
    ones = np.full(tensor * 4, 1, np.uint8).view(np.float32)
    return write_file(path, {**LLAMA, **(changes or {})}, {"token_embd.weight": ones})


def write_file(path: Path, metadata: Metadata, tensors: Mapping[str, Tensor]) -> Path:
    """Any GGUF file. The last axis of a tensor is what ggml calls its first."""
    context = _pointer(libggml.gguf_init_empty)()
    for key, value in metadata.items():
        _set(context, key.encode(), value)
    size = sum(values.nbytes for values in tensors.values())
    _pointer(libggml.ggml_init).argtypes = [_InitParameters]
    memory = libggml.ggml_init(_InitParameters(2**20 + size + 1000 * len(tensors), None, False))
    for name, values in tensors.items():
        _add(context, memory, name, np.ascontiguousarray(values))
    _write(context, path)
    _free(memory, context)
    return path


def keep_layers(model: Path, path: Path, layers: int) -> Path:
    """Write a model with the first layers of another: as quick as it has fewer, and no wiser."""
    memory = ctypes.c_void_p()
    read = _pointer(libggml.gguf_init_from_file)
    read.argtypes = [ctypes.c_char_p, _ReadParameters]
    whole = read(str(model).encode(), _ReadParameters(False, ctypes.pointer(memory)))
    context = _pointer(libggml.gguf_init_empty)()
    libggml.gguf_set_kv.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    libggml.gguf_set_kv(context, whole)
    _set(context, b"llama.block_count", layers)
    libggml.gguf_get_n_tensors.argtypes = [ctypes.c_void_p]
    name_of, tensor_of = libggml.gguf_get_tensor_name, _pointer(libggml.ggml_get_tensor)
    name_of.argtypes, name_of.restype = [ctypes.c_void_p, ctypes.c_int64], ctypes.c_char_p
    tensor_of.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    libggml.gguf_add_tensor.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    for index in range(libggml.gguf_get_n_tensors(whole)):
        name = name_of(whole, index)
        block = name.split(b".")[1]
        if not name.startswith(b"blk.") or int(block) < layers:
            libggml.gguf_add_tensor(context, tensor_of(memory, name))
    _write(context, path)
    _free(memory, context, whole)
    return path


def _write(context: int, path: Path) -> None:
    libggml.gguf_write_to_file.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_bool]
    libggml.gguf_write_to_file.restype = ctypes.c_bool
    path.parent.mkdir(parents=True, exist_ok=True)
    assert libggml.gguf_write_to_file(context, str(path).encode(), False)


def _free(memory: int | ctypes.c_void_p, *contexts: int) -> None:
    libggml.ggml_free.argtypes = libggml.gguf_free.argtypes = [ctypes.c_void_p]
    libggml.ggml_free(memory)
    for context in contexts:
        libggml.gguf_free(context)


def _add(context: int, memory: int, name: str, values: Tensor) -> None:
    make = _pointer(libggml.ggml_new_tensor)
    make.argtypes = [
        ctypes.c_void_p,
        ctypes.c_int,
        ctypes.c_int,
        ctypes.POINTER(ctypes.c_int64),
    ]
    axes = (ctypes.c_int64 * values.ndim)(*reversed(values.shape))
    made = make(memory, _KINDS[values.dtype.name], values.ndim, axes)
    _pointer(libggml.ggml_get_data).argtypes = [ctypes.c_void_p]
    ctypes.memmove(libggml.ggml_get_data(made), values.ctypes.data, values.nbytes)
    libggml.ggml_set_name.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    libggml.ggml_set_name(made, name.encode())
    libggml.gguf_add_tensor.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    libggml.gguf_add_tensor(context, made)


class _InitParameters(ctypes.Structure):
    """ggml's `ggml_init_params`."""

    _fields_ = (
        ("mem_size", ctypes.c_size_t),
        ("mem_buffer", ctypes.c_void_p),
        ("no_alloc", ctypes.c_bool),
    )


class _ReadParameters(ctypes.Structure):
    """ggml's `gguf_init_params`."""

    _fields_ = (("no_alloc", ctypes.c_bool), ("ctx", ctypes.POINTER(ctypes.c_void_p)))


def _pointer(function: ctypes._CFuncPtr) -> ctypes._CFuncPtr:
    function.restype = ctypes.c_void_p
    return function


def _set(context: int, key: bytes, value: object) -> None:
    start = [ctypes.c_void_p, ctypes.c_char_p]
    match value:
        case bool():
            libggml.gguf_set_val_bool.argtypes = [*start, ctypes.c_bool]
            libggml.gguf_set_val_bool(context, key, value)
        case int():
            libggml.gguf_set_val_u32.argtypes = [*start, ctypes.c_uint32]
            libggml.gguf_set_val_u32(context, key, value)
        case float():
            libggml.gguf_set_val_f32.argtypes = [*start, ctypes.c_float]
            libggml.gguf_set_val_f32(context, key, value)
        case str():
            libggml.gguf_set_val_str.argtypes = [*start, ctypes.c_char_p]
            libggml.gguf_set_val_str(context, key, value.encode())
        case [str(), *_]:
            texts = (ctypes.c_char_p * len(value))(*(text.encode() for text in value))
            libggml.gguf_set_arr_str.argtypes = [
                *start,
                ctypes.POINTER(ctypes.c_char_p),
                ctypes.c_size_t,
            ]
            libggml.gguf_set_arr_str(context, key, texts, len(value))
        case [*numbers]:
            kind, number = (
                (6, ctypes.c_float) if isinstance(numbers[0], float) else (5, ctypes.c_int32)
            )
            data = (number * len(numbers))(*numbers)
            libggml.gguf_set_arr_data.argtypes = [
                *start,
                ctypes.c_int,
                ctypes.c_void_p,
                ctypes.c_size_t,
            ]
            libggml.gguf_set_arr_data(context, key, kind, data, len(numbers))
        case _:
            raise TypeError(f"{key!r} is {value!r}")
