"""Change events of folders: the system's own notice, by watchfiles."""

import errno
import logging
import os
from collections.abc import Mapping, Sequence
from threading import Event
from typing import NamedTuple

_MODIFIED = 2
"""What watchfiles calls a change of content or of permissions."""

_RELEASE_SECONDS = 0.2
"""Seconds in which the system takes back what a watcher had that has failed."""

_POLL_MILLISECONDS = 300
"""Milliseconds; for polling, which is never asked for."""

log = logging.getLogger(__name__)


class FileChange(NamedTuple):
    """A change of a file or folder."""

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
            self._notify = RustNotify(list(paths), False, False, _POLL_MILLISECONDS, deep, False)
        except RuntimeError as failure:
            raise OSError(errno.EMFILE, str(failure)) from None

    def wait(
        self, seconds: float, *, quiet: float, longest: float, stop: Event
    ) -> list[FileChange] | None:
        """Wait for changes, and for the end of them.

        Args:
            seconds: to wait for the first one.
            quiet: seconds without another change after which they are told.
            longest: seconds after which they are told although more keep coming.

        Returns: the changes; None when names of some are no text, and nothing more is told then.
        """
        try:
            found = self._notify.watch(_ms(longest), _ms(quiet), _ms(seconds), stop)
        except RuntimeError as failure:
            log.info("a change cannot be told: %s", failure)
            return None
        if not isinstance(found, set):
            return []
        return [FileChange(os.fsencode(path), kind == _MODIFIED) for kind, path in found]

    def pending(self) -> list[FileChange]:
        """The changes that were noticed and not returned yet."""
        return self.wait(0.001, quiet=0.001, longest=0.001, stop=Event()) or []

    def close(self) -> None:
        self._notify.close()


def watch_folders(
    folders: Mapping[int, Sequence[bytes]], *, by_folder: bool
) -> tuple[FolderWatcher | None, set[int]]:
    """Watch the folders of roots.

    Where the system's limits do not allow all of it, the roots with the most folders are left out.

    Args:
        folders: by root, its top first.
        by_folder: whether to name each folder to the system, rather than the top with all in it.

    Returns: a watcher, and the roots that it watches whole.
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
            Event().wait(_RELEASE_SECONDS)
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
