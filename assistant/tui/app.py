"""Textual application: the chat screen, the command palette, signals, exit status.

It leaves the terminal as it was.
"""

import asyncio
import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual.app import App, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.screen import ModalScreen

from assistant.core.errors import AssistantError
from assistant.core.ports.conversations import ConversationStore
from assistant.core.ports.library import Library
from assistant.core.ports.models import ModelCatalog, ModelDownloads
from assistant.core.prompts.library import PromptLibrary
from assistant.core.turn.chat import Chat
from assistant.settings import Settings
from assistant.system.clipboard import Clipboard
from assistant.tui import terminal
from assistant.tui.chat_screen import ChatScreen
from assistant.tui.commands import BY_NAME, COMMANDS, Command, key_name
from assistant.tui.services import ModelDownload, Services
from assistant.tui.terminal import TerminalClosed, TerminalDriver
from assistant.tui.themes import DARK, LIGHT, first_theme, with_few_colours
from assistant.tui.toolkit import text
from assistant.tui.toolkit.screen_api import ScreenApi


class PaletteCommands(Provider):
    """Command palette provider: every command by its title and description."""

    async def discover(self) -> Hits:
        for command in COMMANDS:
            yield DiscoveryHit(
                _hit_text(text.own(command.title), command),
                self._runner(command),
                text=command.title,
                help=None,
            )

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in COMMANDS:
            score = matcher.match(f"{command.title} {command.name}")
            if score > 0:
                yield Hit(
                    score,
                    _hit_text(matcher.highlight(command.title), command),
                    self._runner(command),
                    text=command.title,
                )

    def _runner(self, command: Command) -> "PaletteAction":
        return PaletteAction(self.screen, command)  # type: ignore[arg-type]


class PaletteAction:
    """Runs a command on the screen below the palette."""

    def __init__(self, screen: ScreenApi, command: Command) -> None:
        self._screen = screen
        self._command = command

    def __call__(self) -> None:
        self._screen.run_command(self._command.name)


def _hit_text(title: Content, command: Command) -> Content:
    return title.pad_right(max(32 - title.cell_length, 2)) + text.muted(key_name(command.key))


SHUTDOWN_SECONDS: Final = 2.0
"""Seconds that running answers get to be stored before the program ends."""

STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class AssistantApp(App[None]):
    """Textual application of the chat assistant."""

    TITLE = "assistant"
    CSS_PATH = "styles.tcss"
    COMMAND_PALETTE_BINDING = BY_NAME["palette"].key
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(BY_NAME["quit"].key, "quit", priority=True),
        Binding(BY_NAME["find"].key, "find", priority=True),
    ]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {PaletteCommands}

    def __init__(
        self,
        chat: Chat,
        store: ConversationStore,
        models: ModelCatalog,
        prompts: PromptLibrary,
        settings: Settings,
        clipboard: Clipboard,
        log_folder: Path,
        library: Library,
        downloads: ModelDownloads | None = None,
        models_folder: Path | None = None,
    ) -> None:
        super().__init__(driver_class=TerminalDriver)
        self.failure: AssistantError | None = None
        """What to report when the screen came down by an unexpected error."""
        self.services = Services(
            chat,
            store,
            models,
            prompts,
            settings,
            clipboard,
            log_folder,
            library,
            ModelDownload(downloads, self._log_unexpected),
            self._log_unexpected,
            models_folder,
        )
        self.chat_screen = ChatScreen(self.services, super().copy_to_clipboard, self.lend_terminal)
        self._log_folder = log_folder
        self._leaving = False
        few = self.console.color_system == "standard"
        for theme in (DARK, LIGHT):
            self.register_theme(with_few_colours(theme) if few else theme)
        # What moves by itself costs a slow connection and tells nothing.
        self.animation_level = "none"
        self.theme = first_theme(settings.screen.theme, os.environ).name

    def get_default_screen(self) -> ChatScreen:
        return self.chat_screen

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, partial(self.leave, 128 + number))
        self.set_interval(1, self._check_terminal)

    def leave(self, status: int) -> None:
        """Save what is typed, then end with this exit status."""
        if not self._leaving:
            self._leaving = True
            self.run_worker(self._leave(status))

    async def _leave(self, status: int) -> None:
        conversation = self.chat_screen.workspace.conversation
        conversation.turns.stop_all()
        try:
            with suppress(AssistantError):
                await conversation.session.save_draft()
        finally:
            self.exit(return_code=status)

    async def action_quit(self) -> None:
        self.leave(0)

    def action_command_palette(self) -> None:
        # Commands are for the chat screen; a dialog above it wants an answer first.
        if self.screen is self.chat_screen:
            super().action_command_palette()

    def action_find(self) -> None:
        """From every screen; a dialog wants an answer first."""
        # Not before the first frame.
        from assistant.tui.conversations.search_screen import SearchScreen  # noqa: PLC0415

        if isinstance(self.screen, SearchScreen):
            self.screen.search_again()
        elif not isinstance(self.screen, ModalScreen):
            self.chat_screen.action_command("find")

    def action_help_quit(self) -> None:
        self.chat_screen.say("Ctrl+Q leaves.")

    def copy_to_clipboard(self, text: str) -> None:
        """Copy what fields and mouse selected the same way as everything else."""
        external = self.chat_screen.workspace.system.external
        self.chat_screen.do(external.copy(text, "the selection"))

    def lend_terminal(self, command: Sequence[str]) -> None:
        """Let another program have the terminal until it ends.

        Raises:
            AssistantError: it cannot be run here.
        """
        loop = asyncio.get_running_loop()
        # Ctrl+C is for that program: it goes to everybody at this terminal.
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, lambda *_: None)
        problem: Exception | None = None
        try:
            with self.suspend():
                try:
                    subprocess.run(command, check=False)
                except OSError as failure:
                    # The terminal is taken back only when this block ends well.
                    problem = failure
        except SuspendNotSupported as failure:
            problem = failure
        finally:
            listen = partial(self.leave, 128 + signal.SIGINT)
            # The loop learns of signals in its next round: those of before are nobody's then.
            loop.call_soon(loop.call_soon, loop.add_signal_handler, signal.SIGINT, listen)
        if problem is not None:
            raise AssistantError(f"{command[0]} could not be run: {problem}.")

    def finish(self) -> None:
        """Wait until everything is on disk; the screen is gone by now."""
        self.chat_screen.workspace.finish(SHUTDOWN_SECONDS)

    def on_terminal_closed(self, event: TerminalClosed) -> None:
        event.stop()
        self.leave(128 + signal.SIGHUP)

    def _check_terminal(self) -> None:
        if isinstance(self._driver, TerminalDriver) and self._driver.is_closed:
            self.leave(128 + signal.SIGHUP)

    def _log_unexpected(self, error: Exception) -> AssistantError:
        return terminal.log_error(error, self._log_folder)

    def _handle_exception(self, error: Exception) -> None:
        failure = self._log_unexpected(error)
        if self._leaving:
            # The widgets go one by one; what still wanted to draw on them has no meaning any more.
            return
        # Textual would print the traceback, with the values of variables, on the terminal.
        self.failure = failure
        super()._handle_exception(error)
        self._exit_renderables.clear()


def freeze_imported_objects() -> None:
    """Keep what was imported out of garbage collections: each stops the screen for a moment."""
    gc.freeze()


def run(app: AssistantApp) -> int:
    """Show the screen until the user leaves.

    Returns: the exit status: 0 after a normal end, 1 after an unexpected error, 128 + n after
    signal n; a terminal that was closed counts as SIGHUP.
    """
    freeze_imported_objects()
    app.run()
    app.finish()
    if app.failure is not None:
        print(f"assistant: {app.failure}", file=sys.stderr)
        return 1
    return app.return_code or 0
