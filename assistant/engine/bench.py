"""The contests of one model, one after the other, within a reasonable time."""

from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple, Protocol

from assistant.core.tuning import Contest, Outcome, Tried
from assistant.engine.contests import batch_sizes, contest, outcome, planned, thread_counts
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
