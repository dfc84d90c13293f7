"""Prompt lookup: what is likely to come next, because it came next the last time.

An answer that quotes repeats its prompt. Where the last tokens stand somewhere before, the tokens
that followed them there are a guess at what follows now. Guessing costs a search for a few bytes in
the tokens so far, microseconds even for long prompts: no index is kept.
"""

import sys
from array import array
from collections.abc import Iterable
from typing import NamedTuple

SHORTEST = 2
"""Tokens; a single one tells little about the next."""

LONGEST = 16
"""Tokens beyond which a match is not told from a longer one."""

_SIZE = array("i").itemsize


class Match(NamedTuple):
    """The last `length` tokens stand before `place` as well."""

    length: int
    place: int


class Lookup:
    """The tokens of a prompt and of its answer so far, searched for their own end."""

    def __init__(self, tokens: Iterable[int]) -> None:
        self._bytes = bytearray(array("i", tokens).tobytes())

    def append(self, token: int) -> None:
        self._bytes += token.to_bytes(_SIZE, sys.byteorder)

    def find(self) -> Match | None:
        """The longest match of `SHORTEST` to `LONGEST` tokens; of several the last."""
        found: Match | None = None
        length, end = SHORTEST, len(self._bytes) // _SIZE - 1
        while length <= LONGEST and (place := self._last(length, end)) is not None:
            found = Match(self._same(place, length), place)
            length, end = found.length + 1, place - 1
        return found

    def following(self, place: int, count: int) -> list[int]:
        """The `count` tokens from `place` on; what repeats itself is taken to go on doing so."""
        taken = array("i", bytes(self._bytes[place * _SIZE : (place + count) * _SIZE])).tolist()
        return (taken * (count // len(taken) + 1))[:count]

    def _last(self, length: int, end: int) -> int | None:
        """Behind the last place, not behind token `end`, where the last `length` tokens stand."""
        wanted = self._bytes[-length * _SIZE :]
        if len(wanted) < length * _SIZE:
            return None
        stop = end * _SIZE
        while (at := self._bytes.rfind(wanted, 0, max(stop, 0))) >= 0:
            if at % _SIZE == 0:
                return at // _SIZE + length
            stop = at + len(wanted) - 1
        return None

    def _same(self, place: int, known: int) -> int:
        """How many tokens before `place` are those at the end, when `known` are."""
        whole, length = len(self._bytes) // _SIZE, known
        while length < min(LONGEST, place) and self._token(place - length - 1) == self._token(
            whole - length - 1
        ):
            length += 1
        return length

    def _token(self, at: int) -> bytearray:
        return self._bytes[at * _SIZE : (at + 1) * _SIZE]
