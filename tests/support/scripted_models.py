"""Scripted models: tiny GGUF files that answer with a fixed chain of tokens.

Every next token depends on the last one alone, so that a test can say what a model does: think, go
on past its end, or begin to think again.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.support.gguf_files import Metadata, Tensor, write_file

_NORMAL, _UNKNOWN, _CONTROL, _USER, _BYTE = 1, 2, 3, 4, 6

LIKELY = 5.0
"""The logit of the token that follows; all others have none."""

IM = ("<|im_start|>", "<|im_end|>")

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def write_scripted_model(
    path: Path,
    chain: Sequence[tuple[str, str]],
    *,
    template: str = CHATML,
    special: Sequence[str] = IM,
    user_defined: Sequence[str] = (),
    eos: str = IM[1],
    trained: int = 2048,
    more: Metadata | None = None,
) -> Path:
    """A model in which of each pair in `chain` the second follows the first; all else ends.

    Args:
        special: control tokens.
        user_defined: other added tokens.
        trained: tokens it says it was trained on.
        more: further metadata of the file.
    """
    added = [*special, *user_defined]
    words = dict.fromkeys(
        text for pair in chain for text in pair if text not in added and len(text) > 1
    )
    tokens = ["<unk>", "<s>", *added, *(f"<0x{byte:02X}>" for byte in range(256)), *words]
    kinds = [_UNKNOWN, _CONTROL, *[_CONTROL] * len(special), *[_USER] * len(user_defined)]
    kinds += [*[_BYTE] * 256, *[_NORMAL] * len(words)]
    width = (len(tokens) + 63) // 64 * 64

    def number(text: str) -> int:
        return tokens.index(text) if text in tokens else tokens.index(f"<0x{ord(text):02X}>")

    output = np.zeros((len(tokens), width), np.float32)
    follows = {number(first): number(second) for first, second in chain}
    for token in range(len(tokens)):
        output[follows.get(token, number(eos)), token] = LIKELY
    metadata: Metadata = {
        "general.architecture": "llama",
        "general.name": path.stem,
        "general.license": "mit",
        "general.file_type": 0,
        "llama.context_length": trained,
        "llama.embedding_length": width,
        "llama.block_count": 1,
        "llama.feed_forward_length": 64,
        "llama.attention.head_count": 4,
        "llama.attention.head_count_kv": 4,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": width // 4,
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.scores": [0.0] * len(tokens),
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": number(eos),
        "tokenizer.ggml.add_space_prefix": False,
        "tokenizer.chat_template": template,
        **(more or {}),
    }
    return write_file(path, metadata, _weights(len(tokens), width, output))


def _weights(tokens: int, width: int, output: Tensor) -> dict[str, Tensor]:
    """The token itself goes through all layers and decides alone."""
    ones = np.ones(width, np.float32)

    def almost_nothing(*shape: int) -> Tensor:
        return np.full(shape, 1e-6, np.float32)

    tensors: dict[str, Tensor] = {
        "token_embd.weight": np.eye(tokens, width, dtype=np.float32),
        "output_norm.weight": ones,
        "output.weight": output,
        "blk.0.attn_norm.weight": ones,
        "blk.0.ffn_norm.weight": ones,
        "blk.0.ffn_down.weight": almost_nothing(width, 64),
    }
    for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
        tensors[f"blk.0.{part}.weight"] = almost_nothing(width, width)
    for part in ("ffn_gate", "ffn_up"):
        tensors[f"blk.0.{part}.weight"] = almost_nothing(64, width)
    return tensors
