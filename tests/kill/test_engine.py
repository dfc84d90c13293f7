"""kill -9 of the engine worker, while an answer streams."""

import random

import pytest

from tests.kill.conftest import QUESTION, Scene
from tests.support.processes import workers


@pytest.mark.model
def test_thirty_killed_engines_cost_one_line_each_and_nothing_that_was_shown(
    scene: Scene,
) -> None:
    chance = random.Random(2)
    for _ in range(30):
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
