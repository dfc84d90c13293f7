"""Pins, tags, folders, the archive, and conversations that are kept in memory only."""

from pathlib import Path

from textual.widgets import Input, OptionList

from assistant.core.values.conversation import Conversation
from assistant.storage.conversations import SqliteConversations
from assistant.tui.conversations.folder import ChooseFolder
from assistant.tui.conversations.search_screen import SearchScreen
from tests.support.driver import Driver, Setting, opened


def _store(home: Path, *titles: str) -> SqliteConversations:
    store = SqliteConversations(home / "chats.db")
    for title in titles:
        conversation = store.create(title=title)
        store.append(conversation.id, None, "user", f"Something on {title}?")
    return store


def _named(store: SqliteConversations, title: str) -> Conversation:
    (found,) = [each for each in store.conversations(archived=None) if each.title == title]
    return store.conversation(found.id)


async def _open(driver: Driver, title: str) -> None:
    await driver.open(_named(driver.store, title).id)
    await driver.until_shown(f"≡ {title}")


async def _run(driver: Driver, command: str) -> None:
    driver.focus_prompt()
    driver.put(command)
    await driver.pilot.press("enter")


def _lines(driver: Driver) -> list[str]:
    """The lines of the list as they are drawn."""
    listing = driver.screen.query_one("#conversations", OptionList)
    region = listing.content_region
    rows = driver.text.split("\n")[region.y : region.bottom]
    return [line for row in rows if (line := row[region.x : region.right].rstrip())]


async def test_a_pinned_conversation_comes_first_and_undo_lets_it_go(home: Path) -> None:
    store = _store(home, "Old", "New")
    async with opened(Setting(home), store=store) as driver:
        await _open(driver, "Old")
        await driver.pilot.press("alt+i")
        await driver.until_shown("Pinned “Old” · Ctrl+Z undoes")
        await driver.until(lambda: _lines(driver) == ["Pinned", "▸ Old", "Today", "  New"])
        await driver.pilot.press("ctrl+z")
        await driver.until_shown("Undone in “Old”: pin")
        await driver.until(lambda: _lines(driver) == ["Today", "  New", "▸ Old"])
        await _run(driver, "/pin")
        await driver.until_shown("Pinned “Old”")
        await _run(driver, "/pin")
        await driver.until_shown("Unpinned “Old”")
        assert not _named(store, "Old").pinned
    store.close()


async def test_folders_are_listed_apart_and_fold(home: Path) -> None:
    store = _store(home, "Lease", "Beach")
    async with opened(Setting(home), store=store) as driver:
        await _open(driver, "Lease")
        await _run(driver, "/move Housing/São José")
        await driver.until_shown("“Lease” is in Housing/São José")
        wanted = ["▾ Housing/São José", "▸ Lease", "Today", "  Beach"]
        await driver.until(lambda: _lines(driver) == wanted)
        listing = driver.screen.query_one("#conversations", OptionList)
        listing.focus()
        listing.highlighted = 0
        await driver.pilot.press("enter")
        await driver.until(lambda: _lines(driver)[0].startswith("▹ Housing/São José"))
        assert _lines(driver)[1:] == ["Today", "  Beach"]
        await driver.pilot.press("enter")
        await driver.until(lambda: _lines(driver) == wanted)
    store.close()


async def test_a_folder_is_chosen_from_those_in_use_or_typed(home: Path) -> None:
    store = _store(home, "Lease", "Flat")
    store.move(_named(store, "Lease").id, "housing")
    async with opened(Setting(home), store=store) as driver:
        await _open(driver, "Flat")
        await driver.pilot.press("alt+k")
        await driver.until(lambda: isinstance(driver.app.screen, ChooseFolder))
        await driver.pilot.press("tab", "enter")
        await driver.until_shown("“Flat” is in housing")
        await driver.pilot.press("alt+k")
        await driver.until(lambda: isinstance(driver.app.screen, ChooseFolder))
        assert driver.app.screen.query_one(Input).value == "housing"
        await driver.pilot.press("backspace", "enter")
        await driver.until_shown("“Flat” is in no folder")
        assert _named(store, "Flat").folder == ""
    store.close()


async def test_conversations_of_a_folder_that_are_too_old_for_the_list_are_searched(
    home: Path,
) -> None:
    store = _store(home, "Lease", "Flat")
    store.move(_named(store, "Lease").id, "housing")
    store.move(_named(store, "Flat").id, "housing")
    store.archive(_named(store, "Flat").id)
    async with opened(Setting(home), store=store) as driver:
        await driver.until_shown("1 more")
        rows = driver.text.split("\n")
        row = next(place for place, line in enumerate(rows) if "1 more" in line)
        await driver.pilot.click(offset=(6, row))
        await driver.until(lambda: isinstance(driver.app.screen, SearchScreen))
        await driver.until_shown("Something on Flat?")
        await driver.until_shown("Something on Lease?")
    store.close()


async def test_tags_are_added_taken_away_and_edited(home: Path) -> None:
    store = _store(home, "Lease")
    async with opened(Setting(home), store=store) as driver:
        await _open(driver, "Lease")
        await _run(driver, "/tag work #café")
        await driver.until_shown("Tags of “Lease”: #café #work")
        await driver.until(lambda: any("Lease" in line and "#" in line for line in _lines(driver)))
        await _run(driver, "/tag -work")
        await driver.until_shown("Tags of “Lease”: #café · Ctrl+Z")
        await _run(driver, "/tag Café")
        await driver.until_shown("No changes.")
        await driver.pilot.press("alt+t")
        await driver.until_shown("Tags, separated by commas")
        driver.app.screen.query_one(Input).value = "to read, home"
        await driver.pilot.press("enter")
        await driver.until_shown("Tags of “Lease”: #home #to read")
        assert _named(store, "Lease").tags == ("home", "to read")
    store.close()


async def test_what_is_archived_is_listed_apart(home: Path) -> None:
    store = _store(home, "Lease", "Beach")
    async with opened(Setting(home), store=store) as driver:
        await _open(driver, "Lease")
        await driver.pilot.press("alt+r")
        await driver.until_shown("Archived “Lease”")
        await driver.until(lambda: _lines(driver) == ["Today", "  Beach"])
        await driver.pilot.press("alt+v")
        await driver.until(lambda: _lines(driver) == ["Today", "▸ Lease"])
        await driver.pilot.press("alt+r")
        await driver.until_shown("Unarchived “Lease”")
        await driver.until(lambda: _lines(driver) == ["no archived conversations"])
        await driver.pilot.click("#filters", offset=(2, 0))
        await driver.until(lambda: _lines(driver) == ["Today", "  Beach", "▸ Lease"])
    store.close()


async def test_the_conversation_under_the_cursor_of_the_list_is_the_one_meant(home: Path) -> None:
    store = _store(home, "Lease", "Beach")
    async with opened(Setting(home), store=store) as driver:
        await _open(driver, "Beach")
        await driver.pilot.press("ctrl+b", "ctrl+b", "down", "alt+i")
        await driver.until_shown("Pinned “Lease”")
        assert driver.messages[0].text == "Something on Beach?"
    store.close()


async def test_nothing_is_ordered_before_there_is_a_conversation(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        for key in ("alt+i", "alt+t", "alt+k", "alt+r"):
            driver.notice.clear()
            await driver.pilot.press(key)
            await driver.until_shown("There is no conversation yet.")


async def test_a_temporary_conversation_says_so_and_leaves_nothing_on_disk(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press("alt+n")
        await driver.until_shown("New conversation · temporary: in memory only")
        await driver.ask("A secret question")
        await driver.until_shown("Temporary")
        await driver.until_shown("▸ A secret question")
        assert driver.models.default.questions[-1].keep == "memory"
        assert driver.store.conversations(archived=None) == []
        assert [each.title for each in driver.store.conversations(temporary=True)] == [
            "A secret question"
        ]
        await driver.pilot.press("ctrl+n")
        await driver.until(lambda: "temporary: in memory only" not in driver.text)
        await driver.ask("An ordinary question")
        assert [each.title for each in driver.store.conversations()] == ["An ordinary question"]
    assert b"secret" not in b"".join(path.read_bytes() for path in home.glob("chats.db*"))
