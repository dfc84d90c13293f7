"""The models on the screen: what runs, what could be fetched, and going on with one."""

from pathlib import Path

import pytest
from textual.widgets import OptionList

from assistant.core.errors import AccessError, DownloadError
from assistant.tui.models.offers import AcceptOffer
from assistant.tui.models.screen import ModelsScreen
from tests.support.driver import Driver, Setting, opened
from tests.support.fake_downloads import ScriptedDownloads
from tests.support.fake_models import ScriptedModel, ScriptedModels


def two_models() -> ScriptedModels:
    return ScriptedModels(ScriptedModel("One.", name="first"), ScriptedModel("Two.", name="second"))


def setting(home: Path, downloads: ScriptedDownloads | None = None) -> Setting:
    return Setting(home, two_models(), downloads=downloads or ScriptedDownloads())


async def show(driver: Driver) -> None:
    await driver.pilot.press("alt+u")
    await driver.until_shown("On this machine")
    await driver.until(lambda: "searching" not in driver.text, "all models")


async def ask_for_the_recommended(driver: Driver) -> None:
    await show(driver)
    await driver.pilot.press("end")
    await driver.until_shown("for 6 GB of memory")
    await driver.pilot.press("enter")


async def test_the_models_are_listed_with_their_verdicts(home: Path) -> None:
    async with opened(setting(home)) as driver:
        await show(driver)
        lines = [line for line in driver.text.splitlines() if "Q4_K_M" in line]
        assert "● first" in lines[0]
        assert "runs · 12 tok/s ·   1.0 MB" in lines[0]
        assert "  second" in lines[1]
        await driver.until_shown("llama · 0.1B parameters · 8,192 tokens · licence apache-2.0")
        await driver.until_shown("/models/first.gguf")


async def test_a_model_is_chosen_for_the_conversation(home: Path) -> None:
    async with opened(setting(home)) as driver:
        await driver.ask("Hi")
        await show(driver)
        await driver.pilot.press("down", "enter")
        await driver.until_shown("── model: second")
        await driver.ask("And now?")
        assert driver.messages[-1].text == "Two."


async def test_esc_leaves_everything_as_it_was(home: Path) -> None:
    async with opened(setting(home)) as driver:
        await driver.ask("Hi")
        await show(driver)
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen)
        conversation = driver.conversation
        assert conversation is not None
        assert conversation.model is None


async def test_a_model_is_fetched_after_its_licence_was_accepted(home: Path) -> None:
    downloads = ScriptedDownloads()
    async with opened(setting(home, downloads)) as driver:
        await ask_for_the_recommended(driver)
        await driver.until(lambda: isinstance(driver.app.screen, AcceptOffer), "the offer")
        await driver.until_shown("licence apache-2.0")
        await driver.until_shown("2.5 GB")
        await driver.pilot.press("enter")
        await driver.until_shown("50% of 2.5 GB · 10.0 MB/s · 2 min 5 s left")
        downloads.go_on.set()
        await driver.until_shown("Q4_K_M.gguf is downloaded: Enter uses it.")
        assert "Downloading" not in driver.text


async def test_what_is_not_accepted_is_not_fetched(home: Path) -> None:
    downloads = ScriptedDownloads()
    async with opened(setting(home, downloads)) as driver:
        await ask_for_the_recommended(driver)
        await driver.until(lambda: isinstance(driver.app.screen, AcceptOffer), "the offer")
        await driver.pilot.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, ModelsScreen), "the models")
        assert driver.services.download.offer is None


async def test_any_model_is_fetched_by_its_name(home: Path) -> None:
    downloads = ScriptedDownloads()
    async with opened(setting(home, downloads)) as driver:
        await show(driver)
        await driver.pilot.press("f")
        await driver.until_shown("OWNER/NAME")
        await driver.pilot.press(*"acme/Tiny", "enter")
        await driver.until_shown("https://hub.example/acme/Tiny")
        assert downloads.found == [("acme/Tiny", None)]


async def test_a_download_goes_on_when_the_models_are_left_and_is_told_in_the_chat(
    home: Path,
) -> None:
    downloads = ScriptedDownloads()
    async with opened(setting(home, downloads)) as driver:
        await ask_for_the_recommended(driver)
        await driver.until_shown("Download this model?")
        await driver.pilot.press("enter")
        await driver.until_shown("50%")
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen)
        await show(driver)
        await driver.until_shown("50%")
        await driver.pilot.press("escape")
        downloads.go_on.set()
        await driver.until_shown("is downloaded: choose it in /models.")


async def test_a_download_is_stopped(home: Path) -> None:
    downloads = ScriptedDownloads()
    async with opened(setting(home, downloads)) as driver:
        await ask_for_the_recommended(driver)
        await driver.until_shown("Download this model?")
        await driver.pilot.press("enter")
        await driver.until_shown("50%")
        await driver.pilot.press("c")
        await driver.until_shown("Download stopped")
        await driver.until(lambda: downloads.stopped == 1)


@pytest.mark.parametrize("at", ["find", "fetch"])
async def test_what_goes_wrong_is_said_in_a_sentence(home: Path, at: str) -> None:
    failure = DownloadError("The hub [/x] cannot be reached.", "Look at the connection.")
    downloads = ScriptedDownloads(**{f"{at}_error": failure})  # type: ignore[arg-type]
    downloads.go_on.set()
    async with opened(setting(home, downloads)) as driver:
        await ask_for_the_recommended(driver)
        if at == "fetch":
            await driver.until_shown("Download this model?")
            await driver.pilot.press("enter")
        await driver.until_shown("The hub [/x] cannot be reached. Look at the connection.")


async def test_a_token_is_shown_only_to_a_server_that_asks_for_one(home: Path) -> None:
    downloads = ScriptedDownloads(find_error=AccessError("Only for some.", "Accept the terms."))
    async with opened(setting(home, downloads)) as driver:
        await ask_for_the_recommended(driver)
        await driver.until_shown("Only for some. Accept the terms.")
        assert [token for _, token in downloads.found] == [None, ""]


async def test_the_models_fit_a_small_terminal(home: Path) -> None:
    async with opened(setting(home), size=(80, 24)) as driver:
        await show(driver)
        await driver.until_shown("Esc goes back")
        assert driver.app.screen.query_one(OptionList).size.height >= 8
