"""Drives the screen in tests: a scripted model, a fake store, and waiting for what is seen."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from textual.pilot import Pilot

from assistant.core.ports.conversations import ConversationStore
from assistant.core.prompts.library import PromptLibrary
from assistant.core.turn.chat import Chat
from assistant.core.values.conversation import Message
from assistant.settings import Settings
from assistant.tui.app import AssistantApp
from assistant.tui.chat_screen import ChatScreen
from assistant.tui.transcript.message import MessageView
from tests.support.fake_conversations.shelf import Shelf
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_downloads import ScriptedDownloads
from tests.support.fake_library import ScriptedLibrary
from tests.support.fake_models import ScriptedModel, ScriptedModels

SECONDS = 15.0
"""How long a state is waited for."""


class RecordingClipboard:
    """Keeps what was copied; `tool` is what it pretends to have used."""

    def __init__(self, tool: str = "wl-copy") -> None:
        self.tool = tool
        self.copied: list[str] = []

    def copy(self, text: str) -> str:
        self.copied.append(text)
        return self.tool

    def read(self) -> str | None:
        return self.copied[-1] if self.copied else None


@dataclass
class Driver:
    """An open app and what it runs on."""

    app: AssistantApp
    pilot: Pilot[None]
    store: ConversationStore
    models: ScriptedModels
    clipboard: RecordingClipboard

    @property
    def screen(self) -> ChatScreen:
        return self.app.chat_screen

    @property
    def messages(self) -> list[Message]:
        return list(self.screen.session.messages)

    @property
    def views(self) -> list[MessageView]:
        return list(self.screen.query(MessageView))

    async def until(self, state: Callable[[], object], what: str = "") -> None:
        """Wait until `state()` is true, and for the screen to be drawn."""
        deadline = monotonic() + SECONDS
        while not state():
            assert monotonic() < deadline, f"never: {what or state}\n{self.text}"
            await self.pilot.pause()
            await asyncio.sleep(0.005)
        await self.pilot.pause()

    async def until_shown(self, words: str) -> None:
        """Wait until the screen shows these words on one line."""
        await self.until(lambda: words in self.text, f"{words!r} is shown")

    @property
    def text(self) -> str:
        """What the screen shows, as lines of text."""
        screen = self.app.screen
        strips = screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    async def ask(self, question: str, wait: bool = True) -> None:
        """Type a question and send it."""
        self.screen.prompt.insert(question)
        before = len(self.messages)
        await self.pilot.press("enter")
        if wait:
            await self.until(lambda: len(self.messages) > before and self.is_idle, "an answer")

    @property
    def is_idle(self) -> bool:
        return self.screen.session.turn is None


@dataclass(frozen=True)
class Setting:
    """What a test opens the app on."""

    home: Path
    models: ScriptedModels = field(default_factory=ScriptedModels)
    settings: Settings = field(default_factory=Settings)
    clipboard: RecordingClipboard = field(default_factory=RecordingClipboard)
    prompts: tuple[Path, ...] = ()
    library: ScriptedLibrary = field(default_factory=ScriptedLibrary)
    downloads: ScriptedDownloads = field(default_factory=ScriptedDownloads)
    conversations: Shelf = field(default_factory=Shelf)
    """What is there when it is opened, unless it is given a store."""
    titles: bool = False
    """Whether the model is asked for titles, which takes an answer out of its script."""


def make_app(setting: Setting, store: ConversationStore) -> AssistantApp:
    """The app, on these parts."""
    import yaml

    shipped = Path(__file__).parents[2] / "prompts"
    begun = setting.settings.chat.model_copy(update={"titles": setting.titles})
    own = setting.prompts or (setting.home / "prompts",)
    return AssistantApp(
        chat=Chat(
            store,
            setting.models,
            setting.settings.sampling,
            setting.library,
            fall_back=setting.settings.library.fall_back,
            of_models={name: own.sampling for name, own in setting.settings.model.items()},
        ),
        store=store,
        models=setting.models,
        prompts=PromptLibrary([shipped, *own], yaml.safe_load),
        settings=setting.settings.model_copy(update={"chat": begun}),
        clipboard=setting.clipboard,
        log_folder=setting.home / "logs",
        library=setting.library,
        downloads=setting.downloads,
    )


@asynccontextmanager
async def opened(
    setting: Setting, size: tuple[int, int] = (100, 30), store: ConversationStore | None = None
) -> AsyncIterator[Driver]:
    """The app on a screen of this size, with the model loaded."""
    own = store is None
    store = store or FakeConversations(setting.conversations)
    app = make_app(setting, store)
    try:
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot, store, setting.models, setting.clipboard)
            driver.screen.prompt.cursor_blink = False
            if setting.models.default.load_gate is None and not setting.models.default.load_error:
                await driver.until(lambda: driver.screen.status.status.phase == "ready", "ready")
            yield driver
        app.finish()
    finally:
        if own:
            store.close()


def scripted(*answers: str, **options: object) -> ScriptedModels:
    """A catalog with one model that gives these answers."""
    return ScriptedModels(ScriptedModel(*answers, **options))  # type: ignore[arg-type]
