"""Workspace: the parts of the chat screen, built by one function and handed to actions.

Actions get a `Workspace` and a `Call`, never the screen: what a command may use is named here, and
it can be built without an app.
"""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from assistant.core.values.conversation import Message
from assistant.tui import commands
from assistant.tui.chat.adding_files import FileAdder
from assistant.tui.chat.background import BackgroundTasks
from assistant.tui.chat.model_loading import ActiveModel, ModelLoading
from assistant.tui.chat.panels import Panels, Welcome
from assistant.tui.chat.progress import TurnProgress
from assistant.tui.chat.session import DraftSaver, Session
from assistant.tui.chat.status_line import StatusLine
from assistant.tui.chat.turns import RunningTurns
from assistant.tui.composer.completion import Completer
from assistant.tui.composer.composer import Composer
from assistant.tui.composer.input import PromptInput
from assistant.tui.composer.keys import PromptKeys
from assistant.tui.composer.menus import CompletionMenu, SlashMenu
from assistant.tui.composer.suggestions import ArgumentSuggestions
from assistant.tui.conversations.listing import ConversationList, RevisionPoller
from assistant.tui.conversations.rows import ConversationTitle
from assistant.tui.conversations.sidebar import Sidebar
from assistant.tui.conversations.undo import UndoActions
from assistant.tui.external import ExternalActions, ExternalPrograms
from assistant.tui.library.jobs import JobLine, WindowJobs
from assistant.tui.library.status import LibraryStatusPoller
from assistant.tui.prompts.lines import SlashPrompts
from assistant.tui.services import Services
from assistant.tui.sources.evidence import EvidenceLoader, UngroundedLabels
from assistant.tui.sources.panel import SourcesPanel
from assistant.tui.toolkit import text
from assistant.tui.toolkit.notice import NoticedScreen
from assistant.tui.toolkit.threads import Report
from assistant.tui.transcript.transcript import TranscriptView


class ChatParts(NoticedScreen[None]):
    """One conversation, the list of all, and the prompt."""

    AUTO_FOCUS = "#prompt"
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012
        (0, "-phone"),
        (60, "-normal"),
        (160, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings()]

    def __init__(
        self,
        desk: Services,
        report: Report,
        copy_through_terminal: Callable[[str], None],
        lend_terminal: Callable[[Sequence[str]], None],
    ) -> None:
        super().__init__()
        self.lend_terminal = lend_terminal
        self.report = report
        self.desk = desk
        self.turns = RunningTurns(
            desk.chat, self.post_message, report, lambda: self.afterthoughts.interrupt()
        )
        self.loading_model = ModelLoading(desk.models, self.post_message, report)
        self.sidebar = Sidebar()
        self.panel = SourcesPanel()
        self.programs = ExternalPrograms()
        self.transcript = TranscriptView()
        self.job_line = JobLine()
        self.prompt = PromptInput()
        self.roles = SlashPrompts(desk)
        self.menu = SlashMenu(self.roles)
        self.completions = CompletionMenu()
        self.prompt.menus = (self.menu, self.completions)
        self.status = StatusLine()
        self.outlets = ExternalActions(desk, self.notice, copy_through_terminal)
        self.jobs = WindowJobs(desk.library, self.post_message, report)
        self.holdings = LibraryStatusPoller(
            desk.library, lambda: not self.jobs.is_idle, self.show_holdings
        )
        self.completer = Completer(
            self.prompt, self.completions, self.holdings, ArgumentSuggestions(desk), self.do
        )
        self.composer = Composer(self.prompt, self.menu, self.completer, self._questions)
        self.follower = TurnProgress(self.transcript, self.status, self.notice)
        self.session = Session(
            desk, self.turns, self.transcript, self.composer, self.follower, self.show_changes
        )
        self.answerer = ActiveModel(desk, self.session, self.status)
        self.intake = FileAdder(
            desk, self.session, self.jobs, self.holdings, self.prompt, self.notice, report
        )
        self.browser = ConversationList(desk, self.sidebar, self.session)
        self.undoing = UndoActions(desk, self.session, self.browser, self.notice)
        self.typist = PromptKeys(
            self.prompt, self.menu, self.completer, self.composer, self.transcript, self._command
        )
        self.panels = Panels(self, self.sidebar, self.panel, lambda: self.librarian.has_sources)
        self.librarian = EvidenceLoader(desk, self.panel, self.session, self.panels.arrange)
        self.provenance = UngroundedLabels(desk, self.transcript)
        self.drafts = DraftSaver(self, self.session.save_draft, self.notice.fail)
        self.afterthoughts = BackgroundTasks(
            desk, lambda: not self.turns.is_idle, self._think, self.rethink, report
        )
        self.title_line = ConversationTitle()
        self.welcome = Welcome(desk.settings.chat.model is not None)
        self._selected: tuple[str | None, str] = (None, "")
        self.searched = ""
        """What was searched last."""
        self.elsewhere = RevisionPoller(self.session, self.browser)

    def compose(self) -> ComposeResult:
        with Horizontal(id="body"):
            yield self.sidebar
            with Vertical(id="conversation"):
                yield self.title_line
                yield self.welcome
                yield self.transcript
            yield self.panel
        yield self.job_line
        yield self.notice
        yield self.menu
        yield self.completions
        yield self.prompt
        yield self.status

    def say(self, sentence: str) -> None:
        """Tell something of the program's own above the prompt."""
        self.notice.say(text.own(sentence))

    # What is done with it: the screen itself

    def action_command(self, name: str, argument: str = "", message_id: str = "") -> None:
        """Run a command of the table."""
        raise NotImplementedError

    def show_changes(self) -> None:
        """Another conversation or title is shown, or messages came."""
        raise NotImplementedError

    def show_holdings(self) -> None:
        """The library holds something else now, or the conversation is about other files."""
        raise NotImplementedError

    async def rethink(self, conversation_id: str) -> None:
        """A conversation has a title or a summary now."""
        raise NotImplementedError

    def _think(self, work: Coroutine[Any, Any, None]) -> None:
        self.run_worker(work, exclusive=True, group="afterthoughts")

    def _command(self, name: str, argument: str) -> None:
        self.action_command(name, argument)

    def _questions(self) -> Sequence[Message]:
        return [message for message in self.session.messages if message.role == "user"]


@dataclass(frozen=True)
class CommandCall:
    """Call of a command: the typed argument, and the message that the command is for."""

    argument: str = ""
    message: Message | None = None
