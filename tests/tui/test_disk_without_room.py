"""The screen where nothing can be written: conversations are read, new ones live in memory."""

from pathlib import Path
from typing import Any

from assistant.core.errors import UnwritableError
from assistant.core.values.conversation import Conversation
from tests.support.conversation_stores import answer, ask
from tests.support.driver import Setting, opened
from tests.support.fake_conversations.store import FakeConversations

REASON = "The disk at /home is full: nothing can be stored."


class FullConversations(FakeConversations):
    """What was there is read; nothing but temporary conversations is taken."""

    full = False

    def unwritable(self) -> str:
        return REASON if self.full else ""

    def create(self, *, temporary: bool = False, **given: Any) -> Conversation:
        self._check(temporary=temporary)
        return super().create(temporary=temporary, **given)

    def set_draft(self, id: str, draft: str) -> None:
        self._check(temporary=self.conversation(id).temporary)
        super().set_draft(id, draft)

    def select(self, message_id: str) -> None:
        self._check(temporary=False)
        super().select(message_id)

    def _check(self, *, temporary: bool) -> None:
        if self.full and not temporary:
            raise UnwritableError(REASON)


async def test_on_a_full_disk_conversations_are_read_and_new_ones_are_temporary(
    home: Path,
) -> None:
    store = FullConversations()
    kept = store.create(title="Kept").id
    answer(store, ask(store, kept, "About the lighthouse"), "It still stands.")
    store.full = True

    async with opened(Setting(home), store=store) as driver:
        await driver.until_shown("The disk at /home is full")
        await driver.until_shown("New conversation · temporary: in memory only")
        await driver.ask("Is anybody there?")
        await driver.until_shown("▸ Is anybody there?")

        await driver.open(kept)
        await driver.until_shown("It still stands.")
        await driver.pilot.press(*"a draft")
        await driver.begin_new()
        await driver.until_shown("New conversation · temporary: in memory only")
    assert [each.title for each in store.conversations(temporary=True)] == ["Is anybody there?"]
