"""The contests of one model, one after the other, within a reasonable time.

Which of some candidates is fastest: who takes part, in which order, and what is noise.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from math import ceil
from statistics import median
from typing import NamedTuple, Protocol

from assistant.core.values.tuning import Contest, Outcome, Tried
from assistant.engine.options import COMPUTED_AT_ONCE


class Effort(NamedTuple):
    """How much is measured."""

    read: int
    """Tokens of the prompt, at most."""
    written: int
    """Tokens of the answer, at most."""
    rounds: int
    seconds: float
    """For one measurement, about: of slow models less is read and written."""


FULL = Effort(read=512, written=48, rounds=5, seconds=3)
QUICK = Effort(read=128, written=12, rounds=2, seconds=0.25)

SHARE = 16
"""Computing more at once may take one in so many parts of the machine's memory: a window that is
smaller for it costs more than it gains."""

FEWEST_READ, FEWEST_WRITTEN = 64, 8
"""Tokens of the smallest measurement that tells anything."""


class Machine(NamedTuple):
    """Where it is measured."""

    logical: int
    """Cores that may be used."""
    physical: int
    usual: int
    """Threads that compute where nothing is known."""
    memory: int
    """Bytes, all of it."""


class Measuring(Protocol):
    """What is measured; speeds are in tokens per second."""

    @property
    def room(self) -> int:
        """Tokens that can be read or written."""
        ...

    def extra(self, graph: int) -> int:
        """Bytes that it takes to compute so many tokens at once in the largest window, beyond what
        the usual number takes."""
        ...

    def reading(self, tokens: int, *, threads: int, graph: int) -> float: ...

    def writing(self, tokens: int, *, threads: int) -> float: ...


class Bench:
    """Measures a model; used once."""

    def __init__(self, model: Measuring, machine: Machine, effort: Effort) -> None:
        self._model = model
        self._machine = machine
        self._effort = effort
        self._done = self._total = 0

    def run(self) -> Generator[Tried, None, tuple[Outcome, ...]]:
        """Yields each measurement, and returns how the contests ended."""
        model, machine, rounds = self._model, self._machine, self._effort.rounds
        read, written = self._sizes()
        threads = thread_counts(machine.logical, machine.physical, machine.usual)
        sizes = [
            size
            for size in batch_sizes(read, COMPUTED_AT_ONCE)
            if model.extra(size) * SHARE <= machine.memory
        ]
        self._total = 2 * planned(len(threads), rounds) + planned(len(sizes), rounds)

        def reads(threads: int, graph: int = COMPUTED_AT_ONCE) -> float:
            return model.reading(read, threads=threads, graph=graph)

        writing = yield from self._contest(
            "writing", threads, machine.usual, lambda n: model.writing(written, threads=n)
        )
        reading = yield from self._contest("reading", threads, machine.usual, reads)
        batch = yield from self._contest(
            "batch", sizes, COMPUTED_AT_ONCE, lambda n: reads(reading.best, n)
        )
        return writing, reading, batch

    def _contest(
        self,
        what: Contest,
        candidates: Sequence[int],
        usual: int,
        measure: Callable[[int], float],
    ) -> Generator[Tried, None, Outcome]:
        speeds: dict[int, list[float]] = {one: [] for one in candidates}
        for value, speed in contest(candidates, usual, self._effort.rounds, measure):
            speeds[value].append(speed)
            self._done += 1
            yield Tried(
                contest=what,
                value=value,
                usual=value == usual,
                speed=speed,
                done=self._done,
                total=self._total,
            )
        return outcome(what, speeds, usual)

    def _sizes(self) -> tuple[int, int]:
        """Tokens to read and to write, by how long a few of them take."""
        model, effort, usual = self._model, self._effort, self._machine.usual
        most_read, most_written = min(effort.read, model.room), min(effort.written, model.room)
        few, fewer = min(FEWEST_READ, most_read), min(FEWEST_WRITTEN, most_written)
        rate = model.reading(few, threads=usual, graph=COMPUTED_AT_ONCE)
        slower = model.writing(fewer, threads=usual)
        return (
            max(few, min(most_read, int(rate * effort.seconds))),
            max(fewer, min(most_written, int(slower * effort.seconds))),
        )


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
