"""Closeness of sentences in meaning: 0 is no relation, 1 the same; see `embedding.similarity`."""

from collections.abc import Sequence
from typing import Final

from assistant.library.embedding.sentence_transformers import Embedder
from assistant.library.embedding.similarity import Vectors, similarity

WEAK: Final = 0.47
"""From which on a sentence may say in part what a unit says. Fitted on the dev questions of
`benchmarks.citations` with all-MiniLM-L6-v2, where it is a cosine of 0.5."""

SAME: Final = 0.55
"""From which on a sentence in another language says the same, if its names, values and polarity
agree, too. With e5-small-enpt, 96 % of translated questions reach it (median 0.76), and one in a
thousand of other pairs (median 0.23)."""


def closeness(embedder: Embedder, rows: Sequence[str], columns: Sequence[str]) -> Vectors:
    """Closeness of texts, shape (rows, columns)."""
    vectors = embedder.embed([*rows, *columns])
    return similarity(vectors[: len(rows)] @ vectors[len(rows) :].T, embedder.unrelated_cosine)
