"""The settings screen: found, explained, changed in the user's file, and undone."""

from pathlib import Path

from textual.widgets import Input

from assistant.settings import load_settings
from assistant.tui.settings.dialogs import ChooseValue
from assistant.tui.settings.screen import SettingsScreen
from assistant.tui.toolkit.dialogs import AskForLine
from tests.support.driver import Driver, Setting, opened
from tests.support.fake_models import ScriptedModel, ScriptedModels


async def open_settings(driver: Driver, words: str = "") -> None:
    driver.type(f"/settings {words}")
    await driver.pilot.press("enter")
    await driver.until(lambda: isinstance(driver.app.screen, SettingsScreen), "the settings")
    await driver.until_shown("now       ")


def written(home: Path) -> str:
    file = home / "settings.toml"
    return file.read_text() if file.exists() else ""


async def test_a_setting_is_found_and_explained_with_its_origin(home: Path) -> None:
    (home / "settings.toml").write_text("[library]\nocr = true\n")
    settings = load_settings(home / "settings.toml", {})
    async with opened(Setting(home, settings=settings), size=(80, 24)) as driver:
        await driver.pilot.press("alt+shift+s")
        await driver.until_shown("repeat_penalty")
        await driver.until_shown("Name of a model in the models folder")
        await driver.pilot.press("slash", *"scanned pdf")
        await driver.until_shown("library.ocr")
        for words in ("tesseract", "now       yes", "from      your settings.toml", "default   no"):
            assert words in driver.text
        await driver.pilot.press("escape", "slash", *"no such thing")
        await driver.until_shown("No setting found.")
        await driver.pilot.press("escape", "escape")
        await driver.until(lambda: driver.app.screen is driver.screen, "back")


async def test_a_yes_or_no_is_turned_over_and_undone(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await open_settings(driver, "library.watch")
        await driver.pilot.press("enter")
        await driver.until_shown("library.watch: no from the next start · Ctrl+Z undoes")
        assert written(home) == "[library]\nwatch = false\n"
        await driver.pilot.press("ctrl+z")
        await driver.until_shown("library.watch is as before.")
        assert written(home) == ""
        await driver.pilot.press("ctrl+z")
        await driver.until_shown("Nothing to undo.")


async def test_one_of_some_values_is_chosen_and_holds_at_once(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await open_settings(driver, "screen.theme")
        await driver.pilot.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, ChooseValue), "the values")
        await driver.pilot.press("down", "down", "enter")
        await driver.until_shown("screen.theme: light · Ctrl+Z undoes")
        assert driver.app.theme == "assistant-light"
        await driver.pilot.press("delete")
        await driver.until_shown("screen.theme: the default again")
        assert driver.app.theme == "assistant-dark"
        await driver.pilot.press("ctrl+z", "ctrl+z")
        await driver.until(lambda: written(home) == "", "all undone")


async def test_a_value_that_will_not_do_is_asked_for_again_with_what_is_allowed(
    home: Path,
) -> None:
    async with opened(Setting(home)) as driver:
        await open_settings(driver, "engine.idle_exit")
        await driver.pilot.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, AskForLine), "the field")
        await driver.until_shown("engine.idle_exit: a number above 0")
        driver.app.screen.query_one(Input).value = "0"
        await driver.pilot.press("enter")
        await driver.until_shown("engine.idle_exit = 0 is not valid. Allowed: a number above 0.")
        driver.app.screen.query_one(Input).value = "60"
        await driver.pilot.press("enter")
        await driver.until_shown("engine.idle_exit: 60 from the next start")
        assert written(home) == "[engine]\nidle_exit = 60.0\n"


async def test_models_are_chosen_from_those_that_are_there(home: Path) -> None:
    models = ScriptedModels(ScriptedModel("One.", name="first"), ScriptedModel(name="second"))
    async with opened(Setting(home, models)) as driver:
        await open_settings(driver, "chat.model")
        await driver.pilot.press("enter")
        await driver.until_shown("second")
        await driver.pilot.press("down", "enter")
        await driver.until_shown("chat.model: second")
        await driver.pilot.press("escape", "escape")
        await driver.until(lambda: driver.status.model == "second", "it is loaded")


async def test_what_one_model_has_otherwise_is_listed_and_changed_too(home: Path) -> None:
    (home / "settings.toml").write_text('# mine\n[model."a b"]\nthreads = 1\n')
    settings = load_settings(home / "settings.toml", {})
    async with opened(Setting(home, settings=settings)) as driver:
        await open_settings(driver, '"a b"')
        await driver.until_shown('model."a b".threads')
        await driver.pilot.press("delete")
        await driver.until_shown("No setting found.")
        assert written(home) == "# mine\n"
        await driver.pilot.press("ctrl+z")
        await driver.until_shown('model."a b".threads')
        assert written(home).split() == ["#", "mine", '[model."a', 'b"]', "threads", "=", "1"]


async def test_a_click_on_undo_undoes(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await open_settings(driver, "chat.titles")
        await driver.pilot.press("enter")
        await driver.until_shown("Ctrl+Z undoes")
        lines = driver.text.splitlines()
        row = next(n for n, line in enumerate(lines) if "Ctrl+Z undoes" in line)
        await driver.pilot.click(offset=(lines[row].index("Ctrl+Z undoes") + 1, row))
        await driver.until_shown("chat.titles is as before.")
