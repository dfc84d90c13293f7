"""Telling a disk that is not plugged in from files that were deleted."""

import json
import os
from collections.abc import Collection
from contextlib import suppress

from assistant.library.database import Database

_KEY = "mounts:"


class KnownMounts:
    """The mount points that the user's files lie on, as they were seen last; in library.db."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, root_id: int) -> frozenset[bytes]:
        """Those at, above and inside a root."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT value FROM meta WHERE key = ?", (f"{_KEY}{root_id}",)
            ).fetchone()
        return frozenset(os.fsencode(path) for path in json.loads(row[0])) if row else frozenset()

    def keep(self, root_id: int, mounts: Collection[bytes]) -> None:
        """Replace what is known of a root; nothing is kept of one without mount points."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM meta WHERE key = ?", (f"{_KEY}{root_id}",))
            if mounts:
                paths = json.dumps(sorted(os.fsdecode(path) for path in mounts))
                connection.execute(
                    "INSERT INTO meta (key, value) VALUES (?, ?)", (f"{_KEY}{root_id}", paths)
                )


def mount_above(path: bytes) -> bytes | None:
    """The nearest mount point at or above an absolute path; None where that is `/` itself."""
    while path not in (b"/", b""):
        if os.path.ismount(path):
            return path
        path = os.path.dirname(path)  # noqa: PTH120 - Path takes no bytes
    return None


def is_absent(mount: bytes) -> bool:
    """Whether nothing is mounted there now: the place is gone, or an empty folder is left."""
    if os.path.ismount(mount):
        return False
    with suppress(OSError), os.scandir(mount) as listing:
        return next(listing, None) is None
    return True
