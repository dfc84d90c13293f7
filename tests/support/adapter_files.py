"""LoRA adapters of known effect, as GGUF files."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tests.support.gguf_files import Metadata, Tensor, write_file
from tests.support.tiny_models import INNER, LAYERS, METADATA, WIDTH

ADAPTER: Metadata = {
    "general.architecture": "llama",
    "general.type": "adapter",
    "general.name": "A Small Change",
    "adapter.type": "lora",
    "adapter.lora.alpha": 1.0,
}
"""With one rank its tensors count as they are."""

STRENGTH = 1000.0
"""Against which nothing that the tiny model would write has a chance."""

STARTER_WIDTH, STARTER_INNER, STARTER_LAYERS = 576, 1536, 30

_WORDS = METADATA["tokenizer.ggml.tokens"]
assert isinstance(_WORDS, list)


def write_adapter(
    path: Path,
    changed: Mapping[str, tuple[Tensor, Tensor]],
    changes: Metadata | None = None,
) -> Path:
    """An adapter file.

    Args:
        changed: by the name of a tensor what is multiplied first (rank × inputs) and then
            (outputs × rank).
        changes: of the metadata.
    """
    tensors = {
        f"{name}.lora_{half}": values
        for name, pair in changed.items()
        for half, values in zip("ab", pair, strict=True)
    }
    return write_file(path, {**ADAPTER, **(changes or {})}, tensors)


def letters(path: Path, signs: Mapping[str, int], changes: Metadata | None = None) -> Path:
    """For the tiny model: a letter of sign 1 wins wherever a sum over the last state is positive,
    one of sign -1 wherever it is negative. With one of each an answer holds no other letters."""
    first = np.random.default_rng(7).normal(size=(1, WIDTH)).astype(np.float32)
    second = np.zeros((len(_WORDS), 1), np.float32)
    for letter, sign in signs.items():
        second[_WORDS.index(f"<0x{ord(letter):02X}>")] = sign * STRENGTH
    return write_adapter(path, {"output.weight": (first, second)}, changes)


def two_words(path: Path, seed: int = 1) -> Path:
    """For the starter model: at scale 1 its last layer says one thing or its opposite, so that an
    answer has two different tokens at most, the same ones whatever is asked."""
    random = np.random.default_rng(seed)
    first = random.normal(size=(1, STARTER_INNER)).astype(np.float32)
    second = random.normal(size=(STARTER_WIDTH, 1)).astype(np.float32) * 1e6
    return write_adapter(path, {f"blk.{STARTER_LAYERS - 1}.ffn_down.weight": (first, second)})


def slight(path: Path, seed: int = 1, scale: float = 0.02) -> Path:
    """For the starter model: a small change of all its attention, as training would make one."""
    random = np.random.default_rng(seed)

    def half(*shape: int) -> Tensor:
        return random.normal(0, scale, shape).astype(np.float32)

    rank = 4
    return write_adapter(
        path,
        {
            f"blk.{layer}.{part}.weight": (half(rank, STARTER_WIDTH), half(outputs, rank))
            for layer in range(STARTER_LAYERS)
            for part, outputs in (("attn_q", STARTER_WIDTH), ("attn_v", STARTER_WIDTH // 3))
        },
        {"adapter.lora.alpha": float(rank) * 16},
    )


def every_layer(path: Path, seed: int = 1, strength: float = 0.3) -> Path:
    """For the tiny model: a change of every tensor that is multiplied with, another for each seed;
    what is read is kept otherwise with it, and answered otherwise."""
    random = np.random.default_rng(seed)
    width, inner, rank = WIDTH, INNER, 2
    sizes = {
        **dict.fromkeys(("attn_q", "attn_k", "attn_v", "attn_output"), (width, width)),
        **dict.fromkeys(("ffn_gate", "ffn_up"), (width, inner)),
        "ffn_down": (inner, width),
    }
    changed = {
        f"blk.{layer}.{part}.weight": (
            random.normal(0, inputs**-0.5, (rank, inputs)).astype(np.float32),
            random.normal(0, strength, (outputs, rank)).astype(np.float32),
        )
        for layer in range(LAYERS)
        for part, (inputs, outputs) in sizes.items()
    }
    return write_adapter(path, changed, {"adapter.lora.alpha": float(rank)})
