"""A model of a few hundred kilobytes that llama.cpp loads and runs; it writes no sense.

Tiny models of other kinds: a mixture of experts, and one without attention.
"""

from pathlib import Path

import numpy as np

from tests.support.gguf_files import Metadata, Tensor, write_file

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


def write_tiny_model(
    folder: Path,
    name: str = NAME,
    seed: int = 1,
    trained: int = WINDOW,
    changes: Metadata | None = None,
) -> Path:
    """A llama with random weights, another one for each seed; the same seed makes the same file.

    Args:
        trained: tokens it says it was trained on.
        changes: what its header says instead.
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
    metadata = {**METADATA, "llama.context_length": trained, **(changes or {})}
    return write_file(folder / f"{name}.gguf", metadata, tensors)


def only_letters(output: Tensor) -> Tensor:
    """Letters of ASCII are far likelier than anything else, the end of the answer included."""
    letters = range(len(_SPECIAL) + ord("a"), len(_SPECIAL) + ord("z") + 1)
    for token in range(len(output)):
        output[token] *= 4 if token in letters else 0.001
    return output


MIXTURE, RECURRENT = "tiny-mixture", "tiny-mamba"

EXPERTS, USED = 8, 2

WEIGHT_OF_A_TOKEN = 0.02
"""How much the last token alone decides: answers are to depend on all that was read."""

FORGETTING = 0.005
"""Of its state that a recurrent layer loses with each token, about."""

_STATE, _KERNEL, _RANK = 16, 4, 4
_WIDE = 2 * WIDTH


def write_tiny_mixture(folder: Path, name: str = MIXTURE) -> Path:
    """A llama whose layers have eight experts, two of which compute each token."""
    random = np.random.default_rng(3)
    ones = np.ones(WIDTH, np.float32)
    tensors = _around(random)
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        tensors |= {f"{block}.attn_norm.weight": ones, f"{block}.ffn_norm.weight": ones}
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            tensors[f"{block}.{part}.weight"] = _weights(random, WIDTH, WIDTH)
        tensors[f"{block}.ffn_gate_inp.weight"] = _weights(random, EXPERTS, WIDTH)
        for part in ("ffn_gate", "ffn_up"):
            tensors[f"{block}.{part}_exps.weight"] = _weights(random, EXPERTS, INNER, WIDTH)
        tensors[f"{block}.ffn_down_exps.weight"] = _weights(random, EXPERTS, WIDTH, INNER)
    experts: Metadata = {"llama.expert_count": EXPERTS, "llama.expert_used_count": USED}
    return write_file(folder / f"{name}.gguf", {**METADATA, **experts}, tensors)


def write_tiny_mamba(folder: Path, name: str = RECURRENT) -> Path:
    """A model that keeps a state and no cache: it can forget everything, or nothing."""
    random = np.random.default_rng(4)
    tensors = _around(random)
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        tensors |= {
            f"{block}.attn_norm.weight": np.ones(WIDTH, np.float32),
            f"{block}.ssm_in.weight": _weights(random, 2 * _WIDE, WIDTH),
            f"{block}.ssm_conv1d.weight": _weights(random, _WIDE, _KERNEL),
            f"{block}.ssm_conv1d.bias": np.zeros(_WIDE, np.float32),
            f"{block}.ssm_x.weight": _weights(random, _RANK + 2 * _STATE, _WIDE),
            f"{block}.ssm_dt.weight": _weights(random, _WIDE, _RANK),
            f"{block}.ssm_dt.bias": np.ones(_WIDE, np.float32),
            f"{block}.ssm_a": np.full((_WIDE, _STATE), -FORGETTING, np.float32),
            f"{block}.ssm_d": np.ones(_WIDE, np.float32),
            f"{block}.ssm_out.weight": _weights(random, WIDTH, _WIDE),
        }
    shared = {
        key: value
        for key, value in METADATA.items()
        if not key.startswith(("llama.", "general.architecture"))
    }
    own: Metadata = {
        "general.architecture": "mamba",
        "mamba.context_length": WINDOW,
        "mamba.embedding_length": WIDTH,
        "mamba.block_count": LAYERS,
        "mamba.feed_forward_length": 0,
        "mamba.attention.head_count": 0,
        "mamba.attention.layer_norm_rms_epsilon": 1e-5,
        "mamba.ssm.conv_kernel": _KERNEL,
        "mamba.ssm.inner_size": _WIDE,
        "mamba.ssm.state_size": _STATE,
        "mamba.ssm.time_step_rank": _RANK,
    }
    return write_file(folder / f"{name}.gguf", {**shared, **own}, tensors)


def _around(random: np.random.Generator) -> dict[str, Tensor]:
    """What stands before the first layer and after the last."""
    return {
        "token_embd.weight": WEIGHT_OF_A_TOKEN * _weights(random, len(TOKENS), WIDTH),
        "output_norm.weight": np.ones(WIDTH, np.float32),
        "output.weight": only_letters(_weights(random, len(TOKENS), WIDTH)),
    }


def _weights(random: np.random.Generator, *shape: int) -> Tensor:
    return random.normal(0, shape[-1] ** -0.5, shape).astype(np.float32)
