"""The chat screen put together: its widgets, and what keeps each of them up to date."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from assistant.core.models import Message
from assistant.tui import commands, text
from assistant.tui.afterthoughts import Afterthoughts
from assistant.tui.answerer import Answerer
from assistant.tui.browsing import Browser
from assistant.tui.completer import Completer
from assistant.tui.composing import Composer
from assistant.tui.desk import Desk
from assistant.tui.drafts import Drafts
from assistant.tui.elsewhere import Elsewhere
from assistant.tui.evidence import Librarian
from assistant.tui.following import Follower
from assistant.tui.holdings import Holdings
from assistant.tui.indexing import Jobs
from assistant.tui.intake import Intake
from assistant.tui.loading import ModelLoading
from assistant.tui.naming import Names
from assistant.tui.outlets import Outlets
from assistant.tui.panels import Panels
from assistant.tui.programs import Programs
from assistant.tui.provenance import Provenance
from assistant.tui.roles import Roles
from assistant.tui.screens.noticed import NoticedScreen
from assistant.tui.session import Session
from assistant.tui.turns import Report, Turns
from assistant.tui.typist import Typist
from assistant.tui.undoing import Undoing
from assistant.tui.widgets.completion_menu import CompletionMenu
from assistant.tui.widgets.job_line import JobLine
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.sidebar import Sidebar
from assistant.tui.widgets.slash_menu import SlashMenu
from assistant.tui.widgets.sources import SourcesPanel
from assistant.tui.widgets.status import StatusLine
from assistant.tui.widgets.title import Title
from assistant.tui.widgets.transcript import Transcript
from assistant.tui.widgets.welcome import Welcome


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
