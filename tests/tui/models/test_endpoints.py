"""Models of servers on the screen: chosen after a yes, shown where words go, tested."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from assistant.endpoints.catalog import AllModels
from assistant.settings import EndpointSettings
from assistant.settings_source import SettingsSource
from assistant.tui.first_frame import Appearance
from assistant.tui.models.screen import AllowSending
from tests.support.driver import Setting, opened
from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.model_servers import HOLD, Answer, ModelServer, chunk, openai_like, serving
from tests.support.remote_models import directory


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving(openai_like("From ", "afar.")) as running:
        yield running


@pytest.fixture
def setting(home: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> Setting:
    """A user with a model here, and one on a server that counts as another machine."""
    monkeypatch.setattr("assistant.endpoints.wire.address.is_loopback", lambda _: False)
    endpoints = directory(home, far=EndpointSettings(url=server.url))
    local = ScriptedModels(ScriptedModel("From here.", name="near"))
    models = AllModels(local, endpoints.servers, None)
    models.default = local.default  # type: ignore[attr-defined]
    return Setting(home, models, endpoints=endpoints)  # type: ignore[arg-type]


async def test_a_model_of_a_server_is_taken_after_a_yes_and_left_again(
    setting: Setting, server: ModelServer
) -> None:
    async with opened(setting) as driver:
        await driver.ask("First?")
        assert driver.messages[-1].text == "From here."
        await driver.until_shown("offline")

        driver.type("/model far/tiny")
        await driver.pilot.press("enter")
        await driver.until_shown("Send your questions and the conversations they are in there?")
        assert server.asked == []
        await driver.pilot.press("enter")
        await driver.until_shown("→ 127.0.0.1")
        await driver.ask("Second?")
        assert driver.messages[-1].text == "From afar."
        assert driver.messages[-1].model == "far/tiny"
        assert "offline" not in driver.text

        driver.type("/model near")
        await driver.pilot.press("enter")
        await driver.until_shown("offline")
        await driver.ask("Third?")
        assert driver.messages[-1].model == "near"
    assert len(server.bodies) == 1


async def test_without_a_yes_nothing_is_sent_and_the_model_stays(
    setting: Setting, server: ModelServer
) -> None:
    async with opened(setting) as driver:
        await driver.ask("First?")
        driver.type("/model far/tiny")
        await driver.pilot.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, AllowSending), "the question")
        await driver.pilot.press("escape")
        await driver.until_shown("Nothing was sent; the model is unchanged.")
        await driver.ask("Second?")
        assert driver.messages[-1].model == "near"
    assert server.asked == []


async def test_esc_ends_an_answer_of_a_silent_server(setting: Setting, server: ModelServer) -> None:
    server.script = lambda _: Answer([chunk({"content": "Onc"}), HOLD])
    assert setting.endpoints is not None
    setting.endpoints.allow("far", "questions")
    async with opened(setting) as driver:
        driver.type("/model far/tiny")
        await driver.pilot.press("enter")
        await driver.until_shown("→ 127.0.0.1")
        await driver.ask("Go on?", wait=False)
        await driver.until_shown("Onc")
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.is_idle, "the answer is stopped")
        assert (driver.messages[-1].state, driver.messages[-1].text) == ("stopped", "Onc")
    assert server.left.wait(30)


async def test_a_server_is_tested_in_the_list_of_models(setting: Setting) -> None:
    assert setting.endpoints is not None
    setting.endpoints.allow("far", "questions")
    list(setting.models.details(Event()))
    async with opened(setting) as driver:
        await driver.pilot.press("alt+u")
        await driver.until_shown("far/tiny")
        await driver.until(lambda: "looking" not in driver.text, "all models")
        await driver.until_shown("elsewhere")
        await driver.pilot.press("down", "t")
        await driver.until_shown("other answers after")
        await driver.until_shown("tokens counted about")


async def test_the_welcome_does_not_say_that_all_stays_here_where_it_does_not(
    setting: Setting,
) -> None:
    assert setting.endpoints is not None
    setting.endpoints.allow("far", "questions")
    async with opened(setting) as driver:
        await driver.until_shown("Everything stays on this machine.")
        driver.type("/model far/tiny")
        await driver.pilot.press("enter")
        await driver.until_shown("Your messages are sent to 127.0.0.1.")
        assert "Everything stays" not in driver.text
        driver.type("/model near")
        await driver.pilot.press("enter")
        await driver.until_shown("Everything stays on this machine.")


async def test_with_a_server_in_the_settings_the_first_frame_promises_nothing() -> None:
    given = SettingsSource(Path("settings.toml"), {"endpoints": {"far": {}}}, {})
    assert not Appearance.of(given).stays_here
    assert Appearance.of(SettingsSource(Path("settings.toml"), {}, {})).stays_here
