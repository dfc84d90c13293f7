"""What comes before the first transaction: making, checking and setting aside the file."""

import os
import random
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from assistant.core.errors import DatabaseDamagedError, DatabaseNewerError, StorageError
from assistant.storage.conversations import SqliteConversations
from assistant.storage.database.files import DatabaseFiles
from tests.support.clocks import FixedClock
from tests.support.integrity import assert_sound
from tests.support.ordinary_user import as_ordinary_user

Damage = Callable[[bytes], bytes]


def fill(file: Path, messages: int = 30) -> str:
    """Make a database with one conversation; returns its id."""
    with closing(SqliteConversations(file)) as store:
        id = store.create(title="Kept").id
        parent = None
        for number in range(messages):
            text = f"message {number} " + "some words that fill a page " * 50
            parent = store.append(id, parent, "user", text).id
    return id


def set_aside(file: Path) -> list[Path]:
    return sorted(file.parent.glob("chats.damaged-*"))


DAMAGES: dict[str, Damage] = {
    "empty": lambda _: b"",
    "cut within the header": lambda whole: whole[:60],
    "cut after the header": lambda whole: whole[:100],
    "cut after a page": lambda whole: whole[:4096],
    "cut in half": lambda whole: whole[: len(whole) // 2],
    "cut by one byte": lambda whole: whole[:-1],
    "zeros": lambda whole: bytes(len(whole)),
    "zeros at the beginning": lambda whole: bytes(4096) + whole[4096:],
    "zeros in the schema": lambda whole: whole[:100] + bytes(3996) + whole[4096:],
    "random bytes": lambda whole: random.Random(1).randbytes(len(whole)),
    "random bytes in the schema": lambda whole: (
        whole[:100] + random.Random(2).randbytes(3996) + whole[4096:]
    ),
    "a text": lambda _: b"Dear diary,\n" * 1000,
    "another page size": lambda whole: whole[:16] + b"\x02\x00" + whole[18:],
    "no version": lambda whole: whole[:60] + bytes(4) + whole[64:],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_reported_and_set_aside_byte_for_byte(file: Path, damage: Damage) -> None:
    fill(file)
    damaged = damage(file.read_bytes())
    file.write_bytes(damaged)

    with pytest.raises(DatabaseDamagedError) as caught:
        SqliteConversations(file)

    (aside,) = set_aside(file)
    assert aside.name in caught.value.message
    assert str(file) in caught.value.message
    assert "next start" in caught.value.hint
    assert aside.read_bytes() == damaged
    assert not file.exists()

    with closing(SqliteConversations(file)) as store:
        assert store.conversations() == []
        store.append(store.create().id, None, "user", "a new beginning")
    assert_sound(file)
    assert set_aside(file) == [aside]


def test_the_log_of_a_damaged_file_goes_with_it(file: Path) -> None:
    fill(file)
    file.write_bytes(b"no database")
    DatabaseFiles(file).log.write_bytes(b"log")
    DatabaseFiles(file).index.write_bytes(b"index")

    with pytest.raises(DatabaseDamagedError):
        SqliteConversations(file)

    kept = {path.name.partition(".db")[2]: path.read_bytes() for path in set_aside(file)}
    assert kept == {"": b"no database", "-wal": b"log", "-shm": b"index"}


def test_what_was_set_aside_is_never_overwritten(file: Path) -> None:
    clock = FixedClock()
    file.parent.mkdir()
    for content in (b"first", b"second", b"third"):
        file.write_bytes(content)
        with pytest.raises(DatabaseDamagedError):
            SqliteConversations(file, clock)

    assert {path.read_bytes() for path in set_aside(file)} == {b"first", b"second", b"third"}


def test_a_log_without_its_database_is_damage_too(file: Path) -> None:
    file.parent.mkdir()
    DatabaseFiles(file).log.write_bytes(b"the newest words")

    with pytest.raises(DatabaseDamagedError, match="gone"):
        SqliteConversations(file)

    (aside,) = set_aside(file)
    assert aside.read_bytes() == b"the newest words"
    SqliteConversations(file).close()


def test_damage_in_the_middle_is_told_when_met_and_set_aside_at_the_next_start(
    file: Path,
) -> None:
    id = fill(file)
    whole = bytearray(file.read_bytes())
    page = whole.index(b"message 20 ") // 4096 * 4096
    whole[page : page + 4096] = b"\xa5" * 4096
    file.write_bytes(whole)

    store = SqliteConversations(file)
    with pytest.raises(DatabaseDamagedError, match="damaged") as caught:
        store.branch(id)
    assert "start it again" in caught.value.hint
    store.close()
    assert set_aside(file) == []

    with pytest.raises(DatabaseDamagedError, match="set aside"):
        SqliteConversations(file)
    (aside,) = set_aside(file)
    assert aside.stat().st_size == len(whole)
    SqliteConversations(file).close()


def test_a_damaged_word_index_is_made_anew_and_no_conversation_is_lost(file: Path) -> None:
    id = fill(file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE message_words_data SET block = x'ffffffff' WHERE id > 10")

    with closing(SqliteConversations(file)) as store, pytest.raises(DatabaseDamagedError):
        store.search("words")

    with closing(SqliteConversations(file)) as store:
        assert len(store.search("words")) == 30
        assert len(store.branch(id)) == 30
    assert set_aside(file) == []
    assert_sound(file)


def test_a_false_suspicion_costs_nothing_but_the_check(file: Path) -> None:
    id = fill(file)
    DatabaseFiles(file).suspect()

    with closing(SqliteConversations(file)) as store:
        assert len(store.branch(id)) == 30

    assert not DatabaseFiles(file).suspicion.exists()


def test_a_newer_database_is_refused_and_not_touched(file: Path) -> None:
    fill(file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = file.read_bytes()

    with pytest.raises(DatabaseNewerError, match="newer version") as caught:
        SqliteConversations(file)

    assert "Update" in caught.value.hint
    assert file.read_bytes() == before
    assert sorted(path.name for path in file.parent.iterdir()) == ["chats.db", "chats.db.lock"]


def test_the_database_of_another_program_is_not_touched(file: Path) -> None:
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    before = file.read_bytes()

    with pytest.raises(StorageError, match="another program"):
        SqliteConversations(file)

    assert file.read_bytes() == before


def test_a_folder_in_place_of_the_file_is_said_to_be_in_the_way(file: Path) -> None:
    file.mkdir(parents=True)

    with pytest.raises(StorageError, match="cannot be opened"):
        SqliteConversations(file)


def test_everything_is_for_the_user_alone(file: Path) -> None:
    with closing(SqliteConversations(file)) as store:
        question = store.append(store.create().id, None, "user", "secret")
        store.append(question.conversation_id, question.id, "assistant", "", state="streaming")
        modes = {
            path.relative_to(file.parent.parent).as_posix(): stat.S_IMODE(path.stat().st_mode)
            for path in (file.parent, *file.parent.rglob("*"))
        }

    assert {mode for path, mode in modes.items() if path in ("data", "data/writers")} == {0o700}
    assert {mode for path, mode in modes.items() if "chats" in path or "lock" in path} == {0o600}
    assert {"data/chats.db", "data/chats.db-wal", "data/chats.db-shm"} < set(modes)


def test_a_file_that_others_can_read_is_closed_to_them(file: Path) -> None:
    fill(file)
    file.chmod(0o644)

    SqliteConversations(file).close()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["a?b#c%20.db", "çã o.db", "'\".db", os.fsdecode(b"\xff\xfe.db")])
def test_any_file_name_will_do(home: Path, name: str) -> None:
    file = home / name
    id = fill(file, messages=1)

    with closing(SqliteConversations(file)) as store:
        assert len(store.branch(id)) == 1
    assert file.exists()


def test_a_symbolic_link_leads_to_the_database(home: Path, file: Path) -> None:
    id = fill(file)
    link = home / "link.db"
    link.symlink_to(file)

    with closing(SqliteConversations(link)) as store:
        assert len(store.branch(id)) == 30
    assert link.is_symlink()


def test_what_a_killed_first_start_left_behind_is_cleared_away(file: Path) -> None:
    file.parent.mkdir()
    half_made = file.with_name("chats.db.new")
    half_made.write_bytes(b"half")

    SqliteConversations(file).close()

    assert not half_made.exists()
    assert_sound(file)


def test_a_file_that_may_not_be_written_can_be_read(file: Path) -> None:
    id = fill(file)
    file.parent.parent.chmod(0o755)
    file.parent.chmod(0o777)
    DatabaseFiles(file).lock.chmod(0o666)
    file.chmod(0o444)

    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE messages SET state = 'streaming', writer = 'dead'")

    def read_and_write() -> None:
        with closing(SqliteConversations(file)) as store:
            assert [message.state for message in store.branch(id)] == ["partial"] * 30
            store.rename(id, "no")

    reason = as_ordinary_user(read_and_write)

    assert reason.startswith("UnwritableError")
    assert f"{file} cannot be written by this user" in reason


def test_what_lies_in_a_folder_that_may_not_be_written_can_be_read(file: Path) -> None:
    id = fill(file)
    file.parent.parent.chmod(0o755)
    file.parent.chmod(0o555)
    file.chmod(0o444)

    def read_and_write() -> None:
        with closing(SqliteConversations(file)) as store:
            assert len(store.branch(id)) == 30
            assert str(file.parent) in store.unwritable()
            store.create(title="Mine", temporary=True)
            store.rename(id, "no")

    reason = as_ordinary_user(read_and_write)

    assert reason.startswith("UnwritableError")
    assert f"{file.parent} cannot be written by this user" in reason
