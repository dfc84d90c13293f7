"""The line between two messages that tells what is different from there on."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from assistant.core.marks import told
from assistant.core.models import Mark, MarkSubject
from assistant.tui import text

COMMANDS: Final[dict[MarkSubject, str]] = {
    "role": "role",
    "model": "model",
    "adapters": "adapters",
    "files": "files",
}
"""What a click on a mark opens; everything else is sampling."""


def marks_line(marks: Sequence[Mark]) -> Content:
    """What came of the changes made at this place; nothing when nothing did."""
    parts = [_part(subject, words) for subject, words in told(marks)]
    if not parts:
        return text.NOTHING
    return text.muted("── ") + text.joined(parts, " · ") + text.muted(" ── from here on")


def _part(subject: MarkSubject, words: str) -> Content:
    command = COMMANDS.get(subject, "set")
    return text.line(words, 80, text.ACCENT).stylize(text.click("screen.command", command))
