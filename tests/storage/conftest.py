"""Stores on a real file, and looks into that file past the store."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.storage.conversations import SqliteConversations
from tests.support.clocks import SteppingClock

Open = Callable[[], SqliteConversations]


@pytest.fixture
def file(home: Path) -> Path:
    return home / "data" / "chats.db"


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def open_store(file: Path, clock: SteppingClock) -> Iterator[Open]:
    """Opens the conversations, as often as wanted: every call is another window."""
    opened: list[SqliteConversations] = []

    def open_store() -> SqliteConversations:
        opened.append(SqliteConversations(file, clock))
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Open) -> SqliteConversations:
    return open_store()


@pytest.fixture
def raw(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection of another program, for a file that exists when it is first used."""
    connection = sqlite3.connect(file, isolation_level=None)
    yield connection
    connection.close()
