"""The programs outside that a file can be opened with: the user's editor, the system's viewer."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from subprocess import DEVNULL
from typing import Final, Protocol

from assistant import editor
from assistant.core.errors import AssistantError

SECONDS: Final = 2.0
"""After which a program that was started is taken to have opened the file."""

AT_PAGE: Final = {
    "evince": ("evince", "--page-index={page}", "{path}"),
    "atril": ("atril", "--page-index={page}", "{path}"),
    "xreader": ("xreader", "--page-index={page}", "{path}"),
    "papers": ("papers", "--page-index={page}", "{path}"),
    "okular": ("okular", "--page", "{page}", "{path}"),
    "zathura": ("zathura", "--page={page}", "{path}"),
    "mupdf": ("mupdf", "{path}", "{page}"),
}
"""Viewers that open a PDF at a page, by a word in the name of their desktop entry."""


class Run(Protocol):
    """Runs a command on nothing; its exit status and output, None when it goes on running."""

    def __call__(self, command: Sequence[str]) -> tuple[int, str] | None: ...


class Programs:
    """Knows which program opens what here."""

    def __init__(
        self,
        environment: Mapping[str, str] = os.environ,
        which: Callable[[str], str | None] = shutil.which,
        run: Run | None = None,
        platform: str = sys.platform,
    ) -> None:
        self._environment = environment
        self._which = which
        self._run = run or _run
        self._platform = platform

    def editor(self, path: str, line: int) -> list[str] | None:
        """The command that edits a text at a line; None when no editor is set.

        Raises:
            AssistantError: the one that is set cannot be run.
        """
        words = editor.chosen(self._environment, self._which)
        return None if words is None else editor.at_line(words, path, line)

    def any_editor(self, path: str) -> list[str]:
        """The command that edits a text, in a usual editor when none is set.

        Raises:
            AssistantError: there is none.
        """
        return [*editor.chosen_or_usual(self._environment, self._which), path]

    def view(self, path: str, page: int | None) -> None:
        """Open a file with the system's viewer, at a page where that is possible.

        Takes a moment; the viewer goes on when the program ends.

        Raises:
            AssistantError: there is none, or it fails.
        """
        opener = self._opener()
        if opener is None:
            raise AssistantError(
                f"There is no program here that could show {path}.",
                "For texts, set EDITOR; others need a desktop.",
            )
        ended = self._run(self._at_page(path, page) or [*opener, path])
        if ended is not None and ended[0] != 0:
            raise AssistantError(f"{path} was not opened: no program wants it.", "")

    def _opener(self) -> list[str] | None:
        """Only where there is a desktop: elsewhere xdg-open would take over the terminal."""
        inside = self._environment.get
        if self._platform == "darwin":
            return ["open"]
        if self._which("wslview"):
            return ["wslview"]
        if (inside("DISPLAY") or inside("WAYLAND_DISPLAY")) and self._which("xdg-open"):
            return ["xdg-open"]
        return None

    def _at_page(self, path: str, page: int | None) -> list[str] | None:
        if page is None or not path.lower().endswith(".pdf") or not self._which("xdg-mime"):
            return None
        told = self._run(["xdg-mime", "query", "default", "application/pdf"])
        entry = told[1].lower() if told else ""
        for name, pattern in AT_PAGE.items():
            if name in entry and self._which(name):
                return [part.format(path=path, page=page) for part in pattern]
        return None


def _run(command: Sequence[str]) -> tuple[int, str] | None:
    """Without a terminal: whatever it says must not reach the screen."""
    try:
        process = subprocess.Popen(
            command,
            stdin=DEVNULL,
            stdout=subprocess.PIPE if command[0] == "xdg-mime" else DEVNULL,
            stderr=DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return 127, ""
    try:
        output, _ = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return None
    return process.returncode, (output or b"").decode(errors="replace")
