"""A text of several lines, to be changed."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static, TextArea

from assistant.tui import text
from assistant.tui.screens.dialog import Dialog
from assistant.tui.widgets.clickable import Clickable


class Rewriting(Dialog[str]):
    """Ctrl+S takes the text, Esc leaves everything as it was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take", show=False, priority=True),
    ]

    def __init__(self, title: str, value: str, note: str = "") -> None:
        super().__init__()
        self._title_text = title
        self._value = value
        self._note = note

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            yield Static(text.line(self._title_text, 120, "bold"))
            yield TextArea(text.editable(self._value), soft_wrap=True)
            if self._note:
                yield Static(text.muted(self._note), classes="note")
            with Horizontal(classes="choices"):
                yield Clickable(text.button("Ctrl+S keeps it", "screen.take"))
                yield Clickable(text.button("Esc leaves it", "screen.leave"))

    def action_take(self) -> None:
        self.dismiss(self.query_one(TextArea).text)
