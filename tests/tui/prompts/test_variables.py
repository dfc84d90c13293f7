"""Prompts of the library on the screen: their variables are filled in before a model reads them."""

from pathlib import Path

import pytest
from textual.widgets import Input

from assistant.tui.toolkit.dialogs import AskForLine
from tests.support.driver import Setting, opened

PIRATE = """---
title: Pirate
sampling:
  temperature: 0.9
variables:
  sea:
---
Speak like a pirate of {{sea}} on {{os}}.

## User

Hello!

## Assistant

Ahoy!
"""


@pytest.fixture
def prompts(home: Path) -> Path:
    folder = home / "own-prompts"
    folder.mkdir()
    (folder / "pirate.md").write_text(PIRATE)
    return folder


async def test_a_prompt_asks_for_what_it_does_not_know(home: Path, prompts: Path) -> None:
    async with opened(Setting(home, prompts=(prompts,))) as driver:
        driver.type("/role pirate")
        await driver.pilot.press("enter")
        await driver.until_shown("Pirate: sea")
        driver.app.screen.query_one(Input).value = "the Caribbean"
        await driver.pilot.press("enter")
        await driver.until_shown("Role from here on: Pirate")

        conversation = driver.conversation
        assert conversation is not None
        assert conversation.system_prompt.startswith("Speak like a pirate of the Caribbean on ")
        assert "{{" not in conversation.system_prompt
        assert [example.content for example in conversation.examples] == ["Hello!", "Ahoy!"]
        assert conversation.sampling.temperature == 0.9


async def test_who_thinks_better_of_a_prompt_keeps_the_one_there_was(
    home: Path, prompts: Path
) -> None:
    async with opened(Setting(home, prompts=(prompts,))) as driver:
        driver.type("/role pirate")
        await driver.pilot.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, AskForLine), "the question")
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen, "back")

        assert driver.conversation is None
