"""Console output: results on stdout, everything else on stderr, cut to display width."""

import json
import os
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TextIO

from assistant.core.errors import AssistantError
from assistant.core.sanitize import one_line, printable
from assistant.language.messages import _, localized, pgettext

ERASE_LINE = "\r\x1b[2K"
BOLD, DIM, RESET_STYLE = "\x1b[1m", "\x1b[2m", "\x1b[0m"
YES = frozenset({"y", "yes", "s", "sim"})
"""Answers that mean yes in every language."""

SHORT_ID = 8
"""Characters of an id that are shown; any unique beginning is understood."""


class OutputClosedError(Exception):
    """Standard output was closed by its reader, as `head` does when it has seen enough."""


class Console:
    """Standard output and standard error of a command. A closed one swallows what it is given."""

    def __init__(
        self,
        out: TextIO | None,
        err: TextIO | None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._out = out
        self._err = err
        self._environment = environment
        self._progress_lines = 0
        """How many lines of progress are on the screen."""

    def without_cursor(self) -> "Console":
        """The same streams, to which only lines are written: no colours, no line changes."""
        return Console(self._out, self._err, {**self._environment, "TERM": "dumb"})

    @property
    def is_terminal(self) -> bool:
        """Whether results are read by a person right away."""
        return self._out is not None and self._out.isatty()

    @property
    def descriptor(self) -> int | None:
        """File descriptor of standard output; None when there is none."""
        try:
            return None if self._out is None else self._out.fileno()
        except (OSError, ValueError):
            return None

    @property
    def is_dumb(self) -> bool:
        return self._environment.get("TERM", "") in ("", "dumb")

    @property
    def has_colour(self) -> bool:
        return self.is_terminal and not self.is_dumb and not self._environment.get("NO_COLOR")

    @property
    def width(self) -> int | None:
        """Columns of the terminal; None when output goes elsewhere and may be of any width."""
        return _terminal_size().columns if self.is_terminal else None

    def write(self, text: str) -> None:
        """Write results at once: as they are for a program, printable for a terminal.

        Raises:
            OutputClosedError: nobody reads them any more.
            AssistantError: they cannot be written, as when a disk is full.
        """
        if self._out is None:
            return
        self.end_progress()
        try:
            self._out.write(printable(text) if self.is_terminal else text)
            self._out.flush()
        except BrokenPipeError:
            raise OutputClosedError from None
        except OSError as failure:
            self.discard()
            raise AssistantError(f"The output cannot be written: {failure.strerror}.") from None

    def line(self, text: str = "") -> None:
        self.write(f"{text}\n")

    def json(self, value: Any, *, indent: int | None = 2) -> None:
        """Print one JSON document. What a terminal would obey is escaped, nothing is left out.

        Args:
            indent: None puts it on one line, for streams of documents.
        """
        text = json.dumps(value, ensure_ascii=False, indent=indent)
        encoding = (self._out.encoding or "" if self._out else "").lower()
        if encoding not in ("utf-8", "utf8") or printable(text) != text:
            text = json.dumps(value, indent=indent)
        self.line(text)

    def table(
        self,
        rows: Sequence[Sequence[str]],
        heading: Sequence[str] = (),
        numbers: Sequence[int] = (),
    ) -> None:
        """Print aligned columns of one-line cells, cut to the terminal's width.

        Args:
            numbers: which columns are aligned to the right.
        """
        lines = [[one_line(cell, 1000) for cell in row] for row in (heading, *rows) if row]
        widths = [max(map(display_width, column)) for column in zip(*lines, strict=True)]
        for index, cells in enumerate(lines):
            padded = [
                padding + cell if column in numbers else cell + padding
                for column, cell in enumerate(cells)
                for padding in [" " * (widths[column] - display_width(cell))]
            ]
            text = "  ".join(padded).rstrip()
            if self.width is not None:
                text = fit_width(text, self.width)
            self.styled(text, DIM if heading and index == 0 else "")

    def styled(self, text: str, style: str) -> None:
        """Print a line in a style, where the terminal has any."""
        if self._out is not None and self.has_colour and style:
            self._out.write(style)
            self.write(text)
            self._out.write(f"{RESET_STYLE}\n")
        else:
            self.line(text)

    def error(self, message: str, hint: str = "") -> None:
        """Print one printable line on stderr."""
        text = f"{localized(message)} {localized(hint)}"
        self._print_error(f"assistant: {one_line(text, 2000)}\n")

    def warning(self, text: str) -> None:
        """Print one printable line on stderr, for a person and in a pipe."""
        if self._err is not None:
            self._print_error(f"{one_line(text, 2000)}\n")

    def info(self, text: str) -> None:
        """Print one printable line on stderr, for a person only."""
        if self._err is not None and self._err.isatty():
            self._print_error(f"{one_line(text, 2000)}\n")

    def progress(self, text: str) -> None:
        """Replace the line of progress; shown to a person only."""
        self.redraw([one_line(text)])

    def redraw(self, lines: Sequence[str]) -> None:
        """Replace the progress lines; shown to a person only."""
        if self._err is None or not self._err.isatty() or self.is_dumb:
            return
        size = _terminal_size()
        room = max(size.columns - 1, 1)
        shown = [fit_width(text, room) for text in lines[: max(size.lines - 1, 1)]]
        self._write_error(self._erasing() + "\n".join(shown))
        self._progress_lines = len(shown)

    def end_progress(self) -> None:
        """Remove the progress lines."""
        if self._progress_lines:
            self._write_error(self._erasing())
            self._progress_lines = 0

    def _erasing(self) -> str:
        """Escape sequence from the end of the progress back to where it began."""
        up = f"\r\x1b[{self._progress_lines - 1}A\x1b[J" if self._progress_lines > 1 else ""
        return f"{up}{ERASE_LINE}"

    def flush(self) -> None:
        """Flush standard output.

        Raises:
            OutputClosedError: what is left cannot be delivered.
        """
        if self._out is None:
            return
        try:
            self._out.flush()
        except OSError:
            raise OutputClosedError from None

    def discard(self) -> None:
        """Discard what is still unwritten, so that ending the process cannot fail on it."""
        if self._out is None:
            return
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._out.fileno())
            os.close(nowhere)
        except OSError:
            self._out = None

    def _print_error(self, text: str) -> None:
        self.end_progress()
        self._write_error(text)

    def _write_error(self, text: str) -> None:
        if self._err is None:
            return
        try:
            self._err.write(text)
            self._err.flush()
        except OSError:
            self._err = None


def process_console() -> Console:
    """Console of this process. What its encoding lacks is replaced, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    return Console(sys.stdout, sys.stderr)


def _terminal_size() -> os.terminal_size:
    # A pipe has none, and does not wait for the archives that come in with shutil.
    from shutil import get_terminal_size  # noqa: PLC0415

    return get_terminal_size()


def local_time(moment: datetime) -> str:
    """Local date and time, `2026-01-31 18:05`."""
    return moment.astimezone().strftime(_("%Y-%m-%d %H:%M"))


def is_yes(typed: str) -> bool:
    """Whether an answer to a question that ends with `[y/N]` means yes."""
    words = {*YES, *pgettext("answers that mean yes", "y yes").casefold().split()}
    return typed.strip().casefold() in words


def short_id(id: str) -> str:
    return id[:SHORT_ID]


def display_width(text: str) -> int:
    """Display width of a printable line: wide characters two columns, combining ones none."""
    return len(text) if text.isascii() else sum(map(_cell_width, text))


def fit_width(text: str, width: int) -> str:
    """Cut a text to at most `width` columns.

    Returns: the text, ended by … when it was longer.
    """
    if display_width(text) <= width:
        return text
    used, kept = 0, ""
    for character in text:
        used += _cell_width(character)
        if used > width - 1:
            break
        kept += character
    return f"{kept.rstrip()}…" if width > 0 else ""


def _cell_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
