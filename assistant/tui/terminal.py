"""Terminal driver that survives a closed terminal and asks for its background; the log of errors.

When a terminal is closed, writing to it fails and reading from it yields nothing for ever. Textual
would wait for its writer without end and read in a loop.

Unexpected errors go into the log, never onto the screen.
"""

import os
import re
import termios
import traceback
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from time import monotonic
from typing import IO, TYPE_CHECKING, ClassVar, Final, cast

from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from assistant import __version__
from assistant.core.errors import AssistantError
from assistant.tui.cell_widths import with_pinned_columns

if TYPE_CHECKING:
    from textual.app import App


class TerminalClosed(Message):
    """The terminal was closed."""


class BackgroundTold(Message):
    """The terminal said what its background is."""

    def __init__(self, answer: str) -> None:
        super().__init__()
        self.answer = answer


class AnswerParser(XTermParser):
    """Parser of what a terminal sends that knows its answers to questions about colours.

    Textual would take them for keys.
    """

    def __init__(self, told: Callable[[str], object], is_awaited: Callable[[], bool]) -> None:
        """Args:
        told: called with an answer.
        is_awaited: whether one may come: the beginning of it is Alt+], too.
        """
        super().__init__()
        self._told = told
        self._is_awaited = is_awaited
        self._held = ""

    def feed(self, data: str) -> Iterable[Message]:
        """Events of what arrived, without answers; half an answer waits for the rest."""
        if not self._held and ANSWER_BEGIN not in data:
            return super().feed(data)
        whole = ANSWER.sub(self._take, self._held + data)
        self._held = ""
        begin = whole.rfind(ANSWER_BEGIN)
        if data and begin >= 0 and len(whole) - begin < ANSWER_LIMIT and self._is_awaited():
            whole, self._held = whole[:begin], whole[begin:]
        # Nothing at all would be the end.
        return super().feed(whole) if whole or not data else ()

    def tick(self) -> Iterable[Message]:
        held = self._held
        if held and not self._is_awaited():
            self._held = ""
            return [*super().feed(held), *super().tick()]
        return super().tick()

    def _take(self, found: re.Match[str]) -> str:
        self._told(found[1])
        return ""


ANSWER_BEGIN: Final = "\x1b]"
ANSWER: Final = re.compile(r"\x1b\]11;([^\x07\x1b]*)(?:\x07|\x1b\\)")
ANSWER_LIMIT: Final = 64
"""Characters of the longest answer."""
ANSWER_SECONDS: Final = 2.0
"""Seconds that an answer is waited for, over a slow connection."""


class TerminalDriver(LinuxDriver):
    """Textual driver that reports a closed terminal and never blocks on it."""

    asks_background: ClassVar[bool] = False
    """Whether the terminal is asked what its background is."""

    def __init__(
        self,
        app: "App[object]",
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._asked = 0.0
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
        if self.asks_background:
            self._asked = monotonic()
            self.write("\x1b]11;?\x1b\\")
            self.flush()

    def _is_awaited(self) -> bool:
        return self.asks_background and monotonic() - self._asked < ANSWER_SECONDS

    def _tell(self, answer: str) -> None:
        self._app.post_message(BackgroundTold(answer))

    def write(self, data: str) -> None:
        """Write to the terminal; what it measures otherwise than this program shifts nothing."""
        super().write(with_pinned_columns(data))

    def run_input_thread(self) -> None:
        """Read keys until the screen is left or the terminal is gone."""
        # Textual makes its parser by this name.
        make = partial(AnswerParser, self._tell, self._is_awaited)
        linux_driver.XTermParser = lambda _: make()  # type: ignore[assignment,misc,attr-defined]
        try:
            super().run_input_thread()
        except OSError:
            self._app.post_message(TerminalClosed())

    @property
    def is_closed(self) -> bool:
        """Whether the terminal was closed."""
        return not os.isatty(self.fileno)


class AskingDriver(TerminalDriver):
    """Driver that asks the terminal what its background is."""

    asks_background = True


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
