"""kill -9 of the program that owns the terminal, while an answer streams."""

import random
from time import monotonic

import pytest

from tests.kill.conftest import KILLS, QUESTION, Pulse, Scene
from tests.support.processes import Streaming

LATE = 0.25
"""Seconds of an answer that may be lost, beside those for which the machine itself stood still."""


@pytest.mark.model
@pytest.mark.parametrize("kills", KILLS)
def test_killed_front_ends_lose_no_question_and_at_most_a_quarter_second_of_an_answer(
    scene: Scene, pulse: Pulse, kills: int
) -> None:
    chance = random.Random(1)
    before = scene.conversations()
    for round in range(kills):
        asking = scene.ask()
        asking.wait_for_bytes(chance.randrange(1, len(scene.whole.encode())))
        killed = monotonic()
        asking.process.kill()
        late = LATE + pulse.worst(since=killed - 2 * LATE)
        assert asking.end() == -9

        question, answer = scene.newest()
        assert question.text == QUESTION
        assert answer.state == "partial"
        assert scene.whole.startswith(answer.text)
        seen = asking.seen(until=killed - late).decode(errors="ignore")
        assert answer.text.startswith(seen), f"round {round}: {len(seen) - len(answer.text)} short"
        assert scene.integrity() == "ok"
        assert scene.conversations() == before + round + 1

    after = Streaming("--last", "--max-tokens", "8", "And then?")
    assert after.end() == 0
    assert after.seen()
