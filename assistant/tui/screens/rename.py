"""Asks for the title of a conversation."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from assistant.tui import text
from assistant.tui.screens.dialog import Dialog


class Rename(Dialog[str]):
    """One field; Enter takes it, Esc leaves everything as it was."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.own("Title of the conversation", "bold"))
            yield Input(text.line(self._title, 400).plain, select_on_focus=True)
            yield Static(text.muted("Enter renames · Esc leaves it"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)
