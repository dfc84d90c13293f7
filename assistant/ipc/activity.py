"""Telling every process of the user that an answer is being written.

Whoever writes holds a lock on a file in the runtime folder, and the system lets go of it when the
process dies, however that happens. Nobody waits for anybody: a lock that cannot be had at once is
done without.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep

FILE = "answering"

_TRIES = 5
_PAUSE = 0.001
"""Seconds between two tries: whoever looks holds the lock for a few microseconds."""


class Answering:
    """The sign that an answer is being written. Safe to use from several threads."""

    def __init__(self, runtime: Path) -> None:
        """`runtime` is the folder of sockets and locks."""
        self._path = runtime / FILE

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the sign inside the block. An answer comes before a sign that cannot be shown."""
        descriptor = -1
        with suppress(OSError):
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            for _ in range(_TRIES if descriptor >= 0 else 0):
                if _lock(descriptor, fcntl.LOCK_SH):
                    break
                sleep(_PAUSE)
            yield
        finally:
            if descriptor >= 0:
                os.close(descriptor)

    def is_shown(self) -> bool:
        """Whether somebody shows the sign now."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            return not _lock(descriptor, fcntl.LOCK_EX)
        finally:
            os.close(descriptor)


def _lock(descriptor: int, kind: int) -> bool:
    """Whether the lock could be had at once; also where the system knows no such locks."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
