"""Question text: the words of the command line, and what is piped in after them."""

import codecs
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import click

from assistant.core.errors import ContextOverflowError, NotFoundError
from assistant.system.paths import as_spelled

MAX_INPUT_BYTES = 16 * 1024 * 1024
"""No model reads more than a few million tokens; an endless stream must not fill the memory."""

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks and their encodings; UTF-32's begins with UTF-16's and comes first."""


def compose_question(words: Sequence[str], stdin: BinaryIO | None) -> str:
    """The whole question; a blank line stands between its words and what is piped in.

    Raises:
        click.UsageError: there is no question, or what is piped in is not text.
        ContextOverflowError: more is piped in than any model reads.
    """
    typed = decode(os.fsencode(" ".join(words))).strip()
    piped = read_piped(stdin).strip("\n") if stdin is not None else ""
    if not piped.strip():
        piped = ""
    if not typed and not piped:
        raise click.UsageError(
            "There is no question: give it as an argument, pipe it in, or both, "
            'as in `git diff | assistant ask "review this"`.'
        )
    return "\n\n".join(part for part in (typed, piped) if part)


def decode(data: bytes) -> str:
    """Text from bytes of unknown encoding: marked, else UTF-8, else Windows-1252.

    Every NUL (as between the names of `find -print0`) becomes a new line.

    Raises:
        click.UsageError: it is not text.
    """
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if b"\0" in data or encoding != "utf-8":
            raise click.UsageError(
                "What is piped in is not text; convert it to text first."
            ) from None
        text = data.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\0", "\n")


def read_piped(stdin: BinaryIO) -> str:
    """What is piped in, as text.

    Raises:
        click.UsageError: it is not text.
        ContextOverflowError: it is more than any model reads.
    """
    data = stdin.read(MAX_INPUT_BYTES + 1)
    if len(data) > MAX_INPUT_BYTES:
        raise ContextOverflowError(
            f"The piped input is larger than {MAX_INPUT_BYTES // 1_000_000} MB, the limit.",
            "Pipe in only the part that matters.",
        )
    return decode(data)


def attachable(path: str) -> str:
    """The absolute path of a file, links followed.

    Raises:
        NotFoundError: there is none.
    """
    try:
        typed = os.path.expanduser(path)  # noqa: PTH111 - `~nobody` is a name
        absolute = os.path.realpath(as_spelled(typed))
        is_file = stat.S_ISREG(Path(absolute).stat().st_mode)
    except (OSError, ValueError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) else str(failure)
        raise NotFoundError(f"{path!r} cannot be attached: {reason}.", "Check the path.") from None
    if not is_file:
        raise NotFoundError(
            f"{path!r} cannot be attached: it is not a file.",
            "To ask about all files of a folder, use `assistant add FOLDER`.",
        )
    return absolute
