"""A fake of the Library port: it keeps the contract, and what it was asked."""

from collections.abc import Iterator, Sequence
from threading import Event

from assistant.core.documents import Passage, Place
from assistant.core.library import (
    Collection,
    FileEntry,
    FileState,
    LibraryStatus,
    SearchResult,
    Verification,
)
from assistant.core.library_events import Done, IndexEvent, Planned


class ScriptedLibrary:
    """Answers every question with the same result, and every job with the same events.

    Attributes:
        asked: every call of `search`: question, collections, limit.
        added: every call of `add`: paths and collection.
        paused: whether `pause` was called last.
    """

    def __init__(
        self,
        result: SearchResult | None = None,
        events: Sequence[IndexEvent] = (),
        collections: Sequence[Collection] = (),
        files: Sequence[FileEntry] = (),
    ) -> None:
        self.result = result or SearchResult()
        self.events = list(events) or [
            Planned(files=0, bytes=0),
            Done(indexed=0, skipped=0, removed=0, seconds=0.1),
        ]
        self.sets = list(collections)
        self.entries = list(files)
        self.asked: list[tuple[str, tuple[str, ...] | None, int]] = []
        self.added: list[tuple[tuple[str, ...], str]] = []
        self.removed: list[tuple[str, tuple[str, ...]]] = []
        self.paused = False

    def add(self, paths: Sequence[str], collection: str, stop: Event) -> Iterator[IndexEvent]:
        self.added.append((tuple(paths), collection))
        return self._job(stop)

    def refresh(self, stop: Event, collection: str | None = None) -> Iterator[IndexEvent]:
        return self._job(stop)

    def rebuild(self, stop: Event) -> Iterator[IndexEvent]:
        return self._job(stop)

    def search(
        self,
        question: str,
        collections: Sequence[str] | None,
        limit: int,
        stop: Event | None = None,
    ) -> SearchResult:
        scope = None if collections is None else tuple(collections)
        self.asked.append((question, scope, limit))
        return self.result.model_copy(update={"passages": self.result.passages[:limit]})

    def collections(self) -> list[Collection]:
        return self.sets

    def files(
        self, collection: str | None = None, state: FileState | None = None
    ) -> list[FileEntry]:
        return [entry for entry in self.entries if state in (None, entry.state)]

    def status(self) -> LibraryStatus:
        return LibraryStatus(
            collections=len(self.sets),
            files=len(self.entries),
            indexed=len(self.entries),
            skipped=0,
            waiting=0,
            passages=sum(entry.passages for entry in self.entries),
            disk_bytes=0,
            paused=self.paused,
            job=None,
        )

    def remove(self, collection: str, paths: Sequence[str] = ()) -> int:
        self.removed.append((collection, tuple(paths)))
        return len(self.entries)

    def verify(self) -> Verification:
        return Verification(ok=True, files=len(self.entries), passages=0)

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    def _job(self, stop: Event) -> Iterator[IndexEvent]:
        for event in self.events:
            if stop.is_set():
                yield Done(indexed=0, skipped=0, removed=0, seconds=0.1, stopped=True)
                return
            yield event


def passage(number: int, text: str, score: float = 0.9) -> Passage:
    """A passage of a Markdown file, called after its number."""
    return Passage(
        id=str(number),
        path=f"/files/{number}.md",
        title=f"File {number}",
        text=text,
        place=Place(heading=("Top", "Part"), line_start=3, line_end=5),
        start=0,
        end=len(text),
        content_hash="00" * 32,
        score=score,
        dense_score=0.5,
        keyword_score=2.0,
    )
