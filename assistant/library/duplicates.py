"""Passages that say the same: copies and versions of a file give the same answer twice."""

import re

from assistant.library.languages import fold
from assistant.library.passages import StoredPassage

ALIKE = 0.95
"""The share of three-word runs that two passages have in common to be the same."""

_WORD = re.compile(r"\w+")


class Seen:
    """The passages that were taken so far."""

    def __init__(self) -> None:
        self._taken: list[tuple[set[tuple[str, ...]], frozenset[str]]] = []

    def has_like(self, passage: StoredPassage) -> bool:
        """Whether one of them says the same. Passages that differ in a number never do: the
        same form filled in twice is two things."""
        runs, numbers = _looks_of(passage.text)
        return any(
            numbers == other_numbers and _overlap(runs, other) >= ALIKE
            for other, other_numbers in self._taken
        )

    def take(self, passage: StoredPassage) -> None:
        self._taken.append(_looks_of(passage.text))


def _looks_of(text: str) -> tuple[set[tuple[str, ...]], frozenset[str]]:
    words = _WORD.findall(fold(text))
    numbers = frozenset(
        word for word in words if not word.isalpha() and any(map(str.isdigit, word))
    )
    return {*zip(words, words[1:], words[2:], strict=False)} or {tuple(words)}, numbers


def _overlap(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    smaller, larger = sorted((len(one), len(other)))
    if smaller < ALIKE * larger:
        return 0.0
    common = len(one & other)
    return common / (len(one) + len(other) - common)
