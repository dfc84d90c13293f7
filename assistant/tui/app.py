"""Textual application: the chat screen, signals, exit status.

The first frame is drawn before the database, the models and the library are opened, and before
most of the program is imported. It leaves the terminal as it was.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Final, TypeGuard

from textual import events
from textual.app import App, SuspendNotSupported
from textual.command import Provider
from textual.filter import Monochrome
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, TextArea

from assistant.core.errors import AssistantError
from assistant.keymap import make_keymap
from assistant.language.messages import _, localized
from assistant.settings_source import SettingsSource
from assistant.tui import commands, terminal
from assistant.tui.chat_screen import ChatScreen
from assistant.tui.composer.input import BURST_SECONDS, is_from_outside, is_text, is_typed
from assistant.tui.first_frame import Appearance
from assistant.tui.terminal import AskingDriver, BackgroundTold, TerminalClosed, TerminalDriver
from assistant.tui.themes import DARK, LIGHT, Colourless, first_theme, is_light, themes_for
from assistant.tui.toolkit.screen_api import Closing
from assistant.tui.toolkit.threads import Report, in_thread

if TYPE_CHECKING:
    # What is opened behind the first frame.
    from assistant.tui.chat.turns import TurnEnded
    from assistant.tui.services import Services

GC_THRESHOLDS = (20_000, 20, 100)
"""New objects before a garbage collection, and how many of it make a deeper one."""

CLOSING_STEPS: Final = 10_000
"""Rounds of the event loop that a dialog gets to be gone in; it needs a handful."""


def _palette() -> type[Provider]:
    # Not before the first frame.
    from assistant.tui.palette import PaletteCommands  # noqa: PLC0415

    return PaletteCommands


class Opened(Message):
    """What the screen works on is open."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services


SHUTDOWN_SECONDS: Final = 2.0
"""Seconds that running answers get to be stored before the program ends."""

STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class AssistantApp(App[None]):
    """Textual application of the chat assistant."""

    TITLE = "assistant"
    CSS_PATH = "styles.tcss"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_palette}

    def __init__(
        self,
        open_services: Callable[[Report], Services],
        log_folder: Path,
        given: SettingsSource | None = None,
        *,
        model_chosen: bool = False,
    ) -> None:
        """App that is not open yet.

        Args:
            open_services: opens what the screen works on, in a thread, once the first frame is
                there; it is given what keeps an unexpected error for the log.
            given: what the settings say, unchecked; None is nothing.
            model_chosen: whether the settings name a model.
        """
        given = given or SettingsSource(Path(), {}, {})
        theme = given.text("screen", "theme") or "auto"
        super().__init__(driver_class=AskingDriver if theme == "auto" else TerminalDriver)
        keys = given.values.get("keys")
        self.keymap = make_keymap(keys if isinstance(keys, dict) else {}, os.environ, sys.platform)
        """The keys of all commands here."""
        self._bindings.key_to_bindings.pop(self.COMMAND_PALETTE_BINDING, None)
        self._bindings.key_to_bindings.pop("ctrl+q", None)
        commands.bind(self, commands.bindings_everywhere(self.keymap))
        self.open_services = open_services
        self.failure: AssistantError | None = None
        """What to report when the screen came down by an unexpected error."""
        self.refusal: AssistantError | None = None
        """Why nothing could be opened."""
        self.chat_screen = ChatScreen(
            self._begin_opening,
            super().copy_to_clipboard,
            self.lend_terminal,
            Appearance.of(given, self.keymap, model_chosen=model_chosen),
        )
        self._log_folder = log_folder
        self._reports_focus = False
        """Whether the terminal tells when its window is looked at."""
        self._acted = monotonic()
        self._leaving = False
        self._opened = asyncio.Event()
        self._held: list[events.Event] = []
        """What was pressed and clicked before the screen was open, in order."""
        self._first_key: events.Key | None = None
        """A letter that was pressed outside of text fields, until no other follows at once."""
        few = self.console.color_system == "standard"
        for each in themes_for(few_colours=few, no_colours=self.no_color):
            self.register_theme(each)
        # What moves by itself costs a slow connection and tells nothing.
        self.animation_level = "none"
        if self.no_color:
            self._filters = [each for each in self._filters if not isinstance(each, Monochrome)]
            self._filters.append(Colourless())
        self._start_with(first_theme(theme, os.environ).name)
        self._first_theme = self.theme

    def get_default_screen(self) -> ChatScreen:
        return self.chat_screen

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, partial(self.leave, 128 + number))
        self.set_interval(1, self._check_terminal)

    def _start_with(self, theme: str) -> None:
        """Set the first theme; setting it as a later one would parse all styles once more."""
        self.set_reactive(App.theme, theme)
        self.stylesheet.set_variables(self.get_css_variables())

    # From the first frame to the open screen

    def _begin_opening(self) -> None:
        self.run_worker(self._open())

    async def _open(self) -> None:
        try:
            services = await in_thread(self._import_and_open)
        except AssistantError as failure:
            self.refusal = failure
            self.exit()
        else:
            self.post_message(Opened(services))

    def _import_and_open(self) -> Services:
        services = self.open_services(self._log_unexpected)
        import_module("assistant.tui.workspace")
        return services

    async def on_opened(self, event: Opened) -> None:
        """Open the screen, and handle what was pressed before."""
        await self.chat_screen.open(event.services)
        if self.keymap.clashes:
            self.chat_screen.say(f"[keys]: {'; '.join(self.keymap.clashes)}.")
        self._opened.set()
        freeze_imported_objects()
        held, self._held = self._held, []
        for each in held:
            await super().on_event(each)

    async def on_event(self, event: events.Event) -> None:
        """Handle an event; one that asks for more than the first frame waits until that is open.

        What is typed is written into the prompt, unless something waits that came before.
        """
        if is_from_outside(event):
            self._acted = monotonic()
        is_early = not self._opened.is_set() and is_from_outside(event)
        if is_early and (self._held or not is_typed(event)):
            self._held.append(event)
            if isinstance(event, events.Key) and event.key in self.keymap.keys["quit"]:
                self.leave(0)
        elif not is_from_outside(event):
            await super().on_event(event)
        else:
            await self._until_closed()
            await self._handle_outside(event)

    async def _handle_outside(self, event: events.Event) -> None:
        if not await self._is_of_burst(event):
            await self._end_burst()
            if self._may_begin_burst(event):
                self._first_key = event
                self.set_timer(2 * BURST_SECONDS, self._end_burst)
            else:
                await super().on_event(event)

    async def _until_closed(self) -> None:
        """Wait until a dialog that has its answer is gone: what comes now is not for it."""
        for _unused in range(CLOSING_STEPS):
            if not (isinstance(self.screen, Closing) and self.screen.is_closing):
                break
            await asyncio.sleep(0)

    # A letter outside of text fields is a command, unless it is the first of a text

    def _may_begin_burst(self, event: events.Event) -> TypeGuard[events.Key]:
        is_open = self._opened.is_set() and self.screen is self.chat_screen
        is_command = not isinstance(self.focused, Input | TextArea)
        return is_open and is_command and isinstance(event, events.Key) and event.is_printable

    async def _is_of_burst(self, event: events.Event) -> bool:
        """Write a key that follows another one at once into the prompt, behind that.

        Returns: whether it does.
        """
        first = self._first_key
        if first is None or not isinstance(event, events.Key):
            return False
        if event.time - first.time >= BURST_SECONDS or not is_text(event):
            return False
        self._first_key = None
        self.chat_screen.focus_prompt()
        for key in (first, event):
            await super().on_event(key)
        return True

    async def _end_burst(self) -> None:
        """Take a letter for a command that nothing has followed."""
        first, self._first_key = self._first_key, None
        if first is not None:
            await super().on_event(first)

    def leave(self, status: int) -> None:
        """Save what is typed, then end with this exit status."""
        if not self._leaving:
            self._leaving = True
            self.run_worker(self._leave(status))

    async def _leave(self, status: int) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._opened.wait(), SHUTDOWN_SECONDS)
        if not self.chat_screen.is_open:
            self.exit(return_code=status)
            return
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
            from assistant.tui.palette import Palette  # noqa: PLC0415

            self.push_screen(Palette())

    def action_find(self) -> None:
        """From every screen; a dialog wants an answer first."""
        # Not before the first frame.
        from assistant.tui.conversations.search_screen import SearchScreen  # noqa: PLC0415

        if isinstance(self.screen, SearchScreen):
            self.screen.search_again()
        elif not isinstance(self.screen, ModalScreen):
            self.chat_screen.action_command("find")

    def action_help_quit(self) -> None:
        self.chat_screen.say(_("{key} quits.", key=self.keymap.shown("quit")))

    def copy_to_clipboard(self, text: str) -> None:
        """Copy what fields and mouse selected the same way as everything else."""
        external = self.chat_screen.workspace.system.external
        self.chat_screen.do(external.copy(text, _("the selection")))

    def lend_terminal(self, command: Sequence[str], given: bytes | None = None) -> None:
        """Let another program have the terminal until it ends; `given` is what it reads.

        Raises:
            AssistantError: it cannot be run here.
        """
        loop = asyncio.get_running_loop()
        # Ctrl+C is for that program: it goes to everybody at this terminal.
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, lambda *_unused: None)
        problem: Exception | None = None
        try:
            with self.suspend():
                try:
                    subprocess.run(command, check=False, input=given)
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
        if self.chat_screen.is_open:
            self.chat_screen.workspace.finish(SHUTDOWN_SECONDS)

    def on_background_told(self, event: BackgroundTold) -> None:
        """Follow the terminal, unless the user has chosen a theme by now."""
        event.stop()
        light = is_light(event.answer)
        if light is not None and self.theme == self._first_theme:
            self._first_theme = self.theme = (LIGHT if light else DARK).name

    def on_app_focus(self) -> None:
        self._reports_focus = True

    def on_app_blur(self) -> None:
        self._reports_focus = True

    def on_turn_ended(self, event: TurnEnded) -> None:
        """Ring when an answer that took long is done, and the window is not looked at."""
        # Not before the first frame.
        from assistant.tui.chat.attention import ring  # noqa: PLC0415

        notify = self.chat_screen.workspace.system.services.settings.screen.notify
        focused = self.app_focus if self._reports_focus else None
        call = ring(notify, event.turn.began, self._acted, focused=focused)
        if call and self._driver is not None:
            self._driver.write(call)
            self._driver.flush()

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
    gc.set_threshold(*GC_THRESHOLDS)
    gc.enable()


def run(app: AssistantApp) -> int:
    """Show the screen until the user leaves.

    Returns: the exit status: 0 after a normal end, 1 after an unexpected error, 128 + n after
    signal n; a terminal that was closed counts as SIGHUP.

    Raises:
        AssistantError: what the screen works on cannot be opened.
    """
    app.run()
    app.finish()
    if app.refusal is not None:
        raise app.refusal
    if app.failure is not None:
        failure = app.failure
        said = f"{localized(failure.message)} {localized(failure.hint)}".strip()
        print(f"assistant: {said}", file=sys.stderr)
        return 1
    return app.return_code or 0
