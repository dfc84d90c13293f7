"""What is chosen before anything is asked is the usual from then on; all of it with undo."""

import tomllib
from pathlib import Path

import pytest

from assistant.core.errors import ModelFileError
from assistant.tui.app import AssistantApp
from tests.support.driver import Driver, Setting, opened
from tests.support.fake_models import ScriptedModel, ScriptedModels


async def command(driver: Driver, typed: str) -> None:
    """Type a command and send it."""
    driver.focus_prompt()
    driver.type(typed)
    await driver.pilot.press("enter")


def written(home: Path) -> dict[str, object]:
    """What the user's file says."""
    file = home / "settings.toml"
    return tomllib.loads(file.read_text()) if file.exists() else {}


def two_models(**options: object) -> ScriptedModels:
    second = ScriptedModel("Two.", name="second", **options)  # type: ignore[arg-type]
    return ScriptedModels(ScriptedModel("One.", name="first"), second)


async def test_a_model_chosen_before_the_first_question_is_the_usual_one(home: Path) -> None:
    async with opened(Setting(home, two_models())) as driver:
        await command(driver, "/model second")
        await driver.until_shown("second is also used for new conversations · Ctrl+Z undoes")
        assert written(home) == {"chat": {"model": "second"}}
        await driver.pilot.press("ctrl+n")
        await driver.ask("Hi")
        assert driver.messages[-1].text == "Two."


async def test_undo_gives_the_model_back_here_and_for_new_conversations(home: Path) -> None:
    async with opened(Setting(home, two_models())) as driver:
        await command(driver, "/model second")
        await driver.until_shown("Ctrl+Z undoes")
        await driver.pilot.press("ctrl+z")
        await driver.until_shown("Settings restored: chat.model")
        assert written(home) == {}
        await driver.until(lambda: driver.status.model == "first", "back")
        await driver.ask("Hi")
        assert driver.messages[-1].text == "One."


async def test_a_model_that_does_not_load_does_not_become_the_usual_one(home: Path) -> None:
    error = ModelFileError("The file is damaged.")
    async with opened(Setting(home, two_models(load_error=error))) as driver:
        await command(driver, "/model second")
        await driver.until_shown("The file is damaged.")
        assert written(home) == {}


async def test_in_a_conversation_a_model_is_for_it_alone_until_default_is_said(
    home: Path,
) -> None:
    async with opened(Setting(home, two_models())) as driver:
        await driver.ask("Hi")
        await command(driver, "/model second")
        await driver.until_shown("/default uses it for new conversations")
        assert written(home) == {}
        await command(driver, "/set top_k 7")
        await driver.until_shown("top_k: 7")
        await command(driver, "/default")
        await driver.until_shown("For new conversations: model second, top_k 7 · Ctrl+Z undoes")
        assert written(home) == {"chat": {"model": "second"}, "sampling": {"top_k": 7}}
        driver.notice.clear()
        await command(driver, "/undo")
        await driver.until_shown("Settings restored: chat.model, sampling.top_k")
        assert written(home) == {}
        await command(driver, "/undo")
        await driver.until_shown("“Hi”")
        await command(driver, "/default")
        await driver.until_shown("For new conversations: model second · ")


async def test_a_system_prompt_of_its_own_is_made_a_role_before_it_is_kept(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await command(driver, "/system Answer in Portuguese.")
        await command(driver, "/default")
        await driver.until_shown("/save-prompt saves it as a role")
        assert written(home) == {}
        await command(driver, "/save-prompt short-pt")
        await driver.until_shown("Save this conversation as a prompt called")
        await driver.pilot.press("ctrl+s")
        await driver.until_shown("Saved as short-pt")
        await command(driver, "/role short-pt")
        await driver.until_shown("is also used for new conversations")
        assert written(home) == {"chat": {"prompt": "short-pt"}}


async def test_role_and_sampling_are_kept_and_given_back(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await command(driver, "/set temperature 0.75")
        await driver.until_shown("temperature = 0.75 also applies to new conversations")
        await command(driver, "/role tutor-pt")
        await driver.until_shown("is also used for new conversations")
        assert written(home) == {"sampling": {"temperature": 0.75}, "chat": {"prompt": "tutor-pt"}}
        await driver.pilot.press("ctrl+n")
        await driver.ask("Hi")
        assert driver.models.default.questions[-1].sampling.temperature == 0.75
        assert driver.store.conversation(driver.conversation_id or "").prompt_name == "tutor-pt"


async def test_the_theme_and_the_panels_are_as_they_were_left(home: Path) -> None:
    setting = Setting(home)
    async with opened(setting, size=(120, 36)) as driver:
        await driver.pilot.press("ctrl+t")
        await driver.until_shown("The theme is light · Ctrl+Z undoes")
        await driver.pilot.press("ctrl+b")
        await driver.until_shown("The list of conversations is hidden from now on")
        assert written(home) == {"screen": {"theme": "light", "conversations": "hidden"}}
        await driver.pilot.press("ctrl+z")
        await driver.until_shown("Settings restored: screen.conversations")
        await driver.until(lambda: driver.sidebar.display, "the list")
        assert written(home) == {"screen": {"theme": "light"}}


async def test_a_panel_that_is_opened_over_the_chat_is_no_habit(home: Path) -> None:
    async with opened(Setting(home), size=(80, 24)) as driver:
        await driver.pilot.press("ctrl+b")
        await driver.until(lambda: driver.sidebar.display, "the list")
        assert written(home) == {}


async def test_what_goes_before_the_file_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(Setting(home)) as driver:
        environment = {"ASSISTANT_SCREEN__THEME": "dark"}
        monkeypatch.setattr(driver.services.user_settings, "_environment", environment)
        await command(driver, "/theme")
        await driver.until_shown("at the next start ASSISTANT_SCREEN__THEME overrides it")


async def test_a_file_that_cannot_be_changed_is_told_and_stays(home: Path) -> None:
    (home / "settings.toml").write_text("[screen\n")
    async with opened(Setting(home)) as driver:
        app: AssistantApp = driver.app
        before = app.theme
        await command(driver, "/theme")
        await driver.until_shown("is not valid TOML")
        assert app.theme != before
        assert (home / "settings.toml").read_text() == "[screen\n"
