"""The terminal that the tests of the screen pretend to have."""

import pytest

from assistant.core.ports.conversations import ConversationStore
from tests.support.fake_conversations.store import FakeConversations
from tests.support.pictures import Compare, Pictures


@pytest.fixture(autouse=True)
def colourful_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the tests are run in: all colours, dark, at this machine."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    for name in ("NO_COLOR", "COLORFGBG", "SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def store() -> ConversationStore:
    """Where the conversations of a picture are."""
    return FakeConversations()


@pytest.fixture
def pictures(store: ConversationStore, snap_compare: Compare) -> Pictures:
    """Compares pictures of the screen."""
    return Pictures(store, snap_compare)
