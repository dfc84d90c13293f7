"""What leaves for good, and when."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.core.errors import NotFoundError
from assistant.storage.conversations import SqliteConversations
from assistant.storage.store.trash import KEEP_EMPTY, KEEP_TRASH
from tests.support.clocks import FixedClock
from tests.support.integrity import assert_sound

MOMENT = timedelta(microseconds=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def store(file: Path, clock: FixedClock) -> Iterator[SqliteConversations]:
    with closing(SqliteConversations(file, clock)) as store:
        yield store


def conversation(store: SqliteConversations, text: str) -> str:
    id = store.create(title=text).id
    question = store.append(id, None, "user", text)
    for _ in range(2):
        answer = store.append(id, question.id, "assistant", "", state="streaming")
        store.journal(answer.id, f"about {text}")
        store.finish(answer.id, "complete")
    return id


def assert_only_harmless(store: SqliteConversations, file: Path) -> None:
    """Of an onion cake no byte is left in the file, which is in order."""
    store.close()
    assert_sound(file)
    content = file.read_bytes().lower()
    assert b"harmless" in content
    assert b"zwiebel" not in content


def test_the_trash_keeps_for_thirty_days(
    store: SqliteConversations, clock: FixedClock, file: Path
) -> None:
    old, young, kept = (conversation(store, text) for text in ("old", "young", "kept"))
    store.delete(old)
    clock.time += timedelta(days=10)
    store.delete(young)
    clock.time += KEEP_TRASH - timedelta(days=10)
    assert store.purge() == 0

    clock.time += MOMENT
    assert store.purge() == 1

    with pytest.raises(NotFoundError):
        store.conversation(old)
    assert [line.id for line in store.conversations(deleted=True)] == [young]
    assert [line.id for line in store.conversations()] == [kept]
    assert store.search("old") == []
    assert len(store.search("kept")) == 3
    store.restore(young)
    assert len(store.branch(young)) == 2
    assert len(store.search("young")) == 3
    store.close()
    assert_sound(file)


def test_nothing_of_a_purged_conversation_can_be_read_from_the_file(
    store: SqliteConversations, clock: FixedClock, file: Path
) -> None:
    id = conversation(store, "Zwiebelkuchen")
    conversation(store, "harmless")
    store.set_draft(id, "Zwiebelkuchen draft")
    store.delete(id)
    clock.time += KEEP_TRASH + MOMENT

    store.purge()

    assert_only_harmless(store, file)


def test_what_is_emptied_now_is_in_no_file_of_the_open_database(
    store: SqliteConversations, file: Path
) -> None:
    id = conversation(store, "Zwiebelkuchen")
    store.rename(id, "Zwiebelkuchen with cream")
    store.set_draft(id, "Zwiebelkuchen draft")
    other = conversation(store, "harmless")
    secret = store.append(other, store.branch(other)[-1].id, "user", "Zwiebelkuchen " * 100)
    store.rate(secret.id, "bad", "Zwiebelkuchen")
    store.delete_message(secret.id)
    store.delete(id)
    copy = file.with_name(f"{file.stem}.version-1-20260101-000000{file.suffix}")
    copy.write_bytes(b"Zwiebelkuchen")

    store.empty_trash()

    files = [each for each in file.parent.rglob("*") if each.is_file()]
    assert [each.name for each in files if b"zwiebel" in each.read_bytes().lower()] == []
    assert not copy.exists()
    assert_only_harmless(store, file)


def test_others_are_told_when_words_were_forgotten(file: Path) -> None:
    told: list[bool] = []
    with closing(SqliteConversations(file, forgotten=lambda: told.append(True))) as store:
        store.empty_trash()
        assert told == []
        store.delete(conversation(store, "gone"))
        store.empty_trash()
    assert told == [True]


def test_messages_in_the_trash_leave_after_thirty_days_and_nothing_of_them_stays(
    store: SqliteConversations, clock: FixedClock, file: Path
) -> None:
    id = conversation(store, "harmless")
    question = store.branch(id)[0]
    secret = store.append(id, question.id, "user", "Zwiebelkuchen " * 100)
    store.append(id, secret.id, "user", "below the Zwiebelkuchen")
    store.rate(secret.id, "bad", "Zwiebelkuchen")
    store.delete_message(secret.id)
    clock.time += KEEP_TRASH
    store.purge()
    assert len(store.trash()) == 1

    clock.time += MOMENT
    store.purge()

    assert store.trash() == store.changes() == []
    with pytest.raises(NotFoundError):
        store.restore_message(secret.id)
    assert_only_harmless(store, file)


def test_changes_can_be_undone_for_thirty_days_and_leave_nothing_then(
    store: SqliteConversations, clock: FixedClock, file: Path
) -> None:
    id = conversation(store, "harmless")
    store.rename(id, "Zwiebelkuchen")
    store.set_system_prompt(id, "Zwiebelkuchen " * 500, None)
    store.tag(id, ["Zwiebelkuchen"])
    store.rename(id, "harmless again")
    store.set_system_prompt(id, "", None)
    store.tag(id, remove=["zwiebelkuchen"])
    clock.time += KEEP_TRASH
    store.purge()
    assert len(store.changes()) == 6

    clock.time += MOMENT
    store.purge()

    assert store.changes() == []
    assert store.conversation(id).title == "harmless again"
    assert_only_harmless(store, file)


def test_a_conversation_whose_messages_are_all_in_the_trash_is_not_a_leftover(
    store: SqliteConversations, clock: FixedClock
) -> None:
    id = conversation(store, "kept")
    question = store.branch(id)[0]
    store.delete_message(question.id)
    clock.time += KEEP_EMPTY + MOMENT

    assert store.purge() == 0
    store.restore_message(question.id)
    assert len(store.branch(id)) == 2
    store.delete_message(question.id)
    clock.time += KEEP_TRASH + MOMENT
    store.purge()
    assert store.purge() == 1


def test_forks_live_on_without_where_they_came_from(
    store: SqliteConversations, clock: FixedClock, file: Path
) -> None:
    id = conversation(store, "origin")
    fork = store.fork(store.branch(id)[-1].id)
    assert fork.forked_from == id
    store.delete(id)
    clock.time += KEEP_TRASH + MOMENT

    store.purge()

    left = store.conversation(fork.id)
    assert (left.forked_from, left.forked_at, left.title) == (None, None, "origin (fork)")
    assert len(store.branch(fork.id)) == 2
    store.close()
    assert_sound(file)


def test_conversations_that_never_held_anything_leave_after_a_day(
    store: SqliteConversations, clock: FixedClock
) -> None:
    empty, drafted = store.create().id, store.create().id
    store.set_draft(drafted, "not yet")
    clock.time += KEEP_EMPTY
    assert store.purge() == 0
    clock.time += MOMENT

    assert store.purge() == 1

    with pytest.raises(NotFoundError):
        store.conversation(empty)
    assert store.conversation(drafted).draft == "not yet"


def test_an_answer_whose_conversation_is_purged_meanwhile_harms_no_other(
    store: SqliteConversations, clock: FixedClock, file: Path
) -> None:
    gone, kept = conversation(store, "gone"), conversation(store, "kept")
    lost = store.append(gone, None, "assistant", "", state="streaming")
    answer = store.append(kept, None, "assistant", "", state="streaming")
    store.delete(gone)
    clock.time += KEEP_TRASH + MOMENT
    store.purge()

    store.journal(lost.id, "into the void")
    store.journal(answer.id, "safe")

    with pytest.raises(NotFoundError):
        store.finish(lost.id, "complete")
    assert store.finish(answer.id, "complete").text == "safe"
    store.close()
    assert_sound(file)


def test_a_message_cannot_leave_without_its_conversation_noticing(
    store: SqliteConversations, raw: sqlite3.Connection
) -> None:
    id = conversation(store, "kept")
    raw.execute("PRAGMA foreign_keys = ON")

    with pytest.raises(sqlite3.IntegrityError):
        raw.execute("DELETE FROM conversations WHERE id = ?", (id,))
