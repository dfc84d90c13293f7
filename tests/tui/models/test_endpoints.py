"""Models of servers on the screen: chosen after a yes, shown where words go, tested."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from assistant.endpoints.catalog import AllModels
from assistant.endpoints.directory import EndpointDirectory
from assistant.settings import EndpointSettings
from assistant.settings_source import SettingsSource
from assistant.tui.first_frame import Appearance
from assistant.tui.models.servers import AllowSending, name_from
from tests.support.driver import Driver, Setting, opened
from tests.support.fake_library import found, passage
from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.model_servers import HOLD, Answer, ModelServer, chunk, openai_like, serving
from tests.support.remote_models import directory

QUOTED = "The deposit is three months' rent."


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving(openai_like("From ", "afar.")) as running:
        yield running


@pytest.fixture
def setting(home: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> Setting:
    """A user with a model here, and one on a server that counts as another machine."""
    monkeypatch.setattr("assistant.endpoints.wire.address.is_loopback", lambda _: False)
    return with_endpoints(Setting(home), directory(home, far=EndpointSettings(url=server.url)))


def with_endpoints(setting: Setting, endpoints: EndpointDirectory) -> Setting:
    """The same user with a model here, and these servers."""
    local = ScriptedModels(ScriptedModel("From here.", name="near"))
    models = AllModels(local, endpoints.servers, None)
    models.default = local.default  # type: ignore[attr-defined]
    return replace(setting, models=models, endpoints=endpoints)  # type: ignore[arg-type]


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


@pytest.mark.parametrize("answer", ["enter", "w", "escape"])
async def test_passages_of_files_that_join_later_are_asked_for(
    setting: Setting, server: ModelServer, answer: str
) -> None:
    assert setting.endpoints is not None
    setting.endpoints.allow("far", "questions")
    async with opened(setting) as driver:
        driver.type("/model far/tiny")
        await driver.pilot.press("enter")
        await driver.until_shown("→ 127.0.0.1")
        await driver.ask("First?")
        grown = found(passage(1, QUOTED))
        setting.library.result, setting.library.sets = grown.result, grown.sets

        driver.type("What is the deposit?")
        await driver.pilot.press("enter")
        await driver.until_shown("Send passages of your files there?")
        assert len(server.bodies) == 1
        await driver.pilot.press(answer)
        await driver.until(lambda: driver.app.screen is driver.screen, "the chat")
        if answer == "escape":
            await driver.until(lambda: driver.messages[-1].state == "failed", "the refusal")
        else:
            await driver.until(lambda: driver.messages[-1].state == "complete", "the answer")
            assert driver.messages[-1].text == "From afar."
        assert len(driver.messages) == 4
    sent = [body["messages"][-1]["content"] for body in server.bodies[1:]]
    assert [QUOTED in each for each in sent] == {"enter": [True], "w": [False], "escape": []}[
        answer
    ]


async def test_a_default_model_of_a_server_is_allowed_at_the_first_question(
    setting: Setting, server: ModelServer
) -> None:
    setting.models.use_default("far/tiny")
    async with opened(setting) as driver:
        await driver.ask("First?", wait=False)
        await driver.until_shown("Send your questions and the conversations they are in there?")
        assert server.asked == []
        await driver.pilot.press("enter")
        await driver.until(lambda: driver.messages[-1:][0].text == "From afar.", "the answer")
        await driver.until_shown("→ 127.0.0.1")


async def show_models(driver: Driver) -> None:
    await driver.pilot.press("alt+u")
    await driver.until_shown("On this machine")
    await driver.until(lambda: "looking" not in driver.text, "all models")


async def test_a_server_is_added_tested_and_removed(
    setting: Setting, server: ModelServer, home: Path
) -> None:
    endpoints = directory(home)
    setting = with_endpoints(setting, endpoints)
    server.paths["/v1/models"] = {"data": [{"id": "large"}]}
    async with opened(setting) as driver:
        await show_models(driver)
        assert "and on servers" not in driver.text
        await driver.pilot.press("a")
        await driver.until_shown("Add a server of models")
        await driver.pilot.press(*"ftp:x", "enter")
        await driver.until_shown("is not the address of a server")
        await driver.pilot.press("home", "shift+end", *server.url, "tab", *"mine", "tab")
        await driver.pilot.press(*"s3cret", "enter")
        await driver.until_shown("Send your questions")
        assert server.asked == []
        assert "s3cret" not in driver.text
        await driver.pilot.press("enter")
        await driver.until_shown("other answers after")
        await driver.until_shown("mine/large")
        await driver.until_shown("and on servers")
        assert server.asked[-1].headers["authorization"] == "Bearer s3cret"

        await driver.pilot.press("d")
        await driver.until_shown("Remove mine?")
        await driver.pilot.press("enter")
        await driver.until_shown("mine is removed.")
        await driver.until(lambda: "mine/large" not in driver.text, "the list without it")
    assert endpoints.listed() == []
    assert not list((home / "keys").iterdir())


async def test_servers_of_other_programs_here_are_offered_while_models_are_looked_at(
    home: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(server.url.rpartition(":")[2])
    monkeypatch.setattr(
        "assistant.endpoints.directory.USUAL_PORTS", {port: ("llama-server", "llama.cpp")}
    )
    endpoints = directory(home)
    async with opened(with_endpoints(Setting(home), endpoints)) as driver:
        await driver.ask("First?")
        assert server.asked == []
        await show_models(driver)
        await driver.until_shown("In other programs here")
        await driver.pilot.press("down")
        await driver.until_shown("Its models are called llama-server/MODEL then.")
        await driver.pilot.press("enter")
        await driver.until_shown("answers after")
        await driver.until_shown("llama-server/tiny")
        assert "In other programs here" not in driver.text


@pytest.mark.parametrize(
    ("url", "name"),
    [("https://api.example.com/v1", "example"), ("https://openrouter.ai/api/v1", "openrouter"),
     ("http://127.0.0.1:8080", "here"), ("http://localhost:1", "here"),
     ("http://192.168.1.7:8080", "server"), ("http://[::1]:1", "here"), ("http://box:1", "box"),
     ("https://www.exämple.org", "exmple"), ("", "server"), ("https://api.com", "api")],
)  # fmt: skip
def test_a_server_is_called_as_its_host(url: str, name: str) -> None:
    assert name_from(url, {"other"}) == name
    assert name_from(url, {name}) == f"{name}-2"


async def test_a_server_is_tested_in_the_list_of_models(setting: Setting) -> None:
    assert setting.endpoints is not None
    setting.endpoints.allow("far", "questions")
    list(setting.models.details(Event()))
    async with opened(setting) as driver:
        await driver.pilot.press("alt+u")
        await driver.until_shown("far/tiny")
        await driver.until(lambda: "searching" not in driver.text, "all models")
        await driver.until_shown("elsewhere")
        await driver.pilot.press("down", "t")
        await driver.until_shown("other answers after")
        await driver.until_shown("tokens estimated")


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
        assert "starter model" not in driver.text
        driver.type("/model near")
        await driver.pilot.press("enter")
        await driver.until_shown("Everything stays on this machine.")


async def test_with_a_server_in_the_settings_the_first_frame_promises_nothing() -> None:
    given = SettingsSource(Path("settings.toml"), {"endpoints": {"far": {}}}, {})
    assert not Appearance.of(given).stays_here
    assert Appearance.of(SettingsSource(Path("settings.toml"), {}, {})).stays_here
