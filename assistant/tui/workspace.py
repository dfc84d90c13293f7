"""The chat screen put together: its widgets, and what keeps each of them up to date.

What a command is called with.
"""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from assistant.core.values.conversation import Message
from assistant.tui import commands
from assistant.tui.chat.adding_files import Intake
from assistant.tui.chat.background import Afterthoughts
from assistant.tui.chat.model_loading import Answerer, ModelLoading
from assistant.tui.chat.panels import Panels, Welcome
from assistant.tui.chat.progress import Follower
from assistant.tui.chat.session import Drafts, Session
from assistant.tui.chat.status_line import StatusLine
from assistant.tui.chat.turns import Turns
from assistant.tui.composer.completion import Completer
from assistant.tui.composer.composer import Composer
from assistant.tui.composer.input import Prompt
from assistant.tui.composer.keys import Typist
from assistant.tui.composer.menus import CompletionMenu, SlashMenu
from assistant.tui.composer.suggestions import Names
from assistant.tui.conversations.listing import Browser, Elsewhere
from assistant.tui.conversations.rows import Title
from assistant.tui.conversations.sidebar import Sidebar
from assistant.tui.conversations.undo import Undoing
from assistant.tui.external import Outlets, Programs
from assistant.tui.library.jobs import JobLine, Jobs
from assistant.tui.library.status import Holdings
from assistant.tui.prompts.lines import Roles
from assistant.tui.services import Desk
from assistant.tui.sources.evidence import Librarian, Provenance
from assistant.tui.sources.panel import SourcesPanel
from assistant.tui.toolkit import text
from assistant.tui.toolkit.notice import NoticedScreen
from assistant.tui.toolkit.threads import Report
from assistant.tui.transcript.transcript import Transcript


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
        desk: Desk,
        report: Report,
        copy_through_terminal: Callable[[str], None],
        lend_terminal: Callable[[Sequence[str]], None],
    ) -> None:
        super().__init__()
        self.lend_terminal = lend_terminal
        self.report = report
        self.desk = desk
        self.turns = Turns(
            desk.chat, self.post_message, report, lambda: self.afterthoughts.interrupt()
        )
        self.loading_model = ModelLoading(desk.models, self.post_message, report)
        self.sidebar = Sidebar()
        self.panel = SourcesPanel()
        self.programs = Programs()
        self.transcript = Transcript()
        self.job_line = JobLine()
        self.prompt = Prompt()
        self.roles = Roles(desk)
        self.menu = SlashMenu(self.roles)
        self.completions = CompletionMenu()
        self.prompt.menus = (self.menu, self.completions)
        self.status = StatusLine()
        self.outlets = Outlets(desk, self.notice, copy_through_terminal)
        self.jobs = Jobs(desk.library, self.post_message, report)
        self.holdings = Holdings(desk.library, lambda: not self.jobs.is_idle, self.show_holdings)
        self.completer = Completer(
            self.prompt, self.completions, self.holdings, Names(desk), self.do
        )
        self.composer = Composer(self.prompt, self.menu, self.completer, self._questions)
        self.follower = Follower(self.transcript, self.status, self.notice)
        self.session = Session(
            desk, self.turns, self.transcript, self.composer, self.follower, self.show_changes
        )
        self.answerer = Answerer(desk, self.session, self.status)
        self.intake = Intake(
            desk, self.session, self.jobs, self.holdings, self.prompt, self.notice, report
        )
        self.browser = Browser(desk, self.sidebar, self.session)
        self.undoing = Undoing(desk, self.session, self.browser, self.notice)
        self.typist = Typist(
            self.prompt, self.menu, self.completer, self.composer, self.transcript, self._command
        )
        self.panels = Panels(self, self.sidebar, self.panel, lambda: self.librarian.has_sources)
        self.librarian = Librarian(desk, self.panel, self.session, self.panels.arrange)
        self.provenance = Provenance(desk, self.transcript)
        self.drafts = Drafts(self, self.session.save_draft, self.notice.fail)
        self.afterthoughts = Afterthoughts(
            desk, lambda: not self.turns.is_idle, self._think, self.rethink, report
        )
        self.title_line = Title()
        self.welcome = Welcome(desk.settings.chat.model is not None)
        self._selected: tuple[str | None, str] = (None, "")
        self.searched = ""
        """What was searched last."""
        self.elsewhere = Elsewhere(self.session, self.browser)

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
class Call:
    """The argument typed after a command, and the message the command is for."""

    argument: str = ""
    message: Message | None = None
