"""The vectors in Chroma: right when it is opened, whatever has happened to its files."""

import json
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from assistant.core.errors import LibraryError
from assistant.library.vectors.folder import VectorFolder
from assistant.library.vectors.index import VectorIndex
from assistant.library.vectors.places import EmbeddedPlace
from tests.support.damages import DAMAGES, FILES_OF_VECTORS, empty, flip, halve, remove, zero
from tests.support.made_library import DIMENSIONS, MadeLibrary
from tests.support.vector_writer import (
    LIBRARY,
    PROBE,
    assert_right,
    fill,
    open_index,
    open_place,
    text_of,
)

FILES = 50
PATIENCE = 60.0


@pytest.fixture
def filled(home: Path) -> Iterator[Path]:
    """A home whose library and vectors were closed well; the graph is on disk."""
    template = home / "template"
    template.mkdir()
    made = MadeLibrary(template)
    index = open_index(made, sync_every=40)
    index.open()
    fill(made, index, range(FILES))
    index.close()
    made.close()
    return template


def reopen(home: Path) -> bool:
    """Open what was kept, which has to be right then; whether the vectors were made anew."""
    made = MadeLibrary(home)
    index = open_index(made)
    anew = index.open()
    assert_right(made, index)
    index.close()
    made.close()
    return anew


def test_what_was_closed_well_is_opened_without_making_it_anew(filled: Path) -> None:
    assert not reopen(filled)


def test_what_was_not_closed_is_looked_into_and_kept(made: MadeLibrary) -> None:
    place = open_place(made, sync_every=40)
    index = VectorIndex(place, made.embeddings)
    index.open()
    fill(made, index, range(FILES))
    place.crash()
    again = open_index(made)
    assert not again.open()
    assert_right(made, again)
    again.close()


def test_two_processes_cannot_hold_one_folder(made: MadeLibrary) -> None:
    first = open_index(made)
    with pytest.raises(LibraryError, match="in use"):
        open_index(made)
    first.close()
    open_index(made).close()


def test_another_library_or_embedder_does_not_take_the_vectors(filled: Path) -> None:
    made = MadeLibrary(filled)
    for library, embedder in (("another", made.embedder.identity), (LIBRARY, "another")):
        place = EmbeddedPlace(filled / "vectors", library, embedder, DIMENSIONS, PROBE)
        assert place.open([]) is None
        place.close()
    made.close()


def test_vectors_that_came_and_went_too_often_are_made_anew(made: MadeLibrary) -> None:
    index = open_index(made, sync_every=10)
    index.open()
    for number in range(12):
        index.apply(made.put("same", text_of(number)))
    index.close()
    again = open_index(made, sync_every=10)
    assert again.open()
    assert_right(made, again)
    again.close()
    last = open_index(made, sync_every=10)
    assert not last.open()
    last.close()


def test_old_folders_of_chroma_are_deleted(made: MadeLibrary) -> None:
    index = open_index(made)
    index.open()
    for _ in range(3):
        index.rebuild()
    numbered = [entry for entry in (made.home / "vectors").glob("*/*") if entry.name.isdigit()]
    assert len(numbered) == 1
    index.close()


SOME = [
    (remove, "record.json"),
    (empty, "chroma.sqlite3"),
    (flip, "data_level0.bin"),
    (zero, "header.bin"),
    (remove, "index_metadata.pickle"),
    (halve, "length.bin"),
]


def damage_and_reopen(home: Path, damage: Callable[[Path], None], part: str) -> None:
    [file] = (home / "vectors").rglob(part)
    if file.stat().st_size == 0:
        pytest.skip("the file is empty")
    damage(file)
    assert reopen(home)


@pytest.mark.parametrize(("damage", "part"), SOME)
def test_damage_is_noticed_and_mended(
    filled: Path, damage: Callable[[Path], None], part: str
) -> None:
    damage_and_reopen(filled, damage, part)


@pytest.mark.slow
@pytest.mark.parametrize("part", FILES_OF_VECTORS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_to_every_file_is_noticed_and_mended(
    filled: Path, damage: Callable[[Path], None], part: str
) -> None:
    damage_and_reopen(filled, damage, part)


@pytest.mark.slow
@pytest.mark.parametrize("part", FILES_OF_VECTORS[1:])
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_that_no_checksum_tells_is_survived(
    filled: Path, damage: Callable[[Path], None], part: str
) -> None:
    """The record is made to agree with the damage: opening shows what is wrong, or all is right."""
    [file] = (filled / "vectors").rglob(part)
    damage(file)
    [record] = (filled / "vectors").rglob("record.json")
    kept = json.loads(record.read_text())
    with VectorFolder(record.parent) as folder:
        kept["graph"] = folder.graph_checksums(kept["generation"], {})
    kept["database"] = None
    record.write_text(json.dumps(kept))
    reopen(filled)


def test_a_missing_folder_is_made_anew(filled: Path) -> None:
    shutil.rmtree(filled / "vectors")
    assert reopen(filled)


def test_a_start_that_died_while_opening_is_not_repeated(filled: Path) -> None:
    [record] = (filled / "vectors").rglob("record.json")
    kept = json.loads(record.read_text())
    record.write_text(json.dumps({**kept, "opening": True}))
    assert reopen(filled)


class Killed:
    """A process that indexes, until it is killed."""

    def __init__(self, home: Path, first: int, sync_every: int) -> None:
        self.home = home
        command = [sys.executable, "-m", "tests.support.vector_writer"]
        self.process = subprocess.Popen(
            [*command, str(home), str(first), "1000", str(sync_every)],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.done: list[int] = []
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def until(self, count: int) -> None:
        assert self.process.stdout is not None
        for _ in range(count):
            self.done.append(int(self.process.stdout.readline()))

    def until_the_graph_is_written(self) -> None:
        """Wait for the next moment at which a file of the graph changes."""
        before = self._graph()
        deadline = monotonic() + PATIENCE
        while self._graph() == before and monotonic() < deadline:
            pass

    def kill(self) -> list[int]:
        """End it at once; the files that it told to be done."""
        self.process.send_signal(signal.SIGKILL)
        rest, _ = self.process.communicate()
        return self.done + [int(line) for line in rest.splitlines()]

    def _graph(self) -> list[tuple[int, int]]:
        states = []
        for file in (self.home / "vectors").glob("*/*/*/*"):
            try:
                status = file.stat()
            except FileNotFoundError:
                continue
            states.append((status.st_size, status.st_mtime_ns))
        return states


def kill_and_reopen(home: Path, rounds: int, *, aimed: bool) -> None:
    told: list[int] = []
    for number in range(rounds):
        killed = Killed(home, 1000 * number, sync_every=20)
        killed.until(random.Random(number).randrange(8, 20))
        if aimed:
            killed.until_the_graph_is_written()
        told += killed.kill()
        made = MadeLibrary(home)
        index = open_index(made, sync_every=20)
        index.open()
        assert_right(made, index)
        known = {
            int(path.rpartition(b"/")[2])
            for path, f in made.catalog.files().items()
            if f.state == "indexed"
        }
        assert set(told) <= known
        index.close()
        made.close()


@pytest.mark.parametrize("aimed", [False, True])
def test_a_killed_writer_loses_nothing(home: Path, aimed: bool) -> None:
    kill_and_reopen(home, 1, aimed=aimed)


@pytest.mark.slow
@pytest.mark.parametrize("aimed", [False, True])
def test_a_writer_that_is_killed_again_and_again_loses_nothing(home: Path, aimed: bool) -> None:
    kill_and_reopen(home, 10, aimed=aimed)


OUT_OF_DESCRIPTORS = """
import os, resource, sys
from pathlib import Path
from assistant.library.vectors.chroma import embedded_client
from assistant.library.vectors.places import VectorsError
embedded_client(Path(sys.argv[1]))
used = len(os.listdir("/proc/self/fd"))
resource.setrlimit(resource.RLIMIT_NOFILE, (used + 2, used + 2))
try:
    embedded_client(Path(sys.argv[2]))
except VectorsError as failure:
    print(failure)
"""


def test_a_panic_of_chroma_is_an_error_like_others(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OUT_OF_DESCRIPTORS, str(tmp_path / "one"), str(tmp_path / "two")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == "Chroma gave up: Too many open files\n"
