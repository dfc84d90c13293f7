"""A service that answers in this process, with quick parts and a real library.db."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, cast

from assistant.core.values.library import SearchResult
from assistant.library.files.watch import WatchIntervals
from assistant.library.indexing.job import OpenEmbedder
from assistant.library.indexing.queue import JobQueue
from assistant.library.protocol import LibraryRequest, QuickReply, Remove
from assistant.library.store.catalog import CatalogChange
from assistant.library.store.collections import CollectionRoot
from assistant.library.store.embeddings import Embeddings
from assistant.library.worker.open_library import OpenLibrary
from assistant.library.worker.options import LibraryOptions
from assistant.library.worker.service import LibraryService
from tests.support.indexing_parts import ChangeList, ReaderHere
from tests.support.made_library import WordEmbedder

PATIENCE = 60.0

QUICK = WatchIntervals(quiet=0.1, longest=1.0, poll=0.1, every=600.0)


class LibraryHere(OpenLibrary):
    """Reads and embeds in this process, quickly."""

    def __init__(self, home: Path, **options: Any) -> None:
        super().__init__(
            LibraryOptions(
                database=home / "library.db",
                vectors=home / "vectors",
                reader=(),
                probe=(),
                **options,
            )
        )
        self.index = ChangeList()
        self.here = ReaderHere()
        self.reader = cast(Any, self.here)
        words = WordEmbedder(max_tokens=100)
        kept = Embeddings(self.database, words.identity, words.dimensions)
        self._embedding = OpenEmbedder(words, kept)

    def embedding(self) -> OpenEmbedder:
        return self._embedding

    def follow(self, change: CatalogChange) -> None:
        self.index.apply(change)


class KeepingQueue(JobQueue):
    """Keeps which roots the service wants looked at again."""

    def __init__(self, pause_mark: Path) -> None:
        super().__init__(pause_mark)
        self.looks: list[int] = []

    def request_rescan(self, roots: frozenset[int] | None = None) -> None:
        self.looks += roots or ()
        super().request_rescan(roots)


class CallerHere:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def post(self, frame: Any) -> None:
        self.told.append(frame)

    end = post


class Served:
    """A service, its thread, and what its library holds."""

    def __init__(self, home: Path, intervals: WatchIntervals, **options: Any) -> None:
        self.library = LibraryHere(home, **options)
        self.jobs = KeepingQueue(home / "paused")
        self.looks = self.jobs.looks
        self.service = LibraryService(self.library, self.jobs, cast(Any, self), intervals)
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def search(self, *_: Any) -> SearchResult:
        return SearchResult()

    def ask(self, request: LibraryRequest) -> QuickReply:
        caller = CallerHere()
        self.service.serve(cast(Any, caller), request)
        return cast(QuickReply, caller.told[-1])

    def add(self, path: Path, collection: str = "default") -> CollectionRoot:
        """Make a root without anybody asking for a job."""
        made = self.library.collections.add(collection)
        root = self.library.collections.add_root(made.id, os.fsencode(path))
        JobQueue.request_rescan(self.jobs, frozenset({root.id}))
        return root

    def remove(self, path: Path, collection: str = "default") -> None:
        self.ask(Remove(collection=collection, paths=(os.fsencode(path),)))

    def texts(self) -> list[str]:
        with self.library.database.read() as connection:
            rows = connection.execute("SELECT text FROM texts ORDER BY text")
            return [row[0] for row in rows]

    def ids(self) -> set[int]:
        with self.library.database.read() as connection:
            return {row[0] for row in connection.execute("SELECT id FROM passages")}

    def paths(self) -> list[str]:
        """Of what is indexed, by name."""
        known = self.library.catalog.files()
        return [os.fsdecode(path) for path in sorted(known) if known[path].state == "indexed"]

    def close(self) -> None:
        self.jobs.close()
        self._thread.join(PATIENCE)
        self.service.close()

    def _run(self) -> None:
        while not self.jobs.is_closed:
            job = self.jobs.next(0.05)
            if job is not None:
                self.service.runner.run(job)


@contextmanager
def serving(home: Path, intervals: WatchIntervals = QUICK, **options: Any) -> Iterator[Served]:
    served = Served(home, intervals, **options)
    try:
        yield served
    finally:
        served.close()


def put(path: Path, text: str) -> Path:
    """Write a file, and the folders that it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path
