"""A library whose jobs wait for the test, and folders to be dropped."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

from assistant.core.values.library import (
    Collection,
    Done,
    Indexed,
    IndexEvent,
    IndexingProgress,
    LeftOut,
    LibraryStatus,
    Planned,
    Scanned,
    Survey,
    Waiting,
)
from tests.support.fake_library import ScriptedLibrary
from tests.support.fake_models import Gate

PLANNED = Survey(
    files=212,
    bytes=34_200_000,
    unchanged=3,
    seconds=140,
    left_out=(
        LeftOut(reason="unsupported", count=12, example="/x/photo.jpg"),
        LeftOut(reason="too_large", count=1, example="/x/film.mkv"),
    ),
)
DONE = Done(indexed=212, skipped=3, removed=0, seconds=99)


def progress(done: int, *, paused: bool = False) -> IndexingProgress:
    return IndexingProgress(
        done=done, files=212, rate=2.1, eta=80, current="/x/lease.pdf", paused=paused
    )


class WaitingLibrary(ScriptedLibrary):
    """Looks, plans, reads and ends when the test says so.

    Attributes:
        looking: holds `survey` back.
        queue: holds a job back before it begins.
        reading: holds a job back after its progress was told.
        told: what the status says of a job that was begun elsewhere.
        statuses: how often the status was asked for.
    """

    def __init__(self, *, planned: Survey = PLANNED, done: Done = DONE, **options: object) -> None:
        super().__init__(planned=planned, **options)  # type: ignore[arg-type]
        self.done = done
        self.looking, self.queue, self.reading = Gate(), Gate(), Gate()
        self.looking.open()
        self.queue.open()
        self.told: IndexingProgress | None = None
        self.statuses = 0

    def survey(
        self, paths: Sequence[str], collection: str, stop: Event
    ) -> Iterator[Waiting | Scanned | Survey]:
        self._expect(paths)
        yield Scanned(files=1500)
        self.looking.wait(0, stop)
        if not stop.is_set():
            yield self.planned

    def status(self) -> LibraryStatus:
        self.statuses += 1
        return super().status().model_copy(update={"job": self.told})

    def add(self, paths: Sequence[str], collection: str, stop: Event) -> Iterator[IndexEvent]:
        self._expect(paths)
        self.added.append((tuple(paths), collection))
        return self._read(paths, collection, stop)

    def _read(self, paths: Sequence[str], collection: str, stop: Event) -> Iterator[IndexEvent]:
        yield Waiting()
        self.queue.wait(0, stop)
        if collection not in [each.name for each in self.sets]:
            made = Collection(name=collection, roots=tuple(paths), files=212, passages=1000)
            self.sets = sorted([*self.sets, made], key=lambda each: each.name)
        yield Planned(files=212, bytes=34_200_000)
        yield progress(34)
        self.reading.wait(0, stop)
        if stop.is_set():
            yield self.done.model_copy(update={"stopped": True, "indexed": 35})
        else:
            yield Indexed(path="/x/lease.pdf", passages=5)
            yield self.done


def collection(name: str, *roots: str | Path, files: int = 212) -> Collection:
    return Collection(
        name=name, roots=tuple(str(root) for root in roots), files=files, passages=files * 5
    )


def folder(home: Path, *names: str) -> Path:
    """A folder called housing with these files."""
    made = home / "housing"
    for name in names:
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text("The rent may rise once every twelve months.")
    made.mkdir(exist_ok=True)
    return made
