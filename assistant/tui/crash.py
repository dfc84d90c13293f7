"""Unexpected errors go into the log, never onto the screen."""

import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from assistant import __version__
from assistant.core.errors import AssistantError

NAME: Final = "assistant.log"
LIMIT: Final = 1_000_000
"""Bytes after which the log begins anew."""


def log_file(folder: Path) -> Path:
    """Where unexpected errors of this front end are kept."""
    return folder / NAME


def keep(error: BaseException, folder: Path) -> AssistantError:
    """Write the error down; what to tell the user about it."""
    log = log_file(folder)
    details = "".join(traceback.format_exception(error))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = "w" if log.exists() and log.stat().st_size > LIMIT else "a"
        with log.open(mode, encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(f"{datetime.now(UTC).isoformat()} version {__version__}\n{details}\n")
    except OSError as failure:
        return AssistantError(
            f"An unexpected error happened, and {log} cannot be written: {failure.strerror}.",
            "`assistant doctor` looks for the cause.",
        )
    return AssistantError("An unexpected error happened.", f"Its details are in {log}.")
