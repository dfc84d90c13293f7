"""Library dialogs: the integrity report, and the reason why a file could not be read."""

from collections.abc import Iterator
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from assistant.core.values.documents import SkipReason
from assistant.core.values.library import FileEntry, Verification
from assistant.core.wording import files_text, passages_text, size
from assistant.language.messages import _, localized
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
            yield Static(text.muted(_("Esc closes")))

    def _problems(self) -> Iterator[Content]:
        problems = self._found.problems
        for problem in problems[:MAX_PROBLEMS]:
            mark = text.own(_("problem"), "$text-error")
            if problem.repaired:
                mark = text.own(_("repaired"))
            yield mark + text.own("  ") + text.line(localized(problem.what), 400)
        if len(problems) > MAX_PROBLEMS:
            yield text.muted(_("and {more:,} more", more=len(problems) - MAX_PROBLEMS))


def verdict_line(found: Verification) -> Content:
    """Result of an integrity check in one line."""
    return text.own(
        _(
            "{files}, {passages}: {verdict}.",
            files=files_text(found.files),
            passages=passages_text(found.passages),
            verdict=_("no problems found") if found.ok else _("problems found"),
        )
    )


SKIP_REASON_TEXTS: Final[dict[SkipReason, tuple[str, str]]] = {
    "empty": (_("It is empty."), ""),
    "no_text": (
        _("It has no text: pictures only, such as a scan."),
        _("A program that recognises text (OCR) can add it."),
    ),
    "encrypted": (_("It is protected by a password."), _("Save a copy without one.")),
    "corrupt": (
        _("It is damaged, or not what its name says."),
        _("Try to open it in its program and save it again."),
    ),
    "too_large": (
        _("It is too large."),
        _("The setting `library.largest_file` sets the limit."),
    ),
    "timeout": (_("Reading it took too long."), _("Try a smaller or simpler copy.")),
    "unsupported": (_("This file type is not supported."), _("Save it as PDF or as text.")),
    "unreadable": (_("It could not be opened or read."), _("Check its permissions.")),
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
            SKIP_REASON_TEXTS[file.reason] if file.reason else (_("It has not been read yet."), "")
        )
        with Vertical(classes="dialog"):
            yield Static(text.own(_("Not read"), "bold"))
            with VerticalScroll(classes="address"):
                yield Static(text.block(file.path))
                yield Static(text.muted(size(file.size)))
            yield Static(text.own(what))
            if file.detail:
                yield Static(text.block(localized(file.detail[:2000]), text.MUTED))
            if advice:
                yield Static(text.own(advice), classes="apart")
            again = text.muted(_("It is read again when it changes · Esc closes"))
            yield Static(again, classes="apart")
