"""How much to draft: where a guess at the next tokens is worth evaluating.

A draft of k tokens is evaluated together with the last token written, which costs
`1 + slope * k` (see `batching`), and yields one token and those of the draft that are right. The
share that will be is learned per answer from every guess, also those that were not evaluated:
whether a guess was right shows as soon as the next token is chosen. So answers that do not quote
stop to draft after a few failures, pay nothing for going on guessing, and draft again as soon as
they begin to quote. Guesses are told apart by how many tokens before them match (see `lookup`).
"""

from typing import Final

from assistant.engine.batching import SIZES
from assistant.engine.lookup import LONGEST, SHORTEST

MOST: Final = SIZES[-1] - 1
"""Tokens of a draft."""

GAIN: Final = 1.1
"""Times as fast as without: below that it is not worth a draft."""

PRIOR: Final = 3.0
"""As many guesses as what is expected at first counts for."""

MEMORY: Final = 0.9
"""What earlier guesses count for with each new one."""


class Acceptance:
    """How often a guess is right in one answer, by how many tokens before it match."""

    def __init__(self) -> None:
        self._seen = [PRIOR] * (LONGEST + 1)
        self._right = [PRIOR * _at_first(length) for length in range(LONGEST + 1)]

    def saw(self, length: int, *, right: bool) -> None:
        length = min(length, LONGEST)
        self._seen[length] = self._seen[length] * MEMORY + 1
        self._right[length] = self._right[length] * MEMORY + right

    def of(self, length: int) -> float:
        length = min(length, LONGEST)
        return self._right[length] / self._seen[length]

    def best(self, length: int, room: int, slope: float) -> int:
        """Tokens to draft behind a match of `length`, at most `room`; 0 where it does not pay."""
        best, rate = 0, GAIN
        right = expected = 1.0
        for drafted in range(1, min(room, MOST) + 1):
            right *= self.of(length + drafted - 1)
            expected += right
            gain = expected / (1 + slope * drafted)
            if drafted + 1 in SIZES and gain > rate:
                best, rate = drafted, gain
        return best


def _at_first(length: int) -> float:
    """What the starter model's answers to questions from documents show, carefully."""
    return min(0.35 + 0.1 * (length - SHORTEST), 0.9)
