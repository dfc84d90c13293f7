"""Edit distance: the words of a list that are nearly the same as a word that was typed."""

from collections.abc import Iterator, Sequence

import numpy as np

_LETTERS = 64
"""Kinds of letters that are told apart; those of one kind count as the same, which only makes a
word be compared in full."""


class WordList:
    """Words among which near ones are looked for, few of which are compared letter by letter."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._lengths = np.array([len(word) for word in words], dtype=np.int32)
        self._letters = np.array([_letters_of(word) for word in words], dtype=np.uint64)

    def near(self, typed: str, most: int) -> Iterator[tuple[int, str]]:
        """The words at most so far from one that was typed, each after its distance."""
        letters = np.uint64(_letters_of(typed))
        there = np.bitwise_count(self._letters & ~letters) <= most
        gone = np.bitwise_count(letters & ~self._letters) <= most
        alike = np.abs(self._lengths - len(typed)) <= most
        for index in np.flatnonzero(alike & there & gone).tolist():
            distance = edit_distance(typed, self._words[index], most)
            if distance <= most:
                yield distance, self._words[index]


def edit_distance(one: str, other: str, most: int) -> int:
    """Letters to insert, delete, change or swap to get from one word to another (the restricted
    distance of Damerau and Levenshtein); some number above `most` when it is more."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, compared in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != compared))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == compared:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def _letters_of(word: str) -> int:
    """The kinds of letters that a word has, a bit each."""
    kinds = 0
    for letter in word:
        kinds |= 1 << (ord(letter) % _LETTERS)
    return kinds
