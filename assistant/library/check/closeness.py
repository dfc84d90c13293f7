"""Closeness in meaning: cosines on a scale that is the same for every embedder.

The cosine of two sentences that have nothing to do with each other is about 0 with one embedder and
0.75 with another. So cosines are measured from there: 0 is no relation, 1 the same meaning.
"""

from collections.abc import Sequence

import numpy as np

from assistant.library.embedding.sentence_transformers import Embedder, Vectors

WEAK = 0.47
"""From which on a sentence may say in part what a unit says. Fitted on the dev questions of
`benchmarks.citations` with all-MiniLM-L6-v2, where it is a cosine of 0.5."""

SAME = 0.6
"""From which on a sentence in another language says the same, if its names, values and polarity
agree, too. Fitted on translated pairs of `benchmarks.certified`."""

_UNRELATED = (
    "The bread is baked in a hot oven for half an hour.",
    "Our train to the coast was late again this morning.",
    "The court dismissed the appeal of the shareholders.",
    "A red squirrel stores nuts for the winter.",
    "O gato dorme em cima do telhado da escola.",
    "A reunião do conselho foi adiada para quinta-feira.",
    "As folhas da laranjeira caem no outono.",
    "O motor do barco precisa de uma peça nova.",
)


class ClosenessScale:
    """The scales of embedders; each is found once."""

    def __init__(self) -> None:
        self._zeros: dict[str, float] = {}

    def measure(self, embedder: Embedder, rows: Sequence[str], columns: Sequence[str]) -> Vectors:
        """Closeness of texts, shape (rows, columns)."""
        zero = self._zeros.get(embedder.identity)
        if zero is None:
            vectors = embedder.embed(_UNRELATED)
            others = (vectors @ vectors.T)[~np.eye(len(vectors), dtype=bool)]
            zero = self._zeros[embedder.identity] = min(0.95, max(0.0, float(others.mean())))
        vectors = embedder.embed([*rows, *columns])
        cosines = vectors[: len(rows)] @ vectors[len(rows) :].T
        return np.asarray((cosines - zero) / (1 - zero), dtype=np.float32)
