"""The terminal application: it builds the chat screen and leaves the terminal as it was."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.app import App
from textual.command import Provider

from assistant.clipboard import Clipboard
from assistant.core.chat import Chat
from assistant.core.errors import AssistantError
from assistant.core.ports import ConversationStore, ModelCatalog
from assistant.core.prompts import PromptLibrary
from assistant.settings import Settings
from assistant.tui import crash
from assistant.tui.desk import Desk
from assistant.tui.screens.chat import ChatScreen
from assistant.tui.screens.palette import Commands
from assistant.tui.themes import DARK, LIGHT, first_theme

GOODBYE = 2.0
"""Seconds that running answers get to be stored before the program ends."""


class AssistantApp(App[None]):
    """The chat assistant in the terminal."""

    TITLE = "assistant"
    CSS_PATH = "styles.tcss"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {Commands}

    def __init__(
        self,
        chat: Chat,
        store: ConversationStore,
        models: ModelCatalog,
        prompts: PromptLibrary,
        settings: Settings,
        clipboard: Clipboard,
        log_folder: Path,
    ) -> None:
        super().__init__()
        self.desk = Desk(chat, store, models, prompts, settings, clipboard, log_folder)
        self.chat_screen = ChatScreen(self.desk, self._report)
        self._log_folder = log_folder
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.theme = first_theme(settings.screen.theme, os.environ).name

    def get_default_screen(self) -> ChatScreen:
        return self.chat_screen

    async def action_quit(self) -> None:
        await self.leave(0)

    async def leave(self, status: int) -> None:
        """Keep what is typed and written, then end with this exit status."""
        await self.chat_screen.session.save_draft()
        self.chat_screen.turns.stop_all(GOODBYE)
        self.exit(return_code=status)

    def _report(self, error: Exception) -> AssistantError:
        return crash.keep(error, self._log_folder)


def run(app: AssistantApp) -> int:
    """Show the screen until the user leaves; the exit status of the program."""
    app.run()
    return app.return_code or 0
