"""The indexing job on real files and a real library.db; reading and embedding are quick here."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Event
from time import time

import pytest

from assistant.core.values.library import Done, Indexed, IndexEvent, Planned, Skipped
from assistant.library.files.scan import ScanDeaths
from assistant.library.indexing.job import IndexingJob, IndexingParts, OpenEmbedder
from assistant.library.indexing.pace import IndexingPace
from assistant.library.indexing.queue import StoppedError
from assistant.library.store.catalog import FileCatalog
from assistant.library.store.collections import CollectionStore
from assistant.library.store.database import LibraryDatabase
from assistant.library.store.embeddings import Embeddings
from assistant.library.text.analysis import Analyzer
from tests.support.indexing_parts import ChangeList, ReaderHere
from tests.support.made_library import WordEmbedder


class CrashError(BaseException):
    """Ends the process, as far as a job can tell."""


class Bench:
    """A library without processes."""

    def __init__(self, folder: Path) -> None:
        self.files = folder / "files"
        self.files.mkdir()
        self.reader = ReaderHere()
        self.embedder = WordEmbedder(max_tokens=100)
        self.index = ChangeList()
        self.opened = 0
        self.stop = Event()
        self._file = folder / "library.db"
        self._open()
        collection = CollectionStore(self.database).add("default")
        self.root = CollectionStore(self.database).add_root(collection.id, os.fsencode(self.files))

    def write(self, name: str, text: str) -> Path:
        path = self.files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run(self, *, again: bool = False) -> list[IndexEvent]:
        self.reader.asked.clear()
        self.embedder.embedded.clear()
        self.opened = 0
        parts = IndexingParts(
            self.database, self.catalog, self.reader, self._embedding, self.index.apply
        )
        return list(
            IndexingJob(parts, IndexingPace(self._hold), self.stop, again=again).run([self.root])
        )

    def crash(self) -> None:
        """Run a job whose process dies when it embeds: library.db is as it was at that moment."""
        copy = self._file.with_suffix(".copy")

        def die() -> None:
            with (
                closing(sqlite3.connect(self._file)) as now,
                closing(sqlite3.connect(copy)) as kept,
            ):
                now.backup(kept)
            raise CrashError

        self.embedder.at_batch = die
        with pytest.raises(CrashError):
            self.run()
        self.embedder.at_batch = lambda: None
        self.database.close()
        for rest in self._file.parent.glob("library.db-*"):
            rest.unlink()
        copy.replace(self._file)
        self._open()
        self.catalog.count_crashes()

    def texts(self) -> list[str]:
        with self.database.read() as connection:
            rows = connection.execute("SELECT text FROM texts ORDER BY text")
            return [row[0] for row in rows]

    def ids(self) -> set[int]:
        with self.database.read() as connection:
            return {row[0] for row in connection.execute("SELECT id FROM passages")}

    def being_read(self) -> int:
        with self.database.read() as connection:
            (count,) = connection.execute("SELECT sum(reading) FROM files").fetchone()
        return int(count or 0)

    def _open(self) -> None:
        self.database = LibraryDatabase(self._file)
        self.catalog = FileCatalog(self.database, Analyzer())
        words = self.embedder
        self.embeddings = Embeddings(self.database, words.identity, words.dimensions)

    def _embedding(self) -> OpenEmbedder:
        self.opened += 1
        return OpenEmbedder(self.embedder, self.embeddings)

    def _hold(self, seconds: float) -> bool:
        if self.stop.is_set():
            raise StoppedError
        return False


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.database.close()


def done(events: list[IndexEvent]) -> Done:
    last = events[-1]
    assert isinstance(last, Done)
    return last


def indexed(events: list[IndexEvent]) -> list[str]:
    return [Path(event.path).name for event in events if isinstance(event, Indexed)]


def skipped(events: list[IndexEvent]) -> dict[str, str]:
    return {Path(e.path).name: e.reason for e in events if isinstance(e, Skipped)}


def test_every_file_is_indexed_or_skipped_with_its_reason(bench: Bench) -> None:
    bench.write("a.txt", "apples and pears")
    bench.write("sub/b.md", "# Bees\n\nHoney is sweet.")
    bench.write("empty.txt", "")
    bench.write("broken.docx", "no zip at all" * 3 + "\0")
    bench.write("picture.png", "pixels")

    events = bench.run()

    plan = next(event for event in events if isinstance(event, Planned))
    assert plan.files == 3
    assert plan.bytes == sum(
        (bench.files / name).stat().st_size for name in ("a.txt", "sub/b.md", "broken.docx")
    )
    assert sorted(indexed(events)) == ["a.txt", "b.md"]
    assert set(skipped(events)) == {"empty.txt", "broken.docx", "picture.png"}
    assert (done(events).indexed, done(events).skipped, done(events).removed) == (2, 3, 0)
    assert bench.index.passages == bench.ids()


def test_an_unchanged_tree_is_neither_read_nor_embedded_again(bench: Bench) -> None:
    for number in range(20):
        bench.write(f"{number}.txt", f"file number {number}")
    bench.write("empty.txt", "")
    bench.run()

    events = bench.run()

    assert bench.reader.asked == []
    assert bench.opened == 0
    assert done(events).indexed == 0


def test_a_file_that_was_only_touched_is_not_read_again(bench: Bench) -> None:
    path = bench.write("a.txt", "apples and pears")
    bench.run()
    os.utime(path, ns=(1, 1))

    events = bench.run()

    assert bench.reader.asked == []
    assert indexed(events) == []
    assert indexed(bench.run()) == []
    assert bench.texts() == ["apples and pears"]


def test_a_changed_file_replaces_its_passages(bench: Bench) -> None:
    bench.write("a.txt", "apples and pears")
    bench.run()
    bench.write("a.txt", "only cherries now, and more of them")

    events = bench.run()

    assert indexed(events) == ["a.txt"]
    assert bench.texts() == ["only cherries now, and more of them"]
    assert bench.index.passages == bench.ids()


def test_a_deleted_file_disappears(bench: Bench) -> None:
    path = bench.write("a.txt", "apples and pears")
    bench.write("b.txt", "bananas")
    bench.run()
    path.unlink()

    events = bench.run()

    assert done(events).removed == 1
    assert bench.texts() == ["bananas"]
    assert bench.index.passages == bench.ids()


def test_a_moved_file_is_recognised_without_being_read(bench: Bench) -> None:
    path = bench.write("a.txt", "apples and pears")
    bench.run()
    before = bench.ids()
    (bench.files / "elsewhere").mkdir()
    path.rename(bench.files / "elsewhere" / "renamed.txt")

    events = bench.run()

    assert bench.reader.asked == []
    assert done(events).removed == 0
    assert bench.ids() == before == bench.index.passages
    (entry,) = bench.catalog.files()
    assert entry.endswith(b"elsewhere/renamed.txt")


def test_a_copy_is_read_but_not_embedded_again(bench: Bench) -> None:
    bench.write("a.md", "# Fruit\n\napples and pears")
    bench.run()
    bench.write("b.md", "# Fruit\n\napples and pears")

    events = bench.run()

    assert indexed(events) == ["b.md"]
    assert bench.embedder.embedded == []


def test_a_file_that_failed_is_read_again_only_when_it_changed(bench: Bench) -> None:
    broken = bench.write("broken.docx", "no zip at all")
    assert set(skipped(bench.run())) == {"broken.docx"}

    assert set(skipped(bench.run())) == {"broken.docx"}
    assert bench.reader.asked == []

    broken.write_text("still no zip, but another text")
    bench.run()
    assert len(bench.reader.asked) == 1


def test_a_folder_that_is_not_there_now_keeps_its_passages(bench: Bench, tmp_path: Path) -> None:
    bench.write("a.txt", "apples and pears")
    bench.run()
    bench.files.rename(tmp_path / "unplugged")

    events = bench.run()

    assert done(events).removed == 0
    assert bench.texts() == ["apples and pears"]


def test_a_stopped_job_goes_on_where_it_was(bench: Bench) -> None:
    for number in range(6):
        bench.write(f"{number}.txt", " ".join(f"word{number}x{i}" for i in range(9000)))
    batches = iter(range(100))
    bench.embedder.at_batch = lambda: bench.stop.set() if next(batches) == 2 else None

    events = bench.run()

    assert done(events).stopped
    first = set(indexed(events))
    assert 0 < len(first) < 6
    assert bench.being_read() == 0
    bench.stop.clear()
    rest = indexed(bench.run())
    assert len(rest) == 6 - len(first)
    assert first.isdisjoint(rest)
    assert bench.index.passages == bench.ids()


def test_a_file_in_hand_at_two_crashes_is_set_aside_until_it_changes(bench: Bench) -> None:
    path = bench.write("a.txt", "apples and pears")
    bench.write("b.txt", "bananas")
    bench.crash()
    bench.crash()

    events = bench.run()
    assert skipped(events) == {"a.txt": "unreadable"}
    assert indexed(events) == ["b.txt"], "it was only near the first crash"

    path.write_text("cherries instead")
    assert indexed(bench.run()) == ["a.txt"]


def test_what_was_in_hand_at_a_crash_is_read_last_and_by_itself(bench: Bench) -> None:
    bench.write("a.txt", "apples")
    bench.run()
    bench.write("a.txt", "apricots instead")
    bench.catalog.add_found(
        bench.root.id,
        [(path, known.stamp._replace(mtime_ns=1)) for path, known in bench.catalog.files().items()],
    )
    bench.catalog.begin_reading(os.fsencode(bench.files / "a.txt"))
    bench.catalog.count_crashes()
    known = bench.catalog.file(os.fsencode(bench.files / "a.txt"))
    assert known is not None
    status = (bench.files / "a.txt").stat()
    with bench.database.write() as connection:
        connection.execute(
            "UPDATE files SET size = ?, mtime_ns = ?", (status.st_size, status.st_mtime_ns)
        )
    bench.write("b.txt", "bananas")
    bench.write("c.txt", "cherries")

    assert indexed(bench.run()) == ["b.txt", "c.txt", "a.txt"]


def test_a_rebuild_reads_everything_and_embeds_nothing_that_is_the_same(bench: Bench) -> None:
    bench.write("a.txt", "apples and pears")
    bench.write("b.txt", "bananas")
    bench.run()

    events = bench.run(again=True)

    assert sorted(indexed(events)) == ["a.txt", "b.txt"]
    assert bench.embedder.embedded == []
    assert bench.index.passages == bench.ids()


def die_while_scanning(bench: Bench) -> None:
    """A process that ends in the middle of a scan, and one that takes its place."""
    child = os.fork()
    if child == 0:
        with ScanDeaths(bench.database).counting(bench.root.id):
            os._exit(0)
    os.waitpid(child, 0)


def test_a_folder_that_ended_the_program_twice_is_left_out_and_named(bench: Bench) -> None:
    bench.write("a.txt", "apples and pears")
    die_while_scanning(bench)
    assert indexed(bench.run()) == ["a.txt"]
    bench.write("b.txt", "bees")

    die_while_scanning(bench)
    die_while_scanning(bench)
    events = bench.run()

    assert indexed(events) == []
    assert [event.detail for event in events if isinstance(event, Skipped)] == [
        "the program ended 2 times while it was looked through"
    ]
    assert bench.texts() == ["apples and pears"]
    ScanDeaths(bench.database).forget(bench.root.id)
    assert indexed(bench.run()) == ["b.txt"]


def test_a_folder_that_was_left_out_is_looked_through_again_after_a_day(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.write("a.txt", "apples and pears")
    die_while_scanning(bench)
    die_while_scanning(bench)
    assert indexed(bench.run()) == []

    tomorrow = time() + 90_000
    monkeypatch.setattr("assistant.library.files.scan.time", lambda: tomorrow)

    assert indexed(bench.run()) == ["a.txt"]


def test_a_file_that_grows_while_it_is_read_is_read_again(bench: Bench) -> None:
    log = bench.write("log.txt", "first line\n")
    bench.run()

    def grow() -> None:
        with log.open("a") as file:
            file.write("grown meanwhile\n")

    with log.open("a") as file:
        file.write("second line\n")
    bench.reader.at_read = grow
    bench.run()
    bench.reader.at_read = lambda: None
    bench.run()

    assert bench.texts() == ["first line\nsecond line\ngrown meanwhile"]
    assert done(bench.run()).indexed == 0


def test_files_that_went_away_while_they_were_read_are_read_when_they_are_back(
    bench: Bench, tmp_path: Path
) -> None:
    names = [f"{number}.txt" for number in range(8)]
    for name in names:
        bench.write(name, f"number {name}")
    away = tmp_path / "away"

    def go_away() -> None:
        with suppress(FileNotFoundError):
            bench.files.rename(away)

    bench.reader.at_read = go_away
    events = bench.run()
    assert "No such file or directory" in {e.detail for e in events if isinstance(e, Skipped)}
    assert done(bench.run()).indexed == 0

    bench.reader.at_read = lambda: None
    away.rename(bench.files)
    bench.run()

    assert bench.texts() == [f"number {name}" for name in names]
    assert done(bench.run()).skipped == 0


def test_a_file_that_cannot_be_opened_is_tried_in_each_job(
    bench: Bench,
) -> None:
    secret = bench.write("secret.txt", "for others")
    bench.reader.closed = {os.fsencode(secret)}

    for _ in range(2):
        (skipped,) = (event for event in bench.run() if isinstance(event, Skipped))
        assert (skipped.reason, skipped.detail) == ("unreadable", "Permission denied")

    bench.reader.closed = set()
    assert indexed(bench.run()) == ["secret.txt"]
