"""What is removed or changed can be taken back: at once, by a command, from the trash."""

from pathlib import Path

from assistant.storage.conversations import SqliteConversations
from assistant.tui.conversations.trash import TrashScreen
from tests.support.driver import Driver, Setting, opened, scripted
from tests.support.fake_models import Gate


async def _run(driver: Driver, command: str) -> None:
    driver.focus_prompt()
    driver.put(command)
    await driver.pilot.press("enter")


async def test_a_message_is_deleted_with_what_follows_and_comes_back(home: Path) -> None:
    async with opened(Setting(home, scripted("One.", "Two."))) as driver:
        await driver.ask("First?")
        await driver.ask("Second?")
        driver.transcript.focus_message(driver.messages[2].id)
        await driver.pilot.press("delete")
        await driver.until_shown("Deleted 2 messages · Ctrl+Z undoes")
        assert [each.text for each in driver.messages] == ["First?", "One."]
        await driver.pilot.press("ctrl+z")
        await driver.until_shown("The messages are restored.")
        assert [each.text for each in driver.messages] == ["First?", "One.", "Second?", "Two."]


async def test_deleting_a_version_leaves_the_other_one(home: Path) -> None:
    async with opened(Setting(home, scripted("One.", "Other."))) as driver:
        await driver.ask("First?")
        await driver.pilot.press("ctrl+r")
        await driver.until_shown("‹2/2›")
        await driver.until(lambda: driver.is_idle)
        driver.transcript.focus_message(driver.messages[1].id)
        await driver.pilot.press("delete")
        await driver.until_shown("Deleted 1 message")
        assert [each.text for each in driver.messages] == ["First?", "One."]


async def test_the_last_message_is_deleted_and_undo_brings_the_conversation_back(
    home: Path,
) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("First?")
        driver.transcript.focus_message(driver.messages[0].id)
        await driver.pilot.press("delete")
        await driver.until(lambda: driver.messages == [])
        assert driver.is_typing
        await driver.pilot.press("ctrl+z")
        await driver.until(lambda: len(driver.messages) == 2)


async def test_a_message_is_not_deleted_while_an_answer_is_written(home: Path) -> None:
    gate = Gate(after=1)
    async with opened(Setting(home, scripted("one two", gate=gate))) as driver:
        await driver.ask("Count.", wait=False)
        await driver.until_shown("one")
        await driver.pilot.press("alt+x")
        await driver.until_shown("An answer is being written; Esc stops it.")
        gate.open()
        await driver.until(lambda: driver.is_idle)
        assert len(driver.messages) == 2


async def test_slash_undo_takes_the_newest_changes_back_one_by_one(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("First?")
        await _run(driver, "/rename Better")
        await driver.until_shown("≡ Better")
        await _run(driver, "/move housing")
        await driver.until_shown("is in housing")
        driver.notice.clear()
        await _run(driver, "/undo")
        await driver.until_shown("Undone in “Better”: folder")
        await _run(driver, "/undo")
        await driver.until_shown("≡ First?")
        await _run(driver, "/undo")
        await driver.until_shown("There is nothing to undo.")


async def test_undo_takes_back_the_change_that_is_told_not_a_newer_one_elsewhere(
    home: Path,
) -> None:
    store = SqliteConversations(home / "chats.db")
    async with opened(Setting(home), store=store) as driver:
        await driver.ask("Mine?")
        await driver.pilot.press("alt+i")
        await driver.until_shown("Pinned “Mine?”")
        other = store.create(title="Elsewhere")
        store.append(other.id, None, "user", "hello")
        store.pin(other.id)
        await driver.pilot.press("ctrl+z")
        await driver.until_shown("Undone in “Mine?”: pin")
        assert store.conversation(other.id).pinned
    store.close()


async def test_a_temporary_conversation_can_be_undone_as_well(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press("alt+n")
        await driver.ask("A secret?")
        await driver.pilot.press("f8")
        await driver.until_shown("Deleted “A secret?” · Ctrl+Z undoes")
        await driver.pilot.press("ctrl+z")
        await driver.until_shown("≡ A secret? · general · temporary: in memory only")


async def test_the_trash_lists_what_was_removed_and_gives_it_back(home: Path) -> None:
    async with opened(Setting(home), size=(80, 24)) as driver:
        await driver.ask("First?")
        await driver.pilot.press("f8")
        await driver.until_shown("Deleted “First?”")
        await driver.ask("Second?")
        driver.transcript.focus_message(driver.messages[1].id)
        await driver.pilot.press("delete")
        await driver.until_shown("Deleted 1 message")
        await driver.pilot.press("alt+z")
        await driver.until(lambda: isinstance(driver.app.screen, TrashScreen))
        await driver.until_shown("trash 2")
        await driver.until_shown("First?  2 messages")
        await driver.until_shown("The capital of France is Paris.  1 message of Second?")
        await driver.pilot.press("enter")
        await driver.until_shown("Restored: The capital of France is Paris.")
        await driver.until_shown("trash 1")
        await driver.pilot.press("enter")
        await driver.until_shown("The trash is empty.")
        await driver.pilot.press("escape")
        await driver.until_shown("≡ First?")
        assert len(driver.messages) == 2


async def test_what_is_in_the_trash_leaves_for_good_when_it_is_said_twice(home: Path) -> None:
    async with opened(Setting(home), size=(80, 24)) as driver:
        for question in ("First?", "Second?", "Third?"):
            await driver.ask(question)
            await driver.pilot.press("f8")
            await driver.until_shown(f"Deleted “{question}”")
        await driver.pilot.press("alt+z")
        await driver.until_shown("trash 3")
        await driver.pilot.press("x")
        await driver.until_shown("Third?  2 messages: x again deletes this for good.")
        await driver.pilot.press("down", "x")
        await driver.until_shown("Second?  2 messages: x again deletes this for good.")
        await driver.until_shown("trash 3")
        await driver.pilot.press("x")
        await driver.until_shown("Deleted for good: Second?  2 messages")
        await driver.until_shown("trash 2")
        await driver.pilot.press("X")
        await driver.until_shown("The whole trash (2): X again deletes this for good.")
        await driver.pilot.press("X")
        await driver.until_shown("The trash is empty.")


async def test_changes_are_listed_and_any_of_them_can_be_taken_back(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("First?")
        await _run(driver, "/move housing")
        await driver.until_shown("is in housing")
        await driver.pilot.press("alt+i")
        await driver.until_shown("Pinned")
        await driver.pilot.press("alt+z")
        await driver.until_shown("changes 2")
        await driver.pilot.press("tab")
        await driver.until_shown("First?  pin: was no")
        await driver.pilot.press("down", "enter")
        await driver.until_shown("Undone: First?  folder")
        await driver.until_shown("changes 1")
        conversation = driver.store.conversation(driver.conversation_id or "")
        assert (conversation.folder, conversation.pinned) == ("", True)
