"""Chat screen: composes the widgets and routes the messages of widgets and threads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from assistant.core.errors import ConsentError
from assistant.language.messages import _
from assistant.tui import commands
from assistant.tui.first_frame import Appearance, FirstFrame
from assistant.tui.toolkit import text
from assistant.tui.toolkit.notice import NoticedScreen

if TYPE_CHECKING:
    # What works behind the first frame.
    from assistant.tui.chat.model_loading import ModelAdvanced, ModelFailed
    from assistant.tui.chat.turns import TurnAdvanced, TurnEnded
    from assistant.tui.composer.input import PromptInput
    from assistant.tui.composer.menus import SlashMenu
    from assistant.tui.conversations.sidebar import Sidebar
    from assistant.tui.library.jobs import JobAdvanced, JobEnded
    from assistant.tui.library.status import WorkerNotice
    from assistant.tui.markdown.blocks import CodeCopied, LinkFollowed, WideOpened
    from assistant.tui.services import Services
    from assistant.tui.sources.panel import SourcesPanel
    from assistant.tui.transcript.transcript import TranscriptView
    from assistant.tui.workspace import Workspace

R = TypeVar("R")


class ChatScreen(NoticedScreen[None]):
    """One conversation, the list of all, and the prompt.

    It is drawn first and opened then: what is typed meanwhile stands in the prompt, and nothing
    else reaches the screen before there is a workspace (see `AssistantApp.on_event`).
    """

    AUTO_FOCUS = "#prompt"
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012
        (0, "-phone"),
        (60, "-normal"),
        (160, "-wide"),
    ]

    def __init__(
        self,
        drawn: Callable[[], object],
        copy_through_terminal: Callable[[str], None],
        lend_terminal: Callable[[Sequence[str], bytes | None], None],
        appearance: Appearance,
    ) -> None:
        """`drawn` is called when the first frame is on the screen."""
        super().__init__()
        commands.bind(self, commands.bindings(appearance.keymap))
        self._drawn = drawn
        self._copy_through_terminal = copy_through_terminal
        self._lend_terminal = lend_terminal
        self._frame = FirstFrame(self.notice, appearance)
        self._workspace: Workspace | None = None

    @property
    def workspace(self) -> Workspace:
        """What the screen works with; there once it is opened."""
        assert self._workspace is not None
        return self._workspace

    @property
    def is_open(self) -> bool:
        """Whether there is a workspace."""
        return self._workspace is not None

    def compose(self) -> ComposeResult:
        yield from self._frame.compose()

    def on_mount(self) -> None:
        self._frame.title.show_conversation(None)
        self.call_after_refresh(self._drawn)

    async def open(self, services: Services) -> None:
        """Build the workspace around the first frame, and begin to work."""
        # Not before the first frame.
        from assistant.tui.actions.registry import preload  # noqa: PLC0415
        from assistant.tui.workspace import build  # noqa: PLC0415

        workspace = build(services, self, self._frame)
        with self.app.batch_update():
            view, input = workspace.view, workspace.input
            menus = (input.slash_menu, input.completion_menu)
            await self._frame.join(view.transcript, view.sources, view.job_line, menus)
            workspace.show_conversation()
        self._workspace = workspace
        preload()
        workspace.begin()
        if input.prompt.text:
            self.on_prompt_input_edited()
        listing = workspace.conversation.listing
        self.set_interval(1, lambda: self.do(listing.refresh_if_changed()))

    # What the parts and the commands ask of the screen

    def push(self, screen: Screen[Any], /) -> Awaitable[None]:
        """Show another screen above; it can be waited for until it is there."""
        shown: Awaitable[None] = self.app.push_screen(screen)
        return shown

    async def push_wait(self, screen: Screen[R], /) -> R | None:
        """Show a dialog above and wait for its answer; None when it is left without one."""
        return await self.app.push_screen_wait(screen)

    def focus_prompt(self) -> None:
        """Give the prompt the focus, at once."""
        self.set_focus(self._frame.prompt)

    def say(self, sentence: str, /) -> None:
        """Show a sentence of the program's own above the prompt."""
        self.notice.say(text.own(sentence))

    def run_command(self, name: str, argument: str = "", /) -> None:
        """Run a command of the table."""
        self.action_command(name, argument)

    def lend_terminal(self, command: Sequence[str], given: bytes | None = None, /) -> None:
        """Let another program have the terminal until it ends; `given` is what it reads.

        Raises:
            AssistantError: it cannot be run here.
        """
        self._lend_terminal(command, given)

    def copy_through_terminal(self, text: str, /) -> None:
        """Put a text on the clipboard of the machine that the terminal runs on."""
        self._copy_through_terminal(text)

    # Commands

    def action_command(self, name: str, argument: str = "", message_id: str = "") -> None:
        """Run a command of the table; from a key, a click, the menu or the palette."""
        # With its screens, behind the first frame; the same below.
        from assistant.tui.actions.registry import handle  # noqa: PLC0415

        self.do(handle(self.workspace, name, argument, message_id))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Ctrl+Z is the prompt's, unless something was changed just now."""
        if action == "command" and parameters == ("undo",):
            return self.is_open and self.workspace.conversation.undo.is_offered
        return True

    # The list of conversations

    def on_resize(self) -> None:
        self._frame.panels.arrange()

    def on_sidebar_chosen(self, event: Sidebar.Chosen) -> None:
        self.do(self.workspace.conversation.session.open(event.conversation_id))
        self.on_sidebar_left()

    def on_sidebar_search_wanted(self, event: Sidebar.SearchWanted) -> None:
        self.action_command("find", event.words)

    def action_archive(self, shown: str) -> None:
        """The words above the list: `shown` is empty for what is not archived."""
        self.workspace.view.sidebar.show_archive(bool(shown))

    def on_sidebar_filtered(self) -> None:
        self.do(self.workspace.conversation.listing.refresh())

    def on_sidebar_left(self) -> None:
        self.workspace.input.prompt.focus()
        self.workspace.view.panels.leave_sidebar()

    # The sources of the selected answer

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if not self.is_open:
            return
        if self.workspace.view.sources not in event.widget.ancestors_with_self:
            focused = self.workspace.view.transcript.focused_message
            if self.workspace.library.evidence.select(focused.id if focused else ""):
                self.do(self.workspace.library.evidence.refresh())

    def on_sources_panel_chosen(self, event: SourcesPanel.Chosen) -> None:
        from assistant.tui.actions.screens import read_source  # noqa: PLC0415

        read_source(self.workspace, event.evidence.references, event.index)

    def on_sources_panel_library_wanted(self) -> None:
        from assistant.tui.actions.library import show_library  # noqa: PLC0415

        self.do(show_library(self.workspace, "failed"))

    def on_sources_panel_left(self) -> None:
        self.workspace.input.prompt.focus()
        self.workspace.view.panels.leave_sources()

    # The prompt

    def on_prompt_input_submitted(self, event: PromptInput.Submitted) -> None:
        command = commands.typed_command(event.question)
        if command is not None:
            self.run_command(*command)
        else:
            from assistant.tui.actions.library import submit_typed  # noqa: PLC0415

            self.do(submit_typed(self.workspace, event.question))

    def on_prompt_input_dropped(self, event: PromptInput.Dropped) -> None:
        self.do(self.workspace.library.adding.offer(event.paths, event.pasted))

    def on_prompt_input_edited(self) -> None:
        if not self.is_open:
            return
        self.workspace.library.status.user_active()
        self.workspace.input.keys.text_changed()
        self.workspace.conversation.session.save_soon()

    def on_prompt_input_left(self, event: PromptInput.Left) -> None:
        self.workspace.input.keys.handle_key(event.key)

    def on_key(self, event: events.Key) -> None:
        """What is typed while a message has the focus belongs into the prompt."""
        prompt, bound = self._frame.prompt, event.key in self.active_bindings
        if event.is_printable and event.character and not bound:
            event.stop()
            # At once: keys of the same burst are on their way to the message already.
            self.set_focus(prompt)
            prompt.insert(event.character)

    def on_paste(self, event: events.Paste) -> None:
        """So does what is pasted."""
        event.stop()
        self._frame.prompt.focus()
        self._frame.prompt.post_message(events.Paste(event.text))

    def on_text_selected(self) -> None:
        """Typing takes the highlight away; what was selected is kept for a prompt that uses it."""
        selected = self.get_selected_text()
        if selected:
            self.workspace.conversation.session.select(selected)

    def on_slash_menu_chosen(self, event: SlashMenu.Chosen) -> None:
        self.workspace.input.keys.run_entry(event.entry)

    def on_completion_menu_chosen(self) -> None:
        self.workspace.input.completion.accept()

    # Messages of the transcript

    def on_transcript_view_shown(self, event: TranscriptView.Shown) -> None:
        self.do(self.workspace.library.evidence.label(event.messages))

    def on_transcript_view_left_behind(self) -> None:
        self.workspace.input.prompt.focus()

    def on_code_copied(self, event: CodeCopied) -> None:
        self.do(self.workspace.system.external.copy(event.code, _("the code")))

    def on_link_followed(self, event: LinkFollowed) -> None:
        self.do(self.workspace.system.external.open(event.address))

    def on_wide_opened(self, event: WideOpened) -> None:
        from assistant.tui.markdown.wide_screen import WideScreen  # noqa: PLC0415

        self.push(WideScreen(event.shown, event.width))

    # The user's files

    def on_job_advanced(self, event: JobAdvanced) -> None:
        self.workspace.library.adding.advanced(event.job)
        self.workspace.show_job()

    def on_job_ended(self, event: JobEnded) -> None:
        self.workspace.end_job(event, self.app.screen)

    def on_worker_notice(self, event: WorkerNotice) -> None:
        self.workspace.view.notice.say(text.line(event.line, 400), error=True, seconds=15)

    # Turns and the model

    async def on_turn_advanced(self, event: TurnAdvanced) -> None:
        await self.workspace.advance_turn(event)

    async def on_turn_ended(self, event: TurnEnded) -> None:
        await self.workspace.conversation.session.end(event)
        self.workspace.conversation.background.schedule(event.turn.conversation_id)
        if isinstance(event.failure, ConsentError) and event.failure.model:
            from assistant.tui.actions.consent import ask_what_was_missing  # noqa: PLC0415

            work = ask_what_was_missing(self.workspace, event.turn, event.failure)
            self.do(work, group="consent")

    def on_model_advanced(self, event: ModelAdvanced) -> None:
        if self.workspace.conversation.session.turn is None:
            self.workspace.conversation.progress.show_loading(event.event)

    def on_model_failed(self, event: ModelFailed) -> None:
        self.workspace.conversation.progress.show_load_failure(event.failure)
