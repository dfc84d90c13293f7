"""What happens outside the conversation that is shown: in the trash, on disk, in other windows."""

from contextlib import closing
from pathlib import Path

from assistant.storage.conversations import SqliteConversations
from tests.support.driver import Setting, opened, scripted
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_models import Gate


async def test_a_question_in_line_does_not_bring_a_deleted_conversation_back(home: Path) -> None:
    gate = Gate(after=1)
    async with opened(Setting(home, scripted("first done", gate=gate))) as driver:
        await driver.ask("One?", wait=False)
        await driver.until_shown("first")
        await driver.ask("Two?", wait=False)
        await driver.until(lambda: driver.waiting)
        id = driver.conversation_id or ""

        await driver.pilot.press("f8")
        await driver.until(lambda: driver.is_idle_in(id))

        await driver.until(lambda: driver.store.conversation(id).deleted is not None)
        assert [line.id for line in driver.store.conversations(deleted=True)] == [id]
        assert [message.text for message in driver.store.branch(id)][::2] == ["One?"]


async def test_the_status_is_that_of_the_conversation_that_is_shown(home: Path) -> None:
    gate = Gate(after=1)
    async with opened(Setting(home, scripted("first done", gate=gate))) as driver:
        await driver.ask("One?", wait=False)
        await driver.until(lambda: driver.status.phase == "writing")

        await driver.pilot.press("ctrl+n")

        await driver.until(lambda: driver.status.phase == "ready")
        gate.open()


async def test_a_database_that_vanishes_is_told_and_the_screen_stays(home: Path) -> None:
    store = SqliteConversations(home / "chats.db")
    async with opened(Setting(home), store=store) as driver:
        await driver.ask("One?")
        driver.type("half typed")

        (home / "chats.db").rename(home / "elsewhere.db")

        await driver.until_shown("was moved, replaced or deleted")
        assert driver.typed == "half typed"
        (home / "elsewhere.db").rename(home / "chats.db")
    store.close()


async def test_what_is_being_typed_in_another_window_is_left_to_it(home: Path) -> None:
    setting = Setting(home)
    with closing(FakeConversations(setting.conversations)) as other:
        other.set_draft(other.create().id, "half typed elsewhere")

        async with opened(setting) as driver:
            assert driver.typed == ""

    async with opened(setting) as driver:
        await driver.until(lambda: driver.typed == "half typed elsewhere")
