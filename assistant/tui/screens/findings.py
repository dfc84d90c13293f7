"""What a look at everything that is stored has found."""

from collections.abc import Iterator
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from assistant.core.library import Verification
from assistant.tui import text
from assistant.tui.amounts import count
from assistant.tui.screens.dialog import Dialog

TOLD: Final = 200
"""Problems that are told one by one."""


class Findings(Dialog[None]):
    """The problems, each with what became of it; Esc closes."""

    def __init__(self, found: Verification) -> None:
        super().__init__()
        self._found = found

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(verdict(self._found).stylize("bold"))
            with VerticalScroll(classes="address"):
                yield Static(text.joined(self._problems(), "\n"))
            yield Static(text.muted("Esc closes"))

    def _problems(self) -> Iterator[Content]:
        problems = self._found.problems
        for problem in problems[:TOLD]:
            mark = (
                text.own("repaired  ") if problem.repaired else text.own("wrong  ", "$text-error")
            )
            yield mark + text.line(problem.what, 400)
        if len(problems) > TOLD:
            yield text.muted(f"and {len(problems) - TOLD:,} more")


def verdict(found: Verification) -> Content:
    """In a line."""
    how = "all is in order" if found.ok else "not in order"
    files, passages = count(found.files, "file"), count(found.passages, "passage")
    return text.own(f"{files}, {passages}: {how}.")
