"""Comparing the user's folders with the catalog: what is new, changed, moved or gone."""

import os
from collections.abc import Callable, Iterator
from itertools import islice

from assistant.library.catalog import Catalog, Change, KnownFile, Stamp
from assistant.library.collections import Root
from assistant.library.walk import Candidate, Skipped, WalkRules, walk

AT_ONCE = 500
"""Files that are noted in one transaction."""

NOWHERE = Stamp(0, 0, 0)
"""The stamp of what the walk leaves out: nothing but a change of mind makes it worth reading."""

_AS_WANTED = ("ignored", "hidden")


class Scan:
    """One look at one root. `removed`, `changes` and `unchanged` are there when it is over."""

    def __init__(self, catalog: Catalog, root: Root, rules: WalkRules) -> None:
        self._catalog = catalog
        self._root = root
        self._rules = rules
        self._known = catalog.files(root.id)
        self._unseen = set(self._known)
        self._unreadable: list[bytes] = []
        self.removed = 0
        self.changes: list[Change] = []
        self.unchanged = True
        """Whether the catalog says of the root what it said before."""

    def run(self, is_wanted: Callable[[], None]) -> Iterator[int]:
        """Bring the catalog in line with the disk; yields how many files were seen so far.

        Args:
            is_wanted: called now and then; raises to give up, which leaves nothing wrong.
        """
        seen = 0
        news: list[tuple[bytes, Stamp]] = []
        left_out: list[Skipped] = []
        entries = walk([self._root.path], self._rules)
        while batch := list(islice(entries, AT_ONCE)):
            is_wanted()
            for entry in batch:
                seen += self._take(entry, news, left_out)
            if not self._known and len(news) >= AT_ONCE:
                self._note(news)
            yield seen
        self.unchanged = self.unchanged and not (news or left_out)
        self._note_moves(news)
        self._note(news)
        self._note_left_out(left_out)
        self._note_gone()

    def _take(
        self,
        entry: Candidate | Skipped,
        news: list[tuple[bytes, Stamp]],
        left_out: list[Skipped],
    ) -> int:
        """Sort one entry of the walk; 1 when it is a file that counts."""
        known = self._known.get(entry.path)
        if isinstance(entry, Candidate):
            self._unseen.discard(entry.path)
            stamp = Stamp(entry.size, entry.mtime_ns, entry.inode[1])
            if known is None or known.stamp != stamp:
                news.append((entry.path, stamp))
            return 1
        if entry.reason == "unreadable":
            self._unreadable.append(entry.path)
            if not os.path.lexists(entry.path):
                return 0
        if entry.reason in _AS_WANTED:
            return 0
        self._unseen.discard(entry.path)
        told = (known.state, known.reason, known.detail) if known else None
        if told != ("skipped", entry.reason, entry.detail):
            left_out.append(entry)
        return 1

    def _note(self, news: list[tuple[bytes, Stamp]]) -> None:
        if news:
            self.unchanged = False
            self.changes += self._catalog.found(self._root.id, news)
            news.clear()

    def _note_left_out(self, left_out: list[Skipped]) -> None:
        for at in range(0, len(left_out), AT_ONCE):
            part = left_out[at : at + AT_ONCE]
            found = [(entry.path, NOWHERE) for entry in part]
            self.changes += self._catalog.found(self._root.id, found)
            for entry in part:
                if entry.reason != "ignored" and entry.reason != "hidden":
                    change = self._catalog.skip(entry.path, NOWHERE, entry.reason, entry.detail)
                    self.changes.append(change)

    def _note_moves(self, news: list[tuple[bytes, Stamp]]) -> None:
        """A file that keeps its stamp, number on the disk included, has a new name only."""
        gone = {self._known[path].stamp: path for path in self._unseen if self._is_moved(path)}
        staying: list[tuple[bytes, Stamp]] = []
        for path, stamp in news:
            old = gone.pop(stamp, None) if path not in self._known else None
            if old is None:
                staying.append((path, stamp))
                continue
            self.changes += self._catalog.found(self._root.id, [(path, stamp)])
            self.changes += self._catalog.move(old, path, stamp)
            self._unseen.discard(old)
        news[:] = staying

    def _is_moved(self, path: bytes) -> bool:
        known: KnownFile = self._known[path]
        return known.state == "indexed" and not os.path.lexists(path)

    def _note_gone(self) -> None:
        """A root that is not there now may be a disk that is not plugged in: its files stay."""
        folders = tuple(path + b"/" for path in self._unreadable)
        root_is_missing = self._root.path in self._unreadable
        gone = [
            path
            for path in self._unseen
            if path == self._root.path or not (root_is_missing or path.startswith(folders))
        ]
        for at in range(0, len(gone), AT_ONCE):
            self.changes += self._catalog.gone(self._root.id, gone[at : at + AT_ONCE])
        self.removed = len(gone)
        self.unchanged = self.unchanged and not gone

    @property
    def known(self) -> dict[bytes, KnownFile]:
        """The files of the root, as the catalog knew them before."""
        return self._known
