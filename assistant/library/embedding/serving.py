"""Embedder serving: the embedder of a folder, opened and shared; a question goes first.

One embedder does the indexing and answers questions: these pass between two batches.
"""

import importlib.util
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Condition

import numpy as np

from assistant.core.errors import ModelFileError, ModelNotFoundError
from assistant.language.messages import N_
from assistant.library.embedding.onnx import OnnxEmbedder, is_exported, read_card
from assistant.library.embedding.sentence_transformers import (
    Embedder,
    SentenceTransformerEmbedder,
    identity_of,
)
from assistant.library.embedding.similarity import Vectors

_RECENT_TEXTS = 500
"""Texts whose vectors are kept: questions that follow each other find the same passages."""

_SETTING_HINT = N_("Check library.embedder in the settings.")


def open_embedder(folder: Path) -> Embedder:
    """Load the embedder of a folder.

    Raises:
        ModelNotFoundError: there is no such folder.
        ModelFileError: it holds no embedder that can be used here.
    """
    _check_folder(folder)
    if is_exported(folder):
        return OnnxEmbedder(folder)
    if importlib.util.find_spec("sentence_transformers") is None:
        raise ModelFileError(
            f"The embedder in {folder} cannot be used: sentence-transformers, which runs it, is not"
            " part of the packaged program.",
            "Leave library.embedder empty, or install the assistant with pip.",
        )
    return SentenceTransformerEmbedder(folder)


def identity_in(folder: Path) -> str:
    """The identity of the embedder of a folder, without loading it.

    Raises:
        ModelNotFoundError: there is no such folder.
        ModelFileError: it cannot be read.
    """
    _check_folder(folder)
    try:
        return read_card(folder).identity if is_exported(folder) else identity_of(folder)
    except OSError as failure:
        raise ModelFileError(
            f"The embedder in {folder} cannot be read: {failure.strerror}.", _SETTING_HINT
        ) from None


def embedder_name(folder: Path) -> str:
    """An embedder's name: what it was exported as, else its folder's, or that of the folder above
    one called `model`."""
    if is_exported(folder):
        with suppress(ModelFileError):
            return read_card(folder).name
    return folder.parent.name if folder.name == "model" else folder.name


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise ModelNotFoundError(f"There is no embedder in {folder}.", _SETTING_HINT)


class SharedEmbedder:
    """An embedder that several threads use, one at a time.

    Whoever embeds passages lets questions pass between two batches.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._changed = Condition()
        self._busy = False
        self._questions = 0
        self._recent: OrderedDict[str, Vectors] = OrderedDict()

    @property
    def identity(self) -> str:
        return self._embedder.identity

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    @property
    def max_tokens(self) -> int:
        return self._embedder.max_tokens

    @property
    def unrelated_cosine(self) -> float:
        return self._embedder.unrelated_cosine

    def can_read(self, texts: Sequence[str]) -> list[bool]:
        return self._embedder.can_read(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)

    def embed(self, texts: Sequence[str], pause: Callable[[], None] | None = None) -> Vectors:
        def between() -> None:
            with self._out_of_turn():
                if pause:
                    pause()

        with self._turn():
            return self._embedder.embed(texts, between)

    def embed_ahead(self, texts: Sequence[str]) -> Vectors:
        """Embed texts of passages that a question waits for, but those of the last questions."""
        with self._ahead():
            new = [text for text in texts if text not in self._recent]
            if new:
                self._recent.update(zip(new, self._embedder.embed(new), strict=True))
            vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
            for row, text in enumerate(texts):
                vectors[row] = self._recent[text]
                self._recent.move_to_end(text)
            while len(self._recent) > _RECENT_TEXTS:
                self._recent.popitem(last=False)
            return vectors

    def embed_question(self, text: str) -> Vectors:
        with self._ahead():
            return self._embedder.embed_question(text)

    @contextmanager
    def _ahead(self) -> Iterator[None]:
        """A turn before the next batch of passages."""
        with self._changed:
            self._questions += 1
        try:
            with self._turn():
                yield
        finally:
            with self._changed:
                self._questions -= 1
                self._changed.notify_all()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._busy)
            self._busy = True
        try:
            yield
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    @contextmanager
    def _out_of_turn(self) -> Iterator[None]:
        """Let questions pass, also while indexing is paused."""
        with self._changed:
            self._busy = False
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._changed.wait_for(lambda: not self._questions and not self._busy)
                self._busy = True
