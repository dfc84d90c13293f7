"""Devices that llama.cpp can compute on: processors and graphics cards, by name and memory."""

import ctypes
from collections.abc import Sequence
from typing import Final, NamedTuple

from llama_cpp.llama_cpp import _lib as libllama

from assistant.core.errors import EngineError
from assistant.core.values.models import choose_cards
from assistant.language.messages import N_

libggml: Final[ctypes.CDLL] = libllama
"""ggml as llama.cpp itself has it. A llama.cpp that pip has compiled comes with each library under
several names: loaded by another one it is there twice, and each knows its own devices.
"""

CARD_KIND, INTEGRATED_KIND = 1, 2
"""Kinds of ggml's devices; the latter has no memory of its own."""

AUTO: Final = "auto"
CPU: Final = "cpu"


class ComputeDevice(NamedTuple):
    """A device that ggml can compute on."""

    kind: int
    free: int
    """Bytes."""
    total: int = 0
    """Bytes."""
    name: str = ""
    """As ggml numbers it, e.g. `Vulkan0`."""
    description: str = ""
    """As its driver calls it."""
    handle: int = 0
    """ggml's own pointer, within this process."""

    @property
    def is_integrated(self) -> bool:
        """Whether its memory is the processor's."""
        return self.kind == INTEGRATED_KIND


def ggml_devices() -> list[ComputeDevice]:
    """All devices of ggml, the processor included."""
    count, get = libggml.ggml_backend_dev_count, libggml.ggml_backend_dev_get
    kind, memory = libggml.ggml_backend_dev_type, libggml.ggml_backend_dev_memory
    count.argtypes, count.restype = [], ctypes.c_size_t
    get.argtypes, get.restype = [ctypes.c_size_t], ctypes.c_void_p
    kind.argtypes, kind.restype = [ctypes.c_void_p], ctypes.c_int
    sizes = ctypes.POINTER(ctypes.c_size_t)
    memory.argtypes, memory.restype = [ctypes.c_void_p, sizes, sizes], None
    named, described = libggml.ggml_backend_dev_name, libggml.ggml_backend_dev_description
    for text in (named, described):
        text.argtypes, text.restype = [ctypes.c_void_p], ctypes.c_char_p
    found = []
    for index in range(count()):
        device, free, total = get(index), ctypes.c_size_t(), ctypes.c_size_t()
        memory(device, ctypes.byref(free), ctypes.byref(total))
        found.append(
            ComputeDevice(
                kind(device),
                free.value,
                total.value,
                named(device).decode("utf-8", "replace"),
                described(device).decode("utf-8", "replace"),
                device,
            )
        )
    return found


def cards_of(found: Sequence[ComputeDevice]) -> list[ComputeDevice]:
    """The graphics cards among devices."""
    return [device for device in found if device.kind in (CARD_KIND, INTEGRATED_KIND)]


def chosen_cards(found: Sequence[ComputeDevice], wanted: str) -> list[ComputeDevice]:
    """The cards that a user has chosen.

    Args:
        wanted: `auto`, `cpu`, or a part of a card's name.

    Raises:
        EngineError: there is none of that name.
    """
    cards = cards_of(found)
    chosen = choose_cards(cards, wanted)
    if chosen or wanted in (AUTO, CPU):
        return chosen
    there = ", ".join(f"{card.description} ({card.name})" for card in cards) or N_(
        "no graphics card"
    )
    raise EngineError(
        f"There is no graphics card {wanted!r}; there is {there}.",
        "Set engine.device to one of them, to auto, or to cpu.",
    )
