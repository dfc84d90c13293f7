"""kill -9 of the engine worker, while an answer streams."""

import hashlib
import json
import os
import random
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import pytest

from assistant.engine.cache.snapshots import MIN_SNAPSHOT_TOKENS
from assistant.system.paths import find_paths
from tests.kill.conftest import KILLS, QUESTION, Scene
from tests.support.processes import PATIENCE, Streaming, end_workers, run, workers

STORY = " ".join(f"The fox came to river {number}." for number in range(MIN_SNAPSHOT_TOKENS // 4))
"""A question long enough to be kept on disk."""


@pytest.mark.model
@pytest.mark.parametrize("kills", KILLS)
def test_killed_engines_cost_one_line_each_and_nothing_that_was_shown(
    scene: Scene, kills: int
) -> None:
    chance = random.Random(2)
    for _ in range(kills):
        asking = scene.ask()
        # The rest of the answer is long enough for a machine that is slow to kill.
        asking.wait_for_bytes(chance.randrange(1, len(scene.whole.encode()) // 2))
        (worker,) = workers(scene.home)
        worker.kill()
        assert asking.end() == 6

        told = asking.failure()
        assert told.startswith("assistant: The engine stopped unexpectedly")
        assert told.count("\n") == 1
        question, answer = scene.newest()
        assert question.text == QUESTION
        assert answer.state == "failed"
        assert scene.whole.startswith(answer.text)
        assert asking.seen().decode().rstrip("\n") == answer.text.rstrip("\n")
        assert scene.integrity() == "ok"

    assert scene.ask().end() == 0


def files_of(folder: Path) -> list[tuple[str, int]]:
    """Snapshots on disk, unfinished ones included."""
    found = []
    with suppress(FileNotFoundError):
        for file in os.scandir(folder):
            found.append((file.name, file.stat().st_size))
    return sorted(found)


def damaged(file: Path) -> bool:
    """Whether a snapshot is not what its header says."""
    _, line, rest = file.read_bytes().split(b"\n", 2)
    return hashlib.sha256(rest).hexdigest() != json.loads(line)["sha256"]


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_thirty_engines_killed_while_they_write_snapshots_lose_and_double_nothing(
    home: Path,
) -> None:
    folder, chance = find_paths().snapshots, random.Random(6)
    unfinished = 0
    for number in range(30):
        before = files_of(folder)
        asking = Streaming("--temperature", "0", "--max-tokens", "2", f"Story {number}. {STORY}")
        deadline = monotonic() + PATIENCE
        while files_of(folder) == before:
            assert monotonic() < deadline, "no snapshot is written"
            sleep(0.0005)
        sleep(chance.random() * 0.02)
        for worker in workers(home):
            worker.kill()
        assert asking.end() in (0, 6, 11)
        unfinished += any(name.endswith(".new") for name, _ in files_of(folder))
        assert not [file for file in folder.glob("*.kv") if damaged(file)]
    print(f"{unfinished} of 30 engines were killed before a snapshot was whole")
    assert unfinished

    assert Streaming("--max-tokens", "2", f"Story again. {STORY}").end() in (0, 11)
    assert not [name for name, _ in files_of(folder) if name.endswith(".new")]
    listed = json.loads(run("chats", "list", "--json").stdout)
    assert len(listed) == len({each["id"] for each in listed}) == 31
    end_workers(home)
