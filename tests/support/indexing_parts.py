"""Stand-ins that are quick and keep what they were asked, for tests of the indexing job."""

import hashlib
import os
from collections.abc import Callable, Sequence
from threading import Event

import numpy as np

from assistant.library.embedding.sentence_transformers import Vectors
from assistant.library.limits import ReadLimits, UnreadableError
from assistant.library.readers.base.source import FileSource
from assistant.library.readers.dispatch import read
from assistant.library.reading.frames import ReadResult
from assistant.library.store.catalog import CatalogChange


class ReaderHere:
    """Reads in this process; `asked` are the paths, in order."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    def read(
        self,
        path: bytes,
        stop: Event | None = None,
        holds: Callable[[], bool] = lambda: False,
    ) -> ReadResult | UnreadableError:
        self.asked.append(path)
        with open(path, "rb") as stream:  # noqa: PTH123 -- a Path cannot hold bytes
            data = stream.read()
        status = os.stat(path)  # noqa: PTH116
        try:
            document = read(FileSource(data, os.fsdecode(path).rpartition("/")[2], ReadLimits()))
        except UnreadableError as failure:
            return failure
        return ReadResult(
            document=document,
            content_hash=hashlib.sha256(data).hexdigest(),
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
        )

    def close(self) -> None:
        """There is nothing to end."""


class WordEmbedder:
    """A token is a word, and a vector says which letters a text has."""

    identity = "letters"
    dimensions = 26
    max_tokens = 100

    def __init__(self) -> None:
        self.embedded: list[str] = []
        self.at_batch: Callable[[], None] = lambda: None

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def embed(self, texts: Sequence[str], pause: Callable[[], None] | None = None) -> Vectors:
        self.at_batch()
        if pause:
            pause()
        self.embedded += texts
        return np.array([self.embed_question(text) for text in texts], dtype=np.float32)

    def embed_question(self, text: str) -> Vectors:
        vector = np.array([text.lower().count(chr(97 + i)) for i in range(26)], dtype=np.float32)
        return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-6), dtype=np.float32)


class ChangeList:
    """A search structure that only keeps which passages it should have."""

    def __init__(self) -> None:
        self.passages: set[int] = set()

    def apply(self, change: CatalogChange) -> None:
        self.passages -= set(change.removed)
        self.passages |= set(change.added)
