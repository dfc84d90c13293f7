"""What it costs a loaded model to evaluate several tokens together, measured while it runs.

A processor that waits for the weights to come from memory evaluates a few tokens nearly in the time
of one; one that computes as fast as they come does not. So the cost is taken to be
`1 + slope * (tokens - 1)` times that of one token. The starter model on one thread has a slope of
0.3 with 100 to 7,500 tokens in the cache, and of 0.7 with flash attention.
"""

from collections import deque
from collections.abc import Sequence
from math import inf
from statistics import median
from typing import Final

SIZES: Final = (2, 3, 4, 6, 8, 12, 16)
"""Tokens that are evaluated together in an answer."""

USUAL: Final = 0.35
"""A slope that many models have on processors."""

STEADY: Final = ((0.5, USUAL), (0.9, 0.7))
"""Slopes below the first are rounded to the second: far from what noise makes of them."""

RECENT: Final = 9
"""Measurements, of which the median is taken."""


class Batching:
    """For one loaded model."""

    def __init__(self) -> None:
        self.steady: float | None = None
        """The slope, rounded, as it was measured first; None before that, infinite where several
        tokens take as long together as one after the other."""
        self._alone: deque[float] = deque(maxlen=RECENT)
        self._slopes: deque[float] = deque(maxlen=RECENT)

    @property
    def slope(self) -> float:
        """As it was measured last."""
        return median(self._slopes) if self._slopes else USUAL

    def tried(self, tokens: int, together: Sequence[float], alone: Sequence[float]) -> None:
        """So many tokens, and one, were evaluated in turn a few times, in so many seconds.

        Whatever else the machine does only adds to that.
        """
        slope = (min(together) / min(alone) - 1) / (tokens - 1)
        self.steady = next((rounded for below, rounded in STEADY if slope < below), inf)
        self._slopes.append(slope)

    def took(self, tokens: int, seconds: float) -> None:
        """So many tokens of an answer were evaluated together."""
        if tokens == 1:
            self._alone.append(seconds)
        elif self._alone:
            self._slopes.append((seconds / median(self._alone) - 1) / (tokens - 1))
