"""How high the messages of a transcript are: measured where they were drawn, estimated else."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from assistant.core.models import Message

FRAME: Final = 3
"""Rows of a message besides its text."""
HIGHEST: Final = 1_200
"""Rows; beyond it a message is folded."""


class Heights:
    """Rows of each message, in order."""

    def __init__(self) -> None:
        self._rows: list[int] = []
        self._offsets: list[int] = [0]

    def estimate(self, messages: Sequence[Message], width: int, keep: int = 0) -> None:
        """Begin anew with these messages; the first `keep` heights stay."""
        kept = self._rows[:keep]
        self._rows = kept + [_estimate(message, width) for message in messages[len(kept) :]]
        self._add_up()

    def measure(self, rows: dict[int, int]) -> None:
        """Take the true heights of some messages, by index."""
        changed = False
        for index, height in rows.items():
            if index < len(self._rows) and self._rows[index] != height:
                self._rows[index] = height
                changed = True
        if changed:
            self._add_up()

    def above(self, index: int) -> int:
        """Rows above this message."""
        return self._offsets[min(index, len(self._rows))]

    def below(self, index: int) -> int:
        """Rows of this message and those after it."""
        return self._offsets[-1] - self.above(index)

    def of(self, index: int) -> int:
        return self._rows[index]

    def at(self, row: float) -> int:
        """The message at this row; the nearest one beyond the ends."""
        return max(0, min(bisect_right(self._offsets, row), len(self._rows)) - 1)

    def _add_up(self) -> None:
        self._offsets = [0, *accumulate(self._rows)]


def _estimate(message: Message, width: int) -> int:
    text = message.text
    return min(FRAME + text.count("\n") + len(text) // max(width, 8), HIGHEST)
