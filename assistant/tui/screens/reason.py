"""Why a file could not be read: all that is known, and what could be done."""

from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from assistant.core.documents import SkipReason
from assistant.core.library import FileEntry
from assistant.tui import text
from assistant.tui.amounts import size
from assistant.tui.screens.dialog import Dialog

REASONS: Final[dict[SkipReason, tuple[str, str]]] = {
    "empty": ("It is empty.", ""),
    "no_text": (
        "It has no text: pictures only, such as a scan.",
        "A program that recognises text (OCR) can add it.",
    ),
    "encrypted": ("It is protected by a password.", "Save a copy without one."),
    "corrupt": (
        "It is damaged, or not what its name says.",
        "Try to open it in its program and save it anew.",
    ),
    "too_large": ("It is too large.", "`library.largest_file` in the settings says how large."),
    "timeout": ("Reading it took too long.", "A smaller or simpler copy may do."),
    "unsupported": ("This kind of file cannot be read.", "Save it as PDF or as text."),
    "unreadable": ("It could not be opened or read.", "Check its permissions."),
}
"""What a reason means, and what to do."""


class Reason(Dialog[None]):
    """Esc closes."""

    def __init__(self, file: FileEntry) -> None:
        super().__init__()
        self._file = file

    def compose(self) -> ComposeResult:
        file = self._file
        what, advice = REASONS[file.reason] if file.reason else ("It was not read yet.", "")
        with Vertical(classes="dialog"):
            yield Static(text.own("Not read", "bold"))
            with VerticalScroll(classes="address"):
                yield Static(text.block(file.path))
                yield Static(text.muted(size(file.size)))
            yield Static(text.own(what))
            if file.detail:
                yield Static(text.block(file.detail[:2000], text.MUTED))
            if advice:
                yield Static(text.own(advice), classes="apart")
            again = text.muted("It is tried again when it changes · Esc closes")
            yield Static(again, classes="apart")
