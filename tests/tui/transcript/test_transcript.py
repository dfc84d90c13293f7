"""Reading: only what is near is drawn, the end is followed, nothing jumps."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from assistant.storage.conversations import SqliteConversations
from tests.support.driver import Driver, Setting, opened, scripted
from tests.support.fake_models import Gate

LONG = 2000
"""Messages of a long conversation."""


@pytest.fixture(scope="module")
def long_conversation() -> Iterator[Path]:
    """A database with one conversation of 2,000 messages of different heights."""
    # Each message is synced to disk; where there is one, a disk in memory saves the wait.
    memory = Path("/dev/shm")
    folder = Path(mkdtemp(prefix="as-", dir=memory if os.access(memory, os.W_OK) else None))
    path = folder / "chats.db"
    store = SqliteConversations(path)
    conversation = store.create(title="A long one")
    parent = None
    for number in range(LONG // 2):
        words = "some words " * (number % 20)
        question = store.append(conversation.id, parent, "user", f"Question {number}? {words}")
        points = "\n".join(f"- point {point} of **{number}**" for point in range(number % 7))
        closing = "A closing sentence with words. " * (number % 11)
        text = f"Answer {number}.\n\n{points}\n\n{closing}"
        parent = store.append(conversation.id, question.id, "assistant", text).id
    store.close()
    yield path
    shutil.rmtree(folder)


async def test_a_conversation_of_2000_messages_opens_at_its_end_with_few_widgets(
    home: Path, long_conversation: Path
) -> None:
    store = SqliteConversations(long_conversation)
    async with opened(Setting(home), store=store, size=(100, 40)) as driver:
        await _open(driver)
        await driver.until_shown("Question 999?")
        assert len(driver.views) < 40
        assert driver.transcript.following
    store.close()


async def test_scrolling_moves_by_exactly_what_was_asked_for(
    home: Path, long_conversation: Path
) -> None:
    store = SqliteConversations(long_conversation)
    async with opened(Setting(home), store=store, size=(100, 30)) as driver:
        await _open(driver)
        await driver.until_shown("Question 999?")
        for step in [-4] * 40 + [4] * 20 + [-13] * 20 + [13] * 10:
            before = _rows(driver)
            driver.transcript.scroll_relative(y=step, animate=False)
            await driver.until(lambda: _moved(before, _rows(driver), step), f"moved by {step}")  # noqa: B023
            after = _rows(driver)
            await driver.pilot.pause()
            assert _rows(driver) == after
            assert len(driver.views) < 60
    store.close()


def _moved(before: list[str], after: list[str], step: int) -> bool:
    if step < 0:
        return after[-step:] == before[:step]
    return after[:-step] == before[step:]


async def test_the_beginning_and_the_end_are_one_key_away(
    home: Path, long_conversation: Path
) -> None:
    store = SqliteConversations(long_conversation)
    async with opened(Setting(home), store=store, size=(100, 30)) as driver:
        await _open(driver)
        await driver.until_shown("Question 999?")
        await driver.pilot.press("ctrl+home")
        await driver.until_shown("Question 0?")
        assert len(driver.views) < 60
        await driver.pilot.press("ctrl+end")
        await driver.until_shown("Question 999?")
        assert driver.transcript.following
    store.close()


async def test_the_scrollbar_leads_anywhere(home: Path, long_conversation: Path) -> None:
    store = SqliteConversations(long_conversation)
    async with opened(Setting(home), store=store, size=(100, 30)) as driver:
        await _open(driver)
        await driver.until_shown("Question 999?")
        transcript = driver.transcript
        transcript.scroll_to(y=transcript.max_scroll_y // 2, animate=False)
        await driver.until(lambda: any(f"Answer {n}." in driver.text for n in range(400, 600)))
    store.close()


async def test_the_place_is_kept_when_the_window_changes_its_width(
    home: Path, long_conversation: Path
) -> None:
    store = SqliteConversations(long_conversation)
    async with opened(Setting(home), store=store, size=(120, 30)) as driver:
        await _open(driver)
        await driver.until_shown("Question 999?")
        hit = next(m for m in driver.messages if m.text.startswith("Question 500?"))
        await driver.transcript.go_to(hit.id)
        await driver.until_shown("Question 500?")
        for width in (80, 60, 140, 120):
            await driver.pilot.resize_terminal(width, 30)
            await driver.until_shown("Question 500?")
    store.close()


async def test_keys_walk_from_message_to_message(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("One")
        await driver.ask("Two")
        await driver.pilot.press("tab")
        focused = [_focused(driver)]
        for _ in range(3):
            await driver.pilot.press("up")
            focused.append(_focused(driver))
        assert focused == [message.id for message in reversed(driver.messages)]
        await driver.pilot.press("down", "down", "down", "down")
        await driver.until(lambda: driver.is_typing)


async def test_a_growing_answer_is_followed_while_the_reader_is_at_its_end(home: Path) -> None:
    gate = Gate(after=40)
    answer = [f"line {number}\n\n" for number in range(80)]
    async with opened(Setting(home, scripted(gate=gate)), size=(80, 24)) as driver:
        driver.models.default.answers = (answer,)
        await driver.ask("Count.", wait=False)
        await driver.until_shown("line 39")
        gate.open()
        await driver.until_shown("line 79")


async def test_a_reader_who_scrolled_up_is_left_alone(home: Path) -> None:
    gate = Gate(after=40)
    answer = [f"line {number}\n\n" for number in range(80)]
    async with opened(Setting(home, scripted(gate=gate)), size=(80, 24)) as driver:
        driver.models.default.answers = (answer,)
        await driver.ask("Count.", wait=False)
        await driver.until_shown("line 39")
        await driver.pilot.press("pageup")
        await driver.until(lambda: "line 39" not in driver.text)
        before = _rows(driver)
        gate.open()
        await driver.until(lambda: driver.is_idle)
        assert _rows(driver) == before
        await driver.pilot.press("ctrl+end")
        await driver.until_shown("line 79")


async def test_links_show_their_address_and_open_only_when_wanted(home: Path) -> None:
    answer = "See [the manual](https://example.org/a%20b?q=1) or [there](file:///etc/passwd)."
    async with opened(Setting(home, scripted(answer))) as driver:
        opened_urls: list[str] = []
        driver.app.open_url = lambda url, **_: opened_urls.append(url)  # type: ignore[method-assign,misc]
        await driver.ask("Which?")
        await _click_on(driver, "manual")
        await driver.until_shown("https://example.org/a%20b?q=1")
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen)
        assert opened_urls == []
        await _click_on(driver, "manual")
        await driver.until_shown("Open this address?")
        await driver.pilot.press("enter")
        await driver.until(lambda: opened_urls == ["https://example.org/a%20b?q=1"])
        await _click_on(driver, "there")
        await driver.pilot.pause()
        assert driver.app.screen is driver.screen
        assert len(opened_urls) == 1


async def _open(driver: Driver) -> None:
    id = driver.store.conversations()[0].id
    driver.start_opening(id)


def _rows(driver: Driver) -> list[str]:
    """The rows of the transcript, without its scrollbar."""
    region = driver.transcript.region
    rows = driver.text.split("\n")[region.y : region.bottom]
    return [row[region.x : region.right - 1] for row in rows]


def _focused(driver: Driver) -> str:
    return next(view.message.id for view in driver.views if view.has_focus)


async def _click_on(driver: Driver, word: str) -> None:
    rows = driver.text.split("\n")
    row = next(place for place, line in enumerate(rows) if word in line)
    await driver.pilot.click(offset=(rows[row].index(word) + 1, row))
