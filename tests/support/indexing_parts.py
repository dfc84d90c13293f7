"""A reader and a search structure that are quick and keep what they were asked."""

import errno
import hashlib
import os
from collections.abc import Callable
from threading import Event

from assistant.library.limits import ReadLimits, UnreadableError
from assistant.library.readers.base.source import FileSource
from assistant.library.readers.dispatch import read
from assistant.library.reading.frames import ReadResult
from assistant.library.store.catalog import CatalogChange


class ReaderHere:
    """Reads in this process; `asked` are the paths, in order; `at_read` is called meanwhile, and
    `closed` are those that only others may read."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.at_read: Callable[[], object] = lambda: None
        self.closed: set[bytes] = set()

    def read(
        self,
        path: bytes,
        stop: Event | None = None,
        holds: Callable[[], bool] = lambda: False,
    ) -> ReadResult | UnreadableError:
        self.asked.append(path)
        if path in self.closed:
            return UnreadableError("unreadable", os.strerror(errno.EACCES))
        try:
            status = os.stat(path)  # noqa: PTH116
            with open(path, "rb") as stream:  # noqa: PTH123 -- a Path cannot hold bytes
                data = stream.read()
        except OSError as failure:
            return UnreadableError("unreadable", failure.strerror)
        self.at_read()
        try:
            document = read(FileSource(data, os.fsdecode(path).rpartition("/")[2], ReadLimits()))
        except UnreadableError as failure:
            return failure
        return ReadResult(
            document=document,
            content_hash=hashlib.sha256(data).hexdigest(),
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
        )

    def close(self) -> None:
        """There is nothing to end."""


class ChangeList:
    """A search structure that only keeps which passages it should have."""

    def __init__(self) -> None:
        self.passages: set[int] = set()

    def apply(self, change: CatalogChange) -> None:
        self.passages -= set(change.removed)
        self.passages |= set(change.added)
