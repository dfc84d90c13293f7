"""A process that is killed at any moment leaves everything right."""

import random
from contextlib import closing
from pathlib import Path

import pytest

from assistant.core.errors import StorageError
from assistant.core.values.sampling import Sampling
from assistant.storage.conversations import SqliteConversations
from assistant.storage.database.files import DatabaseFiles
from tests.support.integrity import assert_sound
from tests.support.store_processes import Truth, kill_after, kill_within, start
from tests.support.waiting import eventually

KILLS = 15
"""In each of three rounds."""

AT_MOST_LOST = 0.25
"""Seconds of writing that a death may cost."""


def assert_true(store: SqliteConversations, truth: Truth) -> int:
    """What is stored is what was done; returns how many answers were interrupted."""
    for id, text in truth.questions.items():
        question = store.message(id)
        assert (question.text, question.state) == (text, "complete")
    interrupted = 0
    for id, answer in truth.answers.items():
        stored = store.message(id)
        if answer.finished or stored.state == "complete":
            assert (stored.text, stored.state) == (answer.text, "complete")
            continue
        interrupted += 1
        assert stored.state == "partial"
        assert answer.text.startswith(stored.text)
        assert stored.text.startswith(answer.text_until(truth.last - AT_MOST_LOST))
        found = {hit.message_id for hit in store.search(stored.text, limit=1000)}
        assert id in found or not any(char.isalnum() for char in stored.text)
    return interrupted


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_thirty_and_more_deaths_cost_nothing_but_a_quarter_of_a_second(
    file: Path, home: Path, seed: int
) -> None:
    moments = random.Random(seed)
    truth_file = home / "truth"
    interrupted = 0
    for kill in range(KILLS):
        child = start("converse", file, truth_file, seed * 1000 + kill)
        truth = kill_after(child, truth_file, moments.uniform(0, 0.6))

        with closing(SqliteConversations(file)) as store:
            interrupted += assert_true(store, truth)
            question = store.append(store.create().id, None, "user", "Does the next one work?")
            answer = store.append(
                question.conversation_id, question.id, "assistant", "", state="streaming"
            )
            store.journal(answer.id, "Yes.")
            assert store.finish(answer.id, "complete").text == "Yes."
            store.delete(question.conversation_id)
        assert_sound(file)
    assert interrupted > KILLS / 3
    assert list(DatabaseFiles(file).writers.iterdir()) == []


def test_a_death_at_the_first_start_leaves_no_half_made_database(file: Path, home: Path) -> None:
    moments = random.Random(4)
    for kill in range(12):
        place = file.parent.with_name(f"start{kill}") / file.name
        child = start("converse", place, home / "truth")
        assert eventually(place.parent.exists)
        kill_within(child, moments.uniform(0, 0.02))

        with closing(SqliteConversations(place)) as store:
            store.append(store.create().id, None, "user", "works")
        assert_sound(place)


def test_an_answer_of_a_living_process_is_left_to_it_until_it_dies(file: Path, home: Path) -> None:
    truth_file = home / "truth"
    child = start("stream", file, truth_file)
    assert eventually(lambda: len(Truth(truth_file).answers) == 1)
    ((id, _),) = Truth(truth_file).answers.items()

    with closing(SqliteConversations(file)) as store:
        assert eventually(lambda: store.message(id).text.count("uncommon") > 5)
        assert store.message(id).state == "streaming"
        with pytest.raises(StorageError, match="being written right now"):
            store.reopen(id, model=None, sampling=Sampling())
        assert store.search("uncommon") == []

        child.kill()
        child.wait()

        left = store.message(id)
        assert left.state == "partial"
        assert [hit.message_id for hit in store.search("uncommon")] == [id]
        store.reopen(id, model=None, sampling=Sampling())
        store.journal(id, "end")
        assert store.finish(id, "complete").text == left.text + "end"
    assert_sound(file)
