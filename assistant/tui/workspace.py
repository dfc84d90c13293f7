"""Workspace: the parts of the chat screen, built by one function and handed to actions.

Actions get a `Workspace` and a `CommandCall`, never the screen: what a command may use is
named here, and it can be built without an app.
"""

from contextlib import suppress
from dataclasses import dataclass

from textual.screen import Screen

from assistant.core.errors import StorageError
from assistant.core.values.conversation import Message
from assistant.core.values.events import Answered, Retrieved
from assistant.language.messages import _, localized
from assistant.tui.chat.adding_files import FileAdder
from assistant.tui.chat.background import BackgroundTasks
from assistant.tui.chat.model_loading import ModelLoading
from assistant.tui.chat.panels import Panels, Welcome
from assistant.tui.chat.progress import TurnProgress
from assistant.tui.chat.session import Session
from assistant.tui.chat.status_line import StatusLine
from assistant.tui.chat.turns import RunningTurns, TurnAdvanced
from assistant.tui.commands import keymap_of
from assistant.tui.composer.completion import Completer
from assistant.tui.composer.composer import Composer
from assistant.tui.composer.input import PromptInput
from assistant.tui.composer.keys import PromptKeys
from assistant.tui.composer.menus import CompletionMenu, SlashMenu
from assistant.tui.composer.suggestions import NameSuggestions
from assistant.tui.conversations.listing import ConversationList
from assistant.tui.conversations.rows import ConversationTitle
from assistant.tui.conversations.sidebar import Sidebar
from assistant.tui.conversations.undo import UndoActions
from assistant.tui.external import ExternalActions, ExternalPrograms
from assistant.tui.first_frame import FirstFrame
from assistant.tui.library import scope
from assistant.tui.library.jobs import JobEnded, JobLine, JobWatcher, WindowJobs
from assistant.tui.library.status import LibraryStatusPoller, WorkerNotice
from assistant.tui.services import Services
from assistant.tui.sources.evidence import EvidenceLoader
from assistant.tui.sources.panel import SourcesPanel
from assistant.tui.toolkit.notice import Notice
from assistant.tui.toolkit.screen_api import ScreenApi
from assistant.tui.toolkit.threads import in_thread
from assistant.tui.transcript.transcript import TranscriptView


@dataclass(frozen=True)
class CommandCall:
    """What a command is called with: what was typed after it, and the message it is for."""

    argument: str = ""
    message: Message | None = None


@dataclass
class ConversationParts:
    """Parts for the conversation that is read, and the list of all."""

    session: Session
    turns: RunningTurns
    progress: TurnProgress
    model: ModelLoading
    listing: ConversationList
    undo: UndoActions
    background: BackgroundTasks


@dataclass
class InputParts:
    """Parts of the input line, and what opens above it."""

    prompt: PromptInput
    composer: Composer
    names: NameSuggestions
    slash_menu: SlashMenu
    completion: Completer
    completion_menu: CompletionMenu
    keys: PromptKeys


@dataclass
class LibraryParts:
    """Parts for the user's files."""

    status: LibraryStatusPoller
    jobs: WindowJobs
    adding: FileAdder
    evidence: EvidenceLoader


@dataclass
class ViewParts:
    """Widgets that show things."""

    title: ConversationTitle
    welcome: Welcome
    transcript: TranscriptView
    sidebar: Sidebar
    sources: SourcesPanel
    panels: Panels
    job_line: JobLine
    notice: Notice
    status_line: StatusLine


@dataclass
class SystemParts:
    """Ports, and the programs outside."""

    services: Services
    external: ExternalActions
    programs: ExternalPrograms


@dataclass
class Workspace:
    """Parts of the chat screen, in five groups."""

    conversation: ConversationParts
    input: InputParts
    library: LibraryParts
    view: ViewParts
    system: SystemParts
    screen: ScreenApi

    def begin(self) -> None:
        """Start after the first frame: the model, the list, and what was typed last time."""
        self.conversation.model.start(None)
        do = self.screen.do
        do(self.conversation.session.restore())
        do(self.conversation.model.show_model())
        if reason := self.system.services.store.unwritable():
            only = _("A new conversation lives in memory only.")
            self.screen.say(f"{localized(reason)} {only}")
        do(self._empty_trash())
        do(self.conversation.listing.refresh())
        do(self.library.status.watch())
        do(self.input.names.read_prompts())

    def show_conversation(self) -> None:
        """Show title and files of the conversation, and its messages or a welcome."""
        session, view = self.conversation.session, self.view
        view.title.show_conversation(session.conversation, temporary=session.is_temporary)
        view.welcome.display = not session.messages
        view.transcript.display = not view.welcome.display
        self.show_library()

    def show_library(self) -> None:
        """Show which files the conversation is about, and what is done with the library."""
        conversation = self.conversation.session.conversation
        chosen = conversation.collections if conversation else None
        fall_back = self.system.services.settings.library.fall_back
        label = scope.scope_label(chosen, self.library.status, fall_back=fall_back)
        self.view.status_line.set_status(files=label)
        self.show_job()

    def show_job(self) -> None:
        """Show how far indexing is."""
        self.view.job_line.work = self.library.jobs.work(self.library.status.status)

    async def advance_turn(self, event: TurnAdvanced) -> None:
        """Show progress of a turn, and what it found."""
        await self.conversation.session.advance(event)
        if any(isinstance(step, Retrieved | Answered) for step in event.events):
            self.library.evidence.library_changed()
            self.screen.do(self.library.evidence.refresh())

    def end_job(self, event: JobEnded, shown: Screen[object]) -> None:
        """Show that indexing has ended; on the screen that is `shown`, when it waits for it."""
        library = self.library
        self.view.job_line.work = library.jobs.work(None)
        self.screen.do(library.adding.report_end(event.job, event.failure))
        library.evidence.library_changed()
        if isinstance(shown, JobWatcher):
            shown.show_end(event.job, event.failure)

    def is_free(self) -> bool:
        """Whether a turn can begin; says on the screen why not."""
        if self.conversation.session.turn is not None:
            key = keymap_of(self.view.notice).shown("stop")
            self.screen.say(_("An answer is being written; {key} stops it.", key=key))
            return False
        return True

    def finish(self, seconds: float) -> None:
        """Stop everything and wait for what still has to reach the disk, but only so long."""
        services = self.system.services
        self.conversation.model.stop()
        services.download.stop()
        self.conversation.background.interrupt()
        self.conversation.turns.finish(seconds)
        services.close(seconds)

    def conversation_changed(self) -> None:
        """Show what changed: another conversation, another title, or more messages."""
        self.show_conversation()
        do = self.screen.do
        do(self.conversation.listing.refresh())
        do(self.library.evidence.refresh())
        do(self.conversation.model.show_model())
        self.conversation.session.save_soon()

    async def _empty_trash(self) -> None:
        """Empty the trash of what is past its time, which may take long."""
        with suppress(StorageError):
            await in_thread(self.system.services.store.purge)


def build(services: Services, screen: ScreenApi, frame: FirstFrame) -> Workspace:
    """Build everything that the chat screen is made of, around the first frame."""
    view = _view(frame)
    jobs = WindowJobs(services.library, screen.post_message, services.report)
    status = LibraryStatusPoller(services.library, lambda: not jobs.is_idle)
    input = _input(services, screen, frame.prompt, view.transcript, status)
    conversation = _conversation(services, screen, view, input.composer)
    session = conversation.session
    adding = FileAdder(
        services, session, jobs, status, input.prompt, view.notice, view.status_line, screen
    )
    evidence = EvidenceLoader(
        services, session, view.transcript, view.sources, view.panels.sources_found
    )
    workspace = Workspace(
        conversation,
        input,
        LibraryParts(status, jobs, adding, evidence),
        view,
        SystemParts(services, ExternalActions(services, view.notice, screen), ExternalPrograms()),
        screen,
    )
    services.library.on_notice(lambda line: screen.post_message(WorkerNotice(line)))
    services.models.on_notice(lambda line: screen.post_message(WorkerNotice(line)))
    session.changed = workspace.conversation_changed
    status.changed = workspace.show_library
    conversation.turns.starting = conversation.background.interrupt
    return workspace


def _view(frame: FirstFrame) -> ViewParts:
    return ViewParts(
        title=frame.title,
        welcome=frame.welcome,
        transcript=TranscriptView(),
        sidebar=frame.sidebar,
        sources=SourcesPanel(),
        panels=frame.panels,
        job_line=JobLine(),
        notice=frame.notice,
        status_line=frame.status_line,
    )


def _input(
    services: Services,
    screen: ScreenApi,
    prompt: PromptInput,
    transcript: TranscriptView,
    status: LibraryStatusPoller,
) -> InputParts:
    names, completion_menu = NameSuggestions(services), CompletionMenu()
    slash_menu = SlashMenu(names)
    completion = Completer(prompt, completion_menu, status, names, screen.do)
    composer = Composer(prompt, slash_menu, completion, transcript)
    keys = PromptKeys(prompt, slash_menu, completion, composer, transcript, names, screen)
    prompt.menus = keys
    return InputParts(prompt, composer, names, slash_menu, completion, completion_menu, keys)


def _conversation(
    services: Services, screen: ScreenApi, view: ViewParts, composer: Composer
) -> ConversationParts:
    turns = RunningTurns(services.chat, screen.post_message, services.report)
    progress = TurnProgress(view.transcript, view.status_line, view.notice)
    session = Session(services, turns, view.transcript, composer, progress, screen.do)
    listing = ConversationList(services, view.sidebar, session)
    return ConversationParts(
        session,
        turns,
        progress,
        ModelLoading(services, session, view.status_line, view.welcome, screen.post_message),
        listing,
        UndoActions(services, session, listing, view.notice),
        BackgroundTasks(services, turns, listing.show_changed, screen),
    )
