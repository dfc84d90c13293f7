"""A model of a few hundred kilobytes that llama.cpp loads and runs; it writes no sense."""

from pathlib import Path

import numpy as np

from tests.engine.gguf_files import Metadata, Tensor, write_file

NAME = "tiny-llama"
WINDOW = 4096
"""Tokens it was trained on, by its own word."""
LAYERS, WIDTH, HEADS, INNER = 2, 64, 4, 128

_NORMAL, _UNKNOWN, _CONTROL, _BYTE = 1, 2, 3, 6
_SPECIAL = ["<unk>", "<s>", "</s>", "<|turn|>"]
TOKENS = [*_SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256))]

METADATA: Metadata = {
    "general.architecture": "llama",
    "general.name": "Tiny",
    "general.license": "mit",
    "general.file_type": 0,
    "llama.context_length": WINDOW,
    "llama.embedding_length": WIDTH,
    "llama.block_count": LAYERS,
    "llama.feed_forward_length": INNER,
    "llama.attention.head_count": HEADS,
    "llama.attention.head_count_kv": HEADS,
    "llama.attention.layer_norm_rms_epsilon": 1e-5,
    "llama.rope.dimension_count": WIDTH // HEADS,
    "tokenizer.ggml.model": "llama",
    "tokenizer.ggml.tokens": TOKENS,
    "tokenizer.ggml.scores": [0.0] * len(TOKENS),
    "tokenizer.ggml.token_type": [_UNKNOWN, _CONTROL, _CONTROL, _CONTROL, *[_BYTE] * 256],
    "tokenizer.ggml.bos_token_id": 1,
    "tokenizer.ggml.eos_token_id": 2,
    "tokenizer.ggml.add_space_prefix": False,
    "tokenizer.chat_template": (
        "{% for m in messages %}<|turn|>{{ m.role }}\n{{ m.content }}</s>{% endfor %}"
        "{% if add_generation_prompt %}<|turn|>assistant\n{% endif %}"
    ),
}


def write_tiny_model(folder: Path, name: str = NAME, seed: int = 1, trained: int = WINDOW) -> Path:
    """A llama with random weights, another one for each seed; the same seed makes the same file.

    Args:
        trained: tokens it says it was trained on.
    """
    random = np.random.default_rng(seed)

    def weights(*shape: int) -> Tensor:
        return random.normal(0, shape[-1] ** -0.5, shape).astype(np.float32)

    ones = np.ones(WIDTH, np.float32)
    tensors: dict[str, Tensor] = {
        "token_embd.weight": weights(len(TOKENS), WIDTH),
        "output_norm.weight": ones,
        "output.weight": only_letters(weights(len(TOKENS), WIDTH)),
    }
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        tensors |= {f"{block}.attn_norm.weight": ones, f"{block}.ffn_norm.weight": ones}
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            tensors[f"{block}.{part}.weight"] = weights(WIDTH, WIDTH)
        for part in ("ffn_gate", "ffn_up"):
            tensors[f"{block}.{part}.weight"] = weights(INNER, WIDTH)
        tensors[f"{block}.ffn_down.weight"] = weights(WIDTH, INNER)
    metadata = {**METADATA, "llama.context_length": trained}
    return write_file(folder / f"{name}.gguf", metadata, tensors)


def only_letters(output: Tensor) -> Tensor:
    """Letters of ASCII are far likelier than anything else, the end of the answer included."""
    letters = range(len(_SPECIAL) + ord("a"), len(_SPECIAL) + ord("z") + 1)
    for token in range(len(output)):
        output[token] *= 4 if token in letters else 0.001
    return output
