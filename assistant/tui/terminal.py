"""The terminal as Textual drives it, made to survive its own end.

When a terminal is closed, writing to it fails and reading from it yields nothing for ever. Textual
would wait for its writer without end and read in a loop.
"""

import os
from io import TextIOWrapper
from typing import IO, TYPE_CHECKING, cast

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

if TYPE_CHECKING:
    from textual.app import App


class TerminalClosed(Message):
    """There is no terminal any more."""


class TerminalDriver(LinuxDriver):
    """A driver that says when the terminal is gone, and never blocks on it."""

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
        self._file = cast(TextIOWrapper, Forgiving(self._file))

    def run_input_thread(self) -> None:
        """Read keys until the screen is left or the terminal is gone."""
        try:
            super().run_input_thread()
        except OSError:
            self._app.post_message(TerminalClosed())

    @property
    def is_closed(self) -> bool:
        """Whether the terminal has gone away."""
        return not os.isatty(self.fileno)


class Forgiving:
    """A stream whose reader may go away."""

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
