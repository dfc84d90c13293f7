"""ONNX embedder: the same vectors without torch, and a start in a second.

Its folder is made by `packaging/embedder`, from the folder of a sentence-transformers model.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field, ValidationError

from assistant.core.errors import ModelFileError
from assistant.core.values.base import Value
from assistant.library.embedding.sentence_transformers import (
    OFFLINE_ENVIRONMENT,
    Vectors,
    batched_by_length,
    valid_text,
)

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

CARD_FILE = "embedder.json"
MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"

TOKENS_AT_ONCE = 2048
"""Twice as many take a third longer for each text: they no longer fit the processor's cache."""


class Card(Value):
    """The description of an exported embedder."""

    name: str = Field(min_length=1)
    identity: str = Field(min_length=1)
    """That of the model it was exported from: vectors of both can be compared."""
    dimensions: int = Field(ge=1)
    max_tokens: int = Field(ge=1)
    """Tokens of a text that are read, without the marks the tokenizer adds."""


def is_exported(folder: Path) -> bool:
    """Whether a folder holds an exported embedder."""
    return (folder / CARD_FILE).is_file()


def exported_identity(folder: Path) -> str:
    """The identity of an exported embedder, without loading it. Raises ModelFileError."""
    return _read_card(folder).identity


class OnnxEmbedder:
    """An exported embedder: mean of the hidden states, to length 1. Opens no connection."""

    def __init__(self, folder: Path, tokens_at_once: int = TOKENS_AT_ONCE) -> None:
        """Load the model.

        Raises:
            ModelFileError: the folder is incomplete or damaged.
        """
        self._card = _read_card(folder)
        self._session = _session(folder)
        self._counter = _tokenizer(folder)
        self._tokenizer = _tokenizer(folder)
        added = self._tokenizer.num_special_tokens_to_add(False)
        self._tokenizer.enable_truncation(self._card.max_tokens + added)
        self._tokenizer.enable_padding()
        self._tokens_at_once = tokens_at_once

    @property
    def identity(self) -> str:
        return self._card.identity

    @property
    def dimensions(self) -> int:
        return self._card.dimensions

    @property
    def max_tokens(self) -> int:
        return self._card.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        encoded = self._counter.encode_batch_fast(
            [valid_text(text) for text in texts], add_special_tokens=False
        )
        return [len(encoding) for encoding in encoded]

    def embed(self, texts: Sequence[str], pause: Callable[[], None] | None = None) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        valid = [valid_text(text) for text in texts]
        counts = [min(count, self.max_tokens) for count in self.count_tokens(valid)]
        for batch in batched_by_length(counts, self._tokens_at_once):
            vectors[batch] = self._embed([valid[index] for index in batch])
            if pause:
                pause()
        return vectors

    def embed_question(self, text: str) -> Vectors:
        vector: Vectors = self._embed([valid_text(text)])[0]
        return vector

    def _embed(self, texts: list[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch_fast(texts)
        mask = np.array([encoding.attention_mask for encoding in encoded], dtype=np.int64)
        ids = np.array([encoding.ids for encoding in encoded], dtype=np.int64)
        [hidden] = self._session.run(["hidden"], {"input_ids": ids, "attention_mask": mask})
        # The marks at both ends are part of every text: no row is without a token.
        read = mask.astype(np.float32)
        summed = np.einsum("tkd,tk->td", hidden, read)
        mean: Vectors = summed / read.sum(axis=1, keepdims=True)
        mean /= np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)
        return mean


def _read_card(folder: Path) -> Card:
    try:
        return Card.model_validate_json((folder / CARD_FILE).read_bytes())
    except (OSError, ValidationError) as failure:
        raise _model_error(folder, failure) from None


def _session(folder: Path) -> "InferenceSession":
    # ONNX Runtime collects usage data, queues it in the user's cache and sends it, unless this
    # variable is there when it is imported.
    os.environ.update(OFFLINE_ENVIRONMENT)
    # Imported late: a library without files needs no embedder.
    from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415
    from onnxruntime.capi import onnxruntime_pybind11_state as errors  # noqa: PLC0415

    options = SessionOptions()
    options.log_severity_level = 4
    # Threads that spin while they wait take the cores from an answer that is being written.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Texts have all lengths: an arena keeps the largest buffer of each for ever.
    options.enable_cpu_mem_arena = False
    try:
        return InferenceSession(folder / MODEL_FILE, options, providers=["CPUExecutionProvider"])
    except (
        errors.Fail,
        errors.InvalidArgument,
        errors.InvalidGraph,
        errors.InvalidProtobuf,
        errors.NoSuchFile,
        errors.NotImplemented,
        errors.RuntimeException,
    ) as failure:
        raise _model_error(folder, failure) from None


def _tokenizer(folder: Path) -> "Tokenizer":
    from tokenizers import Tokenizer  # noqa: PLC0415 -- see _session

    try:
        tokenizer: Tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    except Exception as failure:  # noqa: BLE001 -- it raises nothing narrower
        raise _model_error(folder, failure) from None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _model_error(folder: Path, failure: Exception) -> ModelFileError:
    reason = str(failure).splitlines()[0].rstrip(".") if str(failure) else type(failure).__name__
    return ModelFileError(
        f"The embedder in {folder} cannot be loaded: {reason}.",
        "Check library.embedder in the settings, or install the program again.",
    )
