"""Library dialogs: the integrity report, and the reason why a file could not be read."""

from collections.abc import Iterator
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from assistant.core.values.documents import SkipReason
from assistant.core.values.library import FileEntry, Verification
from assistant.core.wording import count, size
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Dialog

MAX_PROBLEMS: Final = 200
"""Problems that are listed one by one."""


class IntegrityReport(Dialog[None]):
    """Dialog with the problems that an integrity check found; Esc closes."""

    def __init__(self, found: Verification) -> None:
        super().__init__()
        self._found = found

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(verdict_line(self._found).stylize("bold"))
            with VerticalScroll(classes="address"):
                yield Static(text.joined(self._problems(), "\n"))
            yield Static(text.muted("Esc closes"))

    def _problems(self) -> Iterator[Content]:
        problems = self._found.problems
        for problem in problems[:MAX_PROBLEMS]:
            mark = (
                text.own("repaired  ") if problem.repaired else text.own("wrong  ", "$text-error")
            )
            yield mark + text.line(problem.what, 400)
        if len(problems) > MAX_PROBLEMS:
            yield text.muted(f"and {len(problems) - MAX_PROBLEMS:,} more")


def verdict_line(found: Verification) -> Content:
    """Result of an integrity check in one line."""
    how = "all is in order" if found.ok else "not in order"
    files, passages = count(found.files, "file"), count(found.passages, "passage")
    return text.own(f"{files}, {passages}: {how}.")


SKIP_REASON_TEXTS: Final[dict[SkipReason, tuple[str, str]]] = {
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


class UnreadFileReason(Dialog[None]):
    """Dialog on why a file could not be read, and what could be done; Esc closes."""

    def __init__(self, file: FileEntry) -> None:
        super().__init__()
        self._file = file

    def compose(self) -> ComposeResult:
        file = self._file
        what, advice = (
            SKIP_REASON_TEXTS[file.reason] if file.reason else ("It was not read yet.", "")
        )
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
