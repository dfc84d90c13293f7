"""Clipboard of the system, copied to and pasted from through its own tools."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

TOOL_TIMEOUT = 2.0
"""A tool that takes longer has no display to talk to."""

PASTE_COMMANDS = {
    "wl-copy": ("wl-paste", "--no-newline"),
    "xclip": ("xclip", "-selection", "clipboard", "-out"),
    "xsel": ("xsel", "--clipboard", "--output"),
    "pbcopy": ("pbpaste",),
    "termux-clipboard-set": ("termux-clipboard-get",),
    "clip.exe": ("powershell.exe", "-NoProfile", "-Command", "Get-Clipboard -Raw"),
    "tmux": ("tmux", "save-buffer", "-"),
}
"""What reads the clipboard that a tool writes."""


TMUX_COMMAND = ("tmux", "load-buffer", "-w", "-")
"""Fills a buffer of tmux, and has tmux pass it on to the clipboard of its terminal: with tmux's
default settings the sequence for that (OSC 52) is not taken from the programs inside."""


class RunWithInput(Protocol):
    """Runs a command with text on its standard input.

    Returns:
        Whether it succeeded.
    """

    def __call__(self, command: Sequence[str], text: bytes) -> bool: ...


class RunForOutput(Protocol):
    """Runs a command and collects its standard output.

    Returns:
        Its output; None when it failed.
    """

    def __call__(self, command: Sequence[str]) -> bytes | None: ...


class Clipboard:
    """Copies and pastes with the first native tool that works here."""

    def __init__(
        self,
        environment: Mapping[str, str] = os.environ,
        which: Callable[[str], str | None] = shutil.which,
        run: RunWithInput | None = None,
        output: RunForOutput | None = None,
    ) -> None:
        self._environment = environment
        self._which = which
        self._run = run or _run
        self._output = output or _output

    def tools(self) -> list[tuple[str, ...]]:
        """The commands that can reach the user's clipboard from here, best first.

        Over SSH the clipboard of the machine itself is somebody else's; a forwarded display is
        the user's own.
        """
        inside = self._environment.get
        wanted: list[tuple[str, ...]] = []
        if inside("WAYLAND_DISPLAY"):
            wanted.append(("wl-copy",))
        if inside("DISPLAY"):
            wanted += [("xclip", "-selection", "clipboard"), ("xsel", "--clipboard", "--input")]
        if not (inside("SSH_CONNECTION") or inside("SSH_TTY")):
            wanted += [("pbcopy",), ("termux-clipboard-set",), ("clip.exe",)]
        if inside("TMUX"):
            wanted.append(TMUX_COMMAND)
        return [command for command in wanted if self._which(command[0])]

    def copy(self, text: str) -> str:
        """Put `text` on the clipboard.

        Returns:
            Name of the tool that did it; "" when none could.
        """
        data = text.encode("utf-8", errors="replace")
        for command in self.tools():
            # clip.exe takes anything but UTF-16 for the console's code page.
            encoded = data.decode().encode("utf-16") if command[0] == "clip.exe" else data
            if self._run(command, encoded):
                return command[0]
        return ""

    def read(self) -> str | None:
        """Text on the clipboard.

        Returns:
            The text; None when no tool can read it.
        """
        for tool in self.tools():
            command = PASTE_COMMANDS[tool[0]]
            if self._which(command[0]):
                data = self._output(command)
                if data is not None:
                    return data.decode("utf-8", errors="replace").replace("\r\n", "\n")
        return None


def _output(command: Sequence[str]) -> bytes | None:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=TOOL_TIMEOUT,
            start_new_session=True,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _run(command: Sequence[str], text: bytes) -> bool:
    # wl-copy and xclip stay behind to serve the clipboard: a pipe they inherit never closes.
    try:
        done = subprocess.run(
            command,
            input=text,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TOOL_TIMEOUT,
            start_new_session=True,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
