"""Database files: the database, its log and index, and what stands beside them."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

WAL_SUFFIX = "-wal"
SHM_SUFFIX = "-shm"
COPY_LABEL = "version"
"""Of copies that are kept before a migration."""


@dataclass(frozen=True)
class DatabaseFiles:
    """Paths around the database at `path`, which is absolute and no symbolic link."""

    path: Path

    @property
    def lock(self) -> Path:
        """Lock file: held while the database is made, checked or migrated."""
        return self._beside(".lock")

    @property
    def suspicion(self) -> Path:
        """Marker file of met damage: the next start checks the whole database."""
        return self._beside(".suspect")

    @property
    def writers(self) -> Path:
        """Folder of the lock files that say which stores are alive."""
        return self.path.parent / "writers"

    @property
    def log(self) -> Path:
        """Write-ahead log: the newest transactions."""
        return self._beside(WAL_SUFFIX)

    @property
    def index(self) -> Path:
        """Index of the write-ahead log, shared between processes."""
        return self._beside(SHM_SUFFIX)

    def identity(self) -> tuple[int, int] | None:
        """Device and inode; None when there is no file."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def log_bytes(self) -> int:
        """Bytes of the write-ahead log; 0 when there is none."""
        try:
            return self.log.stat().st_size
        except OSError:
            return 0

    def suspect(self) -> None:
        """Have the next start check the whole database."""
        with suppress(OSError):
            self.suspicion.touch(mode=0o600)

    def move(self, target: Path) -> None:
        """Rename the database with its log and index.

        The database goes first: a log that is left alone is noticed at the next start, a
        database without its newest transactions is not.

        Raises:
            OSError: not renamed, at least not all of it.
        """
        for suffix in ("", WAL_SUFFIX, SHM_SUFFIX):
            source = self._beside(suffix)
            if source.exists():
                source.rename(target.with_name(target.name + suffix))

    def free_name(self, label: str) -> Path:
        """Path `chats.LABEL.db`, numbered when that name is taken by anything."""
        number = 1
        while True:
            extra = "" if number == 1 else f"-{number}"
            name = f"{self.path.stem}.{label}{extra}{self.path.suffix}"
            candidate = self.path.with_name(name)
            if not any(
                os.path.lexists(f"{candidate}{end}") for end in ("", WAL_SUFFIX, SHM_SUFFIX)
            ):
                return candidate
            number += 1

    def copies(self) -> list[Path]:
        """Copies that were kept before migrations."""
        return sorted(self.path.parent.glob(f"{self.path.stem}.{COPY_LABEL}-*{self.path.suffix}"))

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)
