"""Effort that does not grow with what is stored, counted in SQLite's steps instead of seconds."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from assistant.core.conversations.search_query import parse
from assistant.storage.conversations import SqliteConversations
from assistant.storage.database.connection import ChatDatabase
from assistant.storage.database.files import DatabaseFiles
from assistant.storage.tables import conversations as conversation_table
from assistant.storage.tables import messages as message_table
from assistant.storage.tables import search
from assistant.storage.tables.conversations import ConversationFilter
from tests.support.clocks import START

Work = Callable[[sqlite3.Connection], object]

STEP = 1
"""Instructions of SQLite's virtual machine between two counts."""


def steps(database: ChatDatabase, work: Work) -> int:
    """How many instructions SQLite runs for `work`."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += STEP
        return 0

    with database.read() as connection:
        connection.set_progress_handler(count, STEP)
        work(connection)
        connection.set_progress_handler(None, 0)
    return counted


@pytest.fixture
def database(file: Path) -> ChatDatabase:
    SqliteConversations(file).close()
    return ChatDatabase(DatabaseFiles(file))


def fill(database: ChatDatabase, conversations: int) -> None:
    """Conversations of two messages each; every tenth is empty, every eleventh in the trash."""
    with database.write() as connection:
        (first,) = connection.execute("SELECT count(*) FROM conversations").fetchone()
        for number in range(first, first + conversations):
            id = f"{number:016x}"
            empty, trashed = number % 10 == 0, number % 11 == 0
            conversation: conversation_table.Values = {
                "id": id,
                "title": f"Title{number}",
                "title_key": f"title{number}",
                "created": number,
                "updated": number,
                "system_prompt": "",
                "deleted": 0 if trashed else None,
                "pinned": 0 if number % 50 == 1 else None,
            }
            conversation_table.insert(connection, conversation)
            parent = None
            for role in () if empty else ("user", "assistant"):
                values = {
                    "id": f"{role}{id}",
                    "conversation": id,
                    "parent": parent,
                    "role": role,
                    "text": f"word{number} common",
                    "state": "complete",
                    "created": number,
                }
                message_table.insert(connection, values)
                message_table.activate(connection, f"{role}{id}")
                parent = f"{role}{id}"
            conversation_table.update(connection, id, messages=0 if empty else 2)


def newest(connection: sqlite3.Connection) -> object:
    found = conversation_table.listed(connection, ConversationFilter(), 50)
    assert len(found) == 50
    return found


WORKS: dict[str, Work] = {
    "listing the newest": newest,
    "finding a conversation": lambda connection: conversation_table.find(connection, f"{42:016x}"),
    "reading a branch": lambda connection: message_table.branch(connection, f"{42:016x}"),
    "reading a message": lambda connection: message_table.message(connection, f"user{42:016x}"),
    "looking for a draft": conversation_table.unsent,
    "looking for unfinished answers": message_table.streaming,
    "searching a rare word": lambda connection: search.find(
        connection, parse("word42 common"), START, 50
    ),
}


@pytest.mark.parametrize("work", WORKS.values(), ids=WORKS)
def test_effort_stays_when_ten_times_as_much_is_stored(database: ChatDatabase, work: Work) -> None:
    fill(database, 200)
    before = steps(database, work)
    assert 0 < before < 12_000

    fill(database, 1_800)

    assert steps(database, work) < 1.5 * before + 100
    database.close()


def test_effort_for_a_branch_grows_with_its_length_only(file: Path) -> None:
    store = SqliteConversations(file)
    database = ChatDatabase(DatabaseFiles(file))

    def effort(length: int, versions: int) -> int:
        id = store.create().id
        parent = None
        for number in range(length):
            for _ in range(versions):
                newest = store.append(id, parent, "user", f"{number}").id
            parent = newest
        return steps(database, lambda connection: message_table.branch(connection, id))

    short, long, bushy = effort(20, 1), effort(200, 1), effort(20, 10)
    store.close()
    database.close()

    assert long < 12 * short
    assert bushy < 5 * short


class SoonSet(Event):
    """An event that is set when it is looked at for the second time."""

    looks = 0

    def is_set(self) -> bool:
        self.looks += 1
        return self.looks > 1


def test_a_search_that_was_left_ends_at_the_next_look(database: ChatDatabase) -> None:
    fill(database, 2_000)
    whole, left = Event(), SoonSet()
    with database.read() as connection:
        parsed = parse("word*")
        everything = search.find_until(connection, parsed, START, 20, whole)
        assert everything.messages > 100
        nothing = search.find_until(connection, parsed, START, 20, left)
        assert (nothing.messages, nothing.conversations) == (0, ())
        assert left.looks <= 3
        assert search.find_until(connection, parsed, START, 20, Event()) == everything
