"""The user's editor and pager: those that are set, else usual ones; an editor at a line."""

import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from typing import Final

from assistant.core.errors import AssistantError

FALLBACKS: Final = ("editor", "nano", "vi")
"""Looked for when none is set."""

PAGERS: Final = ("less", "more")
"""Looked for when no pager is set."""

AT_LINE: Final = {
    "code": ("--goto", "{path}:{line}"),
    "codium": ("--goto", "{path}:{line}"),
    "subl": ("{path}:{line}",),
    "zed": ("{path}:{line}",),
    "hx": ("{path}:{line}",),
    "helix": ("{path}:{line}",),
}
"""Editors that do not know `+LINE PATH`, which all others do."""

Which = Callable[[str], str | None]


def configured_editor(
    environment: Mapping[str, str], which: Which | None = None
) -> list[str] | None:
    """Editor command in VISUAL or EDITOR.

    Returns:
        The command in words; None when neither is set.

    Raises:
        AssistantError: it cannot be run.
    """
    wanted = environment.get("VISUAL") or environment.get("EDITOR") or ""
    try:
        words = shlex.split(wanted)
    except ValueError:
        raise AssistantError(
            f"EDITOR is {wanted!r}, which has an open quotation mark.", "Correct it."
        ) from None
    if words and (which or _which(environment))(words[0]) is None:
        raise AssistantError(
            f"The editor {words[0]!r} was not found.", "Set EDITOR to one that is installed."
        )
    return words or None


def find_editor(environment: Mapping[str, str], which: Which | None = None) -> list[str]:
    """Editor command in VISUAL or EDITOR, else a usual one that is installed.

    Returns:
        The command in words.

    Raises:
        AssistantError: there is none.
    """
    which = which or _which(environment)
    words = configured_editor(environment, which) or [name for name in FALLBACKS if which(name)][:1]
    if not words:
        raise AssistantError("There is no editor here.", "Set EDITOR to one.")
    return words


def find_pager(environment: Mapping[str, str], which: Which | None = None) -> list[str]:
    """Pager command in PAGER, else a usual one that is installed; it reads what it shows.

    Returns:
        The command in words.

    Raises:
        AssistantError: there is none.
    """
    which = which or _which(environment)
    try:
        words = shlex.split(environment.get("PAGER") or "")
    except ValueError:
        words = []
    if not words or which(words[0]) is None:
        words = [name for name in PAGERS if which(name)][:1]
    if not words:
        raise AssistantError("There is no pager here.", "Install less, or set PAGER.")
    return words


def command_at_line(editor: list[str], path: str, line: int) -> list[str]:
    """The command that edits a file at a line."""
    pattern = AT_LINE.get(PurePath(editor[0]).name, ("+{line}", "{path}"))
    return [*editor, *(part.format(path=path, line=line) for part in pattern)]


def _which(environment: Mapping[str, str]) -> Which:
    return lambda name: shutil.which(name, path=environment.get("PATH"))


def run_editor(path: Path, environment: Mapping[str, str]) -> None:
    """Run the user's editor on a file; returns when it has ended.

    Raises:
        AssistantError: there is no editor, or it failed.
    """
    command = find_editor(environment)
    # Ctrl+C in an editor is the editor's, and must not end us behind its back.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        status = subprocess.run([*command, str(path)], check=False).returncode
    except OSError as failure:
        raise AssistantError(
            f"The editor {command[0]!r} cannot be run: {failure.strerror}.", "Set EDITOR."
        ) from None
    finally:
        signal.signal(signal.SIGINT, before)
    if status:
        raise AssistantError(f"The editor ended with status {status}; {path} is as it left it.")
