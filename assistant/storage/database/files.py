"""The files a database consists of, and those that stand beside it."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LOG = "-wal"
INDEX = "-shm"


@dataclass(frozen=True)
class Files:
    """Paths around the database at `path`, which is absolute and no symbolic link."""

    path: Path

    @property
    def lock(self) -> Path:
        """Held while the database is made, checked or migrated."""
        return self._beside(".lock")

    @property
    def suspicion(self) -> Path:
        """Exists when SQLite met damage: the next start checks the whole file."""
        return self._beside(".suspect")

    @property
    def writers(self) -> Path:
        """The folder of the locks that say which stores are alive."""
        return self.path.parent / "writers"

    @property
    def log(self) -> Path:
        """The write-ahead log: the newest transactions."""
        return self._beside(LOG)

    @property
    def index(self) -> Path:
        return self._beside(INDEX)

    def identity(self) -> tuple[int, int] | None:
        """Device and inode; None when there is no file."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def log_bytes(self) -> int:
        try:
            return self.log.stat().st_size
        except OSError:
            return 0

    def suspect(self) -> None:
        with suppress(OSError):
            self.suspicion.touch(mode=0o600)

    def move(self, target: Path) -> None:
        """Rename the database with its log and index.

        The database goes first: a log that is left alone is noticed at the next start, a
        database without its newest transactions is not.

        Raises:
            OSError: not renamed, at least not all of it.
        """
        for suffix in ("", LOG, INDEX):
            source = self._beside(suffix)
            if source.exists():
                source.rename(target.with_name(target.name + suffix))

    def free_name(self, label: str) -> Path:
        """`chats.LABEL.db`, numbered when that name is taken by anything."""
        number = 1
        while True:
            extra = "" if number == 1 else f"-{number}"
            name = f"{self.path.stem}.{label}{extra}{self.path.suffix}"
            candidate = self.path.with_name(name)
            if not any(os.path.lexists(f"{candidate}{end}") for end in ("", LOG, INDEX)):
                return candidate
            number += 1

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)
