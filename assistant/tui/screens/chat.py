"""The chat screen: puts the widgets together and routes what they say."""

from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from assistant.core.errors import AssistantError, StorageError
from assistant.core.events import Answered, Loaded, Loading, Queued, Retrieved
from assistant.core.models import Message
from assistant.core.one_question import SIGN
from assistant.core.references import Reference
from assistant.tui import commands, scope, text
from assistant.tui.actions import HANDLERS, files
from assistant.tui.actions.call import Call
from assistant.tui.actions.library import show_library
from assistant.tui.afterthoughts import Afterthoughts
from assistant.tui.aside import aside
from assistant.tui.browsing import Browser
from assistant.tui.completer import Completer
from assistant.tui.composing import Composer
from assistant.tui.desk import Desk
from assistant.tui.drafts import Drafts
from assistant.tui.evidence import Librarian
from assistant.tui.following import Follower
from assistant.tui.holdings import Holdings
from assistant.tui.indexing import JobAdvanced, JobEnded, Jobs
from assistant.tui.intake import Intake
from assistant.tui.loading import ModelAdvanced, ModelFailed, ModelLoading
from assistant.tui.markdown.blocks import CodeCopied, LinkFollowed
from assistant.tui.naming import Names
from assistant.tui.outlets import Outlets
from assistant.tui.panels import Panels
from assistant.tui.programs import Programs
from assistant.tui.provenance import Provenance
from assistant.tui.roles import Roles
from assistant.tui.screens.library import LibraryScreen
from assistant.tui.screens.passage import PassageScreen, Reading
from assistant.tui.session import Session
from assistant.tui.turns import Report, TurnAdvanced, TurnEnded, Turns
from assistant.tui.typist import Typist
from assistant.tui.widgets.completion_menu import CompletionMenu
from assistant.tui.widgets.job_line import JobLine
from assistant.tui.widgets.message import MessageView
from assistant.tui.widgets.notice import Notice
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.sidebar import Sidebar
from assistant.tui.widgets.slash_menu import SlashMenu
from assistant.tui.widgets.sources import SourcesPanel
from assistant.tui.widgets.status import StatusLine
from assistant.tui.widgets.title import Title
from assistant.tui.widgets.transcript import Transcript
from assistant.tui.widgets.welcome import Welcome


class ChatScreen(Screen[None]):
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
        self.desk = desk
        self.deleted: str | None = None
        """The conversation that was deleted last, until that is undone."""
        self.report = report
        self.turns = Turns(
            desk.chat, self.post_message, report, lambda: self.afterthoughts.interrupt()
        )
        self.loading_model = ModelLoading(desk.models, self.post_message, report)
        self.sidebar = Sidebar()
        self.panel = SourcesPanel()
        self.programs = Programs()
        self.transcript = Transcript()
        self.notice = Notice()
        self.job_line = JobLine()
        self.prompt = Prompt()
        self.roles = Roles(desk)
        self.menu = SlashMenu(self.roles)
        self.completions = CompletionMenu()
        self.prompt.menus = (self.menu, self.completions)
        self.status = StatusLine()
        self.outlets = Outlets(desk, self.notice, copy_through_terminal)
        self.jobs = Jobs(desk.library, self.post_message, report)
        self.holdings = Holdings(desk.library, lambda: not self.jobs.is_idle, self._show_holdings)
        self.completer = Completer(
            self.prompt, self.completions, self.holdings, Names(desk), self.do
        )
        self.composer = Composer(self.prompt, self.menu, self.completer, self._questions)
        follower = Follower(self.transcript, self.status, self.notice)
        self.session = Session(
            desk, self.turns, self.transcript, self.composer, follower, self._show_changes
        )
        self.intake = Intake(
            desk, self.session, self.jobs, self.holdings, self.prompt, self.notice, report
        )
        self.browser = Browser(desk, self.sidebar, self.session)
        self.typist = Typist(
            self.prompt, self.menu, self.completer, self.composer, self.transcript, self._command
        )
        self.panels = Panels(self, self.sidebar, self.panel, lambda: self.librarian.has_sources)
        self.librarian = Librarian(desk, self.panel, self.session, self.panels.arrange)
        self.provenance = Provenance(desk, self.transcript)
        self.drafts = Drafts(self, self.session.save_draft, self.notice.fail)
        self.afterthoughts = Afterthoughts(
            desk, lambda: not self.turns.is_idle, self._think, self._rethink, report
        )
        self._title = Title()
        self._welcome = Welcome(desk.settings.chat.model is not None)
        self._looking = False
        self._selected: tuple[str | None, str] = (None, "")

    def compose(self) -> ComposeResult:
        with Horizontal(id="body"):
            yield self.sidebar
            with Vertical(id="conversation"):
                yield self._title
                yield self._welcome
                yield self.transcript
            yield self.panel
        yield self.job_line
        yield self.notice
        yield self.menu
        yield self.completions
        yield self.prompt
        yield self.status

    def on_mount(self) -> None:
        self._show_changes()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """After the first frame: the model, the list, and what was typed last time."""
        self.loading_model.start(None)
        self.do(self.session.restore())
        self.do(self._tidy())
        self.do(self.browser.refresh())
        self.do(self.holdings.watch())
        self.do(self.roles.refresh())
        self.set_interval(1, self._look_elsewhere)

    async def _tidy(self) -> None:
        """Empty the trash of what is past its time, which may take long."""
        with suppress(StorageError):
            await aside(self.desk.store.purge)

    # Commands

    def action_command(self, name: str, argument: str = "", message_id: str = "") -> None:
        """Run a command of the table; from a key, a click, the menu or the palette."""
        message = self._target(commands.BY_NAME[name], message_id)
        self.do(HANDLERS[name](self, Call(argument, message)))

    def _command(self, name: str, argument: str) -> None:
        self.action_command(name, argument)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Ctrl+Z is the prompt's, unless something was deleted just now."""
        if action == "command" and parameters == ("undo",):
            return self.deleted is not None and self.notice.display
        return True

    def do(self, work: Coroutine[Any, Any, object]) -> None:
        """Do something that may wait or fail, without holding up the screen."""
        self.run_worker(self._guard(work))

    def is_free(self) -> bool:
        """Whether a turn can begin; says why not."""
        if self.session.turn is not None:
            self.say("An answer is being written; Esc stops it.")
            return False
        return True

    def say(self, sentence: str) -> None:
        """Tell something of the program's own above the prompt."""
        self.notice.say(text.own(sentence))

    def text_of(self, message: Message) -> str:
        """The whole text of a message, as far as it is written."""
        turn = self.session.turn
        growing = turn is not None and turn.answer is not None and turn.answer.id == message.id
        return turn.text if growing and turn else message.text

    async def _guard(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except AssistantError as failure:
            self.notice.fail(failure)

    def _target(self, command: commands.Command, message_id: str) -> Message | None:
        """The message a command is for: the clicked one, the focused one, or the last fitting."""
        near = self.focused.ancestors_with_self if self.focused else ()
        view = next((widget for widget in near if isinstance(widget, MessageView)), None)
        wanted = message_id or (view.message.id if view else "")
        fitting = [message for message in self.session.messages if command.is_for(message)]
        if wanted:
            return next((message for message in fitting if message.id == wanted), None)
        return fitting[-1] if fitting else None

    def _questions(self) -> Sequence[Message]:
        return [message for message in self.session.messages if message.role == "user"]

    # The list of conversations

    def on_resize(self) -> None:
        self.panels.arrange()

    def _show_changes(self) -> None:
        """Another conversation or title is shown, or messages came."""
        self._title.tell(self.session.conversation)
        self._welcome.display = not self.session.messages
        self.transcript.display = not self._welcome.display
        self._show_holdings()
        if self.is_mounted:
            self.do(self.browser.refresh())
            self.do(self.librarian.refresh())
            self.drafts.changed()

    def _show_holdings(self) -> None:
        """The library holds something else now, or the conversation is about other files."""
        conversation = self.session.conversation
        chosen = conversation.collections if conversation else None
        fall_back = self.desk.settings.library.fall_back
        self.status.tell(files=scope.label(chosen, self.holdings, fall_back=fall_back))
        self.job_line.work = self.jobs.work(self.holdings.status)

    def _look_elsewhere(self) -> None:
        """Another window may have changed something."""
        if not self._looking:
            self._looking = True
            self.do(self._look())

    async def _look(self) -> None:
        try:
            if await self.browser.is_outdated():
                await self.browser.refresh()
                if self.session.turn is None:
                    await self.session.refresh()
        finally:
            self._looking = False

    def on_sidebar_chosen(self, event: Sidebar.Chosen) -> None:
        self.do(self.session.open(event.conversation_id, event.message_id))
        self._leave_sidebar()

    def on_sidebar_filtered(self) -> None:
        self.do(self.browser.refresh())

    def on_sidebar_left(self) -> None:
        self._leave_sidebar()

    def _leave_sidebar(self) -> None:
        self.prompt.focus()
        self.panels.leave_sidebar()

    # The sources of the answer that is looked at

    def read_source(self, sources: Sequence[Reference], index: int) -> None:
        """Open one of several sources in its file."""
        self._read(Reading(sources), index)

    def read_file(self, path: str) -> None:
        """Open a file of the library from its beginning."""
        self._read(Reading(path=path))

    def _read(self, reading: Reading, index: int = 0) -> None:
        ways = (self.desk.library, self.outlets.told_in, self.programs, self.lend_terminal)
        self.app.push_screen(PassageScreen(*ways, reading, index))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        near = event.widget.ancestors_with_self
        view = next((widget for widget in near if isinstance(widget, MessageView)), None)
        if self.panel in near:
            return
        if self.librarian.look_at(view.message.id if view else ""):
            self.do(self.librarian.refresh())

    def on_sources_panel_chosen(self, event: SourcesPanel.Chosen) -> None:
        self.read_source(event.evidence.references, event.index)

    def on_sources_panel_library_wanted(self) -> None:
        self.do(show_library(self, "failed"))

    def on_sources_panel_left(self) -> None:
        self.prompt.focus()
        self.panels.leave_sources()

    # The prompt

    def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        if event.question.strip() and not self.typist.ran_command(event.question):
            self.do(files.submit(self, event.question))

    def on_prompt_dropped(self, event: Prompt.Dropped) -> None:
        self.do(files.offer(self, event.paths, event.pasted))

    def on_prompt_edited(self) -> None:
        self.holdings.user_is_here()
        self.composer.follow()
        self.drafts.changed()
        if self.prompt.text == SIGN:
            self.do(self._read_roles())

    def on_prompt_left(self, event: Prompt.Left) -> None:
        self.typist.key(event.key)

    async def _read_roles(self) -> None:
        """The menu is opened: it shows the prompts that there are now."""
        await self.roles.refresh()
        self.composer.follow()

    def on_key(self, event: events.Key) -> None:
        """What is typed while a message has the focus belongs into the prompt."""
        bound = event.key in self.active_bindings
        if event.is_printable and event.character and not bound and self.focused != self.prompt:
            event.stop()
            self.prompt.focus()
            self.prompt.insert(event.character)

    def on_paste(self, event: events.Paste) -> None:
        """So does what is pasted."""
        event.stop()
        self.prompt.focus()
        self.prompt.post_message(events.Paste(event.text))

    def on_text_selected(self) -> None:
        """Typing takes the highlight away; what was selected is kept for a prompt that uses it."""
        selected = self.get_selected_text()
        if selected:
            self._selected = (self.session.id, selected)

    @property
    def selected(self) -> str:
        """The text that was selected last in this conversation."""
        id, selected = self._selected
        return selected if id == self.session.id else ""

    def on_slash_menu_chosen(self, event: SlashMenu.Chosen) -> None:
        self.typist.run(event.entry)

    def on_completion_menu_chosen(self) -> None:
        self.completer.accept()

    # Messages of the transcript

    def on_transcript_shown(self, event: Transcript.Shown) -> None:
        self.do(self.provenance.tell(event.messages))

    def on_transcript_left_behind(self) -> None:
        self.prompt.focus()

    def on_code_copied(self, event: CodeCopied) -> None:
        self.do(self.outlets.copy(event.code, "the code"))

    async def on_link_followed(self, event: LinkFollowed) -> None:
        self.do(self.outlets.open(self.app, event.address))

    # The user's files

    def on_job_advanced(self, event: JobAdvanced) -> None:
        if event.job.is_new:
            event.job.is_new = False
            self.do(self.intake.joined(event.job))
        self.job_line.work = self.jobs.work(self.holdings.status)

    def on_job_ended(self, event: JobEnded) -> None:
        self.job_line.work = self.jobs.work(None)
        self.do(self.intake.ended(event.job, event.failure))
        self.librarian.library_changed()
        if isinstance(self.app.screen, LibraryScreen):
            self.app.screen.tell_end(event.job, event.failure)

    # Turns and the model

    async def on_turn_advanced(self, event: TurnAdvanced) -> None:
        await self.session.advance(event)
        if any(isinstance(step, Retrieved | Answered) for step in event.events):
            self.librarian.library_changed()
            self.do(self.librarian.refresh())

    async def on_turn_ended(self, event: TurnEnded) -> None:
        await self.session.end(event)
        self.afterthoughts.consider(event.turn.conversation_id)

    def _think(self, work: Coroutine[Any, Any, None]) -> None:
        self.run_worker(work, exclusive=True, group="afterthoughts")

    async def _rethink(self, conversation_id: str) -> None:
        """A conversation has a title or a summary now."""
        if conversation_id == self.session.id:
            await self.session.refresh()
        await self.browser.refresh()

    def on_model_advanced(self, event: ModelAdvanced) -> None:
        if self.session.turn is not None:
            return
        match event.event:
            case Queued(ahead=ahead):
                self.status.tell(phase="queued", done=ahead)
            case Loading(done=done):
                self.status.tell(phase="loading", done=done)
            case Loaded(info=info):
                self.status.tell(phase="ready", model=info.name, window=info.context_window)

    def on_model_failed(self, event: ModelFailed) -> None:
        self.status.tell(phase="error")
        self.notice.fail(event.failure)
