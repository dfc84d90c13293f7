"""Prompt keys: what keys in the input do to menus, history, transcript and commands."""

from collections.abc import Callable

from assistant.tui import commands
from assistant.tui.composer.completion import Completer
from assistant.tui.composer.composer import Composer
from assistant.tui.composer.input import PromptInput
from assistant.tui.composer.menus import Entry, SlashMenu
from assistant.tui.transcript.transcript import TranscriptView


class PromptKeys:
    """Routes keys of the prompt to menus, history and transcript, and runs `/` commands."""

    def __init__(
        self,
        prompt: PromptInput,
        menu: SlashMenu,
        completer: Completer,
        composer: Composer,
        transcript: TranscriptView,
        command: Callable[[str, str], None],
    ) -> None:
        """`command` runs the command of a name with an argument."""
        self._prompt = prompt
        self._menu = menu
        self._completer = completer
        self._composer = composer
        self._transcript = transcript
        self._command = command

    def ran_command(self, typed: str) -> bool:
        """Run what was sent if it is a command.

        Returns: whether it was one.
        """
        name, _, argument = typed.strip().removeprefix("/").partition(" ")
        if not (typed.lstrip().startswith("/") and name in commands.BY_NAME):
            return False
        self._prompt.show("")
        self._command(name, argument.strip())
        return True

    def run(self, entry: Entry) -> None:
        """Run an entry chosen in the menu; a prompt waits for its question."""
        if isinstance(entry, commands.Command):
            self._prompt.show("")
            self._command(entry.name, "")
        else:
            self._prompt.show(f"/{entry.name} ")

    def key(self, key: str) -> None:
        """Handle a key that means something outside of the prompt."""
        if self._menu.chosen is not None:
            # Whoever types fast presses Enter before the menu has seen the last letters.
            self._menu.follow(self._prompt.text)
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
                self._command("help", "")
            case "enter" if self._menu.chosen is not None:
                self.run(self._menu.chosen)
            case "enter" if not self._completer.take():
                self._prompt.post_message(PromptInput.Submitted(self._prompt.text))
            case "escape" if self._prompt.menu_open:
                self._composer.close_menu()
            case "escape":
                self._command("stop", "")
