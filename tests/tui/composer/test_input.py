"""Typing: lines, history, drafts, pastes."""

from pathlib import Path

import pytest
from textual.events import Key

from assistant.storage.conversations import SqliteConversations
from tests.support.driver import Driver, Setting, opened, scripted
from tests.support.fake_models import Gate


async def test_lines_are_broken_by_ctrl_j_shift_enter_and_a_backslash(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press("a", "ctrl+j", "b", "shift+enter", "c", "backslash", "enter", "d")
        assert driver.typed == "a\nb\nc\nd"
        await driver.pilot.press("enter")
        await driver.until(lambda: driver.messages)
        assert driver.messages[0].text == "a\nb\nc\nd"


async def test_blank_text_is_not_sent(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press("space", "enter")
        await driver.pilot.pause()
        assert driver.messages == []
        assert driver.is_idle


async def test_the_prompt_grows_with_its_lines_and_stays_below_half_the_screen(home: Path) -> None:
    async with opened(Setting(home), size=(80, 24)) as driver:
        prompt = driver.prompt
        heights = []
        for _ in range(20):
            heights.append(prompt.size.height)
            await driver.pilot.press("ctrl+j")
            await driver.pilot.pause()
        assert heights[:3] == [1, 2, 3]
        assert prompt.outer_size.height <= 12


async def test_history_is_walked_with_ctrl_up_and_down_and_keeps_what_was_typed(
    home: Path,
) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("first")
        await driver.ask("second")
        await driver.pilot.press(*"new")
        shown = []
        for key in ("ctrl+up", "ctrl+up", "ctrl+up", "ctrl+down", "ctrl+down"):
            await driver.pilot.press(key)
            await driver.pilot.pause()
            shown.append(driver.typed)
        assert shown == ["second", "first", "first", "second", "new"]


async def test_up_moves_within_several_lines_before_it_leaves_them(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("earlier")
        await driver.pilot.press("a", "ctrl+j", "b")
        await driver.pilot.press("up")
        assert driver.prompt.cursor_location[0] == 0
        assert driver.typed == "a\nb"
        await driver.pilot.press("up")
        await driver.until(lambda: driver.typed == "earlier")


async def test_up_walks_to_earlier_questions_and_esc_leaves_the_edit(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("first")
        await driver.ask("second")
        await driver.pilot.press("up")
        await driver.until(lambda: driver.typed == "second")
        await driver.pilot.press("home", "up")
        await driver.until(lambda: driver.typed == "first")
        await driver.pilot.press("enter")
        await driver.until(lambda: len(driver.messages) == 2 and driver.is_idle)
        assert driver.messages[0].versions == 2
        await driver.pilot.press("up", "escape")
        await driver.until(lambda: driver.typed == "")
        assert driver.edited is None


async def test_a_paste_loses_what_a_terminal_would_obey(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        pasted = "one\x1b]52;c;aGk=\x07\x1b[2Jtwo\r\nthree\u202e\x1b[31mf\x9bour"
        driver.paste(pasted)
        await driver.until(lambda: "four" in driver.typed)
        assert driver.typed == "onetwo\nthreefour"


async def test_what_is_typed_over_a_message_goes_into_the_prompt(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("A question")
        await driver.pilot.press("tab")
        await driver.until(lambda: driver.views[-1].has_focus)
        await driver.pilot.press("H", "i")
        await driver.until(lambda: driver.typed == "Hi")
        assert driver.is_typing


async def test_a_draft_is_on_disk_soon_and_there_after_a_restart(home: Path) -> None:
    setting = Setting(home)
    async with opened(setting) as driver:
        await driver.pilot.press(*"half a question")
        await driver.until(lambda: driver.store.unsent() is not None)
        unsent = driver.store.unsent()
        assert unsent is not None
        assert "half a question".startswith(unsent.draft)
        await driver.until(lambda: (driver.store.unsent() or unsent).draft == "half a question")
    async with opened(setting) as driver:
        await driver.until(lambda: driver.typed == "half a question")


async def test_every_conversation_keeps_its_own_draft(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("A question")
        first = driver.conversation_id or ""
        driver.type("about the first")
        await driver.pilot.press("ctrl+n")
        await driver.until(lambda: driver.typed == "")
        driver.type("about the second")
        driver.start_opening(first)
        await driver.until(lambda: driver.typed == "about the first")
        assert driver.store.conversation(first).draft == "about the first"
        unsent = driver.store.unsent()
        assert unsent is not None
        assert unsent.draft == "about the second"


async def test_a_sent_question_leaves_no_draft(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press(*"to be sent")
        await driver.until(lambda: driver.store.unsent() is not None)
        await driver.pilot.press("enter")
        await driver.until(lambda: len(driver.messages) == 2 and driver.is_idle)
        sent = driver.conversation_id or ""
        await driver.until(lambda: driver.store.conversation(sent).draft == "")


async def test_a_question_in_line_is_on_disk_as_a_draft(home: Path) -> None:
    gate = Gate(after=1)
    async with opened(Setting(home, scripted("first done", gate=gate))) as driver:
        await driver.ask("One?", wait=False)
        await driver.until_shown("first")
        await driver.ask("Two?", wait=False)
        id = driver.conversation_id or ""
        await driver.until(lambda: driver.store.conversation(id).draft == "Two?")
        gate.open()
        await driver.until(lambda: driver.is_idle and len(driver.messages) == 4)
        await driver.until(lambda: driver.store.conversation(id).draft == "")


async def test_what_was_being_typed_is_kept_when_the_screen_is_left(home: Path) -> None:
    store = SqliteConversations(home / "chats.db")
    async with opened(Setting(home), store=store) as driver:
        await driver.pilot.press("a", "b", "c", "ctrl+q")
        await driver.until(lambda: driver.app.return_code == 0)
    unsent = store.unsent()
    store.close()
    assert unsent is not None
    assert unsent.draft == "abc"


async def test_a_question_in_line_is_no_draft_any_more_when_it_was_asked_out_of_sight(
    home: Path,
) -> None:
    gate = Gate(after=1)
    async with opened(Setting(home, scripted("first done", gate=gate))) as driver:
        await driver.ask("One?", wait=False)
        await driver.until_shown("first")
        await driver.ask("Two?", wait=False)
        driver.type("and this")
        id = driver.conversation_id or ""
        await driver.pilot.press("ctrl+n")
        await driver.until(lambda: driver.conversation_id is None)
        assert driver.store.conversation(id).draft == "Two?\n\nand this"
        driver.start_opening(id)
        await driver.until(lambda: driver.typed == "and this")
        await driver.pilot.press("ctrl+n")
        await driver.until(lambda: driver.conversation_id is None)
        gate.open()
        await driver.until(lambda: len(driver.store.branch(id)) == 4)
        await driver.until(lambda: driver.store.conversation(id).draft == "and this")


def burst(driver: Driver, typed: str, at: float = 100.0) -> None:
    """Keys as a terminal hands them over that were written together."""
    for letter in typed:
        key = Key("enter", "\r") if letter == "\n" else Key(letter, letter)
        key.time = at
        driver.app.post_message(key)


@pytest.mark.parametrize("typed", ["alpha one\nbeta two", "a\nb\nc", "um\n\n  dois"])
async def test_a_paste_that_the_terminal_does_not_call_one_is_one_text(
    home: Path, typed: str
) -> None:
    async with opened(Setting(home)) as driver:
        burst(driver, typed)
        await driver.until(lambda: driver.typed == typed)
        assert driver.messages == []


async def test_an_enter_at_the_end_of_a_burst_sends_all_of_it(home: Path) -> None:
    async with opened(Setting(home, scripted("Paris."))) as driver:
        burst(driver, "first line\nsecond line\n")
        await driver.until_shown("Paris.")
        assert driver.messages[0].text == "first line\nsecond line"
        assert driver.typed == ""


async def test_what_is_typed_after_an_enter_is_the_next_question(home: Path) -> None:
    async with opened(Setting(home, scripted("Paris."))) as driver:
        burst(driver, "one")
        burst(driver, "\n", at=101.0)
        burst(driver, "two", at=102.0)
        await driver.until_shown("Paris.")
        await driver.until(lambda: driver.typed == "two")
        assert driver.messages[0].text == "one"


BURSTS = [
    "edit this please",
    "are you there friend",
    "copy\nright\nyes",
    "ricardo e\n\ncarla",
    "wc -l file",
    "c\nd",
]


@pytest.mark.parametrize("typed", BURSTS)
async def test_a_paste_over_a_message_is_one_text_whatever_its_letters_would_do(
    home: Path, typed: str
) -> None:
    async with opened(Setting(home, scripted("Paris."))) as driver:
        await driver.ask("A question")
        await driver.until_shown("Paris.")
        driver.views[-1].focus()
        await driver.until(lambda: driver.views[-1].has_focus)

        burst(driver, typed)

        await driver.until(lambda: driver.typed == typed)
        assert driver.is_typing
        assert [message.versions for message in driver.messages] == [1, 1]


async def test_a_key_alone_on_a_message_is_a_command(home: Path) -> None:
    async with opened(Setting(home, scripted("Paris.", "Lisbon."))) as driver:
        await driver.ask("A question")
        await driver.until_shown("Paris.")
        driver.views[-1].focus()
        await driver.until(lambda: driver.views[-1].has_focus)

        burst(driver, "r", at=100.0)
        burst(driver, "r", at=100.5)

        await driver.until(lambda: driver.messages[-1].versions > 1)
        assert driver.typed == ""


async def test_a_letter_waits_for_no_key_that_is_none(home: Path) -> None:
    async with opened(Setting(home, scripted("Paris."))) as driver:
        await driver.ask("A question")
        await driver.until_shown("Paris.")
        driver.views[-1].focus()
        await driver.until(lambda: driver.views[-1].has_focus)

        burst(driver, "H")
        driver.app.post_message(Key("escape", None))

        await driver.until(lambda: driver.typed == "H")
