"""Activity lock: every process of the user can see that an answer is being written.

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

LOCK_FILE = "answering"

_TRIES = 5
_RETRY_SECONDS = 0.001
"""Seconds between two tries: whoever looks holds the lock for a few microseconds."""


class AnsweringSignal:
    """Lock that shows that an answer is being written. Safe to use from several threads."""

    def __init__(self, runtime: Path) -> None:
        """`runtime` is the folder of sockets and locks."""
        self._path = runtime / LOCK_FILE

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the lock inside the block. Where it cannot be had, the block runs without it."""
        descriptor = -1
        with suppress(OSError):
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            for _ in range(_TRIES if descriptor >= 0 else 0):
                if _try_lock(descriptor, fcntl.LOCK_SH):
                    break
                sleep(_RETRY_SECONDS)
            yield
        finally:
            if descriptor >= 0:
                os.close(descriptor)

    def is_held(self) -> bool:
        """Whether any process holds the lock now."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            return not _try_lock(descriptor, fcntl.LOCK_EX)
        finally:
            os.close(descriptor)


def _try_lock(descriptor: int, kind: int) -> bool:
    """Whether the lock could be had at once; also where the system knows no such locks."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
