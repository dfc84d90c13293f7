"""Indexing job: from the files on disk to passages that are found.

It streams: what is in memory is a few files at a time, whatever the number of files. It can end at
any moment. A file is in the catalog whole or not at all, the catalog knows what is still to be
read, and embeddings are kept batch by batch, so that the next job goes on where this one ended.
"""

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event
from time import monotonic
from typing import NamedTuple, Protocol

from assistant.core.values.library import (
    Done,
    Indexed,
    IndexEvent,
    IndexingProgress,
    Planned,
    Scanned,
    Skipped,
)
from assistant.language.messages import N_
from assistant.library.embedding.sentence_transformers import Embedder
from assistant.library.file_access import open_regular, printable_path
from assistant.library.files.scan import (
    NO_STAMP,
    KnownMounts,
    RootScan,
    ScanDeaths,
)
from assistant.library.files.walk import WalkRules
from assistant.library.indexing.estimate import IndexedFile, IndexingTally
from assistant.library.indexing.pace import IndexingPace
from assistant.library.indexing.queue import StoppedError
from assistant.library.limits import TOO_MANY_DEATHS, UnreadableError
from assistant.library.reading.frames import ReadResult
from assistant.library.reading.pool import ReadingStoppedError
from assistant.library.store.catalog import CatalogChange, FileCatalog, FileStamp, KnownFile
from assistant.library.store.collections import CollectionRoot
from assistant.library.store.database import LibraryDatabase
from assistant.library.store.embeddings import Embeddings
from assistant.library.store.requeueing import REVISION
from assistant.library.text.chunking import PassageDraft, draft_passages, texts_to_embed
from assistant.library.text.pieces import ChunkLimits

READ_AHEAD = 3
"""Files that are read while others are embedded."""

EMBEDDED_TOGETHER = 128
"""Passages of several small files that are embedded together: small batches are slow."""

CHECKPOINT_PASSAGES = 256
"""Passages of one large file after which their embeddings are on disk."""

CONTEXT_TOKENS = 24
"""Tokens of what the embedder reads that are left for the title and the headings."""


BLOCK_BYTES = 2**20
"""Bytes."""


class FileReader(Protocol):
    """Reads files to documents."""

    def read(
        self, path: bytes, stop: Event, holds: Callable[[], bool]
    ) -> ReadResult | UnreadableError: ...


class OpenEmbedder(NamedTuple):
    """The embedder of a job, and where embeddings are stored; opening it takes seconds."""

    embedder: Embedder
    embeddings: Embeddings


@dataclass(frozen=True)
class IndexingParts:
    """The parts of the library that an indexing job works with."""

    database: LibraryDatabase
    catalog: FileCatalog
    reader: FileReader
    embedding: Callable[[], OpenEmbedder]
    """Opened by the first call."""
    follow: Callable[[CatalogChange], None]
    """Has the search structure over the embeddings take in what has changed in the catalog."""
    rules: WalkRules = field(default_factory=WalkRules)
    holds: Callable[[], bool] = lambda: False
    """Whether jobs have to hold now; asked by the threads that read."""
    scanned: Callable[[CollectionRoot, RootScan, float], None] = lambda _root, _scan, _seconds: None
    """Told what a scan saw and how many seconds it took."""


class _PreparedFile(NamedTuple):
    """A file on its way into the catalog."""

    path: bytes
    stamp: FileStamp
    reading: ReadResult
    drafts: list[PassageDraft]


class _Outcome(NamedTuple):
    """What a reader made of a file."""

    known: KnownFile
    result: ReadResult | UnreadableError | None
    """None: its content is what it was."""


class IndexingJob:
    """One indexing job."""

    def __init__(
        self, parts: IndexingParts, pace: IndexingPace, stop: Event, *, again: bool = False
    ) -> None:
        """Args:
        again: read also what has not changed.
        """
        self._parts = parts
        self._catalog = parts.catalog
        self._pace = pace
        self._stop = stop
        self._again = again
        self._started = monotonic()
        self.work = IndexingTally()
        self._indexed = self._partial = self._skipped = self._removed = 0
        self._being_read: set[bytes] = set()
        self._indexed_roots: set[int] = set()
        """The roots in which nothing has changed and no file waits or was skipped."""

    def run(self, roots: Sequence[CollectionRoot]) -> Iterator[IndexEvent]:
        """Index what is new or has changed under the roots; `Done` comes last."""
        stopped = False
        try:
            for root in roots:
                yield from self._scan(root)
            yield from self._read(roots)
        except (StoppedError, ReadingStoppedError):
            stopped = True
        finally:
            self._clear_reading_marks()
        yield Done(
            indexed=self._indexed,
            skipped=self._skipped,
            removed=self._removed,
            seconds=round(monotonic() - self._started, 3),
            partial=self._partial,
            stopped=stopped,
        )

    def _scan(self, root: CollectionRoot) -> Iterator[IndexEvent]:
        deaths = ScanDeaths(self._parts.database)
        if deaths.of(root.id) >= TOO_MANY_DEATHS:
            detail = N_(f"the program ended {TOO_MANY_DEATHS} times while it was looked through")
            yield self._skipped_event(root.path, "unreadable", detail)
            return
        with deaths.counting(root.id):
            yield from self._scan_to_the_end(root)

    def _scan_to_the_end(self, root: CollectionRoot) -> Iterator[IndexEvent]:
        started = monotonic()
        scan = RootScan(self._catalog, root, self._parts.rules, KnownMounts(self._parts.database))
        try:
            for seen in scan.run(self._pace.check_stop):
                yield Scanned(files=seen)
        finally:
            self._follow(scan.changes)
        self._parts.scanned(root, scan, monotonic() - started)
        self._removed += scan.removed
        if scan.unchanged and scan.is_all_indexed:
            self._indexed_roots.add(root.id)

    def _read(self, roots: Sequence[CollectionRoot]) -> Iterator[IndexEvent]:
        """Tell the plan and carry it out."""
        waiting: dict[bytes, int] = {}
        suspects: list[bytes] = []
        failed: list[KnownFile] = []
        for root in roots:
            for path, known in self._candidates(root).items():
                if self._again and known.state != "waiting" and not _is_left_out(known):
                    self._catalog.requeue(path)
                elif known.state == "skipped":
                    failed.append(known)
                    continue
                elif known.state == "indexed":
                    continue
                waiting[path] = known.stamp.size
                if known.crashes:
                    suspects.append(path)
        yield Planned(files=len(waiting), bytes=sum(waiting.values()))
        for known in failed:
            yield self._skipped_event(known.path, known.reason or "unreadable", known.detail)
        self._pace.begin(waiting)
        for path in suspects:
            del waiting[path]
        yield from self._index(waiting, EMBEDDED_TOGETHER)
        # What was in hand when the program died is done last and by itself: another death then
        # says something about this file alone.
        for path in suspects:
            yield from self._index([path], 1)

    def _candidates(self, root: CollectionRoot) -> dict[bytes, KnownFile]:
        """The files that may have to be read or told of."""
        if self._again:
            return self._catalog.files(root.id)
        return {} if root.id in self._indexed_roots else self._catalog.unfinished(root.id)

    def _index(self, paths: Iterable[bytes], together: int) -> Iterator[IndexEvent]:
        group: list[_PreparedFile] = []
        for step in self._outcomes(paths, ahead=READ_AHEAD if together > 1 else 1):
            if isinstance(step, IndexingProgress):
                yield step
                continue
            known, result = step
            yield from self._pace.start_file(printable_path(known.path))
            if result is None or isinstance(result, UnreadableError):
                yield from self._without_passages(known, result)
                continue
            group.append(self._prepare(known, result))
            if sum(len(file.drafts) for file in group) >= together:
                yield from self._store(group)
                group = []
        yield from self._store(group)

    def _outcomes(
        self, paths: Iterable[bytes], ahead: int
    ) -> Iterator[_Outcome | IndexingProgress]:
        """What the readers make of files, in order, some of them read ahead of time."""
        pending: deque[Future[_Outcome | None]] = deque()
        remaining = iter(paths)
        with ThreadPoolExecutor(ahead, thread_name_prefix="reading") as threads:
            try:
                while True:
                    while len(pending) < ahead and (path := next(remaining, None)) is not None:
                        pending.append(threads.submit(self._outcome, path))
                    if not pending:
                        return
                    yield from self._pace.wait()
                    outcome = pending.popleft().result()
                    if outcome is not None:
                        yield outcome
            finally:
                for future in pending:
                    future.cancel()

    def _outcome(self, path: bytes) -> _Outcome | None:
        """None when somebody took the file out of the library meanwhile."""
        known = self._catalog.file(path)
        if known is None:
            return None
        is_current = known.revision == REVISION and not self._again
        if known.sha256 and is_current and known.sha256 == _digest(path):
            return _Outcome(known, None)
        return _Outcome(known, self._parts.reader.read(path, self._stop, self._parts.holds))

    def _without_passages(
        self, known: KnownFile, failure: UnreadableError | None
    ) -> Iterator[IndexEvent]:
        with suppress(KeyError):
            if failure is None:
                self._catalog.update_stamp(known.path, known.stamp)
            else:
                # What could not even be opened, as on a disk that was unplugged, is found anew.
                stamp = NO_STAMP if failure.reason == "unreadable" else known.stamp
                change = self._catalog.skip(known.path, stamp, failure.reason, failure.detail)
                self._follow([change])
                self.work.count_unreadable(known.path, known.stamp.size)
                yield self._skipped_event(known.path, failure.reason, failure.detail)
        yield from self._pace.finish_file(known.path)

    def _prepare(self, known: KnownFile, reading: ReadResult) -> _PreparedFile:
        self._catalog.begin_reading(known.path)
        self._being_read.add(known.path)
        embedder = self._parts.embedding().embedder
        limits = ChunkLimits(
            tokens=max(embedder.max_tokens - CONTEXT_TOKENS, embedder.max_tokens // 2)
        )

        def count_tokens(texts: Sequence[str]) -> list[int]:
            self._pace.check()
            return embedder.count_tokens(texts)

        drafts = draft_passages(reading.document, count_tokens, limits)
        stamp = FileStamp(reading.size, reading.mtime_ns, known.stamp.inode)
        return _PreparedFile(known.path, stamp, reading, drafts)

    def _store(self, group: Sequence[_PreparedFile]) -> Iterator[IndexEvent]:
        """Embed the passages of some files, and put these into the catalog one by one."""
        drafts = {draft.key: draft for file in group for draft in file.drafts}
        yield from self._embed(drafts)
        changes = []
        for file in group:
            with suppress(KeyError):
                changes.append(
                    self._catalog.replace(
                        file.path,
                        file.stamp,
                        file.reading.content_hash,
                        file.reading.document.title,
                        file.drafts,
                        file.reading.document.unread,
                    )
                )
            self._being_read.discard(file.path)
        self._follow(changes)
        stored = [IndexedFile(f.path, f.stamp.size, len(f.drafts)) for f in group]
        self.work.count_stored(stored, self._pace.worked)
        for file in group:
            self._indexed += 1
            self._partial += bool(file.reading.document.unread)
            yield Indexed(
                path=printable_path(file.path),
                passages=len(file.drafts),
                unread=file.reading.document.unread,
            )
            yield from self._pace.finish_file(file.path)

    def _embed(self, drafts: dict[bytes, PassageDraft]) -> Iterator[IndexEvent]:
        if not drafts:
            return
        embedder, embeddings = self._parts.embedding()
        missing = embeddings.missing(list(drafts))
        keys = [key for key in drafts if key in missing]
        for at in range(0, len(keys), CHECKPOINT_PASSAGES):
            part = keys[at : at + CHECKPOINT_PASSAGES]
            texts = texts_to_embed(
                [(drafts[key].context, drafts[key].chunk.text) for key in part],
                embedder.count_tokens,
                embedder.max_tokens,
            )
            embeddings.store(part, embedder.embed(texts, self._pace.check))
            yield from self._pace.wait()

    def _clear_reading_marks(self) -> None:
        """A stop is no crash, whatever was in hand."""
        with self._parts.database.write() as connection:
            connection.executemany(
                "UPDATE files SET reading = 0 WHERE path = ?",
                [(path,) for path in self._being_read],
            )
        self._being_read.clear()

    def _follow(self, changes: Sequence[CatalogChange]) -> None:
        """Have the search structure follow the catalog."""
        for change in _merged(changes):
            self._parts.follow(change)

    def _skipped_event(self, path: bytes, reason: str, detail: str) -> Skipped:
        self._skipped += 1
        return Skipped.model_validate(
            {"path": printable_path(path), "reason": reason, "detail": detail}
        )


def _merged(changes: Iterable[CatalogChange]) -> list[CatalogChange]:
    """As few changes as say the same: each costs the search structure a write."""
    joined: dict[tuple[int, ...], CatalogChange] = {}
    for change in changes:
        if change.collections and (change.added or change.removed):
            so_far = joined.get(change.collections, CatalogChange(change.collections, (), ()))
            joined[change.collections] = CatalogChange(
                change.collections,
                (*so_far.added, *change.added),
                (*so_far.removed, *change.removed),
            )
    return list(joined.values())


def _is_left_out(known: KnownFile) -> bool:
    """Whether the walk itself refused the file: nothing would be won by reading it."""
    return known.state == "skipped" and known.stamp == NO_STAMP


def _digest(path: bytes) -> str | None:
    """The SHA-256 of a file; None when it cannot be read, which its reader will explain."""
    try:
        with open_regular(path) as stream:
            digest = hashlib.sha256()
            # No more than there was at the beginning: it may grow faster than it is read.
            left = os.fstat(stream.fileno()).st_size
            while block := stream.read(min(left, BLOCK_BYTES)):
                digest.update(block)
                left -= len(block)
            return digest.hexdigest()
    except OSError:
        return None
