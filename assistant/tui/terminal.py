"""Terminal driver that survives a closed terminal, and the log of unexpected errors.

When a terminal is closed, writing to it fails and reading from it yields nothing for ever. Textual
would wait for its writer without end and read in a loop.

Unexpected errors go into the log, never onto the screen.
"""

import os
import termios
import traceback
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, cast

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from assistant import __version__
from assistant.core.errors import AssistantError
from assistant.tui.cell_widths import with_pinned_columns

if TYPE_CHECKING:
    from textual.app import App


class TerminalClosed(Message):
    """The terminal was closed."""


class TerminalDriver(LinuxDriver):
    """Textual driver that reports a closed terminal and never blocks on it."""

    def __init__(
        self,
        app: "App[object]",
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        assert self._file is not None
        self._file = cast(TextIOWrapper, ForgivingStream(self._file))

    def start_application_mode(self) -> None:
        """Take the terminal; programs that it is lent to find it as a shell leaves it.

        It has kept what is typed since the program was started, unseen.
        """
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self.attrs_before is not None:
            self.attrs_before[0] |= termios.ICRNL
            self.attrs_before[3] |= termios.ECHO | termios.ICANON

    def write(self, data: str) -> None:
        """Write to the terminal; what it measures otherwise than this program shifts nothing."""
        super().write(with_pinned_columns(data))

    def run_input_thread(self) -> None:
        """Read keys until the screen is left or the terminal is gone."""
        try:
            super().run_input_thread()
        except OSError:
            self._app.post_message(TerminalClosed())

    @property
    def is_closed(self) -> bool:
        """Whether the terminal was closed."""
        return not os.isatty(self.fileno)


class ForgivingStream:
    """Output stream that swallows writes when its reader has gone."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        try:
            self._stream.write(text)
        except (OSError, ValueError):
            return

    def flush(self) -> None:
        try:
            self._stream.flush()
        except (OSError, ValueError):
            return

    def fileno(self) -> int:
        return self._stream.fileno()


LOG_NAME: Final = "assistant.log"
LOG_LIMIT: Final = 1_000_000
"""Bytes after which the log begins anew."""


def log_file(folder: Path) -> Path:
    """Path of the log of unexpected errors."""
    return folder / LOG_NAME


def log_error(error: BaseException, folder: Path) -> AssistantError:
    """Write an unexpected error into the log.

    Returns: the error to show to the user, which names the log.
    """
    log = log_file(folder)
    details = "".join(traceback.format_exception(error))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = "w" if log.exists() and log.stat().st_size > LOG_LIMIT else "a"
        with log.open(mode, encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(f"{datetime.now(UTC).isoformat()} version {__version__}\n{details}\n")
    except OSError as failure:
        return AssistantError(
            f"An unexpected error happened, and {log} cannot be written: {failure.strerror}.",
            "`assistant doctor` looks for the cause.",
        )
    return AssistantError("An unexpected error happened.", f"Its details are in {log}.")
