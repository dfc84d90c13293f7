"""Closeness of sentences in meaning: 0 is no relation, 1 the same; see `embedding.similarity`."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from assistant.library.embedding.sentence_transformers import Embedder
from assistant.library.embedding.similarity import Vectors, similarity

WEAK: Final = 0.47
"""From which on a sentence may say in part what a unit says. Fitted on the dev questions of
`benchmarks.citations` with all-MiniLM-L6-v2, where it is a cosine of 0.5."""

SAME: Final = 0.55
"""From which on a sentence in another language says the same, if its names, values and polarity
agree, too. With e5-small-enpt, 96 % of translated questions reach it (median 0.76), and one in a
thousand of other pairs (median 0.23)."""


class ClosenessMeter:
    """Measures texts of one answer and its passages; embeds none of them twice."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}

    def closeness(self, rows: Sequence[str], columns: Sequence[str]) -> Vectors:
        """Closeness of texts, shape (rows, columns)."""
        new = [text for text in dict.fromkeys([*rows, *columns]) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.embed(new), strict=True))
        ours, theirs = (np.array([self._known[text] for text in each]) for each in (rows, columns))
        return similarity(ours @ theirs.T, self._embedder.unrelated_cosine)
