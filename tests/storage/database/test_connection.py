"""Transactions, and what SQLite's errors become."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Event, Thread

import psutil
import pytest

from assistant.core.errors import DatabaseBusyError, StorageError
from assistant.storage.conversations import SqliteConversations
from assistant.storage.database.connection import CHECKPOINT_BYTES, CHECKPOINT_COMMITS, ChatDatabase
from assistant.storage.database.files import DatabaseFiles
from assistant.storage.tables import word_index
from tests.support.integrity import assert_sound


@pytest.fixture
def files(file: Path) -> DatabaseFiles:
    SqliteConversations(file).close()
    return DatabaseFiles(file)


@pytest.fixture
def database(files: DatabaseFiles) -> Iterator[ChatDatabase]:
    database = ChatDatabase(files, busy_timeout=0.2)
    yield database
    database.close()


def add(connection: sqlite3.Connection, id: str, title: str = "") -> None:
    cursor = connection.execute(
        """
        INSERT INTO conversations (id, title, title_key, created, updated, system_prompt)
        VALUES (?, ?, '', 0, 0, '')
        """,
        (id, title),
    )
    word_index.add(connection, "conversation_words", int(cursor.lastrowid or 0))


def ids(database: ChatDatabase) -> list[str]:
    with database.read() as connection:
        return [id for (id,) in connection.execute("SELECT id FROM conversations ORDER BY id")]


def test_only_what_the_next_write_takes_along_is_not_waited_for(database: ChatDatabase) -> None:
    normal, full = 1, 2
    levels = []
    for durable in (True, False, True):
        with database.write(durable=durable) as connection:
            levels.append(connection.execute("PRAGMA synchronous").fetchone()[0])

    assert levels == [full, normal, full]


def test_a_write_is_there_for_everybody_when_the_block_is_left(
    database: ChatDatabase, raw: sqlite3.Connection
) -> None:
    with database.write() as connection:
        add(connection, "one")
        assert raw.execute("SELECT count(*) FROM conversations").fetchone() == (0,)

    assert raw.execute("SELECT id FROM conversations").fetchall() == [("one",)]


def test_a_write_that_is_left_by_an_error_did_not_happen(database: ChatDatabase) -> None:
    with suppress(KeyError), database.write() as connection:
        add(connection, "one")
        raise KeyError

    assert ids(database) == []
    with database.write() as connection:
        add(connection, "two")
    assert ids(database) == ["two"]


def test_a_read_sees_one_state_from_beginning_to_end(
    database: ChatDatabase, raw: sqlite3.Connection
) -> None:
    with database.read() as connection:
        before = connection.execute("SELECT count(*) FROM conversations").fetchone()
        add(raw, "meanwhile")
        assert connection.execute("SELECT count(*) FROM conversations").fetchone() == before

    assert ids(database) == ["meanwhile"]


def test_every_connection_has_the_safe_pragmas(database: ChatDatabase) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "secure_delete": 1,
        "temp_store": 2,
        "wal_autocheckpoint": 0,
    }
    with database.read() as one, database.read() as two:
        for connection in (one, two):
            found = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted}
            assert found == wanted


def test_a_database_held_by_another_program_is_said_to_be_held(
    database: ChatDatabase, raw: sqlite3.Connection
) -> None:
    raw.execute("BEGIN IMMEDIATE")

    with pytest.raises(DatabaseBusyError, match="held by another program"), database.write():
        pass
    assert ids(database) == []

    raw.execute("ROLLBACK")
    with database.write() as connection:
        add(connection, "later")
    assert ids(database) == ["later"]


def test_a_write_waits_for_another_program_that_is_soon_done(
    files: DatabaseFiles, raw: sqlite3.Connection
) -> None:
    raw.execute("BEGIN IMMEDIATE")
    waiting = Event()

    def write() -> None:
        with closing(ChatDatabase(files, busy_timeout=30)) as database:
            waiting.set()
            with database.write() as connection:
                add(connection, "patient")

    thread = Thread(target=write)
    thread.start()
    assert waiting.wait(10)
    thread.join(0.1)
    assert thread.is_alive()
    raw.execute("COMMIT")
    thread.join(10)

    assert raw.execute("SELECT id FROM conversations").fetchall() == [("patient",)]


def test_a_full_disk_is_called_a_full_disk(database: ChatDatabase, file: Path) -> None:
    with database.read() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    with (
        pytest.raises(StorageError, match=r"The disk at .* is full") as caught,
        database.write() as connection,
    ):
        add(connection, "big", "x" * 100_000)

    assert "Free some space" in caught.value.hint
    assert ids(database) == []
    with database.write() as connection:
        add(connection, "small")
    assert_sound(file)


def test_a_read_only_database_is_called_so(database: ChatDatabase) -> None:
    with database.read() as connection:
        connection.execute("PRAGMA query_only = ON")

    with (
        pytest.raises(StorageError, match="cannot be read or written"),
        database.write() as connection,
    ):
        add(connection, "one")


@pytest.mark.parametrize("what", ["moved", "replaced", "deleted"])
def test_a_file_that_went_away_is_not_written_to(
    database: ChatDatabase, file: Path, what: str
) -> None:
    away = file.with_name("away.db")
    file.rename(away)
    if what == "replaced":
        SqliteConversations(file).close()
    if what == "deleted":
        away.unlink()

    with pytest.raises(StorageError, match="moved, replaced or deleted"), database.write():
        pass
    with pytest.raises(StorageError, match="moved, replaced or deleted"), database.read():
        pass


def test_the_log_is_taken_in_after_many_small_writes(
    database: ChatDatabase, files: DatabaseFiles
) -> None:
    with database.write() as connection:
        add(connection, "one")
    with database.write() as connection:
        pass
    first = files.log_bytes()
    with database.write() as connection:
        connection.execute("UPDATE conversations SET draft = 'x'")
    each = files.log_bytes() - first
    assert each > 0

    for number in range(3 * CHECKPOINT_COMMITS):
        with database.write() as connection:
            connection.execute("UPDATE conversations SET draft = ?", (str(number),))

    assert files.log_bytes() < 1.5 * CHECKPOINT_COMMITS * each


def test_the_log_is_taken_in_after_a_big_write(
    database: ChatDatabase, files: DatabaseFiles
) -> None:
    with database.write() as connection:
        add(connection, "one", "x" * (CHECKPOINT_BYTES + 1))

    assert files.path.stat().st_size > CHECKPOINT_BYTES
    with closing(sqlite3.connect(f"{files.path.as_uri()}?immutable=1", uri=True)) as without_log:
        assert without_log.execute("SELECT count(*) FROM conversations").fetchone() == (1,)


def test_readers_do_not_keep_the_log_from_being_taken_in(
    database: ChatDatabase, files: DatabaseFiles
) -> None:
    with database.read() as reader:
        reader.execute("SELECT count(*) FROM conversations").fetchone()
        with database.write() as connection:
            add(connection, "one", "x" * (CHECKPOINT_BYTES + 1))
        assert reader.execute("SELECT count(*) FROM conversations").fetchone()[0] == 0

    assert ids(database) == ["one"]


def test_the_last_to_close_leaves_a_single_file(
    database: ChatDatabase, files: DatabaseFiles
) -> None:
    with database.write() as connection:
        add(connection, "one")

    database.close()

    assert not files.log.exists()
    assert not files.index.exists()
    assert_sound(files.path)


def test_threads_that_come_and_go_leave_no_connections_behind(
    database: ChatDatabase, file: Path
) -> None:
    def work(number: int) -> None:
        with database.write() as connection:
            add(connection, f"c{number}")

    def open_descriptors() -> int:
        return sum(open_file.path == str(file) for open_file in psutil.Process().open_files())

    threads = [Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    before = open_descriptors()
    assert before > 0
    for number in range(8, 40):
        thread = Thread(target=work, args=(number,))
        thread.start()
        thread.join()

    assert len(ids(database)) == 40
    assert open_descriptors() == before
