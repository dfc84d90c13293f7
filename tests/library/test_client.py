"""The library as front ends see it: the real worker, real readers, the real embedder."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import cast

import pytest

from assistant.bootstrap import library
from assistant.core.errors import AssistantError, NotFoundError
from assistant.core.ports.library import Library
from assistant.core.values.library import Done, Indexed, IndexEvent, Planned, Skipped
from assistant.ipc.activity import AnsweringSignal
from assistant.library.embedding.sentence_transformers import starter_folder
from assistant.system.paths import find_paths
from assistant.workers import make_folders
from tests.support.corpus import write_corpus
from tests.support.processes import end_workers, workers
from tests.support.waiting import until

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(starter_folder() is None, reason="the starter embedder is not installed"),
]


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    """A home whose worker is started once: importing what it embeds with takes seconds."""
    folder = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT_HOME", str(folder))
        make_folders(find_paths())
        yield folder
    end_workers(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def files(shared: Path, opened: Library) -> Iterator[Path]:
    """A library that holds nothing but a small corpus in the collection `trip`."""
    folder = Path(tempfile.mkdtemp(prefix="corpus-", dir=shared))
    write_corpus(folder)
    list(opened.add([str(folder)], "trip", Event()))
    yield folder
    for collection in opened.collections():
        opened.remove(collection.name)


@pytest.fixture
def opened(shared: Path) -> Library:
    return library(find_paths())


def names(library: Library) -> set[str]:
    """Of the files that are indexed."""
    return {Path(entry.path).name for entry in library.files(state="indexed")}


def last(events: list[IndexEvent]) -> Done:
    assert isinstance(events[-1], Done)
    return events[-1]


def test_a_folder_becomes_passages_with_their_places(files: Path, opened: Library) -> None:
    (bread, *_) = opened.search("What does rye bread cost?", None, 3).passages
    assert "four euros" in bread.text
    assert bread.place.heading == ("The bakery", "Prices")
    assert (bread.path, bread.place.line_end) == (str(files / "bakery.md"), 9)

    (ferry, *_) = opened.search("When does the ferry leave?", ["trip"], 3).passages
    assert ferry.place.page == 2
    assert ferry.path.endswith("harbour.pdf")

    found = opened.search("Quando foi construído o farol?", None, 3)
    assert "1869" in found.passages[0].text
    assert found.sufficient
    assert found.searched >= 5


def test_every_file_is_told_once_and_the_plan_comes_first(shared: Path, opened: Library) -> None:
    folder = Path(tempfile.mkdtemp(prefix="corpus-", dir=shared))
    write_corpus(folder)

    events = list(opened.add([str(folder)], "told", Event()))

    told = [event for event in events if isinstance(event, Planned | Indexed | Skipped | Done)]
    assert isinstance(told[0], Planned)
    assert told[0].files == 4
    reasons = {Path(e.path).name: e.reason for e in told if isinstance(e, Skipped)}
    assert reasons == {"empty.txt": "empty", "broken.docx": "corrupt"}
    assert {Path(e.path).name for e in told if isinstance(e, Indexed)} == {
        "bakery.md",
        "farol.txt",
        "harbour.pdf",
    }
    assert (last(events).indexed, last(events).skipped) == (3, 2)
    assert opened.remove("told") == 5


def test_a_second_look_reads_nothing(files: Path, opened: Library) -> None:
    events = list(opened.add([str(files)], "trip", Event()))

    assert [event for event in events if isinstance(event, Indexed)] == []
    assert Planned(files=0, bytes=0) in events
    assert last(events).indexed == 0


def test_a_search_stays_within_its_collections(files: Path, opened: Library) -> None:
    other = files.parent / f"{files.name}-other"
    other.mkdir()
    (other / "note.txt").write_text("The ferry is painted green.")
    list(opened.add([str(other)], "colours", Event()))

    paths = {p.path for p in opened.search("ferry", ["colours"], 10).passages}

    assert paths == {str(other / "note.txt")}
    assert len({p.path for p in opened.search("ferry", None, 10).passages}) > 1
    with pytest.raises(NotFoundError, match="no collection called 'nothing'"):
        opened.search("ferry", ["nothing"], 10)


def test_an_empty_library_finds_nothing_and_says_so(opened: Library) -> None:
    found = opened.search("Anything at all?", None, 5)

    assert found.passages == ()
    assert not found.sufficient
    assert opened.status().passages == 0


def test_status_and_lists_agree(files: Path, opened: Library) -> None:
    status = opened.status()
    (collection,) = opened.collections()
    entries = opened.files("trip")

    assert (status.files, status.indexed, status.skipped, status.waiting) == (5, 3, 2, 0)
    assert (collection.name, collection.roots) == ("trip", (str(files),))
    assert collection.passages == status.passages == sum(entry.passages for entry in entries)
    assert [Path(entry.path).name for entry in opened.files(state="skipped")] == [
        "broken.docx",
        "empty.txt",
    ]
    assert collection.skipped == 2
    assert all(entry.content_hash for entry in entries if entry.state == "indexed")
    assert opened.files("trip", offset=1, limit=3) == entries[1:4]
    assert (
        opened.files("trip", "skipped", limit=1)
        == [entry for entry in entries if entry.state == "skipped"][:1]
    )
    assert opened.verify().ok


def test_a_file_that_is_gone_cannot_be_read_any_more(files: Path, opened: Library) -> None:
    (files / "bakery.md").unlink()
    with pytest.raises(NotFoundError, match=r"bakery\.md no longer exists"):
        opened.read(str(files / "bakery.md"), Event())


def test_what_was_removed_is_not_found_any_more(files: Path, opened: Library) -> None:
    assert opened.remove("trip", [str(files)]) == 5

    assert opened.search("rye bread", None, 5).passages == ()
    assert opened.collections()[0].files == 0
    assert opened.verify().ok
    assert (files / "bakery.md").exists()
    with pytest.raises(NotFoundError, match="was not added"):
        opened.remove("trip", [str(files / "sub")])


def test_a_path_that_is_not_there_is_refused_by_name(opened: Library, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        list(opened.add([str(tmp_path / "nowhere")], "trip", Event()))


def test_a_collection_needs_a_name_that_can_be_shown(opened: Library, tmp_path: Path) -> None:
    with pytest.raises(AssistantError, match="cannot be the name"):
        list(opened.add([str(tmp_path)], "\x1b[2J", Event()))


def test_names_that_are_no_text_are_indexed(files: Path, opened: Library) -> None:
    strange = os.fsencode(files) + b"/caf\xe9\n\xff.txt"
    with open(strange, "wb") as stream:  # noqa: PTH123 -- a Path cannot hold these bytes
        stream.write(b"The lighthouse keeper plays the accordion.")

    events = list(opened.add([os.fsdecode(os.fsencode(files))], "trip", Event()))

    (told,) = [event for event in events if isinstance(event, Indexed)]
    assert told.path.endswith("caf\\xe9\\n\\xff.txt")
    (found, *_) = opened.search("accordion", None, 1).passages
    assert found.path == told.path
    read = opened.read(found.path, Event())
    assert read is not None
    assert read.document.text[found.start : found.end] == found.text
    assert read.content_hash == found.content_hash


def test_a_paused_library_waits_and_goes_on(files: Path, opened: Library) -> None:
    opened.pause()
    (files / "late.txt").write_text("The museum is closed in winter.")
    job = opened.add([str(files)], "trip", Event())
    assert any(getattr(event, "paused", False) for event in job)
    assert opened.status().paused
    assert opened.search("museum", None, 1).passages[0].path != str(files / "late.txt")

    opened.resume()

    assert last(list(job)).indexed == 1
    assert opened.search("museum in winter", None, 1).passages[0].path == str(files / "late.txt")


def test_a_job_is_cancelled_by_whoever_wants_that(files: Path, opened: Library) -> None:
    opened.pause()
    (files / "late.txt").write_text("The museum is closed in winter.")
    job = opened.add([str(files)], "trip", Event())
    assert any(getattr(event, "paused", False) for event in job)

    library(find_paths()).cancel()

    assert last(list(job)).stopped
    assert opened.status().waiting == 1
    opened.resume()
    list(opened.refresh(Event()))
    assert opened.status().waiting == 0


def test_changes_are_noticed_without_being_asked_about(files: Path, opened: Library) -> None:
    (files / "bakery.md").unlink()
    (files / "sub" / "farol.txt").rename(files / "lighthouse.txt")
    fresh = files.parent / "fresh.txt"
    fresh.write_text("The museum is closed in winter.")
    fresh.replace(files / "museum.txt")

    until(lambda: "museum.txt" in names(opened) and "bakery.md" not in names(opened))
    assert "lighthouse.txt" in names(opened)
    assert opened.search("museum in winter", None, 1).passages[0].path == str(files / "museum.txt")
    status = opened.status()
    assert (status.roots, status.watched, status.missing) == (1, 1, ())


def test_a_folder_that_is_not_there_is_told_and_still_found(files: Path, opened: Library) -> None:
    away = files.rename(files.with_name(f"{files.name}-away"))

    until(lambda: opened.status().missing == (str(files),))
    assert opened.collections()[0].missing == (str(files),)
    assert "four euros" in opened.search("What does rye bread cost?", None, 1).passages[0].text

    away.rename(files)
    until(lambda: opened.status().missing == ())


def test_indexing_holds_while_an_answer_is_written(files: Path, opened: Library) -> None:
    (files / "late.txt").write_text("The museum is closed in winter.")
    sign = AnsweringSignal(find_paths().runtime)
    with sign.hold():
        job = opened.add([str(files)], "trip", Event())
        assert any(getattr(event, "yielding", False) for event in job)
        assert opened.search("rye bread", None, 1).passages, "questions do not wait"

    assert last(list(job)).indexed == 1


def test_a_job_goes_on_when_nobody_watches_any_more(files: Path, opened: Library) -> None:
    opened.pause()
    (files / "late.txt").write_text("The museum is closed in winter.")
    with closing(cast("Iterator[IndexEvent]", opened.add([str(files)], "trip", Event()))) as job:  # type: ignore[type-var]
        assert any(getattr(event, "paused", False) for event in job)

    opened.resume()

    until(lambda: opened.status().indexed == 4)


def test_a_stopped_job_says_so_and_ends(files: Path, opened: Library) -> None:
    opened.pause()
    (files / "late.txt").write_text("The museum is closed in winter.")
    stop = Event()
    events = []
    for event in opened.add([str(files)], "trip", stop):
        events.append(event)
        if getattr(event, "paused", False):
            stop.set()
    opened.resume()

    assert last(events).stopped
    assert opened.status().waiting == 1


def test_a_rebuilt_library_answers_as_before(files: Path, opened: Library) -> None:
    before = opened.search("rye bread", None, 3)

    events = list(opened.rebuild(Event()))

    after = opened.search("rye bread", None, 3)
    assert last(events).indexed == 3
    assert [p.text for p in after.passages] == [p.text for p in before.passages]
    assert opened.verify().ok


def test_a_worker_that_dies_while_nothing_happens_is_replaced(files: Path, opened: Library) -> None:
    before = [p.text for p in opened.search("rye bread", None, 3).passages]
    for worker in workers(files.parent):
        worker.kill()

    assert [p.text for p in opened.search("rye bread", None, 3).passages] == before
