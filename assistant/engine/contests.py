"""Which of some candidates is fastest: who takes part, in which order, and what is noise."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil
from statistics import median

from assistant.core.tuning import Contest, Outcome

FEWEST = 3
"""Candidates that are measured to the end."""

SIFTED = 2
"""Rounds after each of which the slower half leaves."""

LEAST_NOISE = 0.03
"""Below that no difference is believed, however quiet the machine seems."""

ENOUGH = 5
"""Rounds from which on the best and the worst are left out of the noise."""

BATCHES = (32, 64, 128, 256, 512)

Speeds = Mapping[int, Sequence[float]]
"""Tokens per second of each candidate, one per round that it took part in."""


def thread_counts(logical: int, physical: int, usual: int) -> tuple[int, ...]:
    """Counts of threads worth trying, few of them on machines with many cores."""
    physical = max(1, min(physical, logical))
    some = {1, 2, physical // 4, physical // 2, physical * 3 // 4, physical - 1, physical}
    return tuple(sorted({n for n in {*some, logical - 1, logical, usual} if 1 <= n <= logical}))


def batch_sizes(tokens: int, usual: int) -> tuple[int, ...]:
    """Sizes that a prompt of some tokens can tell apart."""
    return tuple(sorted({*(size for size in BATCHES if size <= tokens), usual}))


def planned(candidates: int, rounds: int) -> int:
    """Measurements of a contest."""
    total = 0
    for turn in range(rounds):
        total += candidates
        if turn < SIFTED:
            candidates = _places(candidates)
    return total


def contest(
    candidates: Sequence[int], usual: int, rounds: int, measure: Callable[[int], float]
) -> Iterator[tuple[int, float]]:
    """Measure the candidates in turns, so that whatever else the machine does meets them all.

    Yields each candidate and its speed as soon as it is measured.
    """
    speeds: dict[int, list[float]] = {one: [] for one in candidates}
    left = list(candidates)
    for turn in range(rounds):
        for one in left:
            speed = measure(one)
            speeds[one].append(speed)
            yield one, speed
        if turn < SIFTED:
            left = _sift(left, usual, speeds)


def outcome(what: Contest, speeds: Speeds, usual: int) -> Outcome:
    """Who has won, from speeds that were measured in turns.

    Of those that are about as fast as the fastest the smallest wins: fewer threads leave more of
    the machine to others, and a smaller batch takes less memory.
    """
    rounds = len(speeds[usual])
    compared = {
        one: _compared(measured, speeds[usual])
        for one, measured in speeds.items()
        if len(measured) == rounds and one != usual
    }
    faster = {one: (gain, noise) for one, (gain, noise) in compared.items() if gain > noise}
    if not faster:
        gain, noise = max(compared.values(), default=(0.0, 0.0))
        return Outcome(
            contest=what,
            usual=usual,
            best=usual,
            gain=max(gain, 0),
            noise=noise,
            speed=median(speeds[usual]),
        )
    most, its_noise = max(faster.values())
    best = min(one for one, (gain, _) in faster.items() if gain >= most - its_noise)
    gain, noise = faster[best]
    return Outcome(
        contest=what, usual=usual, best=best, gain=gain, noise=noise, speed=median(speeds[best])
    )


def _compared(measured: Sequence[float], usual: Sequence[float]) -> tuple[float, float]:
    """By how much one is faster than the usual, round by round, and how much that sways."""
    ratios = sorted(one / other - 1 for one, other in zip(measured, usual, strict=True))
    inner = ratios[1:-1] if len(ratios) >= ENOUGH else ratios
    return median(ratios), max((inner[-1] - inner[0]) / 2, LEAST_NOISE)


def _places(candidates: int) -> int:
    return min(candidates, max(ceil(candidates / 2), FEWEST))


def _sift(left: Sequence[int], usual: int, speeds: Speeds) -> list[int]:
    """The faster half, and always the usual one, in their old order."""
    others = sorted((one for one in left if one != usual), key=lambda one: -median(speeds[one]))
    kept = {usual, *others[: _places(len(left)) - 1]}
    return [one for one in left if one in kept]
