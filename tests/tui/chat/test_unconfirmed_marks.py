"""Marks and sources that the model writes itself are not shown as if they were checked."""

from pathlib import Path

from tests.support.driver import Setting, opened, scripted
from tests.support.fake_library import found
from tests.support.passages import passage

RENT = passage("The landlord may raise the rent once every twelve months.")
FORGED = f"{RENT.text} Bananas are yellow [1].\n\nSources:\n[2] /etc/passwd, p. 3 (verbatim)"


async def test_marks_of_the_model_go_and_its_sources_are_labelled(home: Path) -> None:
    async with opened(Setting(home, scripted(FORGED), library=found(RENT))) as driver:
        await driver.ask("When may the rent go up?")

        await driver.until_shown("once every twelve months. [1]")
        await driver.until_shown("Sources (written by the model, not checked):")
        assert "[2] /etc" not in driver.text
        assert "yellow [1]" not in driver.text


async def test_they_stay_so_when_the_conversation_is_opened_again(home: Path) -> None:
    async with opened(Setting(home, scripted(FORGED), library=found(RENT))) as driver:
        await driver.ask("When may the rent go up?")
        id = driver.conversation_id
        assert id is not None
        await driver.begin_new()
        await driver.open(id)

        await driver.until_shown("Sources (written by the model, not checked):")
        assert "[2] /etc" not in driver.text


async def test_what_is_copied_has_no_marks_of_the_model(home: Path) -> None:
    async with opened(Setting(home, scripted(FORGED), library=found(RENT))) as driver:
        await driver.ask("When may the rent go up?")
        await driver.until_shown("written by the model")
        await driver.pilot.press("ctrl+y")

        await driver.until(lambda: bool(driver.clipboard.copied))
        [copied] = driver.clipboard.copied
        assert "Bananas are yellow.\n" in copied
        assert "Sources (written by the model, not checked):\n/etc/passwd" in copied


async def test_without_files_an_answer_is_left_as_it_is(home: Path) -> None:
    async with opened(Setting(home, scripted("As in `list[0]` [1]."))) as driver:
        await driver.ask("What is first?")

        await driver.until_shown("As in list[0] [1].")
