"""Prompt lookup: drafts of the next tokens, how many are worth it, and what they cost.

A guess is what came next the last time: an answer that quotes repeats its prompt. Where the last
tokens stand somewhere before, the tokens that followed them there are a guess at what follows now.
Guessing costs a search for a few bytes in the tokens so far, microseconds even for long prompts:
no index is kept.

A draft of k tokens is evaluated together with the last token written, which costs `1 + slope * k`
(the slope is measured, see below), and yields one token and those of the draft that are right. The
share that will be is learned per answer from every guess, also those that were not evaluated:
whether a guess was right shows as soon as the next token is chosen. So answers that do not quote
stop to draft after a few failures, pay nothing for going on guessing, and draft again as soon as
they begin to quote. Guesses are told apart by how many tokens before them match.

What evaluating several tokens together costs a loaded model is measured while it runs.

A processor that waits for the weights to come from memory evaluates a few tokens nearly in the time
of one; one that computes as fast as they come does not. So the cost is taken to be
`1 + slope * (tokens - 1)` times that of one token. The starter model on one thread has a slope of
0.3 with 100 to 7,500 tokens in the cache, and of 0.7 with flash attention.
"""

import sys
from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from math import inf
from statistics import median
from typing import Final, NamedTuple

MIN_MATCH = 2
"""Tokens; a single one tells little about the next."""

MAX_MATCH = 16
"""Tokens beyond which a match is not told from a longer one."""

_SIZE = array("i").itemsize


class TokenMatch(NamedTuple):
    """A match: the last `length` tokens stand before `place` as well."""

    length: int
    place: int


class PromptLookup:
    """The tokens of a prompt and its answer, searched for what followed their end before."""

    def __init__(self, tokens: Iterable[int]) -> None:
        self._bytes = bytearray(array("i", tokens).tobytes())

    def append(self, token: int) -> None:
        self._bytes += token.to_bytes(_SIZE, sys.byteorder)

    def find(self) -> TokenMatch | None:
        """The longest match of the last tokens, of several the last; None when there is none."""
        found: TokenMatch | None = None
        length, end = MIN_MATCH, len(self._bytes) // _SIZE - 1
        while length <= MAX_MATCH and (place := self._last(length, end)) is not None:
            found = TokenMatch(self._same(place, length), place)
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
        while length < min(MAX_MATCH, place) and self._token(place - length - 1) == self._token(
            whole - length - 1
        ):
            length += 1
        return length

    def _token(self, at: int) -> bytearray:
        return self._bytes[at * _SIZE : (at + 1) * _SIZE]


EVALUATED_TOGETHER: Final = (2, 3, 4, 6, 8, 12, 16)
"""Tokens that are evaluated together in an answer."""

USUAL_SLOPE: Final = 0.35
"""A slope that many models have on processors."""

STEADY_SLOPES: Final = ((0.5, USUAL_SLOPE), (0.9, 0.7))
"""Slopes below the first are rounded to the second: far from what noise makes of them."""

KEPT_MEASUREMENTS: Final = 9
"""Measurements, of which the median is taken."""


class BatchingCost:
    """The measured cost of evaluating several tokens together, for one loaded model."""

    def __init__(self) -> None:
        self.steady: float | None = None
        """The slope, rounded, as it was measured first; None before that, infinite where several
        tokens take as long together as one after the other."""
        self._alone: deque[float] = deque(maxlen=KEPT_MEASUREMENTS)
        self._slopes: deque[float] = deque(maxlen=KEPT_MEASUREMENTS)

    @property
    def slope(self) -> float:
        """The slope of the cost, from the last measurements."""
        return median(self._slopes) if self._slopes else USUAL_SLOPE

    def add_comparison(
        self, tokens: int, together: Sequence[float], alone: Sequence[float]
    ) -> None:
        """Add a comparison: the seconds of `tokens` tokens and of one, evaluated in turn.

        Whatever else the machine does only adds to that.
        """
        slope = (min(together) / min(alone) - 1) / (tokens - 1)
        self.steady = next((rounded for below, rounded in STEADY_SLOPES if slope < below), inf)
        self._slopes.append(slope)

    def add_measurement(self, tokens: int, seconds: float) -> None:
        """Add a measurement: `tokens` tokens of an answer were evaluated together in `seconds`."""
        if tokens == 1:
            self._alone.append(seconds)
        elif self._alone:
            self._slopes.append((seconds / median(self._alone) - 1) / (tokens - 1))


MAX_DRAFT: Final = EVALUATED_TOGETHER[-1] - 1
"""Tokens of a draft."""

MIN_SPEEDUP: Final = 1.1
"""Times as fast as without: below that it is not worth a draft."""

PRIOR_GUESSES: Final = 3.0
"""As many guesses as what is expected at first counts for."""

DECAY: Final = 0.9
"""What earlier guesses count for with each new one."""


class DraftAcceptance:
    """Acceptance rate of guesses in one answer, by how many tokens before them match."""

    def __init__(self) -> None:
        self._seen = [PRIOR_GUESSES] * (MAX_MATCH + 1)
        self._right = [PRIOR_GUESSES * _prior_acceptance(length) for length in range(MAX_MATCH + 1)]

    def record(self, length: int, *, right: bool) -> None:
        """Record whether a guess behind a match of `length` tokens was right."""
        length = min(length, MAX_MATCH)
        self._seen[length] = self._seen[length] * DECAY + 1
        self._right[length] = self._right[length] * DECAY + right

    def rate(self, length: int) -> float:
        """The acceptance rate behind a match of `length` tokens, from 0 to 1."""
        length = min(length, MAX_MATCH)
        return self._right[length] / self._seen[length]

    def draft_length(self, length: int, room: int, slope: float) -> int:
        """The draft length that pays behind a match of `length`, at most `room`, or 0."""
        best, rate = 0, MIN_SPEEDUP
        right = expected = 1.0
        for drafted in range(1, min(room, MAX_DRAFT) + 1):
            right *= self.rate(length + drafted - 1)
            expected += right
            gain = expected / (1 + slope * drafted)
            if drafted + 1 in EVALUATED_TOGETHER and gain > rate:
                best, rate = drafted, gain
        return best


def _prior_acceptance(length: int) -> float:
    """What the starter model's answers to questions from documents show, carefully."""
    return min(0.35 + 0.1 * (length - MIN_MATCH), 0.9)
