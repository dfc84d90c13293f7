"""Snapshots on disk: found by their tokens, trusted only when all is right, never too many."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.engine.cache.snapshots import MAX_AGE, ModelSnapshots, SequenceState, Snapshots
from assistant.engine.snapshot_files import remove_all

TOKENS = list(range(1000))


@pytest.fixture
def everything(home: Path) -> Iterator[Snapshots]:
    opened = Snapshots(home / "kv", 10**6)
    yield opened
    opened.close()


@pytest.fixture
def snapshots(everything: Snapshots) -> ModelSnapshots:
    return everything.for_model("model a")


def state(tokens: list[int], size: int = 1000) -> SequenceState:
    return SequenceState(tokens, b"text", os.urandom(size))


def files(home: Path) -> list[Path]:
    return sorted((home / "kv").iterdir())


def reopened(home: Path, fingerprint: str = "model a", budget: int = 10**6) -> ModelSnapshots:
    return Snapshots(home / "kv", budget).for_model(fingerprint)


def test_a_state_is_found_again_by_what_its_tokens_begin_with(
    snapshots: ModelSnapshots, home: Path
) -> None:
    kept = state(TOKENS)
    snapshots.save(kept)
    snapshots.flush()

    found = reopened(home).longest([*TOKENS[:900], -1, -2])

    assert found is not None
    snapshot, shared = found
    assert shared == 900
    assert reopened(home).load(snapshot) == kept


def test_a_state_can_be_had_while_it_is_being_written(snapshots: ModelSnapshots) -> None:
    kept = state(TOKENS, 10**5)
    snapshots.save(kept)

    found = snapshots.longest(TOKENS)

    assert found is not None
    assert snapshots.load(found[0]) == kept


def test_only_the_user_can_read_it(snapshots: ModelSnapshots, home: Path) -> None:
    snapshots.save(state(TOKENS))
    snapshots.flush()

    assert [file.stat().st_mode & 0o777 for file in files(home)] == [0o600]
    assert (home / "kv").stat().st_mode & 0o777 == 0o700


def test_another_model_does_not_see_it(snapshots: ModelSnapshots, home: Path) -> None:
    snapshots.save(state(TOKENS))
    snapshots.flush()

    assert reopened(home, "model b").longest(TOKENS) is None


def test_two_models_have_theirs_side_by_side(everything: Snapshots, home: Path) -> None:
    one, other = everything.for_model("model a"), everything.for_model("model b")
    first, second = state(TOKENS), state(TOKENS)
    one.save(first)
    other.save(second)
    one.save(state([-1, *TOKENS]))

    found = [model.longest(TOKENS) for model in (one, other)]

    assert found[0] is not None
    assert found[1] is not None
    assert one.load(found[0][0]) == first
    assert other.load(found[1][0]) == second
    everything.flush()
    assert len(files(home)) == 3
    assert everything.for_model("model a") is one


def test_one_models_new_ones_make_the_oldest_of_another_leave(home: Path) -> None:
    everything = Snapshots(home / "kv", 20_000)
    one, other = everything.for_model("model a"), everything.for_model("model b")
    one.save(state(TOKENS, 5000))
    everything.flush()
    for number in range(2):
        other.save(state([number, *TOKENS], 5000))
        everything.flush()

    assert one.longest(TOKENS) is None
    assert not one.has(TOKENS)
    assert other.has([0, *TOKENS])


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "longer"])
def test_a_damaged_one_is_dropped(snapshots: ModelSnapshots, home: Path, harm: str) -> None:
    snapshots.save(state(TOKENS))
    snapshots.flush()
    (file,) = files(home)
    data = bytearray(file.read_bytes())
    if harm == "flip":
        data[-100] ^= 1
    harmed = {"cut": data[:-1], "empty": b"", "longer": data + b"!"}.get(harm, data)
    found = reopened(home).longest(TOKENS)
    file.write_bytes(harmed)

    assert found is not None
    assert reopened(home).load(found[0]) is None
    assert files(home) == []


def test_what_a_conversation_went_on_from_leaves(snapshots: ModelSnapshots, home: Path) -> None:
    snapshots.save(state(TOKENS[:500]))
    snapshots.save(state([*TOKENS[:500], -1]))
    snapshots.save(state(TOKENS))
    snapshots.flush()

    assert len(files(home)) == 2
    found = reopened(home).longest(TOKENS[:600])
    assert found is not None
    assert len(found[0].tokens) == 1000


def test_the_least_recently_used_leave_when_there_is_too_much(home: Path) -> None:
    snapshots = reopened(home, budget=30_000)
    for number in range(5):
        snapshots.save(state([number, *TOKENS], 5000))
        snapshots.flush()
        if number == 2:
            first = snapshots.longest([0, *TOKENS])
            assert first is not None
            assert snapshots.load(first[0]) is not None

    left = reopened(home, budget=30_000)
    kept = [n for n in range(5) if (found := left.longest([n, *TOKENS])) and found[1] == 1001]
    assert kept == [0, 3, 4]


def test_an_unused_one_leaves_after_a_month(snapshots: ModelSnapshots, home: Path) -> None:
    snapshots.save(state(TOKENS))
    snapshots.flush()
    (file,) = files(home)
    long_ago = time.time() - MAX_AGE - 60
    os.utime(file, (long_ago, long_ago))

    assert reopened(home).longest(TOKENS) is None
    assert files(home) == []


def test_a_disk_that_refuses_costs_nothing_but_the_snapshot(
    snapshots: ModelSnapshots, home: Path
) -> None:
    (home / "kv").rmdir()
    (home / "kv").write_text("not a folder")

    snapshots.save(state(TOKENS))
    snapshots.flush()

    assert snapshots.longest(TOKENS) is None


def test_all_of_them_can_be_forgotten_while_an_engine_runs(
    everything: Snapshots, snapshots: ModelSnapshots, home: Path
) -> None:
    snapshots.save(state(TOKENS))
    snapshots.flush()
    before = everything.generation()

    remove_all(home / "kv")

    assert list(home.rglob("*.kv")) == []
    snapshots.save(state([*TOKENS, 1]))
    everything.flush()
    assert list(home.rglob("*.kv")) == []
    assert everything.generation() != before
    again = everything.for_model("model a")
    assert again.longest(TOKENS) is None
    again.save(state(TOKENS))
    everything.flush()
    assert len(files(home)) == 1


def test_forgetting_what_is_not_there_is_no_error(home: Path) -> None:
    remove_all(home / "kv")
    remove_all(home / "kv")
