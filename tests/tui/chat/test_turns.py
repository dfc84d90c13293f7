"""A question, an answer, and what can be done with both."""

from pathlib import Path

import pytest
from textual.events import Key

from tests.support.driver import Setting, opened, scripted
from tests.support.fake_models import Gate


async def test_a_question_is_answered_on_the_screen(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("What is the capital of France?")
        await driver.until_shown("The capital of France is Paris.")
        assert [message.text for message in driver.messages] == [
            "What is the capital of France?",
            "The capital of France is Paris.",
        ]
        assert driver.typed == ""


async def test_a_question_can_be_sent_before_the_model_is_loaded(home: Path) -> None:
    gate = Gate()
    async with opened(Setting(home, scripted("Paris.", load_gate=gate))) as driver:
        await driver.ask("Capital?", wait=False)
        await driver.until_shown("loading 0 %")
        await driver.until_shown("Capital?")
        gate.open()
        await driver.until_shown("Paris.")
        await driver.until_shown("ready")


async def test_a_template_that_cannot_be_used_is_told_where_the_model_is_loaded(
    home: Path,
) -> None:
    models = scripted("Paris.")
    models.default.template_problem = "its template cannot be used: no; written as ChatML"
    async with opened(Setting(home, models)) as driver:
        await driver.until_shown("its template cannot be used: no; written as ChatML.")
        await driver.until_shown("not its own template")
        driver.screen.notice.clear()
        await driver.ask("Capital?")
        await driver.until_shown("Paris.")
        assert "its template cannot be used" not in driver.text
        assert "not its own template" in driver.text


@pytest.mark.parametrize("typed", ["abc abc hello", "are you there friend", "olá, que tal"])
async def test_keys_of_one_burst_that_begin_at_a_message_go_to_the_prompt(
    home: Path, typed: str
) -> None:
    async with opened(Setting(home, scripted("Paris."))) as driver:
        await driver.ask("Capital?")
        await driver.until_shown("Paris.")
        driver.views[-1].focus()
        await driver.pilot.pause()
        for letter in typed:
            driver.app.post_message(Key(letter, letter))
        await driver.until(lambda: len(driver.typed) >= len(typed))
        assert driver.typed == typed
        assert len(driver.messages) == 2


async def test_esc_stops_and_keeps_what_was_written(home: Path) -> None:
    gate = Gate(after=2)
    async with opened(Setting(home, scripted("one two three four", gate=gate))) as driver:
        await driver.ask("Count.", wait=False)
        await driver.until_shown("one two")
        await driver.until_shown("writing · Esc stops")
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.is_idle)
        await driver.until_shown("stopped — c continues")
        assert "Esc stops" not in driver.text
        assert driver.messages[-1].text == "one two"
        assert driver.messages[-1].state == "stopped"


async def test_c_continues_a_stopped_answer(home: Path) -> None:
    gate = Gate(after=2)
    models = scripted("one two three", " three four", gate=gate)
    async with opened(Setting(home, models)) as driver:
        await driver.ask("Count.", wait=False)
        await driver.until_shown("one two")
        await driver.pilot.press("escape")
        await driver.until_shown("c continues")
        gate.open()
        driver.views[-1].focus()
        await driver.pilot.press("c")
        await driver.until_shown("one two three four")
        await driver.until(lambda: driver.is_idle)
        assert driver.messages[-1].text == "one two three four"
        assert "c continues" not in driver.text


async def test_a_question_sent_meanwhile_waits_in_sight_and_is_sent_when_it_can_be(
    home: Path,
) -> None:
    gate = Gate(after=1)
    async with opened(Setting(home, scripted("first done", "second", gate=gate))) as driver:
        await driver.ask("One?", wait=False)
        await driver.until_shown("first")
        await driver.ask("Two?", wait=False)
        await driver.until_shown("waiting  Two?")
        gate.open()
        await driver.until(lambda: len(driver.messages) == 4 and driver.is_idle)
        await driver.until_shown("second")
        assert "waiting" not in driver.text
        assert [message.text for message in driver.messages][::2] == ["One?", "Two?"]


async def test_regenerate_makes_a_version_and_both_can_be_walked_through(home: Path) -> None:
    async with opened(Setting(home, scripted("first try", "second try"))) as driver:
        await driver.ask("Try.")
        await driver.pilot.press("ctrl+r")
        await driver.until_shown("second try")
        await driver.until_shown("‹2/2›")
        await driver.until(lambda: driver.is_idle)
        await driver.pilot.press("alt+left")
        await driver.until_shown("first try")
        await driver.until_shown("‹1/2›")
        await driver.pilot.press("right")
        await driver.until_shown("second try")


async def test_up_in_an_empty_prompt_edits_the_last_question_as_a_branch(home: Path) -> None:
    async with opened(Setting(home, scripted("to one", "to two"))) as driver:
        await driver.ask("Question one")
        await driver.pilot.press("up")
        assert driver.typed == "Question one"
        await driver.until_shown("Enter sends the edited question")
        driver.retype("Question two")
        await driver.pilot.press("enter")
        await driver.until_shown("to two")
        await driver.until(lambda: driver.is_idle)
        assert [message.text for message in driver.messages] == ["Question two", "to two"]
        assert driver.messages[0].versions == 2


async def test_the_answer_of_another_conversation_goes_on_and_is_there_on_return(
    home: Path,
) -> None:
    gate = Gate(after=2)
    async with opened(Setting(home, scripted("one two three four", gate=gate))) as driver:
        await driver.ask("Count.", wait=False)
        await driver.until_shown("one two")
        counting = driver.conversation_id
        await driver.pilot.press("ctrl+n")
        await driver.until(lambda: driver.conversation_id is None)
        assert "one two" not in driver.text
        driver.start_opening(counting or "")
        await driver.until_shown("one two")
        gate.open()
        await driver.until_shown("one two three four")
        await driver.until(lambda: driver.is_idle)
        assert driver.messages[-1].state == "complete"
