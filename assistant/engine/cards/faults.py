"""Card faults: a note, in a file, of the graphics card that the engine computed on when it crashed.

The engine names the card when it begins to use it, Python's fault handler adds to the file what
ended the process, and an engine that ends by itself takes it away. So a file with both is a card
that failed; one that was killed has left the name alone.

A driver may also call `exit()`, past Python. What the C library calls then makes a file of its own.
"""

import atexit
import ctypes
import faulthandler
import os
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

FAULT_FILE = "card.fault"
EXIT_FILE = "card.exit"
"""Made by `exit()`."""
_FATAL = "Fatal"


class CardFault(NamedTuple):
    """A card that ended the engine."""

    card: str
    time: float
    """Seconds since 1970."""


def card_fault(runtime: Path) -> CardFault | None:
    """The fault of a card that is left alone since; None where none failed.

    Args:
        runtime: the folder of sockets and locks.
    """
    try:
        path = runtime / FAULT_FILE
        card, _, rest = path.read_text("utf-8", "replace").partition("\n")
        return CardFault(card, (path if _FATAL in rest else runtime / EXIT_FILE).stat().st_mtime)
    except OSError:
        return None


class FaultNote:
    """The file, in the process that computes on the card."""

    def __init__(self, runtime: Path) -> None:
        self._path = runtime / FAULT_FILE
        self._file: IO[str] | None = None

    @property
    def has_begun(self) -> bool:
        """Whether a card is in use."""
        return self._file is not None

    def begin(self, card: str) -> None:
        """Have a crash from here on be the card's."""
        if self._file is not None:
            return
        with suppress(OSError):
            self._path.with_name(EXIT_FILE).unlink(missing_ok=True)
            self._file = self._path.open("w", encoding="utf-8")
            self._file.write(f"{card}\n")
            self._file.flush()
            faulthandler.enable(self._file)
            # Python's own end comes before what the C library calls.
            atexit.register(self.end)
            _make_at_exit(self._path.with_name(EXIT_FILE))

    def add_failure(self, reason: str) -> None:
        """Note that the card has failed, right before the process ends for it."""
        if self._file is not None:
            self._file.write(f"{_FATAL}: {reason}\n")
            self._file.flush()

    def end(self) -> None:
        """Take the file away: the process ends by itself, and the next one may try the card."""
        if self._file is not None:
            faulthandler.enable()
            self._file.close()
            self._file = None
        with suppress(OSError):
            self._path.unlink()


def _make_at_exit(path: Path) -> None:
    """Have `exit()` make an empty file, where the C library can.

    Python may be in any state then, and is not called. Of `creat` the first argument is the path;
    the second, the rights, is left to chance: the file is never read.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.strdup.restype = ctypes.c_void_p
        # A copy that Python does not free before.
        kept = ctypes.c_void_p(library.strdup(os.fsencode(path)))
        library.__cxa_atexit(library.creat, kept, None)
