"""A fake of the whole store: all four ports on one window."""

from assistant.core.ports.conversations import Clock
from tests.support.fake_conversations.catalog import FakeConversationCatalog
from tests.support.fake_conversations.messages import FakeMessages
from tests.support.fake_conversations.settings import FakeConversationSettings
from tests.support.fake_conversations.shelf import Shelf, Window
from tests.support.fake_conversations.trash import FakeConversationTrash


class FakeConversations(
    FakeMessages, FakeConversationSettings, FakeConversationCatalog, FakeConversationTrash
):
    """core.ports.ConversationStore; every one on the same shelf is another window on it."""

    def __init__(self, shelf: Shelf | None = None, clock: Clock | None = None) -> None:
        super().__init__(Window(shelf, clock))

    def unwritable(self) -> str:
        """What is kept in memory can always be written."""
        return ""

    def close(self) -> None:
        """Leave answers that were not finished as `partial`."""
        self.window.close()
