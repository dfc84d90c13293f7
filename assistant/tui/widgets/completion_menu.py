"""The menu of files or collections that opens above the prompt while one is named."""

from collections.abc import Sequence

from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from assistant.tui import text
from assistant.tui.completing import Suggestion


class CompletionMenu(OptionList, can_focus=False):
    """Shows suggestions; the prompt keeps the focus and hands the keys on."""

    class Chosen(Message):
        """A suggestion was chosen with the mouse."""

    def __init__(self) -> None:
        super().__init__(id="completion-menu", compact=True, markup=False)
        self._suggestions: Sequence[Suggestion] = ()

    def on_mount(self) -> None:
        self.display = False

    def show(self, suggestions: Sequence[Suggestion]) -> None:
        """Show these, the first one highlighted; nothing hides the menu."""
        self._suggestions = suggestions
        self.display = bool(suggestions)
        self.set_options(_option(suggestion) for suggestion in suggestions)
        self.highlighted = 0 if suggestions else None

    def move(self, step: int) -> None:
        """Highlight the next suggestion, or the previous one."""
        if self.highlighted is not None:
            self.highlighted = (self.highlighted + step) % self.option_count

    @property
    def chosen(self) -> Suggestion | None:
        """The highlighted suggestion."""
        return None if self.highlighted is None else self._suggestions[self.highlighted]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen())


def _option(suggestion: Suggestion) -> Option:
    note = text.own("  ") + text.line(suggestion.note, 100, text.MUTED)
    return Option(text.line(suggestion.name, 100, text.ACCENT) + note)
