"""The terminal that the tests of the screen pretend to have."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.storage.conversations import SqliteConversations
from tests.support.pictures import Compare, Pictures


@pytest.fixture(autouse=True)
def colourful_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the tests are run in: all colours, dark, at this machine."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    for name in ("NO_COLOR", "COLORFGBG", "SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def store(home: Path) -> Iterator[SqliteConversations]:
    """Where the conversations of a picture are."""
    with closing(SqliteConversations(home / "chats.db")) as store:
        yield store


@pytest.fixture
def pictures(store: SqliteConversations, snap_compare: Compare) -> Pictures:
    """Compares pictures of the screen."""
    return Pictures(store, snap_compare)
