"""Prompt keys: what keys in the input do to menus, history, transcript and commands."""

from assistant.command_table import Command
from assistant.core.turn.requests import PROMPT_SIGN
from assistant.tui.composer.completion import Completer
from assistant.tui.composer.composer import Composer
from assistant.tui.composer.input import PromptInput
from assistant.tui.composer.menus import Entry, SlashMenu
from assistant.tui.composer.suggestions import NameSuggestions
from assistant.tui.toolkit.screen_api import ScreenApi
from assistant.tui.transcript.transcript import TranscriptView


class PromptKeys:
    """Routes keys of the prompt to menus, history and transcript, and runs what is chosen."""

    def __init__(
        self,
        prompt: PromptInput,
        menu: SlashMenu,
        completer: Completer,
        composer: Composer,
        transcript: TranscriptView,
        names: NameSuggestions,
        screen: ScreenApi,
    ) -> None:
        self._prompt = prompt
        self._menu = menu
        self._completer = completer
        self._composer = composer
        self._transcript = transcript
        self._names = names
        self._screen = screen

    @property
    def are_open(self) -> bool:
        """Whether a menu is open."""
        return self._menu.display or self._completer.is_open

    def handle_enter(self) -> bool:
        """Handle Enter while a menu is open.

        Returns: whether it was meant for the menu.
        """
        self._refresh_menu()
        if self._menu.chosen is None:
            return self._completer.accept_on_enter()
        self.run_entry(self._menu.chosen)
        return True

    def text_changed(self) -> None:
        """Update the menus to the text, because it changed."""
        self._composer.follow()
        if self._prompt.text == PROMPT_SIGN:
            self._screen.do(self._read_prompts())

    def run_entry(self, entry: Entry) -> None:
        """Run an entry chosen in the menu; a prompt waits for its question."""
        if isinstance(entry, Command):
            self._prompt.show("")
            self._screen.run_command(entry.name, "")
        else:
            self._prompt.show(f"/{entry.name} ")

    def handle_key(self, key: str) -> None:
        """Handle a key that means something outside of the prompt."""
        self._refresh_menu()
        match key:
            case "up" | "down":
                self._composer.step(-1 if key == "up" else 1)
            case "ctrl+up" | "ctrl+down":
                self._composer.recall(-1 if key == "ctrl+up" else 1)
            case "pageup" | "pagedown":
                self._transcript.turn_page(-1 if key == "pageup" else 1)
            case "tab" if self._prompt.menu_open:
                self._composer.complete()
            case "tab":
                self._transcript.focus_last()
            case "question_mark":
                self._screen.run_command("help", "")
            case "escape" if self._prompt.menu_open:
                self._composer.close_menu()
            case "escape":
                self._screen.run_command("stop", "")

    def _refresh_menu(self) -> None:
        """Update the menu: whoever types fast presses a key before it has seen the last letters."""
        if self._menu.chosen is not None:
            self._menu.follow(self._prompt.text)

    async def _read_prompts(self) -> None:
        """Read the prompts that there are now, because the menu is opened."""
        await self._names.read_prompts()
        self._composer.follow()
