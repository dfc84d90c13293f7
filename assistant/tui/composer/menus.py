"""Menus above the input: commands and prompts after `/`, completions of what is typed."""

from collections.abc import Sequence
from typing import Final

from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from assistant.command_table import COMMANDS, Command
from assistant.core.values.prompts import Prompt
from assistant.keymap import Keymap
from assistant.tui.commands import keymap_of, matching
from assistant.tui.composer.suggestions import NameSuggestions, Suggestion
from assistant.tui.toolkit import text

Entry = Command | Prompt

NAME_CELLS: Final = 17
"""Cells of a name with what may follow it; what is longer pushes the title aside."""
TITLE_CELLS: Final = max(30, 2 + max(len(command.title) for command in COMMANDS))


class SlashMenu(OptionList, can_focus=False):
    """Menu of commands and prompts; the prompt keeps the focus and passes keys on."""

    class Chosen(Message):
        """An entry was chosen with the mouse."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(self, names: NameSuggestions) -> None:
        super().__init__(id="slash-menu", compact=True, markup=False)
        self._names = names
        self._entries: list[Entry] = []

    def on_mount(self) -> None:
        self.display = False

    def follow(self, typed: str) -> bool:
        """Show what matches the text of the prompt.

        Returns: whether the menu is open.
        """
        found = self._matching(typed[1:]) if _is_name(typed) else []
        self.display = bool(found)
        if found and found != self._entries:
            keymap = keymap_of(self)
            self.set_options(_entry_option(entry, keymap) for entry in found)
            self.highlighted = 0
        self._entries = found
        return bool(found)

    def move(self, step: int) -> None:
        """Highlight the next entry, or the previous one."""
        if self.highlighted is not None:
            self.highlighted = (self.highlighted + step) % self.option_count

    @property
    def chosen(self) -> Entry | None:
        """The highlighted entry; None while the menu is closed."""
        return None if self.highlighted is None or not self.display else self._at(self.highlighted)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(self._at(event.option_index)))

    def _at(self, place: int) -> Entry:
        return self._entries[place]

    def _matching(self, prefix: str) -> list[Entry]:
        """Those that begin so, commands before prompts; then the others."""
        commands = matching(prefix)
        beginning = [each for each in commands if each.begins_with(prefix)]
        called, others = self._names.prompts_matching(prefix)
        return [*beginning, *called, *commands[len(beginning) :], *others]


def _is_name(typed: str) -> bool:
    return typed.startswith("/") and not any(mark.isspace() or mark == "/" for mark in typed[1:])


def _entry_option(entry: Entry, keymap: Keymap) -> Option:
    if isinstance(entry, Prompt):
        called = text.line(f"/{entry.name} …", 40, text.ACCENT)
        pad = text.own(" " * max(NAME_CELLS - called.cell_length, 1))
        return Option(called + pad + text.line(entry.title, 60))
    name = f"/{entry.name} {entry.argument}".strip()
    key = keymap.key(entry.name)
    return Option(
        text.own(f"{name} ".ljust(NAME_CELLS), text.ACCENT)
        + text.own(entry.title.ljust(TITLE_CELLS))
        + text.muted(key)
    )


class CompletionMenu(OptionList, can_focus=False):
    """Menu of suggestions; the prompt keeps the focus and passes keys on."""

    class Chosen(Message):
        """A suggestion was chosen with the mouse."""

    def __init__(self) -> None:
        super().__init__(id="completion-menu", compact=True, markup=False)
        self.suggestions: Sequence[Suggestion] = ()
        """What is shown."""

    def on_mount(self) -> None:
        self.display = False

    def show(self, suggestions: Sequence[Suggestion]) -> None:
        """Show these suggestions, the first one highlighted; none hides the menu."""
        self.suggestions = suggestions
        self.display = bool(suggestions)
        self.set_options(_suggestion_option(suggestion) for suggestion in suggestions)
        self.highlighted = 0 if suggestions else None

    def move(self, step: int) -> None:
        """Highlight the next suggestion, or the previous one."""
        if self.highlighted is not None:
            self.highlighted = (self.highlighted + step) % self.option_count

    @property
    def chosen(self) -> Suggestion | None:
        """The highlighted suggestion."""
        return None if self.highlighted is None else self.suggestions[self.highlighted]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen())


def _suggestion_option(suggestion: Suggestion) -> Option:
    note = text.own("  ") + text.line(suggestion.note, 100, text.MUTED)
    return Option(text.line(suggestion.name, 100, text.ACCENT) + note)
