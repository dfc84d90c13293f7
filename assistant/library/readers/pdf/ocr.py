"""OCR: pages that are only pictures, read by tesseract where it is installed.

It gets a page as a grey picture through a pipe and answers with text: nothing is written to disk.
"""

import ctypes
import math
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

import pypdfium2

from assistant.language.messages import N_
from assistant.library.limits import OcrOptions, UnreadableError

_PR_SET_PDEATHSIG = 1
_POINTS = 72
"""Per inch: the unit of a PDF's pages."""
_MAX_FAILURES = 3
"""Pages that fail one after the other, and then the file does."""
_LANGUAGES_TIMEOUT = 20.0
"""Seconds that tesseract has to tell its languages."""
_DIVIDED = re.compile(r"(?<=[^\W\d_])-\n(?=[^\W\d_])")
"""A word that goes on in the next line."""


class PageReader:
    """OCR of pages, one after the other."""

    def __init__(self, ocr: OcrOptions) -> None:
        """Raises:
        UnreadableError: tesseract is not installed, or has none of the languages.
        """
        self._ocr = ocr
        self._program = shutil.which(ocr.command) or ""
        if not self._program:
            raise _without_text(N_("tesseract, which would read them, is not installed"))
        installed = _languages_of(self._program)
        self._languages = [name for name in ocr.languages if name in installed]
        if not self._languages:
            wanted = "+".join(ocr.languages)
            raise _without_text(N_(f"tesseract, which would read them, has no language {wanted}"))
        self._failures = 0

    def read(self, page: pypdfium2.PdfPage) -> list[str] | None:
        """Recognise the text of a page.

        Returns: its paragraphs; None when the page failed.

        Raises:
            UnreadableError: several pages in a row could not be read.
        """
        try:
            text = self._recognise(_picture_of(page, self._ocr))
        except (pypdfium2.PdfiumError, subprocess.SubprocessError, OSError) as failure:
            self._failures += 1
            if self._failures >= _MAX_FAILURES:
                raise UnreadableError("no_text", f"tesseract fails: {failure}") from None
            return None
        self._failures = 0
        return [_joined(part) for part in re.split(r"\n\s*\n|\f", text) if part.strip()]

    def _recognise(self, picture: bytes) -> str:
        done = subprocess.run(
            [
                self._program,
                "stdin",
                "stdout",
                "-l",
                "+".join(self._languages),
                "--dpi",
                str(self._ocr.dots),
            ],
            input=picture,
            capture_output=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            preexec_fn=_bounded(self._ocr.cpu_seconds),
            check=True,
        )
        return done.stdout.decode("utf-8", "replace")


def _picture_of(page: pypdfium2.PdfPage, ocr: OcrOptions) -> bytes:
    """The page as a binary PGM: https://netpbm.sourceforge.net/doc/pgm.html"""
    width, height = page.get_size()
    scale = ocr.dots / _POINTS
    most = math.sqrt(ocr.pixels / max(width * height, 1.0))
    bitmap = page.render(scale=min(scale, most), grayscale=True)
    try:
        rows = memoryview(bitmap.buffer).cast("B")
        stride, wide = bitmap.stride, bitmap.width
        header = b"P5 %d %d 255\n" % (wide, bitmap.height)
        return header + b"".join(
            rows[row * stride : row * stride + wide] for row in range(bitmap.height)
        )
    finally:
        bitmap.close()


def _languages_of(program: str) -> set[str]:
    """Those that are installed; none where the program does not tell."""
    try:
        listed = subprocess.run(
            [program, "--list-langs"], capture_output=True, timeout=_LANGUAGES_TIMEOUT, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return set()
    return set(listed.stdout.decode("utf-8", "replace").split())


def _bounded(cpu_seconds: int) -> Callable[[], None]:
    """What a fresh process does before it becomes tesseract: it ends with the reader, and soon."""
    library = ctypes.CDLL(None) if sys.platform == "linux" else None

    def bound() -> None:
        if library is not None:
            library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))

    return bound


def _joined(lines: str) -> str:
    return " ".join(_DIVIDED.sub("", lines).split())


def _without_text(why: str) -> UnreadableError:
    return UnreadableError("no_text", f"pictures of pages only; {why}")
