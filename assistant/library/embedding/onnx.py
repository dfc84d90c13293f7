"""ONNX embedder: the same vectors without torch, and a start in a second.

Each text is a run of its own on one core, as many at a time as there are cores. What is brought to
8 bits while it runs shares a scale with all that goes in with it: a text would have another vector
beside others. And cores that share one text wait for each other at every layer.

Its folder is made by `packaging/embedder`, from the folder of a sentence-transformers model.
"""

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
from pydantic import Field, ValidationError

from assistant.core.errors import ModelFileError
from assistant.core.values.base import Value
from assistant.library.embedding.centres import Centres
from assistant.library.embedding.sentence_transformers import (
    OFFLINE_ENVIRONMENT,
    prompt_tokens,
    valid_text,
)
from assistant.library.embedding.similarity import Vectors
from assistant.library.embedding.vocabulary import can_read

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

CARD_FILE = "embedder.json"
MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
MOST_AT_ONCE = 8
"""Texts: each takes some 30 MB while it is embedded."""


class Card(Value):
    """The description of an exported embedder."""

    name: str = Field(min_length=1)
    identity: str = Field(min_length=1)
    """That of the model it was exported from: vectors of both can be compared."""
    dimensions: int = Field(ge=1)
    max_tokens: int = Field(ge=1)
    """Tokens of a text that are read, without prompts and the marks the tokenizer adds."""
    question_prompt: str = ""
    passage_prompt: str = ""
    """What a text begins with, as the model was trained."""
    unrelated_cosine: float = Field(default=0.0, lt=1)
    """The cosine of texts that have nothing to do with each other."""


def is_exported(folder: Path) -> bool:
    """Whether a folder holds an exported embedder."""
    return (folder / CARD_FILE).is_file()


def read_card(folder: Path) -> Card:
    """The description of an exported embedder, without loading it. Raises ModelFileError."""
    try:
        return Card.model_validate_json((folder / CARD_FILE).read_bytes())
    except (OSError, ValidationError) as failure:
        raise _model_error(folder, failure) from None


class OnnxEmbedder:
    """An exported embedder: mean of the hidden states, to length 1. Opens no connection."""

    def __init__(self, folder: Path) -> None:
        """Load the model.

        Raises:
            ModelFileError: the folder is incomplete or damaged.
        """
        self._card = read_card(folder)
        self._centres = _centres(folder, self._card.dimensions)
        self._session = _session(folder)
        self._counter = _tokenizer(folder)
        self._tokenizer = _tokenizer(folder)
        added = self._tokenizer.num_special_tokens_to_add(False)
        prompt = prompt_tokens(self._tokenizer, self._card.passage_prompt)
        self._tokenizer.enable_truncation(self._card.max_tokens + added + prompt)
        self._at_once = min(_cores(), MOST_AT_ONCE)

    @property
    def identity(self) -> str:
        return self._card.identity

    @property
    def dimensions(self) -> int:
        return self._card.dimensions

    @property
    def max_tokens(self) -> int:
        return self._card.max_tokens

    @property
    def unrelated_cosine(self) -> float:
        return self._card.unrelated_cosine

    def can_read(self, texts: Sequence[str]) -> list[bool]:
        return can_read([valid_text(text) for text in texts], self._counter)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        encoded = self._counter.encode_batch_fast(
            [valid_text(text) for text in texts], add_special_tokens=False
        )
        return [len(encoding) for encoding in encoded]

    def embed(self, texts: Sequence[str], pause: Callable[[], None] | None = None) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        # Made anew each time: threads take the priority of the thread that makes them.
        with ThreadPoolExecutor(self._at_once) as pool:
            under_way: deque[tuple[int, Future[Vectors]]] = deque()
            for index, text in enumerate(texts):
                prompted = self._card.passage_prompt + valid_text(text)
                under_way.append((index, pool.submit(self._embed, prompted)))
                # One more than there are threads: none waits for the next.
                if len(under_way) > self._at_once:
                    done, vector = under_way.popleft()
                    vectors[done] = vector.result()
                    if pause:
                        pause()
            for done, vector in under_way:
                vectors[done] = vector.result()
        return self._centres.take_from_passages(vectors)

    def embed_question(self, text: str) -> Vectors:
        vector = self._embed(self._card.question_prompt + valid_text(text))
        seen: Vectors = self._centres.take_from_questions(vector[None])[0]
        return seen

    def _embed(self, text: str) -> Vectors:
        # The marks at both ends are part of every text: none is without a token.
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        [hidden] = self._session.run(["hidden"], inputs)
        mean: Vectors = hidden[0].mean(axis=0)
        mean /= max(float(np.linalg.norm(mean)), 1e-12)
        return mean


def _centres(folder: Path, dimensions: int) -> Centres:
    try:
        return Centres.of(folder, dimensions)
    except (OSError, ValueError) as failure:
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
    options.intra_op_num_threads = 1
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


def _cores() -> int:
    """Cores that this process may compute on, at least 1."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(min(usable or 1, psutil.cpu_count(logical=False) or 1), 1)


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
