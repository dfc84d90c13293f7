"""A text of several lines, to be read and changed."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static, TextArea

from assistant.tui import text
from assistant.tui.screens.dialog import Dialog
from assistant.tui.widgets.clickable import Clickable


class TextEditor(Dialog[str]):
    """Ctrl+S gives the text, Esc leaves everything as it was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", show=False, priority=True),
        Binding("escape", "leave", show=False, priority=True),
    ]

    def __init__(self, title: str, value: str, problem: str = "") -> None:
        """`problem` tells what is wrong with the text as it is."""
        super().__init__()
        self._problem = problem
        self._heading = title
        self._value = value

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            yield Static(text.line(self._heading, 120, "bold"))
            yield TextArea(text.editable(self._value), classes="editor", tab_behavior="focus")
            if self._problem:
                yield Static(text.line(self._problem, 400, "$text-error"), classes="problems")
            with Horizontal(classes="choices"):
                yield Clickable(text.button("Ctrl+S takes it", "screen.save"))
                yield Clickable(text.button("Esc leaves it as it was", "screen.leave"))

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()

    def action_save(self) -> None:
        self.dismiss(self.query_one(TextArea).text)
