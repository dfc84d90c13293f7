"""List numbers: the value of a counter as a list shows it, such as `2`, `ii`, `b` or `02`."""

from typing import Final

LEVELS: Final = 10
"""More than any program has."""

_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MAX_ROMAN = 4_000
_MAX_LETTERS = 30
"""Times that a letter is repeated: beyond it, the number is one."""


class Counters:
    """The counters of a list, one for each of its levels; levels count from 0."""

    def __init__(self) -> None:
        self.values: list[int | None] = [None] * LEVELS

    def step(self, level: int, start: int) -> None:
        """Count an item of `level`, the first one as `start`."""
        value = self.values[level]
        self.values[level] = start if value is None else value + 1

    def restart(self, level: int) -> None:
        """Begin `level` anew with its next item."""
        self.values[level] = None


def roman(value: int) -> str:
    """`iv` for 4; in Arabic digits what has no Roman ones."""
    if not 0 < value < _MAX_ROMAN:
        return str(value)
    shown = ""
    for number, letters in _ROMAN:
        shown += letters * (value // number)
        value %= number
    return shown


def letter(value: int) -> str:
    """`b` for 2, `bb` for 28; in digits what would be too long."""
    repeats, index = divmod(value - 1, 26)
    if value < 1 or repeats >= _MAX_LETTERS:
        return str(value)
    return chr(ord("a") + index) * (repeats + 1)


def ordinal(value: int) -> str:
    """`2nd` for 2."""
    tens, ones = value // 10 % 10, value % 10
    return f"{value}{'th' if tens == 1 else {1: 'st', 2: 'nd', 3: 'rd'}.get(ones, 'th')}"
