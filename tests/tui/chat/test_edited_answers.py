"""Answers are edited on the screen, marked as edited, and gone on with."""

from pathlib import Path

import pytest
from textual.widgets import TextArea

from assistant.core.turn.requests import EditAnswer
from assistant.tui.toolkit.dialogs import TextEditor
from tests.support.driver import Driver, Setting, opened, scripted
from tests.support.fake_library import found
from tests.support.passages import passage

RENT = passage("The landlord may raise the rent once every twelve months.")


async def edit_answer(driver: Driver, text: str) -> None:
    """Write another text for the last answer."""
    driver.views[-1].focus()
    await driver.pilot.press("e")
    await driver.until(lambda: isinstance(driver.app.screen, TextEditor))
    driver.app.screen.query_one(TextArea).text = text
    await driver.pilot.press("ctrl+s")


async def test_an_edited_answer_is_a_version_that_says_so_and_is_checked_again(home: Path) -> None:
    async with opened(Setting(home, scripted("Bananas."), library=found(RENT))) as driver:
        await driver.ask("When may the rent go up?")
        await driver.until_shown("the model's answer, not")

        await edit_answer(driver, f"{RENT.text} Truly.")

        await driver.until_shown("twelve months. [1]")
        await driver.until_shown("Truly.")
        await driver.until_shown("edited")
        assert "the model's answer, not" not in driver.text
        assert [message.edited for message in driver.messages] == [False, True]
        assert (driver.messages[-1].version, driver.messages[-1].versions) == (2, 2)


async def test_the_model_goes_on_with_an_edited_answer(home: Path) -> None:
    async with opened(Setting(home, scripted("Once.", " and again."))) as driver:
        await driver.ask("When?")
        await driver.until_shown("Once.")
        await edit_answer(driver, "Twice a year")
        await driver.until(lambda: driver.is_idle and driver.messages[-1].edited)

        await driver.until(lambda: driver.views[-1].has_focus)
        await driver.pilot.press("c")

        await driver.until_shown("Twice a year and again.")
        assert driver.messages[-1].edited
        assert driver.typed == ""


async def test_keys_around_saving_are_each_for_the_screen_they_were_typed_at(home: Path) -> None:
    async with opened(Setting(home, scripted("Once.", " and again."))) as driver:
        await driver.ask("When?")
        await driver.until_shown("Once.")
        driver.views[-1].focus()
        await driver.pilot.press("e")
        await driver.until(lambda: isinstance(driver.app.screen, TextEditor))

        driver.burst(*", twice", "ctrl+s", "c")

        await driver.until_shown("Once., twice and again.")
        assert driver.typed == ""


@pytest.mark.parametrize("is_on_disk", [False, True])
async def test_continue_right_after_saving_is_for_the_answer_that_is_being_stored(
    home: Path, is_on_disk: bool
) -> None:
    async with opened(Setting(home, scripted("Once.", " and again."))) as driver:
        await driver.ask("When?")
        await driver.until_shown("Once.")
        answer = driver.messages[-1]
        stored = driver.workspace.conversation.session.start
        stored(EditAnswer(message_id=answer.id, text="Twice a year"))
        if is_on_disk:
            # Before the screen has heard of it.
            driver.workspace.conversation.turns.finish(30)

        driver.run("continue")

        await driver.until_shown("Twice a year and again.")
        await driver.until(lambda: driver.is_idle)
        assert driver.messages[-1].parent_id == answer.parent_id


async def test_another_version_takes_the_focus_of_the_one_before(home: Path) -> None:
    async with opened(Setting(home, scripted("Once.", "Twice.", "Thrice."))) as driver:
        await driver.ask("When?")
        await driver.until_shown("Once.")
        driver.views[-1].focus()
        for words in ("Twice.", "Thrice."):
            await driver.pilot.press("r")
            await driver.until_shown(words)
            await driver.until(lambda: driver.is_idle and driver.views[-1].has_focus)
        assert driver.messages[-1].versions == 3
        assert driver.typed == ""


async def test_the_focus_of_a_question_that_is_asked_anew_stays_in_the_prompt(home: Path) -> None:
    async with opened(Setting(home, scripted("Once.", "Twice."))) as driver:
        await driver.ask("When?")
        await driver.until_shown("Once.")
        await driver.pilot.press("ctrl+r")
        await driver.until_shown("Twice.")
        assert driver.is_typing


async def test_an_unchanged_answer_and_a_question_stay_as_they_are(home: Path) -> None:
    async with opened(Setting(home, scripted("Once."))) as driver:
        await driver.ask("When?")
        await driver.until_shown("Once.")

        await edit_answer(driver, "Once.")
        await driver.until_shown("No changes")
        assert driver.messages[-1].versions == 1

        driver.focus_prompt()
        await driver.pilot.press("ctrl+o")
        await driver.until(lambda: driver.edited is not None)
        assert driver.edited is not None
        assert driver.edited.role == "user"


async def test_continue_without_a_choice_is_for_the_last_answer_only(home: Path) -> None:
    async with opened(Setting(home, scripted("Once.", "Sure."))) as driver:
        await driver.ask("When?")
        await driver.until_shown("Once.")
        await edit_answer(driver, "Twice a year")
        await driver.until(lambda: driver.is_idle and driver.messages[-1].edited)
        driver.focus_prompt()
        await driver.ask("Sure?")
        await driver.until_shown("Sure.")

        driver.focus_prompt()
        await driver.pilot.press("ctrl+g")

        await driver.until_shown("There is no unfinished answer here.")
