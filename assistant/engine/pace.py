"""How many tokens of a prompt to evaluate at once."""

from time import perf_counter
from types import TracebackType
from typing import Self

AIM = 0.5
"""Seconds per chunk: progress is shown and others are served between two chunks."""

SMALLEST = 64
"""Tokens; below that the matrix kernels lose speed."""


class Pace:
    """Starts with small chunks and grows or shrinks them towards `AIM`; enter it per chunk."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.tokens = min(most, SMALLEST * 2)
        self._started = 0.0

    def __enter__(self) -> Self:
        self._started = perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        seconds = perf_counter() - self._started
        if seconds > AIM * 1.5:
            self.tokens = max(self.tokens // 2, min(SMALLEST, self._most))
        elif seconds < AIM / 1.5:
            self.tokens = min(self.tokens * 2, self._most)
