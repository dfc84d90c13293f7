"""The mouse does what the keys do."""

from pathlib import Path

from assistant.tui.actions.help import Help
from tests.support.driver import Driver, Setting, opened, scripted
from tests.support.fake_models import Gate


async def test_versions_are_walked_by_clicks(home: Path) -> None:
    async with opened(Setting(home, scripted("first try", "second try"))) as driver:
        await driver.ask("Try.")
        await driver.pilot.press("ctrl+r")
        await driver.until_shown("‹2/2›")
        await driver.until(lambda: driver.is_idle)
        await click(driver, "‹2/2›")
        await driver.until_shown("first try")
        await driver.until_shown("‹1/2›")
        await click(driver, "‹1/2›", 4)
        await driver.until_shown("second try")


async def test_a_stopped_answer_is_continued_by_a_click(home: Path) -> None:
    gate = Gate(after=1)
    async with opened(Setting(home, scripted("one two", " two", gate=gate))) as driver:
        await driver.ask("Count.", wait=False)
        await driver.until_shown("one")
        await driver.pilot.press("escape")
        await driver.until_shown("c continues")
        gate.open()
        await click(driver, "c continues")
        await driver.until(lambda: driver.messages[-1].state == "complete")


async def test_the_words_on_a_message_are_buttons(home: Path) -> None:
    async with opened(Setting(home, scripted("Paris."))) as driver:
        await driver.ask("Capital?")
        await click(driver, "Paris.")
        await driver.until_shown("y copy")
        await click(driver, "y copy")
        await driver.until(lambda: driver.clipboard.copied == ["Paris."])
        await click(driver, "  Capital?", 3)
        await driver.until_shown("e edit")
        await click(driver, "e edit")
        await driver.until(lambda: driver.typed == "Capital?")


async def test_a_new_conversation_is_a_click_away(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("Capital?")
        await click(driver, "+ New conversation", 4)
        await driver.until(lambda: driver.conversation_id is None)


async def test_what_is_folded_is_unfolded_by_a_click(home: Path) -> None:
    lines = "\n".join(f"- item {number}" for number in range(1, 501))
    async with opened(Setting(home, scripted([lines], window=100_000))) as driver:
        await driver.ask("Go")
        await driver.until_shown("show 100 more lines")
        await click(driver, "show 100 more lines", 3)
        await driver.pilot.press("ctrl+end")
        await driver.until_shown("- item 500")


async def test_a_dialog_is_left_by_a_click_beside_it(home: Path) -> None:
    async with opened(Setting(home), size=(120, 50)) as driver:
        await driver.pilot.press("f1")
        await driver.until(lambda: isinstance(driver.app.screen, Help))
        await click(driver, "Typing")
        await driver.pilot.pause()
        assert isinstance(driver.app.screen, Help)
        await driver.pilot.click(offset=(2, 20))
        await driver.until(lambda: driver.app.screen is driver.screen)


async def test_the_wheel_scrolls_and_the_end_is_found_again(home: Path) -> None:
    answer = [f"line {number}\n\n" for number in range(60)]
    async with opened(Setting(home, scripted(answer)), size=(80, 24)) as driver:
        await driver.ask("Count.")
        await driver.until_shown("line 59")
        for _ in range(4):
            await driver.turn_wheel_up()
        await driver.until(lambda: "line 59" not in driver.text)
        assert not driver.transcript.following
        await driver.pilot.press("ctrl+end")
        await driver.until_shown("line 59")


async def click(driver: Driver, words: str, column: int = 0) -> None:
    """Click on words that are shown."""
    await driver.until_shown(words)
    rows = driver.text.split("\n")
    row = next(place for place, line in enumerate(rows) if words in line)
    await driver.pilot.click(offset=(rows[row].index(words) + column, row))
