"""A worker's output goes to its log and nowhere else, and the log never grows without end."""

import logging
import os
from contextlib import suppress
from pathlib import Path

LARGEST = 2**20
"""Bytes of one log; the one before it is kept beside it."""


class WorkerLog:
    """Points the process's standard output and error at the log."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open()
        logging.basicConfig(
            level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
        )

    def trim(self) -> None:
        """Begin a new log when this one is full. Safe while other threads write."""
        with suppress(OSError):
            if os.fstat(1).st_size > LARGEST:
                self._path.replace(self._path.with_suffix(self._path.suffix + ".1"))
                self._open()

    def _open(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.dup2(log, 1)
            os.dup2(log, 2)
        finally:
            os.close(log)
