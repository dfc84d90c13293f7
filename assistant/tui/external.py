"""External programs: the clipboard, the browser, the user's editor, the system's viewer."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from subprocess import DEVNULL
from typing import Final, Protocol

from assistant.core.errors import AssistantError
from assistant.core.sanitize import is_safe_link
from assistant.language.messages import _
from assistant.system import editor
from assistant.tui.services import Services
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import OpenLink
from assistant.tui.toolkit.notice import Notice
from assistant.tui.toolkit.screen_api import ScreenApi

ExternalFactory = Callable[[Notice], "ExternalActions"]
"""Makes external actions that report in the notice line of another screen."""


class ExternalActions:
    """Clipboard and browser; reports in a notice line, asks before a link is opened."""

    def __init__(self, services: Services, notice: Notice, screen: ScreenApi) -> None:
        self._services = services
        self._notice = notice
        self._screen = screen

    def for_notice(self, notice: Notice) -> "ExternalActions":
        """The same, reporting in the notice line of another screen."""
        return ExternalActions(self._services, notice, self._screen)

    async def copy(self, what: str, name: str) -> None:
        """Put a text on the clipboard: by the system's own tool, else through the terminal."""
        tool = await self._services.run(self._services.clipboard.copy, what)
        if not tool:
            self._screen.copy_through_terminal(what)
        self._notice.say(text.own(_copied(name, tool)))

    async def open(self, address: str) -> None:
        """Open a web or mail address in the system's program, after confirmation."""
        if not is_safe_link(address):
            only = _("Only web and mail addresses can be opened: {address}")
            self._notice.say(text.filled(only, address=text.line(address, 200)))
        elif await self._screen.push_wait(OpenLink(address)):
            self._notice.app.open_url(address)


def _copied(name: str, tool: str) -> str:
    """What is known of a copy: terminals do not answer whether they took it."""
    match tool:
        case "":
            return _(
                "Sent {name} to your terminal (OSC 52), which does not confirm it.",
                name=name,
            )
        case "tmux":
            return _("Copied {name} to tmux and to your terminal (OSC 52).", name=name)
        case _:
            return _("Copied {name} with {tool}.", name=name, tool=tool)


START_TIMEOUT: Final = 2.0
"""Seconds after which a program that was started is taken to have opened the file."""

PAGE_COMMANDS: Final = {
    "evince": ("evince", "--page-index={page}", "{path}"),
    "atril": ("atril", "--page-index={page}", "{path}"),
    "xreader": ("xreader", "--page-index={page}", "{path}"),
    "papers": ("papers", "--page-index={page}", "{path}"),
    "okular": ("okular", "--page", "{page}", "{path}"),
    "zathura": ("zathura", "--page={page}", "{path}"),
    "mupdf": ("mupdf", "{path}", "{page}"),
}
"""Viewers that open a PDF at a page, by a word in the name of their desktop entry."""


class RunProgram(Protocol):
    """Runs a command without input.

    Returns: exit status and output; None when it goes on running.
    """

    def __call__(self, command: Sequence[str]) -> tuple[int, str] | None: ...


class ExternalPrograms:
    """Finds the program that opens a file here."""

    def __init__(
        self,
        environment: Mapping[str, str] = os.environ,
        which: Callable[[str], str | None] = shutil.which,
        run: RunProgram | None = None,
        platform: str = sys.platform,
    ) -> None:
        self._environment = environment
        self._which = which
        self._run = run or _run_detached
        self._platform = platform

    def editor(self, path: str, line: int) -> list[str] | None:
        """Command that edits a text at a line; None when no editor is set.

        Raises:
            AssistantError: the one that is set cannot be run.
        """
        words = editor.configured_editor(self._environment, self._which)
        return None if words is None else editor.command_at_line(words, path, line)

    def any_editor(self, path: str) -> list[str]:
        """Command that edits a text, in a usual editor when none is set.

        Raises:
            AssistantError: there is none.
        """
        return [*editor.find_editor(self._environment, self._which), path]

    def pager(self) -> list[str]:
        """Command that shows what it reads, page by page.

        Raises:
            AssistantError: there is none.
        """
        return editor.find_pager(self._environment, self._which)

    def view(self, path: str, page: int | None) -> None:
        """Open a file with the system's viewer, at a page where that is possible.

        Takes a moment; the viewer goes on when the program ends.

        Raises:
            AssistantError: there is none, or it fails.
        """
        opener = self._opener()
        if opener is None:
            raise AssistantError(
                f"No program found that can show {path}.",
                "For text files, set EDITOR; other files need a desktop.",
            )
        ended = self._run(self._at_page(path, page) or [*opener, path])
        if ended is not None and ended[0] != 0:
            raise AssistantError(f"No program could open {path}.", "")

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
        answer = self._run(["xdg-mime", "query", "default", "application/pdf"])
        entry = answer[1].lower() if answer else ""
        for name, pattern in PAGE_COMMANDS.items():
            if name in entry and self._which(name):
                return [part.format(path=path, page=page) for part in pattern]
        return None


def _run_detached(command: Sequence[str]) -> tuple[int, str] | None:
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
        output, _unused = process.communicate(timeout=START_TIMEOUT)
    except subprocess.TimeoutExpired:
        return None
    return process.returncode, (output or b"").decode(errors="replace")
