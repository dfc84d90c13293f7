"""The user's editor, in the terminal of this command."""

import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from assistant import editor
from assistant.core.errors import AssistantError


def edit(path: Path, environment: Mapping[str, str]) -> None:
    """Have a file edited; returns when the editor has ended.

    Raises:
        AssistantError: there is no editor, or it failed.
    """
    command = editor.chosen_or_usual(environment)
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
