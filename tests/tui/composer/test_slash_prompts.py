"""Prompts of the library are called by their names after a slash."""

from pathlib import Path

import pytest
from textual.widgets import Input

from assistant.tui.toolkit.dialogs import AskForLine
from tests.support.driver import Driver, Setting, opened, scripted

ECHO = """---
title: Echo
variables:
  tone:
sampling:
  temperature: 0
---
Say in a {{tone}} way: {{input}}
"""


@pytest.fixture
def prompts(home: Path) -> Path:
    folder = home / "own-prompts"
    folder.mkdir()
    (folder / "echo.md").write_text(ECHO)
    (folder / "ação.md").write_text("---\ntitle: Ação\n---\nAja sobre: {{selection}}\n")
    (folder / "new.md").write_text("---\ntitle: Hidden\n---\nNobody calls me.\n")
    (folder / "broken.md").write_text("---\n---\nNo title.\n")
    return folder


async def send(driver: Driver, typed: str) -> None:
    driver.type(typed)
    await driver.pilot.press("enter")


async def test_a_shipped_prompt_answers_one_question(home: Path) -> None:
    async with opened(Setting(home, scripted("Hello.", "Até amanhã!", "Bye."))) as driver:
        await driver.ask("Hi")
        await driver.ask("/translator See you tomorrow!")
        await driver.until_shown("/translator See you tomorrow!")
        await driver.ask("Thanks")

        first, second, third = driver.models.default.questions
        assert "ranslat" in second.messages[0].content
        assert second.messages[-1].content == "See you tomorrow!"
        assert third.messages[0] == first.messages[0]
        assert driver.store.conversations()[0].title == "Hi"


async def test_missing_variables_are_asked_for_on_the_screen(home: Path, prompts: Path) -> None:
    async with opened(Setting(home, prompts=(prompts,))) as driver:
        await send(driver, "/echo")
        await driver.until(lambda: driver.typed == "/echo ", "room for a question")
        await driver.pilot.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, AskForLine), "the question")
        driver.app.screen.query_one(Input).value = "Olá"
        await driver.pilot.press("enter")
        await driver.until_shown("Echo: tone")
        driver.app.screen.query_one(Input).value = "kind"
        await driver.pilot.press("enter")
        await driver.until(lambda: len(driver.messages) == 2 and driver.is_idle, "an answer")

        (asked,) = driver.models.default.questions
        assert asked.messages[0].content == "Say in a kind way: Olá"
        assert asked.messages[-1].content == "Olá"
        assert asked.sampling.temperature == 0
        assert driver.messages[0].text == "/echo Olá"


async def test_who_does_not_answer_has_the_question_back(home: Path, prompts: Path) -> None:
    async with opened(Setting(home, prompts=(prompts,))) as driver:
        await send(driver, "/echo Olá")
        await driver.until_shown("Echo: tone")
        await driver.pilot.press("escape")
        await driver.until_shown("The prompt echo needs a value for tone")
        assert driver.typed == "/echo Olá"
        assert driver.messages == []


async def test_the_menu_shows_prompts_after_commands_and_completes_them(
    home: Path, prompts: Path
) -> None:
    async with opened(Setting(home, prompts=(prompts,))) as driver:
        await driver.pilot.press("slash", "e")
        await driver.until_shown("/echo …")
        lines = driver.text.splitlines()
        places = [
            next(number for number, line in enumerate(lines) if words in line)
            for words in ("/edit", "/end", "/echo …")
        ]
        assert places == sorted(places)
        await driver.pilot.press("c", "enter")
        await driver.until(lambda: driver.typed == "/echo ", "completed")
        assert not driver.slash_menu.display


async def test_a_prompt_that_was_just_written_is_in_the_menu(home: Path, prompts: Path) -> None:
    async with opened(Setting(home, prompts=(prompts,))) as driver:
        (prompts / "zebra.md").write_text("---\ntitle: Stripes\n---\nBe striped.\n")
        await driver.pilot.press("slash", "z")
        await driver.until_shown("Stripes")


async def test_commands_go_before_prompts_of_the_same_name(home: Path, prompts: Path) -> None:
    async with opened(Setting(home, prompts=(prompts,))) as driver:
        await driver.ask("Hi")
        await driver.pilot.press(*"/new")
        await driver.until_shown("/new")
        assert "Hidden" not in driver.text
        await driver.pilot.press("enter")
        await driver.until(lambda: driver.conversation is None, "a new one")


async def test_a_bad_file_is_told_when_it_is_called(home: Path, prompts: Path) -> None:
    async with opened(Setting(home, prompts=(prompts,)), size=(140, 30)) as driver:
        await send(driver, "/broken Hi")
        await driver.until_shown("broken.md cannot be used: `title` is missing")
        assert driver.typed == "/broken Hi"


async def test_an_edited_question_keeps_its_prompt(home: Path) -> None:
    async with opened(Setting(home, scripted("Um", "Dois"))) as driver:
        await driver.ask("/translator One")
        await driver.pilot.press("up")
        assert driver.typed == "/translator One"
        driver.put("/translator Two")
        await driver.pilot.press("enter")
        await driver.until(lambda: len(driver.models.default.questions) == 2, "asked anew")
        first, second = driver.models.default.questions
        assert second.messages[0] == first.messages[0]
        assert second.messages[-1].content == "Two"


async def test_what_is_selected_on_the_screen_goes_into_a_prompt(home: Path, prompts: Path) -> None:
    models = scripted("Rain in the afternoon.")
    async with opened(Setting(home, models, prompts=(prompts,))) as driver:
        await driver.ask("Weather?")
        lines = driver.text.splitlines()
        row = next(number for number, line in enumerate(lines) if "Rain in" in line)
        column = lines[row].index("Rain in")
        await driver.pilot.mouse_down(offset=(column, row))
        await driver.pilot.hover(offset=(column + 5, row))
        await driver.pilot.mouse_up(offset=(column + 7, row))
        await driver.until(lambda: driver.selected, "selected")
        driver.focus_prompt()
        await send(driver, "/ação agora")
        await driver.until(lambda: len(models.default.questions) == 2, "asked")

        told = models.default.questions[-1].messages[0].content
        assert told.strip() == "Aja sobre: Rain in"


async def test_what_is_on_the_clipboard_goes_into_a_prompt(home: Path, prompts: Path) -> None:
    (prompts / "paste.md").write_text("---\ntitle: Paste\n---\nRead this: {{clipboard}}\n")
    setting = Setting(home, prompts=(prompts,))
    setting.clipboard.copied.append("o texto [b]copiado")
    async with opened(setting) as driver:
        await driver.ask("/paste What is it?")

        (asked,) = driver.models.default.questions
        assert asked.messages[0].content == "Read this: o texto [b]copiado"
