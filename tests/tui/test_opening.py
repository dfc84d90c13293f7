"""Between the first frame and the open screen: what is typed and pressed meanwhile is not lost."""

import termios
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from threading import Event

import pytest
from textual.pilot import Pilot

from assistant.core.errors import StorageError
from assistant.storage.conversations import SqliteConversations
from assistant.system.paths import find_paths
from assistant.tui.app import AssistantApp
from tests.support.driver import Driver, Setting, make_app
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.terminal import LEFT, Terminal


@pytest.fixture
def gate() -> Iterator[Event]:
    """Opening waits for it."""
    gate = Event()
    yield gate
    gate.set()


@pytest.fixture
def app(home: Path, gate: Event, fake_store: FakeConversations) -> AssistantApp:
    """The app, which cannot be opened before the gate is."""
    setting = Setting(home, ScriptedModels(ScriptedModel("An answer.")))
    return make_app(setting, fake_store, lambda _: gate.wait(30))


@pytest.fixture
def fake_store() -> Iterator[FakeConversations]:
    store = FakeConversations()
    yield store
    store.close()


@asynccontextmanager
async def first_frame(app: AssistantApp) -> AsyncIterator[tuple[Driver, Pilot[None]]]:
    """The app with its first frame drawn, and not open."""
    async with app.run_test(size=(100, 30)) as pilot:
        driver = Driver(app, pilot, None, None, None)  # type: ignore[arg-type]
        await driver.until_shown("Ask anything")
        assert not app.chat_screen.is_open
        yield driver, pilot
    app.finish()


async def test_what_is_typed_is_shown_at_once_and_stays(
    app: AssistantApp, gate: Event, fake_store: FakeConversations
) -> None:
    async with first_frame(app) as (driver, pilot):
        await pilot.press(*"my first words")
        await driver.until_shown("my first words")
        assert not app.chat_screen.is_open
        gate.set()
        await driver.until_open()
        assert driver.prompt.text == "my first words"
        await driver.until(lambda: fake_store.unsent() is not None, "the draft is kept")


async def test_what_is_pressed_is_done_in_order_when_the_screen_is_open(
    app: AssistantApp, gate: Event
) -> None:
    async with first_frame(app) as (driver, pilot):
        await pilot.press(*"One", "enter", *"Two")
        await driver.until_shown("One")
        assert "Two" not in driver.text
        gate.set()
        await driver.until_open()
        await driver.until_shown("An answer.")
        assert [message.text for message in driver.messages] == ["One", "An answer."]
        assert driver.prompt.text == "Two"


async def test_a_paste_stands_behind_what_was_typed_before_it(
    app: AssistantApp, gate: Event
) -> None:
    from textual import events

    async with first_frame(app) as (driver, pilot):
        await pilot.press(*"before ")
        app.post_message(events.Paste("pasted"))
        await pilot.press(*" after")
        gate.set()
        await driver.until_open()
        await driver.until(lambda: driver.prompt.text == "before pasted after", "all of it")


async def test_a_slash_opens_its_menu_when_the_screen_is_open(
    app: AssistantApp, gate: Event
) -> None:
    async with first_frame(app) as (driver, pilot):
        await pilot.press("slash", *"rena")
        gate.set()
        await driver.until_open()
        await driver.until_shown("/rename title")


async def test_a_question_mark_opens_the_help_when_the_screen_is_open(
    app: AssistantApp, gate: Event
) -> None:
    async with first_frame(app) as (driver, pilot):
        await pilot.press("question_mark")
        gate.set()
        await driver.until_open()
        await driver.until(lambda: app.screen is not app.chat_screen, "the help")
        assert driver.prompt.text == ""


async def test_a_click_is_done_when_the_screen_is_open(app: AssistantApp, gate: Event) -> None:
    from textual import events

    async with first_frame(app) as (driver, _):
        row = next(y for y, line in enumerate(driver.text.splitlines()) if "? help" in line)
        column = driver.text.splitlines()[row].index("? help")
        for kind in (events.MouseDown, events.MouseUp):
            app.post_message(kind(None, column, row, 0, 0, 1, False, False, False, column, row))
        gate.set()
        await driver.until_open()
        await driver.until(lambda: app.screen is not app.chat_screen, "the help")


async def test_whoever_leaves_at_once_finds_what_was_typed(
    app: AssistantApp, gate: Event, fake_store: FakeConversations
) -> None:
    async with first_frame(app) as (driver, pilot):
        await pilot.press(*"for later", "ctrl+q")
        gate.set()
        await driver.until(lambda: not app.is_running, "the end")
    unsent = fake_store.unsent()
    assert unsent is not None
    assert unsent.draft == "for later"
    assert app.return_code == 0


async def test_what_never_opens_can_be_left(app: AssistantApp) -> None:
    async with first_frame(app) as (driver, pilot):
        await pilot.press("ctrl+q")
        await driver.until(lambda: not app.is_running, "the end")
    assert app.return_code == 0


async def test_why_nothing_can_be_opened_is_kept(home: Path, fake_store: FakeConversations) -> None:
    refusal = StorageError("The disk is full.")

    def refuse(_: object) -> None:
        raise refusal

    app = make_app(Setting(home), fake_store, refuse)
    async with first_frame(app) as (driver, _):
        await driver.until(lambda: not app.is_running, "the end")
    assert app.refusal is refusal


def test_what_is_typed_before_there_is_a_screen_is_asked_and_the_terminal_is_as_it_was(
    home: Path,
) -> None:
    terminal = Terminal("assistant", ASSISTANT_HOME=str(home))
    descriptor = terminal.process.child_fd
    before = termios.tcgetattr(descriptor)
    while termios.tcgetattr(descriptor)[3] & termios.ECHO:
        terminal.read()
    terminal.process.send("Early words\r")
    while _asked(home) != ["Early words"]:
        assert terminal.read()
    terminal.process.send("\x11")
    assert terminal.end() == 0
    assert termios.tcgetattr(descriptor)[:4] == before[:4]


def _asked(home: Path) -> list[str]:
    """The questions that were asked so far."""
    file = find_paths({"ASSISTANT_HOME": str(home)}).chats
    if not file.exists():
        return []
    with closing(SqliteConversations(file)) as store:
        branches = [store.branch(each.id) for each in store.conversations()]
    return [branch[0].text for branch in branches if branch]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ('[engine]\nthreads = "many"\n', "threads"),
        ('[screen]\ntheme = "blue"\n', "theme"),
        ("[library\n", "not valid TOML"),
    ],
)
def test_a_setting_that_will_not_do_is_told_on_the_terminal_as_it_was(
    home: Path, settings: str, told: str
) -> None:
    (home / "settings.toml").write_text(settings)
    terminal = Terminal("assistant", ASSISTANT_HOME=str(home), size=(200, 30))
    assert terminal.end() == 2
    after = terminal.sent.rpartition(LEFT[0])[2]
    assert told.encode() in after
    assert b"settings.toml" in after
