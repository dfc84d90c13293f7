"""Chat screen: composes the widgets and routes the messages of widgets and threads."""

from collections.abc import Sequence
from contextlib import suppress

from textual import events

from assistant.core.errors import StorageError
from assistant.core.grounding.references import Reference
from assistant.core.turn.requests import PROMPT_SIGN
from assistant.core.values.conversation import Message
from assistant.core.values.events import Answered, Retrieved
from assistant.tui import commands
from assistant.tui.actions import library
from assistant.tui.actions.library import show_library
from assistant.tui.actions.registry import HANDLERS
from assistant.tui.chat.model_loading import ModelAdvanced, ModelFailed
from assistant.tui.chat.turns import TurnAdvanced, TurnEnded
from assistant.tui.composer.input import PromptInput
from assistant.tui.composer.menus import SlashMenu
from assistant.tui.conversations.sidebar import Sidebar
from assistant.tui.library import scope
from assistant.tui.library.jobs import JobAdvanced, JobEnded
from assistant.tui.library.screen import LibraryScreen
from assistant.tui.markdown.blocks import CodeCopied, LinkFollowed
from assistant.tui.sources.panel import SourcesPanel
from assistant.tui.sources.passage import PassageScreen, PassageSubject
from assistant.tui.toolkit.threads import in_thread
from assistant.tui.transcript.message import MessageView
from assistant.tui.transcript.transcript import TranscriptView
from assistant.tui.workspace import ChatParts, CommandCall


class ChatScreen(ChatParts):
    """Routes what the widgets and the workers say."""

    def on_mount(self) -> None:
        self.show_changes()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """After the first frame: the model, the list, and what was typed last time."""
        self.loading_model.start(None)
        self.do(self.session.restore())
        self.do(self.answerer.tell())
        self.do(self._tidy())
        self.do(self.browser.refresh())
        self.do(self.holdings.watch())
        self.do(self.roles.refresh())
        self.set_interval(1, lambda: self.do(self.elsewhere.look()))

    async def _tidy(self) -> None:
        """Empty the trash of what is past its time, which may take long."""
        with suppress(StorageError):
            await in_thread(self.desk.store.purge)

    # Commands

    def action_command(self, name: str, argument: str = "", message_id: str = "") -> None:
        """Run a command of the table; from a key, a click, the menu or the palette."""
        message = self._target(commands.BY_NAME[name], message_id)
        self.do(HANDLERS[name](self, CommandCall(argument, message)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Ctrl+Z is the prompt's, unless something was changed just now."""
        if action == "command" and parameters == ("undo",):
            return self.undoing.is_offered
        return True

    def is_free(self) -> bool:
        """Whether a turn can begin; says why not."""
        if self.session.turn is not None:
            self.say("An answer is being written; Esc stops it.")
            return False
        return True

    def text_of(self, message: Message) -> str:
        """The whole text of a message, as far as it is written."""
        turn = self.session.turn
        growing = turn is not None and turn.answer is not None and turn.answer.id == message.id
        return turn.text if growing and turn else message.text

    def _target(self, command: commands.Command, message_id: str) -> Message | None:
        """The message a command is for: the clicked one, the focused one, or the last fitting."""
        near = self.focused.ancestors_with_self if self.focused else ()
        view = next((widget for widget in near if isinstance(widget, MessageView)), None)
        wanted = message_id or (view.message.id if view else "")
        fitting = [message for message in self.session.messages if command.is_for(message)]
        if wanted:
            return next((message for message in fitting if message.id == wanted), None)
        return fitting[-1] if fitting else None

    # The list of conversations

    def on_resize(self) -> None:
        self.panels.arrange()

    def show_changes(self) -> None:
        """Another conversation or title is shown, or messages came."""
        self.title_line.tell(self.session.conversation, temporary=self.session.is_temporary)
        self.welcome.display = not self.session.messages
        self.transcript.display = not self.welcome.display
        self.show_holdings()
        if self.is_mounted:
            self.do(self.browser.refresh())
            self.do(self.librarian.refresh())
            self.do(self.answerer.tell())
            self.drafts.changed()

    def show_holdings(self) -> None:
        """The library holds something else now, or the conversation is about other files."""
        conversation = self.session.conversation
        chosen = conversation.collections if conversation else None
        fall_back = self.desk.settings.library.fall_back
        self.status.tell(files=scope.scope_label(chosen, self.holdings, fall_back=fall_back))
        self.job_line.work = self.jobs.work(self.holdings.status)

    def on_sidebar_chosen(self, event: Sidebar.Chosen) -> None:
        self.do(self.session.open(event.conversation_id))
        self._leave_sidebar()

    def on_sidebar_search_wanted(self, event: Sidebar.SearchWanted) -> None:
        self.action_command("find", event.words)

    def action_archive(self, shown: str) -> None:
        """The words above the list: `shown` is empty for what is not archived."""
        self.sidebar.show_archive(bool(shown))

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
        self._read(PassageSubject(sources), index)

    def read_file(self, path: str) -> None:
        """Open a file of the library from its beginning."""
        self._read(PassageSubject(path=path))

    def _read(self, reading: PassageSubject, index: int = 0) -> None:
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

    def on_prompt_input_submitted(self, event: PromptInput.Submitted) -> None:
        if event.question.strip() and not self.typist.ran_command(event.question):
            self.do(library.submit_question(self, event.question))

    def on_prompt_input_dropped(self, event: PromptInput.Dropped) -> None:
        self.do(library.offer_paths(self, event.paths, event.pasted))

    def on_prompt_input_edited(self) -> None:
        self.holdings.user_is_here()
        self.composer.follow()
        self.drafts.changed()
        if self.prompt.text == PROMPT_SIGN:
            self.do(self._read_roles())

    def on_prompt_input_left(self, event: PromptInput.Left) -> None:
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

    def on_transcript_view_shown(self, event: TranscriptView.Shown) -> None:
        self.do(self.provenance.tell(event.messages))

    def on_transcript_view_left_behind(self) -> None:
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

    async def rethink(self, conversation_id: str) -> None:
        if conversation_id == self.session.id:
            await self.session.refresh()
        await self.browser.refresh()

    def on_model_advanced(self, event: ModelAdvanced) -> None:
        if self.session.turn is None:
            self.follower.loading(event.event)

    def on_model_failed(self, event: ModelFailed) -> None:
        self.status.tell(phase="error")
        self.notice.fail(event.failure)
