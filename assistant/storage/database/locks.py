"""File locks between processes; the system gives them up when their holder dies."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from time import monotonic, sleep

RETRY_SECONDS = 0.01
"""Seconds between two attempts at a lock."""


@contextmanager
def exclusive(file: Path, timeout: float) -> Iterator[None]:
    """Hold the lock on `file`, which is made when missing and never removed.

    Raises:
        TimeoutError: another process held it for `timeout` seconds.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = monotonic() + timeout
    try:
        while not _try_lock(descriptor, fcntl.LOCK_EX):
            if monotonic() > deadline:
                raise TimeoutError
            sleep(RETRY_SECONDS)
        yield
    finally:
        os.close(descriptor)


class LockFileWriters:
    """Lock files of the stores that are alive: each that writes answers holds one of its own.

    A look at another's lock takes it as shared, so that two who look do not take each other for
    its holder; filelock only knows exclusive ones.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = Lock()
        self._own: tuple[str, int] | None = None

    def own(self) -> str:
        """Id of this store; its lock is taken at the first call."""
        with self._lock:
            while self._own is None:
                self._own = self._acquire(secrets.token_hex(8))
            return self._own[0]

    def is_alive(self, id: str | None) -> bool:
        """Whether a store is alive; in doubt it is, for its answers must not be taken."""
        if id is None:
            return False
        own = self._own
        if own is not None and own[0] == id:
            return True
        try:
            descriptor = os.open(self._file(id), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        try:
            return not _try_lock(descriptor, fcntl.LOCK_SH)
        except OSError:
            return True
        finally:
            os.close(descriptor)

    def forget_dead(self) -> None:
        """Remove the lock files that dead stores left behind."""
        for file in self.folder.glob("*.lock"):
            if not self.is_alive(file.stem):
                with suppress(OSError):
                    file.unlink()

    def close(self) -> None:
        with self._lock:
            if self._own is not None:
                id, descriptor = self._own
                self._own = None
                with suppress(OSError):
                    self._file(id).unlink(missing_ok=True)
                os.close(descriptor)

    def _acquire(self, id: str) -> tuple[str, int] | None:
        """None when a store that tidies up removed the file before it was locked."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        file = self._file(id)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        if _try_lock(descriptor, fcntl.LOCK_EX) and is_open_at(descriptor, file):
            return id, descriptor
        os.close(descriptor)
        return None

    def _file(self, id: str) -> Path:
        return self.folder / f"{id}.lock"


def is_open_at(descriptor: int, file: Path) -> bool:
    """Whether the open file is still the one that its path leads to."""
    try:
        return os.path.samestat(os.fstat(descriptor), file.stat())
    except FileNotFoundError:
        return False


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
