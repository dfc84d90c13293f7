"""Telling texts: those of several that say most of what all say, or most about a question.

What says most of all is nearest to the middle of all vectors, and what comes first counts a little
more, as writers say what matters first. What repeats a text that is chosen already says nothing
new (maximal marginal relevance, Carbonell and Goldstein 1998).
"""

import re
from collections import Counter
from collections.abc import Sequence
from math import log
from typing import Final

import numpy as np

from assistant.core.values.library import RankedText
from assistant.library.embedding.sentence_transformers import Embedder
from assistant.library.embedding.similarity import Vectors
from assistant.library.text.languages import fold, guess_language, stop_words

LEAD: Final = 0.06
"""What it counts to be the first of the texts; the last one has nothing of it."""

REPEATING: Final = 0.5
"""Of its closeness to what is chosen already, what a text loses."""

SAME: Final = 0.95
"""Cosine from which on two texts are one: the second comes behind all others."""

WORDS: Final = 0.4
"""Of a score for a question, the share of its words; the rest is meaning."""

MAX_EMBEDDED: Final = 160
"""Texts whose meaning is measured for a question: those that share most of its words."""

_STEM: Final = 5
_WORD = re.compile(r"[^\W_]+")


def rank(
    embedder: Embedder, texts: Sequence[str], count: int, question: str = ""
) -> tuple[RankedText, ...]:
    """Rank texts by what they say of all of them, or about a question, best first.

    Args:
        count: how many at most.
    """
    if not texts:
        return ()
    if not question.strip():
        vectors = embedder.embed(texts)
        middle = vectors.mean(axis=0)
        lead = np.linspace(LEAD, 0, len(texts), dtype=np.float32)
        return _diverse(vectors, vectors @ middle + lead, count, range(len(texts)))
    shares = _word_shares(texts, question)
    places = sorted(range(len(texts)), key=lambda at: -shares[at])[:MAX_EMBEDDED]
    vectors = embedder.embed([texts[at] for at in places])
    close = vectors @ embedder.embed_question(question)
    words = np.array([shares[at] for at in places], np.float32)
    return _diverse(vectors, (1 - WORDS) * close + WORDS * words, count, places)


def _diverse(
    vectors: Vectors, scores: Vectors, count: int, places: Sequence[int]
) -> tuple[RankedText, ...]:
    """The best of the texts, one after the other, each judged beside those before it."""
    chosen: list[int] = []
    nearest = np.zeros(len(vectors), np.float32)
    left = np.ones(len(vectors), bool)
    while len(chosen) < count and left.any():
        repeated = REPEATING * nearest + (nearest >= SAME)
        judged = np.where(left, scores - repeated, -np.inf)
        best = int(judged.argmax())
        chosen.append(best)
        left[best] = False
        nearest = np.maximum(nearest, vectors @ vectors[best])
    return tuple(RankedText(at=places[at], score=float(scores[at])) for at in chosen)


def _word_shares(texts: Sequence[str], question: str) -> list[float]:
    """Of the words of a question, how many each text has; rare ones count more."""
    common = stop_words(guess_language(question, "en"))
    words = _words(question)
    wanted = {word[:_STEM] for word in words if word not in common} or {w[:_STEM] for w in words}
    there = [{word[:_STEM] for word in _words(text)} & wanted for text in texts]
    spread = Counter(word for found in there for word in found)
    weights = {word: log(1 + len(texts) / (1 + spread[word])) for word in wanted}
    whole = sum(weights.values()) or 1.0
    return [sum(weights[word] for word in found) / whole for found in there]


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))
