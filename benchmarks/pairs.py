"""Paired runs: ours and the other's in turn, so that a machine that drifts drifts for both."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import TypeVar


@dataclass(frozen=True)
class Comparison:
    """Medians of paired figures, and the median of their ratios."""

    what: str
    unit: str
    ours: float
    other: float
    ratio: float
    """ours / other, pair by pair."""
    goal: str = ""

    def row(self) -> str:
        figures = f"{self.ours:>10.1f} {self.other:>10.1f} {self.ratio:>8.3f}"
        return f"{self.what:<56} {self.unit:<6} {figures}  {self.goal}"


T = TypeVar("T")

HEADER = f"{'':<56} {'unit':<6} {'ours':>10} {'other':>10} {'ratio':>8}  goal"


def pairs(ours: Callable[[], T], other: Callable[[], T], runs: int) -> list[tuple[T, T]]:
    """Run both in turn, `runs` times, after one run of each that does not count.

    Every other time the other goes first: whoever comes second may find the machine warmer.
    """
    ours(), other()
    figures = []
    for number in range(runs):
        if number % 2:
            others = other()
            figures.append((ours(), others))
        else:
            figures.append((ours(), other()))
    return figures


def compare(what: str, unit: str, figures: list[tuple[float, float]], goal: str = "") -> Comparison:
    """Sum up paired figures."""
    return Comparison(
        what=what,
        unit=unit,
        ours=median(one for one, _ in figures),
        other=median(other for _, other in figures),
        ratio=median(one / other for one, other in figures),
        goal=goal,
    )
