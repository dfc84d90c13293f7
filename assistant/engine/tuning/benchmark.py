"""Benchmark of one model: candidates for threads and batch size, and for layers and attention on a
graphics card, measured in rounds.

It says who takes part, in which order, within a reasonable time, and what is noise.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from math import ceil
from statistics import median
from typing import NamedTuple, Protocol

from assistant.core.values.tuning import CandidateMeasured, Contest, ContestOutcome
from assistant.engine.options import DEFAULT_UBATCH


class BenchEffort(NamedTuple):
    """How much a benchmark measures: tokens, rounds, seconds."""

    read: int
    """Tokens of the prompt, at most."""
    written: int
    """Tokens of the answer, at most."""
    rounds: int
    seconds: float
    """For one measurement, about: of slow models less is read and written."""


FULL_EFFORT = BenchEffort(read=512, written=48, rounds=5, seconds=3)
QUICK_EFFORT = BenchEffort(read=128, written=12, rounds=2, seconds=0.25)

MEMORY_DIVISOR = 16
"""Computing more at once may take one in so many parts of the machine's memory: a window that is
smaller for it costs more than it gains."""

MIN_READ, MIN_WRITTEN = 64, 8
"""Tokens of the smallest measurement that tells anything."""


class BenchMachine(NamedTuple):
    """The machine that is measured: cores, threads in use, memory in bytes."""

    logical: int
    """Cores that may be used."""
    physical: int
    usual: int
    """Threads that compute where nothing is known."""
    memory: int
    """Bytes, all of it."""


class CardUse(NamedTuple):
    """How a measurement uses the graphics cards; without any it makes no difference."""

    layers: int | None = None
    """None is as many as there is room for."""
    attention: bool = True
    """Whether flash attention is used where the card has it."""


AS_USUAL = CardUse()


class MeasuredModel(Protocol):
    """A loaded model that can be measured; speeds are in tokens per second."""

    @property
    def layer_counts(self) -> Sequence[int]:
        """Layers on the graphics cards that are worth measuring, as many as there is room for last;
        empty where no card computes, or the user has chosen.
        """
        ...

    @property
    def has_attention_choice(self) -> bool:
        """Whether a card computes, and attention there is left open."""
        ...

    @property
    def room(self) -> int:
        """Tokens that can be read or written."""
        ...

    def extra(self, graph: int) -> int:
        """Bytes beyond the usual that computing `graph` tokens at once takes, in the largest
        window.
        """
        ...

    def reading(
        self, tokens: int, *, threads: int, graph: int, use: CardUse = AS_USUAL
    ) -> float: ...

    def writing(self, tokens: int, *, threads: int, use: CardUse = AS_USUAL) -> float: ...


class Benchmark:
    """The benchmark of one model; used once."""

    def __init__(self, model: MeasuredModel, machine: BenchMachine, effort: BenchEffort) -> None:
        self._model = model
        self._machine = machine
        self._effort = effort
        self._done = self._total = 0

    def run(self) -> Generator[CandidateMeasured, None, tuple[ContestOutcome, ...]]:
        """Measure layers and attention where a card computes, then threads and batch size, yielding
        each measurement.

        Returns: the winner of each comparison.
        """
        model, machine, rounds = self._model, self._machine, self._effort.rounds
        read, written = self._sizes()
        layers = model.layer_counts
        flash = (0, 1) if model.has_attention_choice else ()
        threads = thread_counts(machine.logical, machine.physical, machine.usual)
        sizes = [
            size
            for size in batch_sizes(read, DEFAULT_UBATCH)
            if model.extra(size) * MEMORY_DIVISOR <= machine.memory
        ]
        few = min(rounds, LAYER_ROUNDS)
        plan = [(flash, rounds), (threads, rounds), (threads, rounds), (sizes, rounds)]
        self._total = sum(planned_measurements(len(each), n) for each, n in [(layers, few), *plan])
        use = AS_USUAL
        on_card: list[ContestOutcome] = []

        def reads(threads: int, graph: int = DEFAULT_UBATCH) -> float:
            return model.reading(read, threads=threads, graph=graph, use=use)

        def answers(use: CardUse) -> float:
            """Tokens per second of a prompt and the answer to it together."""
            reading = model.reading(read, threads=machine.usual, graph=DEFAULT_UBATCH, use=use)
            writing = model.writing(written, threads=machine.usual, use=use)
            return (read + written) / (read / reading + written / writing)

        if layers:
            found = yield from self._contest(
                "layers", layers, layers[-1], lambda n: answers(CardUse(n)), few
            )
            on_card.append(found)
            use = use._replace(layers=found.best)
        if use.layers == 0:
            self._total -= planned_measurements(len(flash), rounds)
        elif flash:
            chosen = use
            found = yield from self._contest(
                "attention", flash, 1, lambda n: answers(chosen._replace(attention=bool(n)))
            )
            on_card.append(found)
            use = use._replace(attention=bool(found.best))
        writing = yield from self._contest(
            "writing", threads, machine.usual, lambda n: model.writing(written, threads=n, use=use)
        )
        reading = yield from self._contest("reading", threads, machine.usual, reads)
        batch = yield from self._contest(
            "batch", sizes, DEFAULT_UBATCH, lambda n: reads(reading.best, n)
        )
        return *on_card, writing, reading, batch

    def _contest(
        self,
        what: Contest,
        candidates: Sequence[int],
        usual: int,
        measure: Callable[[int], float],
        rounds: int | None = None,
    ) -> Generator[CandidateMeasured, None, ContestOutcome]:
        speeds: dict[int, list[float]] = {one: [] for one in candidates}
        for value, speed in measure_in_turns(
            candidates, usual, rounds or self._effort.rounds, measure
        ):
            speeds[value].append(speed)
            self._done += 1
            yield CandidateMeasured(
                contest=what,
                value=value,
                usual=value == usual,
                speed=speed,
                done=self._done,
                total=self._total,
            )
        return outcome_of(what, speeds, usual)

    def _sizes(self) -> tuple[int, int]:
        """Tokens to read and to write, by how long a few of them take."""
        model, effort, usual = self._model, self._effort, self._machine.usual
        most_read, most_written = min(effort.read, model.room), min(effort.written, model.room)
        few, fewer = min(MIN_READ, most_read), min(MIN_WRITTEN, most_written)
        rate = model.reading(few, threads=usual, graph=DEFAULT_UBATCH)
        slower = model.writing(fewer, threads=usual)
        return (
            max(few, min(most_read, int(rate * effort.seconds))),
            max(fewer, min(most_written, int(slower * effort.seconds))),
        )


LAYER_ROUNDS = 3
"""Of layers on a card at most: for each of their measurements the model is loaded anew."""

FINALISTS = 3
"""Candidates that are measured to the end."""

SIFTING_ROUNDS = 2
"""Rounds after each of which the slower half leaves."""

MIN_NOISE = 0.03
"""Below that no difference is believed, however quiet the machine seems."""

TRIMMED_FROM_ROUND = 5
"""Rounds from which on the best and the worst are left out of the noise."""

BATCH_CANDIDATES = (32, 64, 128, 256, 512)

Speeds = Mapping[int, Sequence[float]]
"""Tokens per second of each candidate, one per round that it took part in."""


def thread_counts(logical: int, physical: int, usual: int) -> tuple[int, ...]:
    """Thread counts worth measuring; few of them on machines with many cores."""
    physical = max(1, min(physical, logical))
    some = {1, 2, physical // 4, physical // 2, physical * 3 // 4, physical - 1, physical}
    return tuple(sorted({n for n in {*some, logical - 1, logical, usual} if 1 <= n <= logical}))


def batch_sizes(tokens: int, usual: int) -> tuple[int, ...]:
    """Batch sizes that a prompt of `tokens` tokens can tell apart."""
    return tuple(sorted({*(size for size in BATCH_CANDIDATES if size <= tokens), usual}))


def planned_measurements(candidates: int, rounds: int) -> int:
    """The number of measurements that a comparison takes."""
    total = 0
    for turn in range(rounds):
        total += candidates
        if turn < SIFTING_ROUNDS:
            candidates = _kept_after_sifting(candidates)
    return total


def measure_in_turns(
    candidates: Sequence[int], usual: int, rounds: int, measure: Callable[[int], float]
) -> Iterator[tuple[int, float]]:
    """Measure candidates in turns, so that whatever else the machine does meets them all.

    Yields each candidate and its speed as soon as it is measured.
    """
    speeds: dict[int, list[float]] = {one: [] for one in candidates}
    left = list(candidates)
    for turn in range(rounds):
        for one in left:
            speed = measure(one)
            speeds[one].append(speed)
            yield one, speed
        if turn < SIFTING_ROUNDS:
            left = _sift(left, usual, speeds)


def outcome_of(what: Contest, speeds: Speeds, usual: int) -> ContestOutcome:
    """The winner of a comparison, from speeds that were measured in turns.

    Of those that are about as fast as the fastest the smallest wins: fewer threads leave more of
    the machine to others, and a smaller batch takes less memory.
    """
    rounds = len(speeds[usual])
    compared = {
        one: _gain_and_noise(measured, speeds[usual])
        for one, measured in speeds.items()
        if len(measured) == rounds and one != usual
    }
    faster = {one: (gain, noise) for one, (gain, noise) in compared.items() if gain > noise}
    if not faster:
        gain, noise = max(compared.values(), default=(0.0, 0.0))
        return ContestOutcome(
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
    return ContestOutcome(
        contest=what, usual=usual, best=best, gain=gain, noise=noise, speed=median(speeds[best])
    )


def _gain_and_noise(measured: Sequence[float], usual: Sequence[float]) -> tuple[float, float]:
    """By how much one is faster than the usual, round by round, and how much that sways."""
    ratios = sorted(one / other - 1 for one, other in zip(measured, usual, strict=True))
    inner = ratios[1:-1] if len(ratios) >= TRIMMED_FROM_ROUND else ratios
    return median(ratios), max((inner[-1] - inner[0]) / 2, MIN_NOISE)


def _kept_after_sifting(candidates: int) -> int:
    return min(candidates, max(ceil(candidates / 2), FINALISTS))


def _sift(left: Sequence[int], usual: int, speeds: Speeds) -> list[int]:
    """The faster half, and always the usual one, in their old order."""
    others = sorted((one for one in left if one != usual), key=lambda one: -median(speeds[one]))
    kept = {usual, *others[: _kept_after_sifting(len(left)) - 1]}
    return [one for one in left if one in kept]
