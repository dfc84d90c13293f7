"""Asks for the path of something to add."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from assistant.tui import text
from assistant.tui.screens.dialog import Dialog
from assistant.tui.widgets.line import Line


class AskForPath(Dialog[str]):
    """One field; Enter takes it, Esc leaves everything as it was."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.own("Folder or file to add", "bold"))
            yield Line(placeholder="~/Documents/housing")
            yield Static(text.muted("Enter looks at it · Esc leaves it"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)
