"""Asks for one line of text."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from assistant.tui import text
from assistant.tui.screens.dialog import Dialog
from assistant.tui.widgets.line import Line


class Field(Dialog[str]):
    """One field; Enter takes it, Esc leaves everything as it was."""

    def __init__(self, question: str, value: str = "", enter: str = "goes on") -> None:
        """Args:
        value: what stands in the field at first.
        enter: what Enter does, in a word or two.
        """
        super().__init__()
        self._question = question
        self._value = value
        self._enter = enter

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.line(self._question, 120, "bold"))
            yield Line(text.line(self._value, 400).plain, select_on_focus=True)
            yield Static(text.muted(f"Enter {self._enter} · Esc leaves it"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)
