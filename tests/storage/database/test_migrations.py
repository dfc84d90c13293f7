"""From one version to the next: all of a step or nothing of it, and a copy from before."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest

from assistant.core.errors import StorageError
from assistant.storage.conversations import SqliteConversations
from assistant.storage.database.connection import connect
from assistant.storage.database.files import DatabaseFiles
from assistant.storage.database.opening import prepare
from assistant.storage.database.schema import APPLICATION_ID, MIGRATIONS, Migration, migrate
from tests.support.integrity import assert_sound

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

ADDS = Migration(
    "stars",
    (
        "ALTER TABLE messages ADD COLUMN starred INTEGER NOT NULL DEFAULT 0",
        "UPDATE messages SET starred = 1 WHERE role = 'user'",
    ),
)
FAILS = Migration("fails half way", ("CREATE TABLE half (way TEXT) STRICT", "SELECT nonsense"))


@pytest.fixture
def filled(file: Path) -> Path:
    with closing(SqliteConversations(file)) as store:
        store.append(store.create(title="Old").id, None, "user", "kept")
    return file


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


def copies(file: Path) -> list[Path]:
    return sorted(file.parent.glob("chats.version-*"))


def prepared(file: Path, *steps: Migration) -> None:
    prepare(DatabaseFiles(file), NOW, (*MIGRATIONS, *steps))


def test_a_new_database_has_the_newest_version_and_the_record_of_every_step(file: Path) -> None:
    prepared(file, ADDS)

    assert rows(file, "PRAGMA user_version") == [(len(MIGRATIONS) + 1,)]
    assert rows(file, "SELECT version, name FROM migrations ORDER BY version") == [
        (number, step.name) for number, step in enumerate((*MIGRATIONS, ADDS), start=1)
    ]
    assert copies(file) == []


def test_an_older_database_is_migrated_and_a_copy_of_it_is_kept(filled: Path) -> None:
    prepared(filled, ADDS)

    assert rows(filled, "SELECT text, starred FROM messages") == [("kept", 1)]
    assert rows(filled, "SELECT max(version) FROM migrations") == [(len(MIGRATIONS) + 1,)]
    (copy,) = copies(filled)
    assert copy.name == f"chats.version-{len(MIGRATIONS)}-20260301-120000.db"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert_sound(copy)
    with closing(SqliteConversations(copy)) as store:
        assert [line.title for line in store.conversations()] == ["Old"]


def test_the_first_versions_databases_open_with_everything_in_them(file: Path) -> None:
    file.parent.mkdir()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrate(connection, 0, MIGRATIONS[:2])
        connection.executescript(
            """
            INSERT INTO conversations (id, title, title_key, created, updated, system_prompt,
                                       messages, active_root)
            VALUES ('0123', 'Férias', 'ferias', 1, 2, 'Be brief about Recife.', 2, 'q');
            INSERT INTO messages (id, conversation, parent, version, active_child, role, text,
                                  state, created)
            VALUES ('q', '0123', NULL, 1, 'a', 'user', 'Where to?', 'complete', 1000000),
                   ('a', '0123', 'q', 1, NULL, 'assistant', 'Olinda.', 'complete', 2000000);
            INSERT INTO message_words (message_words) VALUES ('rebuild');
            """
        )

    with closing(SqliteConversations(file)) as store:
        (line,) = store.conversations()
        assert (line.title, line.pinned, line.folder, line.tags) == ("Férias", False, "", ())
        assert [message.text for message in store.branch("0123")] == ["Where to?", "Olinda."]
        for query in ("ferias", "recife", "olin", "role:user before:1971 where"):
            assert len(store.find(query).conversations) == 1
        store.delete_message("a")
        store.undo()
        store.tag("0123", ["x"])
        store.keep_section_summary("0123", "k", "A summary.")
        assert store.section_summary("0123", "k") == "A summary."
    assert_sound(file)
    assert len(copies(file)) == 1


def test_databases_from_before_answers_could_be_edited_open_and_take_edited_ones(
    file: Path,
) -> None:
    file.parent.mkdir()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrate(connection, 0, MIGRATIONS[:9])
        connection.executescript(
            """
            INSERT INTO conversations (id, title, title_key, created, updated, system_prompt,
                                       messages, active_root)
            VALUES ('0123', 'Rent', 'rent', 1, 2, '', 2, 'q');
            INSERT INTO messages (id, conversation, parent, version, active_child, role, text,
                                  state, created, reasoning)
            VALUES ('q', '0123', NULL, 1, 'a', 'user', 'When?', 'complete', 1000000, NULL),
                   ('a', '0123', 'q', 1, NULL, 'assistant', 'In May.', 'complete', 2000000, 'Hm');
            INSERT INTO message_words (message_words) VALUES ('rebuild');
            INSERT INTO conversation_words (conversation_words) VALUES ('rebuild');
            """
        )

    with closing(SqliteConversations(file)) as store:
        assert [message.edited for message in store.branch("0123")] == [False, False]
        assert store.branch("0123")[1].reasoning == "Hm"
        store.append("0123", "q", "assistant", "In June.", edited=True)
    with closing(SqliteConversations(file)) as store:
        assert [(m.text, m.edited) for m in store.branch("0123")][1] == ("In June.", True)
        assert not store.message("a").edited
    assert_sound(file)
    assert len(copies(file)) == 1


def test_a_copy_holds_what_was_still_in_the_log(filled: Path) -> None:
    with closing(SqliteConversations(filled)) as store:
        store.append(store.create(title="Newest").id, None, "user", "only in the log")
        prepared(filled, ADDS)

    (copy,) = copies(filled)
    assert rows(copy, "SELECT count(*) FROM messages") == [(2,)]


def test_a_database_that_is_up_to_date_is_not_copied(filled: Path) -> None:
    prepared(filled)

    assert copies(filled) == []


def test_a_step_that_fails_leaves_nothing_behind(filled: Path) -> None:
    with pytest.raises(StorageError, match="nonsense"):
        prepared(filled, ADDS, FAILS)

    assert rows(filled, "PRAGMA user_version") == [(len(MIGRATIONS) + 1,)]
    assert rows(filled, "SELECT name FROM sqlite_schema WHERE name = 'half'") == []
    assert rows(filled, "SELECT text FROM messages") == [("kept",)]
    assert len(copies(filled)) == 1
    assert_sound(filled)


def test_a_first_start_that_fails_leaves_no_file(file: Path) -> None:
    with pytest.raises(StorageError):
        prepared(file, FAILS)

    assert [path.name for path in file.parent.iterdir()] == ["chats.db.lock"]


def test_a_window_of_the_old_version_stops_writing_when_another_migrates(filled: Path) -> None:
    with closing(SqliteConversations(filled)) as old:
        prepared(filled, ADDS)

        (line,) = old.conversations()
        with pytest.raises(StorageError, match="another version") as caught:
            old.rename(line.id, "from the past")

    assert "Start this window again" in caught.value.hint
    assert rows(filled, "SELECT title FROM conversations") == [("Old",)]


def test_two_that_migrate_at_once_do_every_step_once(filled: Path) -> None:
    steps: Sequence[Migration] = (
        *MIGRATIONS,
        *(Migration(f"step {n}", (f"CREATE TABLE step{n} (x TEXT) STRICT",)) for n in range(20)),
    )
    start = Barrier(4)
    failures: list[BaseException] = []

    def run() -> None:
        with closing(connect(filled)) as connection:
            start.wait()
            try:
                migrate(connection, 0, steps)
            except sqlite3.Error as failure:
                failures.append(failure)

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert rows(filled, "SELECT version FROM migrations ORDER BY version") == [
        (number,) for number in range(1, len(steps) + 1)
    ]
