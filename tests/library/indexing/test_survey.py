"""What adding folders would do, and how long it would take."""

import os
from pathlib import Path
from typing import Any, cast

import pytest

from assistant.core.values.library import LeftOut, Scanned, Survey
from assistant.library.files.walk import WalkRules
from assistant.library.indexing.estimate import (
    IndexedFile,
    IndexingEstimates,
    IndexingTally,
    file_type,
)
from assistant.library.indexing.survey import FILES_AT_ONCE, survey
from assistant.library.protocol import SurveyPaths
from tests.support.library_service import CallerHere, serving
from tests.support.made_library import MadeLibrary
from tests.support.waiting import until


def look(made: MadeLibrary, *paths: Path) -> list[Scanned | Survey]:
    encoded = [os.fsencode(path) for path in paths]
    return list(survey(encoded, WalkRules(), made.catalog, IndexingEstimates(made.database)))


def result(made: MadeLibrary, *paths: Path) -> Survey:
    (*_, last) = look(made, *paths)
    assert isinstance(last, Survey)
    return last


def fill(folder: Path, count: int) -> Path:
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number}.txt").write_text("words")
    return folder


def work(*files: IndexedFile, seconds: float) -> IndexingTally:
    """A job that took so long for these files, after the first one."""
    done = IndexingTally()
    done.count_stored([IndexedFile(b"first.txt", 0, 0)], 5.0)
    done.count_stored(files, 5.0 + seconds)
    return done


def test_it_tells_what_is_new_and_what_is_left_out_and_why(
    made: MadeLibrary, tmp_path: Path
) -> None:
    folder = fill(tmp_path / "files", 3)
    (folder / "b.png").write_text("pixels")
    (folder / "c.zip").write_text("packed")
    (folder / ".d").write_text("hidden")

    found = result(made, folder)

    assert (found.files, found.bytes, found.unchanged) == (3, 15, 0)
    assert found.left_out == (
        LeftOut(reason="unsupported", count=2, example=str(folder / "b.png")),
        LeftOut(reason="hidden", count=1, example=str(folder / ".d")),
    )


def test_signs_of_life_come_while_a_large_folder_is_walked(
    made: MadeLibrary, tmp_path: Path
) -> None:
    for part in range(4):
        fill(tmp_path / "files" / str(part), FILES_AT_ONCE)

    *steps, last = look(made, tmp_path / "files")

    counts = [step.files for step in steps if isinstance(step, Scanned)]
    assert counts == [FILES_AT_ONCE, 2 * FILES_AT_ONCE, 3 * FILES_AT_ONCE, 4 * FILES_AT_ONCE]
    assert isinstance(last, Survey)
    assert last.files == 4 * FILES_AT_ONCE


def test_known_files_are_told_from_changed_ones(home: Path, tmp_path: Path) -> None:
    folder = fill(tmp_path / "files", 4)
    (folder / "broken.docx").write_text("no zip at all")
    with serving(home) as served:
        served.add(folder)
        until(lambda: len(served.texts()) == 4 and served.jobs.running is None)
        (folder / "0.txt").write_text("other words")
        (folder / "new.txt").write_text("new words")

        found = served.ask(SurveyPaths(collection="x", paths=(os.fsencode(folder),)))

    assert isinstance(found, Survey)
    assert (found.files, found.unchanged) == (2, 4)


def test_a_survey_ends_when_nobody_waits_for_it(home: Path, tmp_path: Path) -> None:
    for part in range(4):
        fill(tmp_path / "files" / str(part), FILES_AT_ONCE)

    class Leaving(CallerHere):
        @property
        def cancelled(self) -> bool:
            return len(self.told) >= 2

    caller = Leaving()
    with serving(home) as served:
        served.service.serve(
            cast(Any, caller),
            SurveyPaths(collection="x", paths=(os.fsencode(tmp_path / "files"),)),
        )

    assert [step.kind for step in caller.told] == ["scanned", "scanned", "obeyed"]


def test_before_the_first_job_sizes_and_types_give_a_guess(made: MadeLibrary) -> None:
    estimates = IndexingEstimates(made.database)
    assert estimates.seconds({}) == 0
    assert estimates.seconds({"txt": (10, 2_000_000)}) > estimates.seconds({"txt": (1, 200_000)})
    assert estimates.seconds({"txt": (1, 900_000)}) > estimates.seconds({"pdf": (1, 900_000)}) > 0


def test_what_was_measured_replaces_the_guess(made: MadeLibrary) -> None:
    IndexingEstimates(made.database).learn(
        work(
            IndexedFile(b"/a.txt", 1_000_000, 1000),
            IndexedFile(b"/b.pdf", 4_000_000, 200),
            seconds=1200 * 0.5,
        )
    )

    estimates = IndexingEstimates(made.database)
    assert estimates.seconds({"txt": (1, 100_000)}) == pytest.approx(100 * 0.5, rel=0.01)
    assert estimates.seconds({"pdf": (1, 400_000)}) == pytest.approx(20 * 0.5, rel=0.02)


def test_a_machine_that_became_faster_is_noticed(made: MadeLibrary) -> None:
    estimates = IndexingEstimates(made.database)
    for seconds in (30_000.0, *[3_000.0] * 8):
        estimates.learn(work(IndexedFile(b"/a.txt", 30_000_000, 30_000), seconds=seconds))

    assert estimates.seconds({"txt": (1, 1_000_000)}) == pytest.approx(100, rel=0.15)


def test_a_few_passages_teach_no_speed(made: MadeLibrary) -> None:
    estimates = IndexingEstimates(made.database)
    before = estimates.seconds({"txt": (1, 1_000_000)})
    estimates.learn(work(IndexedFile(b"/a.txt", 1000, 2), seconds=500))
    assert estimates.seconds({"txt": (1, 1_000_000)}) == before


def test_rates_that_make_no_sense_are_forgotten(made: MadeLibrary) -> None:
    with made.database.write() as connection:
        connection.execute("INSERT INTO meta (key, value) VALUES ('rates', '{\"seconds\": [')")
    estimates = IndexingEstimates(made.database)
    assert estimates.seconds({"txt": (1, 1_000_000)}) > 0
    estimates.learn(work(IndexedFile(b"/a.txt", 1_000_000, 1000), seconds=10))


def test_a_type_is_told_by_the_end_of_the_name() -> None:
    names = [b"/a.b/c.TXT", b"/a.b/c", b"/.hidden", b"/x.tar.gz", b"/\xff.\xfe", b"/a. by me"]
    assert [file_type(name) for name in names] == ["txt", "", "", "gz", "", ""]


def test_types_without_end_are_not_remembered_without_end(made: MadeLibrary) -> None:
    estimates = IndexingEstimates(made.database)
    estimates.learn(
        work(*[IndexedFile(f"/a.{n}x".encode(), n, n) for n in range(1, 1000)], seconds=10)
    )
    with made.database.read() as connection:
        (kept,) = connection.execute("SELECT value FROM meta WHERE key = 'rates'").fetchone()
    assert len(kept) < 10_000
