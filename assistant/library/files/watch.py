"""File watching: changes in the user's folders are noticed while the worker runs.

What changed is not looked at here: a change leads to another scan of its root, which knows what is
to be ignored. The folders to watch are those that the last scan looked into, each by itself:
watching whole trees would include what is ignored, follow links out of the root, and fail for all
of it where one folder may not be read.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Event, Lock, Thread
from time import monotonic
from typing import NamedTuple, Protocol

from assistant.library.files.walk import WalkRules, is_hidden, is_skipped_type
from assistant.library.files.watch_events import FileChange, FolderWatcher, watch_folders
from assistant.library.store.collections import CollectionRoot

Identity = tuple[int, int]
"""The disk of a file or folder, and its number there."""

RESCAN_FACTOR = 10
"""A root is scanned again no sooner than so many times the time that its last scan took."""

log = logging.getLogger(__name__)


class WatchIntervals(NamedTuple):
    """The intervals of watching, in seconds."""

    quiet: float = 1.0
    """Without another change after which a change is acted on."""
    longest: float = 10.0
    """After which it is acted on although more changes keep coming."""
    poll: float = 2.0
    """Between two looks at whether the roots are where they were."""
    every: float = 600.0
    """Between two scans of everything: some disks in a network tell of no changes, nor do folders
    beyond the system's limits."""


class ScannedFolders(Protocol):
    """The result of a scan, as watching needs it."""

    @property
    def folders(self) -> Mapping[bytes, Identity]: ...

    @property
    def has_negations(self) -> bool: ...


class WatchCoverage(NamedTuple):
    """The state of watching: roots that are watched, missing, or beyond the system's limits."""

    roots: frozenset[int]
    """Those whose changes are noticed at once."""
    missing: frozenset[int]
    """Those that are not there."""
    beyond: frozenset[int]
    """Those that cannot be watched, or not whole."""


class _Seen(NamedTuple):
    """What is known of a root."""

    root: CollectionRoot
    identity: Identity | None = None
    """None when it is not there."""
    folders: Mapping[bytes, Identity] = {}
    has_negations: bool = False
    not_before: float = 0.0
    """When it may be scanned again."""
    is_stale: bool = False
    """Whether a folder was replaced: what is watched under its name is another one."""


class LibraryWatcher:
    """Watches the roots in a thread of its own, from `start` until `close`."""

    def __init__(
        self,
        roots: Callable[[], Iterable[CollectionRoot]],
        request_rescan: Callable[[frozenset[int] | None], None],
        rules: WalkRules,
        intervals: WatchIntervals | None = None,
    ) -> None:
        """Args:
        roots: the roots there are now.
        request_rescan: has roots scanned soon; None is all of them.
        """
        self._roots = roots
        self._request_rescan = request_rescan
        self._rules = rules
        self._intervals = intervals or WatchIntervals()
        self._closing = Event()
        self._renewing = Event()
        """Set when other folders are to be watched than those that are."""
        self._lock = Lock()
        self._seen: dict[int, _Seen] = {}
        self._pending: set[int] = set()
        self._watched: frozenset[int] = frozenset()
        self._beyond: frozenset[int] = frozenset()
        self._thread = Thread(target=self._run, name="watching", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Ask the thread to end; it does so within `WatchIntervals.quiet`."""
        self._closing.set()

    @property
    def state(self) -> WatchCoverage:
        with self._lock:
            missing = [id_ for id_, seen in self._seen.items() if seen.identity is None]
            return WatchCoverage(self._watched, frozenset(missing), self._beyond)

    def scanned(self, root: CollectionRoot, scan: ScannedFolders, seconds: float) -> None:
        """Add the result of a scan; called by the thread that scans.

        Where there are folders that were not watched while it went on, another one follows.
        """
        with self._lock:
            known = self._seen.get(root.id, _Seen(root, _identity(root.path)))
            folders = scan.folders or _folder_of(root)
            fresh = known.is_stale or any(
                known.folders.get(path) != identity for path, identity in folders.items()
            )
            if fresh:
                self._pending.add(root.id)
                self._renewing.set()
            self._seen[root.id] = known._replace(
                folders=folders,
                has_negations=scan.has_negations,
                not_before=monotonic() + RESCAN_FACTOR * seconds,
                is_stale=False,
            )

    def forget(self, roots: Sequence[CollectionRoot]) -> None:
        """Stop watching roots that were removed."""
        with self._lock:
            for root in roots:
                self._seen.pop(root.id, None)
                self._pending.discard(root.id)
            self._renewing.set()

    def _run(self) -> None:
        watcher: FolderWatcher | None = None
        scanned_all = monotonic()
        with self._lock:
            for root in self._roots():
                self._seen.setdefault(root.id, _Seen(root, _identity(root.path)))
        while not self._closing.is_set():
            self._find_roots()
            if self._renewing.is_set():
                watcher = self._renew(watcher)
            self._listen(watcher)
            if monotonic() - scanned_all > self._intervals.every:
                scanned_all = monotonic()
                self._request_rescan(None)
                if self._beyond:
                    # Meanwhile the system may allow more.
                    self._renewing.set()
            self._request_scans()
        if watcher is not None:
            watcher.close()

    def _find_roots(self) -> None:
        """Notice a disk that was plugged in or out, and a folder that was replaced."""
        for id_, seen in list(self._seen.items()):
            identity = _identity(seen.root.path)
            if identity == seen.identity:
                continue
            with self._lock:
                if id_ in self._seen:
                    self._seen[id_] = self._seen[id_]._replace(identity=identity, is_stale=True)
                    self._pending.add(id_)

    def _renew(self, old: FolderWatcher | None) -> FolderWatcher | None:
        """Watch what is to be watched now. The old one is closed last: nothing happens unseen."""
        with self._lock:
            self._renewing.clear()
            wanted = {id_: list(seen.folders) for id_, seen in self._seen.items() if seen.folders}
        by_folder = sys.platform == "linux"
        watcher, watched = watch_folders(wanted, by_folder=by_folder)
        if old is not None:
            self._collect(old.pending())
            old.close()
            if len(watched) < len(wanted):
                # The old one had its share of what the system allows.
                if watcher is not None:
                    watcher.close()
                watcher, watched = watch_folders(wanted, by_folder=by_folder)
                with self._lock:
                    self._pending |= set(wanted)
        with self._lock:
            self._watched = frozenset(watched)
            self._beyond = frozenset(wanted) - self._watched
        if len(watched) < len(wanted):
            log.warning("%s of %s roots cannot be watched", len(wanted) - len(watched), len(wanted))
        return watcher

    def _listen(self, watcher: FolderWatcher | None) -> None:
        poll, quiet, longest = self._intervals.poll, self._intervals.quiet, self._intervals.longest
        if watcher is None:
            self._closing.wait(quiet)
            return
        found = watcher.wait(poll, quiet=quiet, longest=longest, stop=self._closing)
        if found is not None:
            self._collect(found)
            return
        with self._lock:
            # Nobody knows where it was.
            self._pending |= set(self._seen)
            self._renewing.set()

    def _collect(self, changes: Iterable[FileChange]) -> None:
        with self._lock:
            tops = {id_: os.path.join(seen.root.path, b"") for id_, seen in self._seen.items()}  # noqa: PTH118
            for change in changes:
                for id_, top in tops.items():
                    seen = self._seen[id_]
                    if change.path != seen.root.path and not change.path.startswith(top):
                        continue
                    if _is_noise(change, seen, self._rules):
                        continue
                    self._pending.add(id_)
                    if change.path in seen.folders and not change.is_modified:
                        self._seen[id_] = seen._replace(is_stale=True)

    def _request_scans(self) -> None:
        """Have scanned what has changed, but not one root all the time."""
        now = monotonic()
        with self._lock:
            due = {id_ for id_ in self._pending if self._seen[id_].not_before <= now}
            self._pending -= due
        if due:
            self._request_rescan(frozenset(due))


def _is_noise(change: FileChange, seen: _Seen, rules: WalkRules) -> bool:
    """Whether a scan would not care; most of what programs write all the time is hidden."""
    if seen.has_negations or change.path == seen.root.path:
        return False
    name = change.path.rpartition(b"/")[2]
    return is_hidden(name, rules) or (change.is_modified and is_skipped_type(name, rules))


def _identity(path: bytes) -> Identity | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - Path takes no bytes
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _folder_of(root: CollectionRoot) -> dict[bytes, Identity]:
    """What to watch for a root that is a file: editors replace it, so its folder."""
    folder = os.path.dirname(root.path)  # noqa: PTH120
    identity = _identity(folder)
    return {folder: identity} if identity and os.path.isfile(root.path) else {}  # noqa: PTH113
