"""Drives the screen in tests: a scripted model, a fake store, and waiting for what is seen."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from textual import events
from textual.pilot import Pilot
from textual.strip import Strip

from assistant.core.grounding.references import Reference
from assistant.core.ports.conversations import ConversationStore
from assistant.core.ports.endpoints import Endpoints
from assistant.core.prompts.library import PromptLibrary
from assistant.core.turn.chat import Chat
from assistant.core.values.conversation import Conversation, Message
from assistant.settings import Settings
from assistant.settings_source import SettingsSource
from assistant.tui.actions.library import show_library
from assistant.tui.actions.screens import read_file, read_source
from assistant.tui.app import AssistantApp
from assistant.tui.chat.background import BackgroundTasks
from assistant.tui.chat.status_line import StatusLine, StatusLineState
from assistant.tui.chat_screen import ChatScreen
from assistant.tui.composer.input import PromptInput
from assistant.tui.composer.menus import SlashMenu
from assistant.tui.composer.suggestions import Suggestion
from assistant.tui.conversations.sidebar import Sidebar
from assistant.tui.conversations.undo import UndoActions
from assistant.tui.external import ExternalPrograms
from assistant.tui.library.jobs import JobLine, WindowJob
from assistant.tui.services import ModelDownload, Services
from assistant.tui.sources.panel import SourcesPanel
from assistant.tui.toolkit.notice import Notice
from assistant.tui.toolkit.threads import Report
from assistant.tui.transcript.message import MessageView
from assistant.tui.transcript.transcript import TranscriptView
from assistant.tui.workspace import Workspace
from assistant.user_settings import UserSettings
from tests.support import pseudo_locale
from tests.support.fake_conversations.shelf import Shelf
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_downloads import ScriptedDownloads
from tests.support.fake_library import ScriptedLibrary
from tests.support.fake_models import ScriptedModel, ScriptedModels

SECONDS = 15.0
"""How long a state is waited for."""

LEFT_OUT_SECONDS = 4.0
"""How long words are waited for that may have no room."""


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
class ScreenDriver:
    """The screen as a user and another program see it; the one place that knows its parts."""

    app: AssistantApp

    @property
    def screen(self) -> ChatScreen:
        """For what every screen of Textual has; its parts are reached by the names below."""
        return self.app.chat_screen

    @property
    def workspace(self) -> Workspace:
        """What a command works on."""
        return self.screen.workspace

    @property
    def services(self) -> Services:
        """What the screen works on."""
        return self.workspace.system.services

    async def until_open(self) -> None:
        """Wait until there is more than the first frame."""
        while not self.screen.is_open:
            await asyncio.sleep(0.005)

    @property
    def text(self) -> str:
        """What the screen shows, as lines of text."""
        lines = ("".join(segment.text for segment in strip) for strip in drawn(self.app))
        text = "\n".join(lines)
        return pseudo_locale.english(text) if pseudo_locale.is_active() else text

    # The conversation

    @property
    def conversation(self) -> Conversation | None:
        """The conversation that is shown; None until there is something to keep."""
        return self.workspace.conversation.session.conversation

    @property
    def conversation_id(self) -> str | None:
        return self.workspace.conversation.session.id

    @property
    def messages(self) -> list[Message]:
        return list(self.workspace.conversation.session.messages)

    @property
    def views(self) -> list[MessageView]:
        return list(self.screen.query(MessageView))

    @property
    def is_idle(self) -> bool:
        """Whether no turn runs in the conversation that is shown."""
        return self.workspace.conversation.session.turn is None

    def is_idle_in(self, conversation_id: str) -> bool:
        return self.workspace.conversation.turns.running(conversation_id) is None

    @property
    def waiting(self) -> Sequence[str]:
        """The questions in line, the next one first."""
        return self.workspace.conversation.turns.waiting(self.conversation_id)

    async def open(self, conversation_id: str) -> None:
        """Show another conversation, and wait for it."""
        await self.workspace.conversation.session.open(conversation_id)

    def start_opening(self, conversation_id: str) -> None:
        """The same without waiting."""
        self.screen.do(self.workspace.conversation.session.open(conversation_id))

    async def begin_new(self) -> None:
        await self.workspace.conversation.session.begin_new()

    async def refresh(self) -> None:
        """Show what became of the conversation."""
        await self.workspace.conversation.session.refresh()

    async def submit(self, question: str) -> None:
        """Ask without typing."""
        await self.workspace.conversation.session.submit(question)

    def start_using(self, conversation_id: str, collections: Sequence[str]) -> None:
        """Let a conversation be about these files, without waiting."""
        self.screen.do(
            self.workspace.conversation.session.use_collections(conversation_id, collections)
        )

    @property
    def undo_actions(self) -> UndoActions:
        return self.workspace.conversation.undo

    @property
    def background(self) -> BackgroundTasks:
        """What the model does when nobody asks."""
        return self.workspace.conversation.background

    # What is typed

    @property
    def prompt(self) -> PromptInput:
        return self.workspace.input.prompt

    @property
    def typed(self) -> str:
        """What stands in the prompt."""
        return self.prompt.text

    @property
    def is_typing(self) -> bool:
        """Whether the prompt has the focus."""
        return self.prompt.has_focus

    @property
    def edited(self) -> Message | None:
        """The question that is edited."""
        return self.workspace.input.composer.editing

    @property
    def selected(self) -> str:
        """The text that was selected last."""
        return self.workspace.conversation.session.selected

    def focus_prompt(self) -> None:
        self.prompt.focus()

    def type(self, words: str) -> None:
        """Type at the cursor of the prompt."""
        self.prompt.insert(words)

    def retype(self, words: str) -> None:
        """Type something else in place of what stands in the prompt."""
        self.prompt.load_text(words)

    def burst(self, *keys: str) -> None:
        """Press keys without a pause between them."""
        for key in keys:
            self.app.post_message(events.Key(key, key if len(key) == 1 else None))

    def put(self, words: str) -> None:
        """Replace what is typed as the program does: nothing is completed."""
        self.prompt.show(words)

    def paste(self, pasted: str) -> None:
        self.prompt.post_message(events.Paste(pasted))

    @property
    def slash_menu(self) -> SlashMenu:
        return self.workspace.input.slash_menu

    @property
    def suggested(self) -> list[str]:
        """The files, collections and names that are suggested; empty while nothing is."""
        menu = self.workspace.input.completion_menu
        return [each.name for each in menu.suggestions] if menu.display else []

    def suggest(self, suggestions: Sequence[Suggestion]) -> None:
        self.workspace.input.completion_menu.show(suggestions)

    def run(self, command: str, argument: str = "") -> None:
        """Run a command of the table."""
        self.screen.run_command(command, argument)

    # What is shown

    @property
    def transcript(self) -> TranscriptView:
        return self.workspace.view.transcript

    @property
    def sidebar(self) -> Sidebar:
        return self.workspace.view.sidebar

    @property
    def sources(self) -> SourcesPanel:
        return self.workspace.view.sources

    @property
    def notice(self) -> Notice:
        return self.workspace.view.notice

    @property
    def job_line(self) -> JobLine:
        return self.workspace.view.job_line

    @property
    def status_line(self) -> StatusLine:
        return self.workspace.view.status_line

    @property
    def status(self) -> StatusLineState:
        """What the status line tells."""
        return self.status_line.status

    def say(self, sentence: str) -> None:
        self.screen.say(sentence)

    def show_sidebar(self, shown: bool) -> None:
        self.workspace.view.panels.show_sidebar(shown)

    def show_sources(self, shown: bool) -> None:
        self.workspace.view.panels.show_sources(shown)

    async def refresh_list(self) -> None:
        """Show the list of conversations as it is now."""
        await self.workspace.conversation.listing.refresh()

    # The user's files

    async def refresh_library(self) -> None:
        """Ask the library now."""
        await self.workspace.library.status.refresh()

    async def show_library(self) -> None:
        await show_library(self.workspace)

    def start_offering(self, path: str) -> None:
        """Offer to add a path, without waiting."""
        self.screen.do(self.workspace.library.adding.offer([path]))

    async def end_job(self, job: WindowJob) -> None:
        """Tell what became of a job."""
        await self.workspace.library.adding.report_end(job, None)

    def read_source(self, sources: Sequence[Reference], index: int) -> None:
        """Open one of several sources in its file."""
        read_source(self.workspace, sources, index)

    def read_file(self, path: str) -> None:
        read_file(self.workspace, path)

    # Other programs

    def use_programs(self, programs: ExternalPrograms) -> None:
        """Open files with these from here on."""
        self.workspace.system.programs = programs

    def lend_terminal_to(self, borrower: Callable[..., None]) -> None:
        """Call this with the commands that would have the terminal."""
        self.screen.lend_terminal = borrower  # type: ignore[method-assign]


@dataclass
class Driver(ScreenDriver):
    """An open app and what it runs on."""

    pilot: Pilot[None]
    store: ConversationStore
    models: ScriptedModels
    clipboard: RecordingClipboard

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
        if pseudo_locale.is_active():
            await self._until_shown_or_left_out(pseudo_locale.english(words))
        else:
            await self.until(lambda: words in self.text, f"{words!r} is shown")

    async def _until_shown_or_left_out(self, words: str) -> None:
        """Longer words may leave no room for others, as in the status line."""
        deadline = monotonic() + LEFT_OUT_SECONDS
        while words not in self.text and monotonic() < deadline:
            await asyncio.sleep(0.05)

    async def ask(self, question: str, wait: bool = True) -> None:
        """Type a question and send it."""
        self.type(question)
        before = len(self.messages)
        await self.pilot.press("enter")
        if wait:
            await self.until(lambda: len(self.messages) > before and self.is_idle, "an answer")

    async def drag(self, column: int, row: int) -> None:
        """Move the mouse with its button held down."""
        move: list[type[events.MouseEvent]] = [events.MouseMove]
        await self.pilot._post_mouse_events(move, offset=(column, row), button=1)

    async def turn_wheel_up(self) -> None:
        """Over the transcript."""
        up: list[type[events.MouseEvent]] = [events.MouseScrollUp]
        await self.pilot._post_mouse_events(up, widget=self.transcript, button=0)


def drawn(app: AssistantApp) -> list[Strip]:
    """The lines of the screen on top, as they are sent to the terminal."""
    return app.screen._compositor.render_strips()


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
    endpoints: Endpoints | None = None
    titles: bool = False
    """Whether the model is asked for titles, which takes an answer out of its script."""


def make_services(setting: Setting, store: ConversationStore, report: Report) -> Services:
    """What the app works on, of these parts."""
    import yaml

    shipped = Path(__file__).parents[2] / "prompts"
    begun = setting.settings.chat.model_copy(update={"titles": setting.titles})
    own = setting.prompts or (setting.home / "prompts",)
    prompts = PromptLibrary([shipped, *own], yaml.safe_load)
    return Services(
        chat=Chat(
            store,
            setting.models,
            setting.settings.sampling,
            setting.library,
            fall_back=setting.settings.library.fall_back,
            of_models={name: own.sampling for name, own in setting.settings.model.items()},
            prompts=prompts,
        ),
        store=store,
        models=setting.models,
        prompts=prompts,
        user_settings=UserSettings(
            setting.settings.model_copy(update={"chat": begun}), setting.home / "settings.toml", {}
        ),
        clipboard=setting.clipboard,
        log_folder=setting.home / "logs",
        library=setting.library,
        download=ModelDownload(setting.downloads, report),
        report=report,
        endpoints=setting.endpoints,
    )


def make_app(
    setting: Setting, store: ConversationStore, prepare: Callable[[Services], None] | None = None
) -> AssistantApp:
    """The app, on these parts.

    Args:
        prepare: changes what it works on before it is open.
    """

    def open_services(report: Report) -> Services:
        services = make_services(setting, store, report)
        if prepare is not None:
            prepare(services)
        return services

    return AssistantApp(
        open_services,
        setting.home / "logs",
        SettingsSource(
            setting.home / "settings.toml",
            setting.settings.model_dump(mode="json", exclude_unset=True),
            {},
        ),
        model_chosen=setting.settings.chat.model is not None,
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
            await driver.until_open()
            driver.prompt.cursor_blink = False
            if setting.models.default.load_gate is None and not setting.models.default.load_error:
                await driver.until(lambda: driver.status.phase == "ready", "ready")
            yield driver
        app.finish()
    finally:
        if own:
            store.close()


def scripted(*answers: str, **options: object) -> ScriptedModels:
    """A catalog with one model that gives these answers."""
    return ScriptedModels(ScriptedModel(*answers, **options))  # type: ignore[arg-type]
