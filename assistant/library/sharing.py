"""One embedder for the indexing and for questions: a question goes first."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Condition

from assistant.library.embedding import Embedder, Vectors


class SharedEmbedder:
    """An embedder that several threads use, one at a time.

    Whoever embeds passages lets questions pass between two batches.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._changed = Condition()
        self._busy = False
        self._questions = 0

    @property
    def identity(self) -> str:
        return self._embedder.identity

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    @property
    def max_tokens(self) -> int:
        return self._embedder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)

    def embed(self, texts: Sequence[str], pause: Callable[[], None] | None = None) -> Vectors:
        def between() -> None:
            with self._out_of_turn():
                if pause:
                    pause()

        with self._turn():
            return self._embedder.embed(texts, between)

    def embed_question(self, text: str) -> Vectors:
        with self._changed:
            self._questions += 1
        try:
            with self._turn():
                return self._embedder.embed_question(text)
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
