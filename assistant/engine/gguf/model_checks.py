"""Model file checks: complete, supported, small enough for this machine's memory.

They are made before llama.cpp touches the file: it trusts what it is given. Why it does not take a
model is said in the same words before a load and after it.
"""

import os
from collections.abc import Sequence
from math import inf, isfinite
from pathlib import Path

from assistant.core.errors import ModelFileError, ModelMemoryError
from assistant.core.wording import size
from assistant.engine.gguf.files import parts_of
from assistant.engine.gguf.header import GgufError, GgufHeader, GgufTensor, read_header
from assistant.engine.hardware import free_memory, llama_cpp_build
from assistant.engine.options import BUFFER_BYTES, DEFAULT_UBATCH
from assistant.language.messages import N_

PROBE_BYTES = 4096
"""Bytes looked at, at either end of a tensor, to tell data from a download's reserved space."""

LARGE_TENSOR = 2**16
MAX_ZERO_TAIL = 2**20
"""Bytes; unused rows at the end of a vocabulary are legitimate zeros, a megabyte of them is not."""

EMBEDDING_CHANGE_PREFIX = "token_embd.weight.lora_"
"""How the names of an adapter's changes of the embedding begin."""

_BOUNDS: dict[str, tuple[float, float]] = {
    "block_count": (1, 512),
    "context_length": (1, 2**31 - 1),
    "expert_count": (0, 512),
    "epsilon": (1e-30, 1),
    "rope.freq_base": (1e-3, 1e30),
    "rope.freq_base_swa": (1e-3, 1e30),
    "rope.scaling.factor": (0, 1e9),
    "rope.scale_linear": (0, 1e9),
}
"""Of values, by how their keys end: what llama.cpp takes or can compute with."""

DAMAGED_MODEL_HINT = N_("Download the file again, or choose another.")


def check_model_file(path: Path) -> GgufHeader:
    """Check that a model file can be loaded; each refusal has its own reason.

    Returns: its header.

    Raises:
        ModelFileError: missing, no GGUF, cut off, or with parts that never arrived.
    """
    try:
        header = read_header(path)
        check_complete(path, header)
        check_values(header)
    except FileNotFoundError:
        raise ModelFileError(f"The model file {path} was not found.", "Choose another.") from None
    except OSError as failure:
        raise ModelFileError(
            f"The model file {path} cannot be read: {failure.strerror}.", "Check its permissions."
        ) from None
    except GgufError as failure:
        raise ModelFileError(f"The model file {path} {failure}.", DAMAGED_MODEL_HINT) from None
    return header


def check_complete(path: Path, header: GgufHeader) -> None:
    """Check that a model file is as long as its header says, and all of it has arrived.

    Raises:
        GgufError: it is not complete.
    """
    needed = max((tensor.offset + tensor.size for tensor in header.tensors), default=0)
    if needed > header.size:
        present, whole = size(header.size), size(needed)
        raise GgufError(f"is cut off: it has {present} of {whole}")
    # An adapter trains few of the embedding's rows and leaves the others zero.
    tensors = [one for one in header.tensors if not one.name.startswith(EMBEDDING_CHANGE_PREFIX)]
    with path.open("rb") as file:
        last = max(tensors, key=lambda tensor: tensor.offset, default=None)
        end = last.offset + last.size if last else 0
        tail = min(MAX_ZERO_TAIL, last.size if last else 0)
        if last and _is_zero(file.fileno(), end - tail, tail):
            raise GgufError("ends in zeros: its download is not complete")
        for tensor in tensors:
            if _is_missing(file.fileno(), tensor):
                raise GgufError(f"has only zeros in {tensor.name}: its download is not complete")


def check_values(header: GgufHeader) -> None:
    """Check the values that llama.cpp asserts or computes with unseen, where they are given.

    Raises:
        GgufError: one would end the process, or has the model write no numbers.
    """
    prefix = f"{header.architecture}."
    given = {
        key.removeprefix(prefix): value
        for key, value in header.metadata.items()
        if key.startswith(prefix) and isinstance(value, int | float)
    }
    for key, value in given.items():
        if isinstance(value, float) and not isfinite(value):
            raise GgufError(f"is damaged: its {key} is {value}")
        low, high = _bounds(key)
        if not low <= value <= high:
            raise GgufError(f"is damaged: its {key} is {value:g}, not {low:g} to {high:g}")
    experts, used = given.get("expert_count", 0), given.get("expert_used_count", 0)
    if used > experts or bool(used) != bool(experts):
        raise GgufError(f"is damaged: it uses {used:g} of {experts:g} experts")


def _bounds(key: str) -> tuple[float, float]:
    for end, bounds in _BOUNDS.items():
        if key.endswith(end):
            return bounds
    return -inf, inf


def _is_missing(file: int, tensor: GgufTensor) -> bool:
    if tensor.size < LARGE_TENSOR:
        return False
    return _is_zero(file, tensor.offset, PROBE_BYTES) and _is_zero(
        file, tensor.offset + tensor.size - PROBE_BYTES, PROBE_BYTES
    )


def _is_zero(file: int, start: int, size: int) -> bool:
    return not os.pread(file, size, start).strip(b"\0")


def memory_needed(path: Path, header: GgufHeader, window: int, graph: int = DEFAULT_UBATCH) -> int:
    """Memory that a model takes, in bytes.

    Args:
        window: tokens that the cache holds.
        graph: tokens of a prompt that are computed together.
    """
    weights = sum(part.stat().st_size for part in parts_of(path))
    return weights + context_bytes(header, window, graph) + BUFFER_BYTES


def check_memory(
    path: Path, header: GgufHeader, window: int, graph: int, on_cards: float = 0
) -> None:
    """Check that a model fits the free memory; see `memory_needed`.

    Args:
        on_cards: the share that graphics cards hold.

    Raises:
        ModelMemoryError: that is so.
    """
    needed = int(memory_needed(path, header, window, graph) * (1 - on_cards))
    free = free_memory()
    if needed > free:
        raise memory_error(path, needed, window, free)


def memory_error(
    path: Path, needed: int, window: int, free: int, reason: str = ""
) -> ModelMemoryError:
    """The error of a model whose weights and cache need more bytes than there are.

    Args:
        reason: what llama.cpp said, where it was tried.
    """
    memory, there = size(needed), size(free)
    if reason and needed <= free:
        return ModelMemoryError(
            f"There is not enough memory for the model {path.name}: it needs about {memory} with a "
            f"window of {window:,} tokens, and {there} are free, but the system gave no more: "
            f"{reason}.",
            "Choose a smaller model, set a smaller engine.context_window, lift a limit on memory "
            "(ulimit -v), or close other programs.",
        )
    return ModelMemoryError(
        f"There is not enough memory for the model {path.name}: it needs about {memory} with a "
        f"window of {window:,} tokens, and {there} are free.",
        "Choose a smaller model, set a smaller engine.context_window, or close other programs.",
    )


def context_bytes(header: GgufHeader, window: int, graph: int = DEFAULT_UBATCH) -> int:
    """Bytes of a 16-bit key/value cache and of attention; 0 where the header does not say."""
    window = min(window, header.number("context_length") or window)
    attention = header.number("attention.head_count") * graph * window * 4
    return cache_bytes(header, window) + attention


def cache_bytes(header: GgufHeader, window: int) -> int:
    """Bytes of a 16-bit key/value cache; 0 where the header does not say."""
    layers, heads = header.number("block_count"), header.number("attention.head_count")
    if not heads:
        return 0
    width = header.number("embedding_length") // heads
    keys = header.number("attention.key_length") or width
    values = header.number("attention.value_length") or width
    cached_heads = header.number("attention.head_count_kv") or heads
    window = min(window, header.number("context_length") or window)
    return layers * window * cached_heads * (keys + values) * 2


_UNKNOWN = {
    "unknown model architecture": (N_("architecture"), "general.architecture"),
    "unknown pre-tokenizer": (N_("tokenizer"), "tokenizer.ggml.pre"),
}
"""What llama.cpp logs, and what of the header it does not know then."""


def unknown_part(header: GgufHeader, errors: Sequence[str]) -> str:
    """What of a model llama.cpp does not know and a newer one may, as the end of a sentence;
    empty where it is refused for another reason.

    Which version will is written nowhere on this machine: only that this one does not.

    Args:
        errors: what llama.cpp logged.
    """
    for sign, (what, key) in _UNKNOWN.items():
        if any(sign in line for line in errors):
            return N_(
                f"has the {what} {header.text(key)!r}, which this llama.cpp (llama-cpp-python "
                f"{llama_cpp_build()}) does not know; a newer one may"
            )
    return ""
