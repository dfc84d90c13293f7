"""Several processes on one file."""

import sqlite3
from contextlib import closing
from pathlib import Path

from assistant.storage.conversations import SqliteConversations
from tests.support.integrity import assert_sound
from tests.support.store_processes import Truth, start
from tests.support.waiting import TIMEOUT, eventually


def test_four_processes_write_at_once_and_every_message_is_there(file: Path, home: Path) -> None:
    with closing(SqliteConversations(file)) as store:
        shared = store.create(title="shared").id
        store.append(shared, None, "user", "first")

        writers = [start("fill", file, home / f"truth{n}", n) for n in range(4)]
        assert [writer.wait(TIMEOUT) for writer in writers] == [0] * 4

        told = {id for n in range(4) for id in Truth(home / f"truth{n}").questions}
        roots = store.versions(store.branch(shared)[0].id)
        assert {message.id for message in roots[1:]} == told
        assert [message.version for message in roots] == list(range(1, 202))
        own = [line for line in store.conversations() if line.title == "own"]
        assert [line.messages for line in own] == [50] * 4
        for line in own:
            texts = [message.text for message in store.branch(line.id)]
            assert texts == [f"own {number}" for number in range(50)]
    assert_sound(file)


def test_processes_that_start_at_once_make_one_database(file: Path, home: Path) -> None:
    truths = [home / f"truth{n}" for n in range(5)]
    processes = [start("stream", file, truth) for truth in truths]
    try:
        assert eventually(lambda: all(Truth(truth).answers for truth in truths))
        with closing(sqlite3.connect(file)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM conversations").fetchone()
            (writers,) = connection.execute(
                "SELECT count(DISTINCT writer) FROM messages WHERE state = 'streaming'"
            ).fetchone()
        assert (count, writers) == (5, 5)
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert_sound(file)
