"""All keys on one screen, made from the table of commands."""

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from assistant.tui import commands, text
from assistant.tui.screens.dialog import Dialog

TYPING = (
    ("Enter", "Send the question"),
    ("Ctrl+J", "Begin a new line; so do Shift+Enter and \\ before Enter"),
    ("↑", "In an empty prompt: edit the last question"),
    ("Ctrl+↑ Ctrl+↓", "Walk through earlier questions"),
    ("/", "In an empty prompt: the menu of commands"),
    ("@", "A file that goes whole with the question, or a folder"),
    ("#", "A collection that the question is about"),
    ("Tab", "Go through messages and blocks of code"),
    ("PgUp PgDn", "Scroll"),
)


class Help(Dialog[None]):
    """Closes with Esc, q or ?."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,question_mark,f1", "leave", show=False)]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            with VerticalScroll():
                yield Static(text.joined(_lines(), "\n"))
            yield Static(text.muted("Esc closes"))


def _lines() -> Iterator[Content]:
    yield text.own("Typing", "bold $text-accent")
    for key, what in TYPING:
        yield _line(key, what, "")
    for group in ("Conversation", "Role", "Answer", "Message", "Files", "Screen"):
        yield text.NOTHING
        yield text.own(group, "bold $text-accent")
        for command in commands.COMMANDS:
            if command.group == group:
                yield _line(_keys(command), command.description, f"/{command.name}")


def _keys(command: commands.Command) -> str:
    keys = [command.key, command.message_key]
    return " or ".join(commands.key_name(key) for key in keys if key)


def _line(keys: str, what: str, name: str) -> Content:
    return text.own(f" {keys:<16}", text.ACCENT) + text.own(f"{what:<52}") + text.muted(name)
