"""Databases read where nothing can be written, compared with how SQLite itself recovers them."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from assistant.system.disk_room import why_unwritable
from assistant.system.read_only import connect_to_read, copy_in_memory


def crashed(folder: Path, page_size: int = 4096) -> Path:
    """A database whose writer died: some commits in the file, some in the log, one begun."""
    living = folder / "living.db"
    connection = sqlite3.connect(living, isolation_level=None)
    connection.execute(f"PRAGMA page_size = {page_size}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)")
    for number in range(40):
        connection.execute("INSERT INTO notes (text) VALUES (?)", (f"note {number} " * 90,))
        if number == 15:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        if number % 7 == 0:
            connection.execute("DELETE FROM notes WHERE id = ?", (number // 2,))
    dead = folder / "dead.db"
    for suffix in ("", "-wal"):
        dead.with_name(f"dead.db{suffix}").write_bytes(
            living.with_name(f"living.db{suffix}").read_bytes()
        )
    connection.close()
    return dead


def notes(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    with closing(connection):
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return connection.execute("SELECT * FROM notes ORDER BY id").fetchall()


@pytest.mark.parametrize("page_size", [512, 4096, 65536])
def test_what_is_in_the_log_alone_is_read_as_sqlite_reads_it(
    tmp_path: Path, page_size: int
) -> None:
    dead = crashed(tmp_path, page_size)

    found = notes(connect_to_read(dead))

    assert found == notes(sqlite3.connect(dead))
    assert len(found) > 30


def test_a_log_that_is_torn_or_damaged_is_read_as_far_as_sqlite_reads_it(tmp_path: Path) -> None:
    dead = crashed(tmp_path)
    log = dead.with_name("dead.db-wal")
    database, whole = dead.read_bytes(), log.read_bytes()
    chance = random.Random(7)
    read = set()
    for _ in range(40):
        dead.write_bytes(database)
        torn = bytearray(whole[: chance.randrange(len(whole))])
        if torn and chance.random() < 0.5:
            torn[chance.randrange(len(torn))] ^= 1 << chance.randrange(8)
        log.write_bytes(torn)

        found = notes(copy_in_memory(dead))

        assert found == notes(sqlite3.connect(dead))
        read.add(len(found))

    assert len(read) > 5


def test_a_copy_leaves_the_files_as_they_are(tmp_path: Path) -> None:
    dead = crashed(tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.glob("dead.db*")}

    with closing(copy_in_memory(dead)) as copy:
        copy.execute("DELETE FROM notes")

    assert {file: file.read_bytes() for file in tmp_path.glob("dead.db*")} == before


def test_nothing_speaks_against_writing_where_there_is_room(tmp_path: Path) -> None:
    assert why_unwritable(tmp_path / "not" / "there" / "yet.db") == ""
