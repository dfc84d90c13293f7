"""Forks, two ways beside each other, and ratings."""

from pathlib import Path

from textual.widgets import Input

from assistant.tui.conversations.compare import CompareScreen
from tests.support.driver import Driver, Setting, drawn, opened, scripted


async def _two_versions(driver: Driver) -> None:
    await driver.ask("When does the rent rise?")
    await driver.pilot.press("ctrl+r")
    await driver.until_shown("‹2/2›")
    await driver.until(lambda: driver.is_idle)


MODELS = ("The rent rises once a year.", "The rent rises every twelve months.", "Later.")


async def test_a_conversation_is_forked_at_a_message(home: Path) -> None:
    async with opened(Setting(home, scripted(*MODELS))) as driver:
        await driver.ask("First?")
        await driver.ask("Second?")
        origin = driver.conversation_id
        driver.transcript.focus_message(driver.messages[1].id)
        await driver.pilot.press("f")
        await driver.until_shown("≡ First? (fork)")
        await driver.until_shown("Forked from “First?”; the original is unchanged.")
        assert [each.text for each in driver.messages] == ["First?", MODELS[0]]
        assert driver.is_typing
        await driver.ask("Third?")
        assert len(driver.store.branch(origin or "")) == 4


async def test_a_fork_is_compared_with_its_origin(home: Path) -> None:
    async with opened(Setting(home, scripted(*MODELS))) as driver:
        await driver.ask("First?")
        await driver.ask("Second?")
        origin = driver.conversation_id
        driver.transcript.focus_message(driver.messages[1].id)
        await driver.pilot.press("f")
        await driver.until_shown("≡ First? (fork)")
        await driver.ask("Another second?")
        await driver.pilot.press("alt+d")
        await driver.until(lambda: isinstance(driver.app.screen, CompareScreen))
        await driver.until_shown("after 2 messages in common")
        await driver.until_shown("Another second?")
        await driver.pilot.press("1")
        await driver.until(lambda: driver.conversation_id == origin)


async def test_two_versions_stand_side_by_side_with_their_differences_marked(home: Path) -> None:
    async with opened(Setting(home, scripted(*MODELS)), size=(110, 30)) as driver:
        await _two_versions(driver)
        driver.transcript.focus_last()
        await driver.pilot.press("d")
        await driver.until(lambda: isinstance(driver.app.screen, CompareScreen))
        await driver.until(
            lambda: any(
                "once a year" in line and "every twelve" in line for line in driver.text.split("\n")
            )
        )
        await driver.until(lambda: _marked(driver) == ["once a year", "every twelve months"])
        await driver.pilot.press("1")
        await driver.until_shown("‹1/2›")
        assert driver.messages[-1].text == MODELS[0]


async def test_where_it_is_narrow_one_stands_below_the_other(home: Path) -> None:
    async with opened(Setting(home, scripted(*MODELS)), size=(80, 24)) as driver:
        await _two_versions(driver)
        await driver.pilot.press("alt+d")
        await driver.until_shown("The rent rises once a year.")
        rows = driver.text.split("\n")
        first = next(place for place, row in enumerate(rows) if MODELS[0] in row)
        second = next(place for place, row in enumerate(rows) if MODELS[1] in row)
        assert first < second
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen)
        assert driver.messages[-1].text == MODELS[1]


async def test_with_more_versions_the_arrows_turn_to_another(home: Path) -> None:
    async with opened(Setting(home, scripted(*MODELS)), size=(110, 30)) as driver:
        await _two_versions(driver)
        await driver.pilot.press("ctrl+r")
        await driver.until_shown("‹3/3›")
        await driver.until(lambda: driver.is_idle)
        await driver.pilot.press("alt+d")
        await driver.until_shown("version 2  and  version 3")
        await driver.pilot.press("left")
        await driver.until_shown("version 2  and  version 1")
        await driver.until_shown(MODELS[0])


async def test_without_another_way_there_is_nothing_to_compare(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press("alt+d")
        await driver.until_shown("There is no conversation yet.")
        await driver.ask("First?")
        await driver.pilot.press("alt+d")
        await driver.until_shown("Nothing to compare: ")


async def test_a_rating_and_its_note_stand_on_the_answer(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("First?")
        driver.transcript.focus_last()
        await driver.pilot.press("minus")
        await driver.until_shown("Rated bad · /note why")
        await driver.until_shown("assistant  ▼ bad")
        await driver.pilot.press("w")
        await driver.until_shown("Why is the answer bad?")
        driver.app.screen.query_one(Input).value = "não é [/verdade]"
        await driver.pilot.press("enter")
        await driver.until_shown("▼ bad não é [/verdade]")
        answer = driver.store.message(driver.messages[-1].id)
        assert (answer.rating, answer.note) == ("bad", "não é [/verdade]")
        await driver.pilot.press("ctrl+z")
        await driver.until(lambda: driver.messages[-1].note == "")
        await driver.pilot.press("plus")
        await driver.until_shown("▲ good")
        await driver.pilot.press("plus")
        await driver.until_shown("Rating removed")
        assert driver.messages[-1].rating is None


async def test_slash_good_rates_the_last_answer_with_its_reason(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("First?")
        driver.put("/good short and right")
        await driver.pilot.press("enter")
        await driver.until_shown("▲ good short and right")


def _marked(driver: Driver) -> list[str]:
    """What is drawn on another background than its surroundings."""
    return [
        segment.text.strip()
        for strip in drawn(driver.app)
        for segment in strip
        if segment.style and segment.style.bgcolor and segment.text.strip() in _WANTED
    ]


_WANTED = ("once a year", "every twelve months")
