"""The user's editor, in the terminal of this command."""

import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from assistant.core.errors import AssistantError

USUAL = ("editor", "nano", "vi")
"""Looked for when none is set."""


def edit(path: Path, environment: Mapping[str, str]) -> None:
    """Have a file edited; returns when the editor has ended.

    Raises:
        AssistantError: there is no editor, or it failed.
    """
    command = editor(environment)
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


def editor(environment: Mapping[str, str]) -> list[str]:
    """The command in VISUAL or EDITOR, else a usual one.

    Raises:
        AssistantError: there is none.
    """
    wanted = environment.get("VISUAL") or environment.get("EDITOR") or ""
    try:
        words = shlex.split(wanted)
    except ValueError:
        raise AssistantError(
            f"EDITOR is {wanted!r}, which has an open quotation mark.", "Correct it."
        ) from None
    if words:
        return words
    search = environment.get("PATH")
    found = next((name for name in USUAL if shutil.which(name, path=search)), None)
    if found is None:
        raise AssistantError("There is no editor here.", "Set EDITOR to one.")
    return [found]
