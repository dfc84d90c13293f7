"""GPU offload: how many layers of a model a graphics card computes.

llama.cpp gives the last layers to the card, the output first; the cache of a layer goes with it.
"""

from pathlib import Path
from typing import Final, NamedTuple

import llama_cpp

from assistant.core.values.models import DeviceUse
from assistant.engine.gguf.files import parts_of
from assistant.engine.gguf.header import GgufHeader, read_header
from assistant.engine.gguf.model_checks import cache_bytes, context_bytes
from assistant.engine.llama.devices import (
    AUTO,
    INTEGRATED_KIND,
    ComputeDevice,
    chosen_cards,
    ggml_devices,
)
from assistant.engine.options import CARD_RESERVED_BYTES, LoadOptions


class WeightSizes(NamedTuple):
    """The size of a model's weights in bytes: by layer, and of the output."""

    layers: tuple[int, ...]
    """From the first to the last."""
    output: int


class GpuPlacement(NamedTuple):
    """How much of a model is on graphics cards."""

    layers: int
    """As llama.cpp counts them: the output is one of them."""
    of: int
    """Layers that there are."""
    share: float
    """Of weights and cache, from 0 to 1: what main memory need not hold."""
    is_whole: bool
    """Whether no larger card would take more."""
    cards: tuple[str, ...] = ()
    """What the drivers call them."""

    @property
    def device(self) -> DeviceUse | None:
        """The cards as people are told of them, without the name of chip or driver behind each;
        None without any.
        """
        names = ", ".join(card.partition(" (")[0] for card in self.cards)
        return DeviceUse(name=names, layers=self.layers, of=self.of) if self.layers else None


CPU_ONLY: Final = GpuPlacement(layers=0, of=0, share=0.0, is_whole=True)


def fit_layers(
    weights: WeightSizes, cache: int, free: int, wanted: int = -1, most: int = -1
) -> GpuPlacement:
    """Fit as many of a model's last layers on the cards as there is room for.

    Args:
        cache: bytes that the window takes in all layers together.
        free: bytes of the cards.
        wanted: layers that the user wants on cards; -1 is as many as fit.
        most: layers beyond which more are not wanted, though they fit; -1 is all.

    Returns: what is on the cards.
    """
    count = max(len(weights.layers), 1)
    sizes = [weights.output, *(size + cache // count for size in reversed(weights.layers))]
    fitting = 0
    for size in sizes[: most if most >= 0 else None]:
        free -= size
        if free < 0:
            break
        fitting += 1
    chosen = fitting if wanted < 0 else min(wanted, len(sizes))
    share = sum(sizes[:chosen]) / max(sum(sizes), 1)
    enough = most if 0 <= most < len(sizes) else len(sizes)
    return GpuPlacement(chosen, len(sizes), share, is_whole=wanted >= 0 or chosen == enough)


def gpu_placement(
    path: Path, header: GgufHeader, options: LoadOptions, window: int
) -> GpuPlacement:
    """Where a model would be placed now.

    Returns: what of it goes on the cards that are here.

    Raises:
        EngineError: the card that the user has chosen is not here.
    """
    cards = chosen_cards(cards_here(), options.device)
    if not cards:
        return CPU_ONLY
    computing = context_bytes(header, window, options.ubatch_tokens) - cache_bytes(header, window)
    free = sum(max(card.free - CARD_RESERVED_BYTES - computing, 0) for card in cards)
    found = fit_layers(
        weights_of(path),
        cache_bytes(header, window),
        free,
        options.gpu_layers,
        options.most_layers,
    )
    if found.layers:
        found = found._replace(cards=tuple(card.description for card in cards))
    shared = all(card.kind == INTEGRATED_KIND for card in cards)
    return found._replace(share=0.0) if shared else found


def free_card_memory(device: str = AUTO) -> int:
    """Free memory of the chosen cards, in bytes."""
    return sum(
        max(card.free - CARD_RESERVED_BYTES, 0) for card in chosen_cards(cards_here(), device)
    )


def cards_here() -> list[ComputeDevice]:
    """All devices of ggml, the processor included; none where llama.cpp cannot use a card."""
    return ggml_devices() if llama_cpp.llama_supports_gpu_offload() else []


def weights_of(path: Path) -> WeightSizes:
    """The size of a model's weights, over all parts; the embedding stays in main memory."""
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
    return WeightSizes(tuple(layers[number] for number in sorted(layers)), max(output, embedding))
