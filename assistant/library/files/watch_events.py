"""The system's own notice of changes in folders, by watchfiles."""

import errno
import logging
import os
from collections.abc import Mapping, Sequence
from threading import Event
from typing import NamedTuple

_MODIFIED = 2
"""What watchfiles calls a change of content or of permissions."""

_RELEASE = 0.2
"""Seconds in which the system takes back what a watcher had that has failed."""

_POLL_DELAY = 300
"""Milliseconds; for polling, which is never asked for."""

log = logging.getLogger(__name__)


class Changed(NamedTuple):
    """Something that happened to a file or folder."""

    path: bytes
    is_modified: bool
    """Whether it was there before and still is."""


class FolderWatcher:
    """Watches a fixed set of folders until closed."""

    def __init__(self, paths: Sequence[str], *, deep: bool) -> None:
        """Args:
        deep: whether to watch also the folders inside the folders.

        Raises:
            OSError: a folder is not there, or may not be read, or they are too many.
        """
        # Only the worker watches, and not every one of them.
        from watchfiles._rust_notify import RustNotify  # noqa: PLC0415

        try:
            self._notify = RustNotify(list(paths), False, False, _POLL_DELAY, deep, False)
        except RuntimeError as failure:
            raise OSError(errno.EMFILE, str(failure)) from None

    def wait(
        self, seconds: float, *, quiet: float, longest: float, stop: Event
    ) -> list[Changed] | None:
        """Wait for changes, and for the end of them.

        None when there were some whose names are no text; nothing more is told then.

        Args:
            seconds: to wait for the first one.
            quiet: seconds without another change after which they are told.
            longest: seconds after which they are told although more keep coming.
        """
        try:
            found = self._notify.watch(_ms(longest), _ms(quiet), _ms(seconds), stop)
        except RuntimeError as failure:
            log.info("a change cannot be told: %s", failure)
            return None
        if not isinstance(found, set):
            return []
        return [Changed(os.fsencode(path), kind == _MODIFIED) for kind, path in found]

    def rest(self) -> list[Changed]:
        """What was noticed and not told yet."""
        return self.wait(0.001, quiet=0.001, longest=0.001, stop=Event()) or []

    def close(self) -> None:
        self._notify.close()


def watch_folders(
    folders: Mapping[int, Sequence[bytes]], *, by_folder: bool
) -> tuple[FolderWatcher | None, set[int]]:
    """A watcher of the folders of roots, and the roots that it watches whole.

    Where the system's limits do not allow all of it, the roots with the most folders are left out.

    Args:
        folders: by root, its top first.
        by_folder: whether to name each folder to the system, rather than the top with all in it.
    """
    wanted = {
        id_: paths if by_folder else paths[:1]
        for id_, paths in sorted(folders.items(), key=lambda item: len(item[1]))
    }
    while wanted:
        names = {
            id_: [name for path in paths if (name := _text(path))] for id_, paths in wanted.items()
        }
        there = {name for each in names.values() for name in each if os.access(name, os.R_OK)}
        try:
            watcher = FolderWatcher(sorted(there), deep=not by_folder)
        except (FileNotFoundError, PermissionError) as failure:
            log.info("a folder went away before it was watched: %s", failure)
            return None, set()
        except OSError as failure:
            log.warning("the system cannot watch so many folders: %s", failure)
            wanted.popitem()
            Event().wait(_RELEASE)
        else:
            return watcher, {id_ for id_ in wanted if len(names[id_]) == len(wanted[id_])}
    return None, set()


def _ms(seconds: float) -> int:
    return round(1000 * seconds)


def _text(path: bytes) -> str:
    """What watchfiles takes; empty for a name that is no text."""
    try:
        return path.decode()
    except UnicodeDecodeError:
        return ""
