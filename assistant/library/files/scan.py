"""Scan: the user's folders compared with the catalog; what is new, changed, moved or gone.

The mount points that were there before distinguish a disk that is not plugged in from deleted
files.
"""

import json
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from time import time

from assistant.library.files.walk import FileToRead, SkippedPath, VisitedFolder, WalkRules, visits
from assistant.library.store.catalog import CatalogChange, FileCatalog, FileStamp, ListedFile
from assistant.library.store.collections import CollectionRoot
from assistant.library.store.database import LibraryDatabase

_MOUNTS_KEY = "mounts:"


class KnownMounts:
    """Mount points that the user's files were on when they were last seen; in library.db."""

    def __init__(self, database: LibraryDatabase) -> None:
        self._database = database

    def mounts_of(self, root_id: int) -> frozenset[bytes]:
        """The mount points at, above and inside a root."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT value FROM meta WHERE key = ?", (f"{_MOUNTS_KEY}{root_id}",)
            ).fetchone()
        return frozenset(os.fsencode(path) for path in json.loads(row[0])) if row else frozenset()

    def keep(self, root_id: int, mounts: Collection[bytes]) -> None:
        """Store the mount points of a root, in place of those before."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM meta WHERE key = ?", (f"{_MOUNTS_KEY}{root_id}",))
            if mounts:
                paths = json.dumps(sorted(os.fsdecode(path) for path in mounts))
                connection.execute(
                    "INSERT INTO meta (key, value) VALUES (?, ?)",
                    (f"{_MOUNTS_KEY}{root_id}", paths),
                )


_DEATHS_KEY = "scan:"

LEFT_OUT_FOR = timedelta(days=1)
"""How long a root is left out whose scans ended the program too often."""


class ScanDeaths:
    """Scans that did not come to an end, since the program ended in them; in library.db."""

    def __init__(self, database: LibraryDatabase) -> None:
        self._database = database

    @contextmanager
    def counting(self, root_id: int) -> Iterator[None]:
        """Scan a root in the block; only the end of the process leaves a death behind."""
        deaths = self.of(root_id) + 1
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
                (f"{_DEATHS_KEY}{root_id}", json.dumps([deaths, time()])),
            )
        try:
            yield
        finally:
            self.forget(root_id)

    def of(self, root_id: int) -> int:
        """How many scans of a root in a row ended the program, lately."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT value FROM meta WHERE key = ?", (f"{_DEATHS_KEY}{root_id}",)
            ).fetchone()
        deaths, when = json.loads(row[0]) if row else (0, 0)
        return int(deaths) if abs(time() - when) < LEFT_OUT_FOR.total_seconds() else 0

    def forget(self, root_id: int) -> None:
        with self._database.write() as connection:
            connection.execute("DELETE FROM meta WHERE key = ?", (f"{_DEATHS_KEY}{root_id}",))


def mount_point_above(path: bytes) -> bytes | None:
    """The nearest mount point at or above an absolute path; None where that is `/` itself."""
    while path not in (b"/", b""):
        if os.path.ismount(path):
            return path
        path = os.path.dirname(path)  # noqa: PTH120 - Path takes no bytes
    return None


def is_unmounted(mount: bytes) -> bool:
    """Whether a mount point is unmounted: it is gone, or an empty folder is left."""
    if os.path.ismount(mount):
        return False
    with suppress(OSError), os.scandir(mount) as listing:
        return next(listing, None) is None
    return True


FILES_PER_TRANSACTION = 500
"""Files that are noted in one transaction."""

NO_STAMP = FileStamp(0, 0, 0)
"""The stamp of what the walk leaves out: nothing but a change of mind makes it worth reading."""

_LEFT_OUT_REASONS = ("ignored", "hidden")


class RootScan:
    """The scan of one root. The public attributes are there when it is over."""

    def __init__(
        self,
        catalog: FileCatalog,
        root: CollectionRoot,
        rules: WalkRules,
        mounts: KnownMounts | None = None,
    ) -> None:
        """Without `mounts` what lay on a disk that is not plugged in counts as deleted."""
        self._catalog = catalog
        self._root = root
        self._rules = rules
        self._mounts = mounts
        self._known = catalog.listed(root.id)
        self._unseen = dict(self._known)
        self._unreadable: list[bytes] = []
        self._news: list[tuple[bytes, FileStamp]] = []
        self._left_out: list[SkippedPath] = []
        self.removed = 0
        self.changes: list[CatalogChange] = []
        self.unchanged = True
        """Whether the catalog says of the root what it said before."""
        self.is_all_indexed = True
        """Whether no file of the root waits or was skipped; only if it is unchanged."""
        self.folders: dict[bytes, tuple[int, int]] = {}
        """Those that were looked into, with their disk and their number there."""
        self.has_negations = False
        """Whether there is an ignore file that can bring back what is hidden."""

    def run(self, is_wanted: Callable[[], None]) -> Iterator[int]:
        """Bring the catalog in line with the disk; yields how many files were seen so far.

        Args:
            is_wanted: called now and then; raises to give up, which leaves nothing wrong.
        """
        seen = reported = 0
        for visit in visits([self._root.path], self._rules):
            is_wanted()
            self._remember(visit)
            for entry in visit.found:
                if isinstance(entry, FileToRead):
                    seen += 1
                    known = self._unseen.pop(entry.path, None)
                    if known is None or known[:3] != entry[1:]:
                        self._news.append((entry.path, FileStamp(*entry[1:])))
                else:
                    seen += self._sort_skipped(entry)
            if not self._known and len(self._news) >= FILES_PER_TRANSACTION:
                self._store_new()
            if seen - reported >= FILES_PER_TRANSACTION:
                reported = seen
                yield seen
        yield seen
        self.unchanged = self.unchanged and not (self._news or self._left_out)
        self._store_moves()
        self._store_new()
        self._store_left_out()
        self._remove_gone()
        self.is_all_indexed = all(known.state == "indexed" for known in self._known.values())

    def _remember(self, visit: VisitedFolder) -> None:
        if visit.folder is not None and any(visit.identity):
            self.folders[visit.folder] = visit.identity
            self.has_negations = self.has_negations or visit.has_negations

    def _sort_skipped(self, entry: SkippedPath) -> int:
        """Sort what the walk leaves alone; 1 when it is a file that counts."""
        if entry.reason == "unreadable":
            self._unreadable.append(entry.path)
            if not os.path.lexists(entry.path):
                return 0
        if entry.reason in _LEFT_OUT_REASONS:
            return 0
        known = self._unseen.pop(entry.path, None)
        told = (known.state, known.reason, known.detail) if known else None
        if told != ("skipped", entry.reason, entry.detail):
            self._left_out.append(entry)
        return 1

    def _store_new(self) -> None:
        if self._news:
            self.unchanged = False
            self.changes += self._catalog.add_found(self._root.id, self._news)
            self._news.clear()

    def _store_left_out(self) -> None:
        for at in range(0, len(self._left_out), FILES_PER_TRANSACTION):
            part = self._left_out[at : at + FILES_PER_TRANSACTION]
            found = [(entry.path, NO_STAMP) for entry in part]
            self.changes += self._catalog.add_found(self._root.id, found)
            for entry in part:
                if entry.reason != "ignored" and entry.reason != "hidden":
                    change = self._catalog.skip(entry.path, NO_STAMP, entry.reason, entry.detail)
                    self.changes.append(change)

    def _store_moves(self) -> None:
        """A file that keeps its stamp, number on the disk included, has a new name only."""
        if not self._news:
            return
        gone = {FileStamp(*k[:3]): path for path, k in self._unseen.items() if _is_moved(path, k)}
        staying: list[tuple[bytes, FileStamp]] = []
        for path, stamp in self._news:
            old = gone.pop(stamp, None) if path not in self._known else None
            if old is None:
                staying.append((path, stamp))
                continue
            self.changes += self._catalog.add_found(self._root.id, [(path, stamp)])
            self.changes += self._catalog.move(old, path, stamp)
            del self._unseen[old]
        self._news[:] = staying

    def _remove_gone(self) -> None:
        """Take out what was deleted. What lies where nobody can look now stays: in a folder that
        cannot be read, or on a disk that is not plugged in."""
        within = tuple(os.path.join(path, b"") for path in self._unreachable())  # noqa: PTH118
        gone = [path for path in self._unseen if not (within and path.startswith(within))]
        for at in range(0, len(gone), FILES_PER_TRANSACTION):
            self.changes += self._catalog.remove_from_root(
                self._root.id, gone[at : at + FILES_PER_TRANSACTION]
            )
        self.removed = len(gone)
        self.unchanged = self.unchanged and not gone

    def _unreachable(self) -> set[bytes]:
        """The folders of which the walk can say nothing."""
        parent = os.path.dirname(self._root.path)  # noqa: PTH120 - Path takes no bytes
        hidden = set() if os.path.isdir(parent) else {parent}  # noqa: PTH112
        if not os.path.lexists(self._root.path):
            # It may have been there when the walk began.
            hidden.add(self._root.path)
        return hidden | self._absent_mounts() | set(self._unreadable)

    def _absent_mounts(self) -> set[bytes]:
        """Where another disk was and is not now; notes those that are there."""
        if self._mounts is None:
            return set()
        before = self._mounts.mounts_of(self._root.id)
        absent = {mount for mount in before if is_unmounted(mount)}
        inside = {
            folder
            for folder, identity in self.folders.items()
            if identity[0] != self.folders.get(folder.rpartition(b"/")[0], identity)[0]
        }
        above = mount_point_above(self._root.path)
        now = absent | inside | ({above} if above else set())
        if now != before:
            self._mounts.keep(self._root.id, now)
        return absent


def _is_moved(path: bytes, known: ListedFile) -> bool:
    return known.state == "indexed" and not os.path.lexists(path)
