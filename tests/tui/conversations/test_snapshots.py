"""Pictures of the search, the ordered list, the trash, two ways side by side, and exporting.

`pytest tests/tui/conversations/test_snapshots.py --snapshot-update` takes new ones;
look at them then.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input

from assistant.core.values.conversation import Conversation
from assistant.storage.conversations import SqliteConversations
from tests.support.clocks import SteppingClock
from tests.support.driver import Driver, Setting
from tests.support.fake_models import ScriptedModels
from tests.support.pictures import NAME, Compare, Pictures, Play, SteadyModel

ONCE = """The rent may rise once a year, after a letter that names the new rent.

- The letter comes 30 days before.
- It is signed by the landlord."""
TWICE = """The rent may rise every twelve months, after a letter that names the new rent.

- The letter comes 60 days before.
- It is signed by the landlord."""


@pytest.fixture
def store(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteConversations]:
    """Some conversations of a day that is long over."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    store = SqliteConversations(home / "chats.db", SteppingClock())
    lease = store.create(title="Lease questions", system_prompt="You know the law of tenancy.")
    question = store.append(lease.id, None, "user", "When may the landlord raise the rent?")
    store.append(lease.id, question.id, "assistant", ONCE)
    answer = store.append(lease.id, question.id, "assistant", TWICE)
    store.rate(answer.id, "good", "names the days")
    store.append(lease.id, answer.id, "user", "And the rent of a shop?")
    store.move(lease.id, "housing")
    store.tag(lease.id, ["work"])
    for title, said in (
        ("Férias no Recife", "Where is the água warm, and is the rent of a flat there low?"),
        ("A haiku about the sea", "Write a haiku about the sea"),
        ("Flat in Lisbon", "What is a usual rent in Lisbon?"),
        ("Old plans", "What did we plan?"),
    ):
        conversation = store.create(title=title)
        store.append(conversation.id, None, "user", said)
    by_title = {each.title: each.id for each in store.conversations()}
    store.pin(by_title["A haiku about the sea"])
    store.move(by_title["Flat in Lisbon"], "housing")
    store.archive(by_title["Old plans"])
    yield store
    store.close()
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def shows(home: Path, pictures: Pictures) -> Compare:
    """Plays a scene on the screen and compares the picture."""

    def compare(play: Play, size: tuple[int, int] = (110, 34)) -> bool:
        models = ScriptedModels(SteadyModel("Once a year.", name=NAME))
        return pictures.show(Setting(home, models), play, size=size)

    return compare


def _lease(driver: Driver) -> Conversation:
    (found,) = [each for each in driver.store.conversations() if each.title == "Lease questions"]
    return driver.store.conversation(found.id)


async def _opened(driver: Driver) -> None:
    await driver.open(_lease(driver).id)
    await driver.until_shown("▲ good")


async def _searched(driver: Driver) -> None:
    await driver.pilot.press("ctrl+f", *"rent")
    await driver.until_shown("6 messages, 3 conversations")


def test_what_a_search_has_found(shows: Compare) -> None:
    assert shows(_searched)


def test_what_a_search_has_found_on_80_by_24(shows: Compare) -> None:
    assert shows(_searched, size=(80, 24))


def test_what_a_search_has_found_on_40_columns(shows: Compare) -> None:
    assert shows(_searched, size=(40, 24))


def test_how_to_search(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await driver.pilot.press("ctrl+f")
        await driver.until_shown("a phrase")

    assert shows(play, size=(80, 24))


def test_a_message_that_was_found(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await driver.pilot.press("ctrl+f", *"signed")
        await driver.until_shown("It is signed")
        await driver.pilot.press("enter")
        await driver.until_shown("≡ Lease questions")

    assert shows(play)


def test_the_list_in_order(shows: Compare) -> None:
    assert shows(_opened)


def test_the_archive(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await driver.pilot.press("alt+v")
        await driver.until_shown("Old plans")

    assert shows(play)


def test_a_temporary_conversation(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await driver.pilot.press("alt+n")
        await driver.ask("A secret?")
        await driver.until_shown("61 tok/s")
        driver.notice.clear()

    assert shows(play)


def test_two_versions_side_by_side(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await _opened(driver)
        await driver.pilot.press("alt+d")
        await driver.until_shown("in common")

    assert shows(play)


def test_two_versions_below_each_other(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await _opened(driver)
        await driver.pilot.press("alt+d")
        await driver.until_shown("in common")

    assert shows(play, size=(80, 24))


def test_the_trash(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await _opened(driver)
        await driver.pilot.press("alt+x")
        await driver.until_shown("Deleted")
        await driver.pilot.press("f8")
        await driver.until_shown("Deleted “Lease questions”")
        await driver.pilot.press("alt+z")
        await driver.until_shown("kept for 30 days")

    assert shows(play, size=(80, 24))


def test_the_changes(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await driver.pilot.press("alt+z", "tab")
        await driver.until_shown("kept for 30 days")

    assert shows(play)


def test_what_to_export(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await _opened(driver)
        await driver.pilot.press("alt+e")
        await driver.until_shown("Into folder")
        driver.app.screen.query_one(Input).value = "~/conversations"

    assert shows(play, size=(80, 24))


def test_where_to_move_a_conversation(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await _opened(driver)
        await driver.pilot.press("alt+k")
        await driver.until_shown("Folder of the conversation")

    assert shows(play)
