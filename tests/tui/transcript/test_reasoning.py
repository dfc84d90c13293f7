"""A model that thinks first, on the screen: dimmed and live, folded when it answers."""

from pathlib import Path

from assistant.tui.transcript.folded import Reasoning, ReasoningToggle
from tests.support.driver import Setting, opened, scripted
from tests.support.fake_models import Gate

THOUGHT = "The user asks about France.\n\nIts capital [/x] is a city on the Seine."


async def test_thinking_is_seen_live_and_folded_when_the_answer_begins(home: Path) -> None:
    thinking, writing = Gate(), Gate(after=1)
    models = scripted("It is Paris.", thoughts=THOUGHT, thought_gate=thinking, gate=writing)
    async with opened(Setting(home, models)) as driver:
        await driver.ask("Capital of France?", wait=False)
        await driver.until_shown("▸ thinking")
        await driver.until_shown("about France. Its capital [/x] is a city")
        assert driver.status.phase == "thinking"

        thinking.open()
        await driver.until_shown("thought before answering, 14 words")
        assert "Seine" not in driver.text

        writing.open()
        await driver.until_shown("It is Paris.")
        await driver.until(lambda: driver.is_idle)
        assert driver.messages[-1].reasoning == THOUGHT


async def test_a_folded_thought_unfolds_by_key_and_by_mouse(home: Path) -> None:
    models = scripted("It is Paris.", thoughts=THOUGHT)
    async with opened(Setting(home, models)) as driver:
        await driver.ask("Capital of France?")
        line = driver.views[-1].query_one(ReasoningToggle)
        line.focus()
        await driver.pilot.press("enter")
        await driver.until_shown("Its capital [/x] is a city on the Seine.")
        await driver.pilot.click(line)
        await driver.until(lambda: "Seine" not in driver.text)


async def test_an_answer_without_thoughts_has_no_line_for_them(home: Path) -> None:
    async with opened(Setting(home, scripted("Paris."))) as driver:
        await driver.ask("Capital of France?")
        assert not any(one.display for view in driver.views for one in view.query(Reasoning))
