"""How many layers of a model a graphics card computes, where llama.cpp can use one.

llama.cpp gives the last layers to the card, the output first; the cache of a layer goes with it.
"""

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import llama_cpp
from llama_cpp._ggml import libggml

from assistant.engine.gguf.files import parts_of
from assistant.engine.gguf.header import Header, read_header
from assistant.engine.gguf.model_checks import cache_bytes, context_bytes
from assistant.engine.options import LoadOptions

KEPT_FREE: Final = 512 * 2**20
"""Bytes of a card that stay free: for what llama.cpp computes in, and for the screen."""

GPU, INTEGRATED = 1, 2
"""Kinds of ggml's devices; the latter has no memory of its own."""


class Device(NamedTuple):
    """What ggml can compute on."""

    kind: int
    free: int
    """Bytes."""


class Weights(NamedTuple):
    """Bytes of a model's parts."""

    layers: tuple[int, ...]
    """From the first to the last."""
    output: int


class Placement(NamedTuple):
    """What of a model is on cards."""

    layers: int
    """As llama.cpp counts them: the output is one of them."""
    share: float
    """Of weights and cache, from 0 to 1: what main memory need not hold."""
    is_whole: bool
    """Whether no larger card would take more."""


NOWHERE: Final = Placement(layers=0, share=0.0, is_whole=True)


def place(weights: Weights, cache: int, free: int, wanted: int = -1) -> Placement:
    """As many of the last layers as there is room for.

    Args:
        cache: bytes that the window takes in all layers together.
        free: bytes of the cards.
        wanted: layers that the user wants on cards; -1 is as many as fit.
    """
    count = max(len(weights.layers), 1)
    sizes = [weights.output, *(size + cache // count for size in reversed(weights.layers))]
    fitting = 0
    for size in sizes:
        free -= size
        if free < 0:
            break
        fitting += 1
    chosen = fitting if wanted < 0 else min(wanted, len(sizes))
    share = sum(sizes[:chosen]) / max(sum(sizes), 1)
    return Placement(chosen, share, is_whole=wanted >= 0 or chosen == len(sizes))


def placement(path: Path, header: Header, options: LoadOptions, window: int) -> Placement:
    """Where a model would go now."""
    cards = usable(devices())
    if not cards:
        return NOWHERE
    computing = context_bytes(header, window, options.graph) - cache_bytes(header, window)
    free = sum(max(card.free - KEPT_FREE - computing, 0) for card in cards)
    found = place(weights_of(path), cache_bytes(header, window), free, options.gpu_layers)
    shared = all(card.kind == INTEGRATED for card in cards)
    return found._replace(share=0.0) if shared else found


def usable(found: Sequence[Device]) -> list[Device]:
    """Those that llama.cpp takes: what is integrated only where there is no other."""
    cards = [device for device in found if device.kind == GPU]
    return cards or [device for device in found if device.kind == INTEGRATED]


def free_on_cards() -> int:
    """Bytes."""
    return sum(max(card.free - KEPT_FREE, 0) for card in usable(devices()))


def devices() -> list[Device]:
    """Everything that ggml has found, the processor included."""
    if not llama_cpp.llama_supports_gpu_offload():
        return []
    return all_devices()


def all_devices() -> list[Device]:
    """The same for a llama.cpp of any kind."""
    count, get = libggml.ggml_backend_dev_count, libggml.ggml_backend_dev_get
    kind, memory = libggml.ggml_backend_dev_type, libggml.ggml_backend_dev_memory
    count.argtypes, count.restype = [], ctypes.c_size_t
    get.argtypes, get.restype = [ctypes.c_size_t], ctypes.c_void_p
    kind.argtypes, kind.restype = [ctypes.c_void_p], ctypes.c_int
    sizes = ctypes.POINTER(ctypes.c_size_t)
    memory.argtypes, memory.restype = [ctypes.c_void_p, sizes, sizes], None
    found = []
    for index in range(count()):
        device, free, total = get(index), ctypes.c_size_t(), ctypes.c_size_t()
        memory(device, ctypes.byref(free), ctypes.byref(total))
        found.append(Device(kind(device), free.value))
    return found


def weights_of(path: Path) -> Weights:
    """Of all parts of a model's file. What embeds the tokens stays in main memory."""
    layers: dict[int, int] = {}
    output = embedding = 0
    for part in parts_of(path):
        for tensor in read_header(part).tensors:
            first, _, rest = tensor.name.partition(".")
            number = rest.partition(".")[0]
            if first == "blk" and number.isdigit():
                layers[int(number)] = layers.get(int(number), 0) + tensor.size
            elif first == "token_embd":
                embedding += tensor.size
            else:
                output += tensor.size
    # A model without an output of its own computes it with a copy of the embedding.
    return Weights(tuple(layers[number] for number in sorted(layers)), max(output, embedding))
