"""Centres: the middle of each language's texts, that an embedder's vectors are taken from.

Some embedders put all texts into a narrow cone, and those of each language into a narrower one:
any Portuguese passage is then nearer to a Portuguese question than the English one that answers it.
Seen from the middle of their own language, texts are near to each other by what they say alone.
"""

from pathlib import Path
from typing import Self

import numpy as np

from assistant.core.values.base import Value
from assistant.library.embedding.similarity import Vectors

CENTRES_FILE = "centres.json"
"""In the folder of an embedder that needs them; made by `packaging/embedder`."""

_LEAST_LENGTH = 1e-6


class Centres(Value):
    """The means of vectors of length 1, of some languages, a row each; none leave vectors be."""

    passages: tuple[tuple[float, ...], ...] = ()
    questions: tuple[tuple[float, ...], ...] = ()

    @classmethod
    def of(cls, folder: Path, dimensions: int) -> Self:
        """Those of an embedder's folder.

        Raises:
            OSError: they cannot be read.
            ValueError: they are damaged, or of another embedder.
        """
        file = folder / CENTRES_FILE
        if not file.is_file():
            return cls()
        found = cls.model_validate_json(file.read_bytes())
        if {len(row) for row in (*found.passages, *found.questions)} - {dimensions}:
            raise ValueError(f"{CENTRES_FILE} is not of this embedder")
        return found

    def take_from_passages(self, vectors: Vectors) -> Vectors:
        """Vectors of passages as seen from the centre that each is nearest to, of length 1."""
        return _taken_from(self.passages, vectors)

    def take_from_questions(self, vectors: Vectors) -> Vectors:
        """The same for questions."""
        return _taken_from(self.questions, vectors)


def _taken_from(centres: tuple[tuple[float, ...], ...], vectors: Vectors) -> Vectors:
    if not centres:
        return vectors
    rows = np.array(centres, dtype=np.float32)
    # Of |v - c|², what differs between centres.
    distances = (rows * rows).sum(axis=1) - 2 * vectors @ rows.T
    moved = vectors - rows[distances.argmin(axis=1)]
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(lengths, _LEAST_LENGTH), dtype=np.float32)
