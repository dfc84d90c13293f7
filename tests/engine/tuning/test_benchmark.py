"""Which candidate is fastest, from made figures."""

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.values.tuning import Contest
from assistant.engine.tuning.benchmark import (
    AS_USUAL,
    FULL_EFFORT,
    BenchEffort,
    BenchMachine,
    Benchmark,
    CardUse,
    batch_sizes,
    measure_in_turns,
    outcome_of,
    planned_measurements,
    thread_counts,
)


def test_a_candidate_that_is_clearly_faster_in_every_round_wins() -> None:
    found = outcome_of("writing", {1: [10, 11, 10], 2: [19, 21, 20]}, usual=1)

    assert (found.best, found.usual) == (2, 1)
    assert found.gain == pytest.approx(0.91, abs=0.02)
    assert found.speed == 20


def test_a_gain_within_the_noise_changes_nothing() -> None:
    found = outcome_of("writing", {1: [10, 14, 11], 2: [13, 11, 12]}, usual=1)

    assert found.best == 1
    assert found.noise > found.gain


def test_two_percent_are_never_believed() -> None:
    assert outcome_of("batch", {128: [100] * 5, 256: [102] * 5}, usual=128).best == 128


def test_a_machine_that_slows_down_meanwhile_does_not_hide_who_is_faster() -> None:
    slowing = [100.0, 80, 60, 40, 20]
    found = outcome_of("reading", {1: slowing, 2: [1.5 * speed for speed in slowing]}, usual=1)

    assert found.best == 2
    assert found.gain == pytest.approx(0.5)


def test_one_disturbed_round_of_five_does_not_hide_it_either() -> None:
    assert outcome_of("writing", {1: [10] * 5, 2: [16, 16, 2, 16, 16]}, usual=1).best == 2


def test_of_those_that_are_about_as_fast_the_smallest_wins() -> None:
    found = outcome_of("writing", {1: [10] * 3, 4: [20] * 3, 6: [20.2] * 3, 8: [20.1] * 3}, usual=1)

    assert found.best == 4


def test_who_left_early_cannot_win() -> None:
    assert outcome_of("writing", {1: [10, 10, 10], 2: [99], 3: [9, 9, 9]}, usual=1).best == 1


def test_nothing_but_the_usual_one_stays_the_usual_one() -> None:
    found = outcome_of("writing", {1: [10, 12]}, usual=1)

    assert (found.best, found.speed) == (1, 11)


def test_few_counts_of_threads_are_tried_on_large_machines() -> None:
    assert thread_counts(1, 1, 1) == (1,)
    assert thread_counts(2, 2, 1) == (1, 2)
    assert thread_counts(8, 4, 7) == (1, 2, 3, 4, 7, 8)
    large = thread_counts(256, 128, 255)
    assert len(large) <= 9
    assert {1, 127, 128, 255, 256} <= set(large)


@given(st.integers(1, 512), st.integers(1, 512), st.integers(1, 512))
def test_no_more_threads_are_tried_than_there_are_cores(
    logical: int, physical: int, usual: int
) -> None:
    found = thread_counts(logical, physical, min(usual, logical))

    assert min(usual, logical) in found
    assert found == tuple(sorted(set(found)))
    assert found[0] >= 1
    assert found[-1] <= logical


def test_batches_that_the_prompt_cannot_tell_apart_are_left_out() -> None:
    assert batch_sizes(512, 128) == (32, 64, 128, 256, 512)
    assert batch_sizes(100, 128) == (32, 64, 128)


def scripted(speeds: Mapping[int, float]) -> tuple[Callable[[int], float], list[int]]:
    asked: list[int] = []

    def measure(candidate: int) -> float:
        asked.append(candidate)
        return speeds[candidate]

    return measure, asked


def test_all_are_measured_in_turns_and_the_slow_ones_leave() -> None:
    measure, asked = scripted({1: 5, 2: 10, 4: 20, 8: 30, 16: 25, 32: 2})

    list(measure_in_turns((1, 2, 4, 8, 16, 32), 32, 3, measure))

    assert asked == [1, 2, 4, 8, 16, 32, 8, 16, 32, 8, 16, 32]
    assert len(asked) == planned_measurements(6, 3)


@given(
    st.lists(st.integers(1, 99), min_size=1, max_size=12, unique=True),
    st.integers(1, 6),
    st.data(),
)
def test_the_usual_one_takes_part_to_the_end_and_the_plan_holds(
    candidates: list[int], rounds: int, data: st.DataObject
) -> None:
    usual = data.draw(st.sampled_from(candidates))
    measure, asked = scripted({one: data.draw(st.floats(1, 100)) for one in candidates})

    list(measure_in_turns(candidates, usual, rounds, measure))

    assert asked.count(usual) == rounds
    assert len(asked) == planned_measurements(len(candidates), rounds)


class MadeModel:
    """Reads best with four threads and 256 tokens at once, and writes best with two."""

    room = 512
    layer_counts: tuple[int, ...] = ()
    has_attention_choice = False

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale
        self.lengths: list[int] = []

    def extra(self, graph: int) -> int:
        return max(graph - 128, 0) * 2**20

    def reading(self, tokens: int, *, threads: int, graph: int, use: CardUse = AS_USUAL) -> float:
        self.lengths.append(tokens)
        by_threads = {1: 100, 2: 180, 3: 250, 4: 300}[threads]
        return self.scale * by_threads * (1.2 if graph == 256 else 1)

    def writing(self, tokens: int, *, threads: int, use: CardUse = AS_USUAL) -> float:
        self.lengths.append(tokens)
        return self.scale * {1: 10, 2: 15, 3: 12, 4: 5}[threads]


def run(
    model: MadeModel, effort: BenchEffort = FULL_EFFORT, memory: int = 2**34
) -> tuple[list[int], list[int]]:
    """What was best in each contest, and how far each measurement said it was."""
    measured = []
    running = Benchmark(
        model, BenchMachine(logical=4, physical=4, usual=3, memory=memory), effort
    ).run()
    while True:
        try:
            measured.append(next(running))
        except StopIteration as end:
            assert {one.total for one in measured} == {len(measured)}
            return [one.best for one in end.value], [one.done for one in measured]


def test_reading_and_writing_have_threads_of_their_own() -> None:
    best, done = run(MadeModel())

    assert best == [2, 4, 256]
    assert done == list(range(1, len(done) + 1))


def test_what_takes_much_of_the_memory_is_not_tried() -> None:
    (_, _, batch), _ = run(MadeModel(), memory=2**30)

    assert batch == 128


def test_of_a_slow_model_less_is_measured() -> None:
    slow, fast = MadeModel(0.1), MadeModel(10)
    run(slow)
    run(fast)

    assert max(slow.lengths) < 100
    assert max(fast.lengths) == 512
    assert min(slow.lengths) >= 8


class MadeCard(MadeModel):
    """A card that has room for 33 layers; how much faster it is with so many, and with flash
    attention.
    """

    layer_counts = (0, 16, 33)
    has_attention_choice = True

    def __init__(self, by_layers: Mapping[int, float], attention: float) -> None:
        super().__init__()
        self.by_layers, self.attention = by_layers, attention
        self.seen: list[CardUse] = []

    def faster(self, use: CardUse) -> float:
        self.seen.append(use)
        layers = 33 if use.layers is None else use.layers
        return self.by_layers[layers] * (self.attention if use.attention and layers else 1)

    def reading(self, tokens: int, *, threads: int, graph: int, use: CardUse = AS_USUAL) -> float:
        return super().reading(tokens, threads=threads, graph=graph) * self.faster(use)

    def writing(self, tokens: int, *, threads: int, use: CardUse = AS_USUAL) -> float:
        return super().writing(tokens, threads=threads) * self.faster(use)


@pytest.mark.parametrize(
    ("by_layers", "attention", "best"),
    [
        # A card of its own, and one whose driver computes flash attention slowly.
        ({0: 1, 16: 2, 33: 9}, 1.3, {"layers": 33, "attention": 1}),
        ({0: 1, 16: 2, 33: 9}, 0.7, {"layers": 33, "attention": 0}),
        # One that shares the memory is slower than the processor, which has no choice to make.
        ({0: 1, 16: 0.8, 33: 0.5}, 1.1, {"layers": 0}),
        ({0: 1, 16: 1.4, 33: 0.9}, 1, {"layers": 16, "attention": 1}),
        # As fast as without: nothing is changed.
        ({0: 1, 16: 1, 33: 1}, 1, {"layers": 33, "attention": 1}),
    ],
)
def test_a_card_is_used_as_it_is_fastest(
    by_layers: Mapping[int, float], attention: float, best: Mapping[Contest, int]
) -> None:
    model = MadeCard(by_layers, attention)
    machine = BenchMachine(logical=4, physical=4, usual=3, memory=2**34)
    measured = Benchmark(model, machine, FULL_EFFORT).run()
    last = None
    while True:
        try:
            last = next(measured)
        except StopIteration as end:
            found: dict[Contest, int] = {one.contest: one.best for one in end.value}
            break

    assert last is not None
    assert last.done == last.total
    assert found == {**best, "writing": 2, "reading": 4, "batch": 256}
    # Threads and batch are measured as the model will be run.
    assert model.seen[-1] == CardUse(best["layers"], attention=bool(best.get("attention", 1)))
