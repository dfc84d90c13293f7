"""The list of conversations and what can be done with each."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from textual.widgets import Input, OptionList

from assistant.storage.conversations import SqliteConversations
from assistant.tui.conversations.rows import day_name
from assistant.tui.conversations.search_screen import SearchScreen
from tests.support.clocks import SteppingClock
from tests.support.driver import Driver, Setting, opened, scripted
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_models import Gate

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_conversations_are_grouped_as_people_count_days() -> None:
    today = date(2026, 11, 20)
    names = [day_name(NOON - timedelta(days=days), today) for days in (0, 1, 2, 6, 7, 40, 400)]
    assert names == [
        "Today",
        "Yesterday",
        "This week",
        "This week",
        "November 2026",
        "October 2026",
        "October 2025",
    ]


async def test_the_list_shows_titles_and_opens_one(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("About the lease")
        await driver.pilot.press("ctrl+n")
        await driver.ask("About Recife")
        await driver.until_shown("▸ About Recife")
        await driver.until_shown("  About the lease")
        await _highlight(driver, "About the lease")
        await driver.pilot.press("enter")
        await driver.until_shown("▸ About the lease")
        assert driver.messages[0].text == "About the lease"
        assert driver.is_typing


async def test_a_conversation_is_opened_by_a_click(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("About the lease")
        await driver.pilot.press("ctrl+n")
        await driver.ask("About Recife")
        await driver.until_shown("  About the lease")
        rows = driver.text.split("\n")
        row = next(place for place, line in enumerate(rows) if "  About the lease" in line)
        await driver.pilot.click(offset=(6, row))
        await driver.until(lambda: driver.messages[0].text == "About the lease")


async def test_delete_can_be_undone_with_ctrl_z(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("A question")
        await driver.pilot.press("f8")
        await driver.until_shown("Deleted “A question” · Ctrl+Z undoes")
        assert driver.store.conversations() == []
        assert driver.messages == []
        await driver.pilot.press("ctrl+z")
        await driver.until_shown("▸ A question")
        assert len(driver.messages) == 2
        assert len(driver.store.conversations()) == 1


async def test_delete_can_be_undone_with_a_click(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("A question")
        await driver.pilot.press("f8")
        await driver.until_shown("Ctrl+Z undoes")
        rows = driver.text.split("\n")
        row = next(place for place, line in enumerate(rows) if "Ctrl+Z" in line)
        await driver.pilot.click(offset=(rows[row].index("Ctrl+Z") + 2, row))
        await driver.until(lambda: len(driver.store.conversations()) == 1)


async def test_ctrl_z_undoes_typing_when_nothing_was_deleted(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press("a")
        await driver.pilot.press("ctrl+z")
        await driver.until(lambda: driver.typed == "")


async def test_delete_in_the_list_deletes_the_one_under_the_cursor(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("Keep me")
        await driver.pilot.press("ctrl+n")
        await driver.ask("Shown")
        await _highlight(driver, "Keep me")
        await driver.pilot.press("delete")
        await driver.until_shown("Deleted “Keep me”")
        assert [summary.title for summary in driver.store.conversations()] == ["Shown"]
        assert driver.messages[0].text == "Shown"


async def test_deleting_stops_the_answer_that_is_being_written(home: Path) -> None:
    gate = Gate(after=1)
    async with opened(Setting(home, scripted("one two", gate=gate))) as driver:
        await driver.ask("Count.", wait=False)
        await driver.until_shown("one")
        await driver.pilot.press("f8")
        await driver.until_shown("Deleted")
        await driver.until(lambda: driver.models.default.stopped == 1)


async def test_rename_asks_for_a_title(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("A question")
        await driver.pilot.press("f2")
        await driver.until_shown("Title of the conversation")
        await driver.pilot.press(*"Better", "enter")
        await driver.until_shown("▸ Better")
        await driver.until_shown("≡ Better")
        assert driver.store.conversations()[0].title == "Better"


async def test_the_field_finds_titles_and_leads_to_the_search_of_messages(home: Path) -> None:
    models = scripted("Rent rises once a year.", "The beach is long.")
    async with opened(Setting(home, models)) as driver:
        await driver.ask("About the lease")
        await driver.pilot.press("ctrl+n")
        await driver.ask("About Recife")
        await driver.pilot.press("ctrl+b", "ctrl+b", "slash", *"lease")
        await driver.until(lambda: "About Recife" not in _list(driver))
        await driver.until_shown("About the lease")
        driver.screen.query_one(Input).value = "beach"
        await driver.until_shown("no matching title")
        await driver.pilot.press("enter")
        await driver.until_shown("The beach is long.")
        await driver.until(lambda: isinstance(driver.app.screen, SearchScreen))
        await driver.pilot.press("enter")
        await driver.until(lambda: driver.views and driver.views[-1].has_focus)
        assert driver.messages[0].text == "About Recife"


async def test_esc_leaves_the_field_and_lists_everything_again(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("A question")
        await driver.pilot.press("ctrl+b", "ctrl+b", "slash", *"xyzzy")
        await driver.until_shown("no matching title")
        await driver.pilot.press("escape")
        await driver.until_shown("▸ A question")
        assert driver.is_typing


async def test_what_another_window_does_appears_by_itself(home: Path) -> None:
    setting = Setting(home)
    async with opened(setting) as driver:
        await driver.ask("Mine")
        other = FakeConversations(setting.conversations)
        elsewhere = other.create(title="From elsewhere")
        other.append(elsewhere.id, None, "user", "hello")
        other.rename(driver.conversation_id or "", "Renamed elsewhere")
        await driver.until_shown("From elsewhere")
        await driver.until_shown("≡ Renamed elsewhere")
        other.close()


async def test_what_another_window_does_while_an_answer_is_written_is_shown_after_it(
    home: Path,
) -> None:
    gate = Gate()
    store, other = (SqliteConversations(home / "chats.db") for _ in range(2))
    async with opened(Setting(home, scripted("One.", gate=gate)), store=store) as driver:
        await driver.ask("Hi", wait=False)
        await driver.until(gate.reached.is_set, "an answer that is written")
        other.rename(driver.conversation_id or "", "Renamed elsewhere")
        await driver.until_shown("▸ Renamed elsewhere")

        gate.open()
        await driver.until(lambda: driver.is_idle)
        await driver.until_shown("≡ Renamed elsewhere")
    store.close()
    other.close()


async def test_the_list_is_hidden_where_there_is_no_room_and_comes_by_key(home: Path) -> None:
    async with opened(Setting(home), size=(80, 24)) as driver:
        await driver.ask("A question")
        assert not driver.sidebar.display
        await driver.pilot.press("ctrl+b")
        await driver.until_shown("▸ A question")
        await driver.pilot.press("enter")
        await driver.until(lambda: not driver.sidebar.display)
        await driver.pilot.click("#title", offset=(2, 0))
        await driver.until_shown("▸ A question")


async def test_on_a_phone_the_list_takes_the_whole_width(home: Path) -> None:
    async with opened(Setting(home), size=(40, 24)) as driver:
        await driver.ask("A question")
        await driver.pilot.press("ctrl+b")
        await driver.until_shown("▸ A question")
        assert driver.sidebar.size.width > 36
        await driver.pilot.press("enter")
        await driver.until_shown("assistant")


async def test_the_window_is_resized_while_a_conversation_is_read(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("A question")
        for size in ((80, 24), (200, 60), (40, 12), (100, 30)):
            await driver.pilot.resize_terminal(*size)
            await driver.until_shown("The capital of France is Paris.")
        assert driver.sidebar.display


async def _highlight(driver: Driver, title: str) -> None:
    listing = driver.screen.query_one("#conversations", OptionList)
    await driver.until_shown(title)
    listing.focus()
    places = [place for place, option in enumerate(listing.options) if title in str(option.prompt)]
    listing.highlighted = places[0]
    await driver.pilot.pause()


def _list(driver: Driver) -> str:
    listing = driver.screen.query_one("#conversations", OptionList)
    return "\n".join(str(option.prompt) for option in listing.options)


async def test_old_trash_leaves_behind_the_screen(home: Path) -> None:
    setting = Setting(home)
    store = FakeConversations(setting.conversations, SteppingClock())
    id = store.create(title="Old").id
    store.append(id, None, "user", "kept too long")
    store.delete(id)
    async with opened(setting) as driver:
        await driver.until(lambda: not driver.store.trash(), "the trash is empty")
        assert driver.store.conversations(deleted=True) == []
