"""Whether a source is still what it was when an answer was written from it.

The file itself is asked, not the library: that needs no worker, and is true at once.
"""

import hashlib
import os
import stat
from collections.abc import Iterable
from threading import Event
from typing import Final

CHANGED: Final = "changed since"
GONE: Final = "no longer there"
_AT_ONCE: Final = 2**20


class Freshness:
    """Remembers what it has read; a file that has not been touched costs a stat."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[int, int], str]] = {}

    def look(self, sources: Iterable[tuple[str, str]], stop: Event) -> dict[str, str]:
        """What became of files, by path; nothing for those that are what they were.

        Args:
            sources: paths, and the SHA-256 of each when it was read.
        """
        found = {}
        for path, content_hash in sources:
            became = self._became(path, content_hash, stop)
            if became:
                found[path] = became
        return found

    def _became(self, path: str, content_hash: str, stop: Event) -> str:
        try:
            about = os.stat(path)  # noqa: PTH116 -- what is printed of a path may be none
        except FileNotFoundError:
            # A name that is no text is printed in a way that leads nowhere.
            return "" if "\\" in path else GONE
        except (OSError, ValueError):
            return ""
        if not stat.S_ISREG(about.st_mode):
            return CHANGED
        stamp = (about.st_size, about.st_mtime_ns)
        known = self._known.get(path)
        if known is None or known[0] != stamp:
            read = _hash(path, stop)
            if not read:
                return ""
            known = self._known[path] = (stamp, read)
        return "" if known[1] == content_hash else CHANGED


def _hash(path: str, stop: Event) -> str:
    """SHA-256 of a file; empty when it cannot be read, or when stopped."""
    sha256 = hashlib.sha256()
    try:
        # A name may have come to mean something that blocks whoever opens it.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb") as stream:  # noqa: PTH123
            while not stop.is_set() and (piece := stream.read(_AT_ONCE)):
                sha256.update(piece)
    except OSError:
        return ""
    return "" if stop.is_set() else sha256.hexdigest()
