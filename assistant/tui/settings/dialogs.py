"""Dialog that picks one of some values."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.language.messages import _
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Dialog


class ChooseValue(Dialog[str]):
    """Dialog of the values that a setting takes; Enter applies, Esc cancels."""

    def __init__(self, title: str, values: Sequence[str], current: str) -> None:
        super().__init__()
        self._title_text = title
        self._values = values
        self._current = current

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.line(self._title_text, 120, "bold"))
            yield OptionList(*map(self._option, self._values), markup=False, compact=True)
            yield Static(text.muted(_("Enter applies · Esc cancels")))

    def on_mount(self) -> None:
        values = list(self._values)
        place = values.index(self._current) if self._current in values else 0
        self.query_one(OptionList).highlighted = place

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._values[event.option_index])

    def _option(self, value: str) -> Option:
        mark = text.own("● " if value == self._current else "  ", text.ACCENT)
        return Option(mark + text.line(value, 60))
