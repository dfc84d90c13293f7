"""kill -9 of the library worker while it indexes, and damage to each of its files: nothing is lost,
nothing is there twice, and search is right again without the user doing anything."""

import json
import random
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGTERM
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from assistant.bootstrap import library
from assistant.core.values.library import Planned
from assistant.library.embedding.sentence_transformers import starter_folder
from assistant.system.paths import find_paths
from assistant.workers import make_folders
from tests.support.damages import DAMAGES, FILES_OF_VECTORS, remove, zero
from tests.support.killed_library import (
    QUESTION,
    Hits,
    found,
    hits,
    kill_library,
    kill_reader,
    library_workers,
    write_files,
)
from tests.support.processes import PROGRAM, end_workers, run

LONG = 180.0
"""Seconds in which everything is made again on a busy machine."""

State = dict[str, list[tuple[object, ...]]]

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(starter_folder() is None, reason="the starter embedder is not installed"),
]


@pytest.fixture
def corpus() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="corpus-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


def state() -> State:
    """Everything that the library holds, but for numbers that no user ever sees."""
    with closing(sqlite3.connect(find_paths().library)) as connection:
        asked = {
            "files": "SELECT display, state, passages, sha256 FROM files ORDER BY display",
            "texts": "SELECT display, position, text, language FROM passages JOIN texts"
            " ON passage_id = passages.id JOIN files ON files.id = file_id"
            " ORDER BY display, position",
            "keywords": "SELECT count(*) FROM keywords",
            "embeddings": "SELECT hex(key) FROM embeddings ORDER BY key",
            "being read": "SELECT count(*) FROM files WHERE reading",
        }
        return {what: connection.execute(query).fetchall() for what, query in asked.items()}


def assert_in_order() -> None:
    verified = run("library", "verify", "--json")
    assert (verified.returncode, json.loads(verified.stdout)["problems"]) == (0, [])


def assert_nothing_is_left_to_read(corpus: Path) -> None:
    again = [json.loads(line) for line in run("add", str(corpus), "--json").stdout.splitlines()]
    assert again[0] == {"event": "planned", "files": 0, "bytes": 0}


def undisturbed(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[State, Hits]:
    """What a library holds and finds that was never killed."""
    folder = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    with monkeypatch.context() as patch:
        patch.setenv("ASSISTANT_HOME", str(folder))
        subprocess.run([*PROGRAM, "add", str(corpus)], check=True, capture_output=True)
        whole = state(), found()
        end_workers(folder)
    shutil.rmtree(folder)
    return whole


def made_anew() -> tuple[State, Hits]:
    """What this library holds and finds after reading every file again."""
    subprocess.run([*PROGRAM, "library", "rebuild"], check=True, capture_output=True)
    return state(), found()


class Adding:
    """A running `assistant add`, whose events are kept as they come."""

    def __init__(self, corpus: Path) -> None:
        self._process = subprocess.Popen(
            [*PROGRAM, "add", str(corpus), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.events: list[dict[str, object]] = []
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait_for_life(self, indexed: int) -> None:
        """Until a worker has told its plan, and of so many more files."""
        seen = len(self.events)
        self._until(lambda: self._kinds(seen).count("planned") > 0)
        self._until(lambda: self._kinds(seen).count("indexed") >= indexed)

    def wait_for_save(self, home: Path) -> None:
        """Until Chroma begins to write its graph, or the job is over."""
        before = graph_of(home)
        self._until(lambda: graph_of(home) not in ((), before), pause=0.0005)

    def end(self) -> list[dict[str, object]]:
        assert self._process.wait(10 * LONG) == 0, (self._failure(), self.events[-1:])
        self._reader.join(LONG)
        return self.events

    def _kinds(self, since: int) -> list[object]:
        return [event["event"] for event in self.events[since:]]

    def _until(self, condition: Callable[[], bool], pause: float = 0.01) -> None:
        deadline = monotonic() + LONG
        while not condition() and self._process.poll() is None:
            assert monotonic() < deadline, "the job does not go on"
            sleep(pause)

    def _failure(self) -> bytes:
        return self._process.stderr.read() if self._process.stderr else b""

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with suppress(ValueError):
                self.events.append(json.loads(line))


def graph_of(home: Path) -> tuple[tuple[str, int, int], ...]:
    """The files of Chroma's graph as they are at this moment."""
    states = []
    for file in (home / "data" / "vectors").glob("*/*/*/*.bin"):
        with suppress(FileNotFoundError):
            status = file.stat()
            states.append((file.name, status.st_size, status.st_mtime_ns))
    return tuple(sorted(states))


def add_and_kill(
    home: Path, corpus: Path, aims: Sequence[bool], most: int
) -> list[dict[str, object]]:
    """Index the corpus; the worker is killed again and again, each time after up to `most` more
    files, and in some lives at the moment at which Chroma writes its graph."""
    chance, adding = random.Random(len(aims)), Adding(corpus)
    killed = 0
    for aimed in aims:
        adding.wait_for_life(chance.randint(1, most))
        if aimed:
            adding.wait_for_save(home)
        killed += kill_library(home)
    assert killed == len(aims), f"only {killed} were killed: the corpus is too small"
    return adding.end()


def assert_nothing_was_lost(
    home: Path, corpus: Path, events: list[dict[str, object]], expected: Callable[[], object]
) -> None:
    told = [event["path"] for event in events if event["event"] == "indexed"]
    assert len(told) == len(set(told)), "no file is indexed twice"
    assert events[-1]["event"] == "done"
    now = state(), found()
    assert_in_order()
    assert_nothing_is_left_to_read(corpus)
    assert now == expected()
    end_workers(home)


def test_a_killed_library_goes_on_where_it_was(home: Path, corpus: Path) -> None:
    write_files(corpus, files=70, parts=20)
    events = add_and_kill(home, corpus, [False, True], most=5)
    assert_nothing_was_lost(home, corpus, events, made_anew)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_library_that_is_killed_thirty_times_loses_nothing(
    home: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What was in hand at a death is read last and alone, and set aside when it is in hand at
    # another: there are so many files that every death comes before that.
    write_files(corpus, files=1_400, parts=10)
    whole = undisturbed(corpus, monkeypatch)
    events = add_and_kill(home, corpus, [False, True] * 15, most=15)
    assert_nothing_was_lost(home, corpus, events, lambda: whole)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_library_whose_readers_are_killed_thirty_times_loses_nothing(
    home: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(corpus, files=700, parts=6)
    whole = undisturbed(corpus, monkeypatch)
    chance, adding = random.Random(4), Adding(corpus)
    killed = 0
    adding.wait_for_life(1)
    [worker] = library_workers(home)
    while killed < 30 and adding.is_running:
        sleep(chance.uniform(0.1, 1))
        killed += kill_reader(worker, chance)
    events = adding.end()
    assert killed == 30, "the corpus is too small"
    assert_nothing_was_lost(home, corpus, events, lambda: whole)


@dataclass(frozen=True)
class Indexed:
    """A library that was indexed, to be copied and damaged."""

    home: Path
    corpus: Path
    hits: Hits
    passages: int

    def copy(self, home: Path) -> None:
        """Make `home` as this one was."""
        shutil.rmtree(home)
        shutil.copytree(self.home, home, ignore=shutil.ignore_patterns("run"))


@pytest.fixture(scope="module", params=[(SIGTERM, 150), (SIGKILL, 150)], ids=["closed", "killed"])
def indexed(request: pytest.FixtureRequest) -> Iterator[Indexed]:
    """One whose worker ended well, and one whose worker was killed with all in its journals. Both
    have enough passages for a graph on disk."""
    how, parts = request.param
    home = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    corpus = Path(tempfile.mkdtemp(prefix="corpus-", dir="/tmp"))
    write_files(corpus, files=8, parts=parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT_HOME", str(home))
        make_folders(find_paths())
        opened = library(find_paths())
        list(opened.add([str(corpus)], "trip", Event()))
        assert opened.verify().ok
        expected, passages = found(), opened.status().passages
        for worker in library_workers(home):
            worker.send_signal(how)
            worker.wait(LONG)
        yield Indexed(home, corpus, expected, passages)
    shutil.rmtree(home)
    shutil.rmtree(corpus)


def files_called(data: Path, name: str) -> list[Path]:
    return [file for file in data.rglob(name) if file.is_file()]


def damage_and_ask(home: Path, indexed: Indexed, name: str, damage: Callable[[Path], None]) -> None:
    """Damage a file, and do nothing but ask until the answer is what it was."""
    indexed.copy(home)
    files = files_called(home / "data", name)
    if not files or not all(file.stat().st_size for file in files):
        pytest.skip("there is no such file, or nothing in it")
    for file in files:
        damage(file)

    opened = library(find_paths())
    assert not opened.is_empty()
    deadline = monotonic() + LONG
    while hits(opened.search(QUESTION, None, 5)) != indexed.hits:
        assert monotonic() < deadline, "search is not right again"
        sleep(0.2)

    until_nothing_goes_on(home)
    events = list(opened.add([str(indexed.corpus)], "trip", Event()))
    assert Planned(files=0, bytes=0) in events
    assert [c.name for c in opened.collections()] == ["trip"]
    verification = opened.verify()
    assert (verification.ok, verification.problems) == (True, ())
    assert (verification.files, verification.passages) == (9, indexed.passages)
    end_workers(home)


def until_nothing_goes_on(home: Path) -> None:
    """Until what is mended in the background is mended."""
    opened = library(find_paths())
    deadline = monotonic() + LONG
    while (status := opened.status()).job is not None or status.waiting:
        assert monotonic() < deadline, "the library is never done"
        sleep(0.2)


FILES = [
    "library.db",
    "library.db-wal",
    "library.db-shm",
    "library.db.seal",
    "collections.json",
    *FILES_OF_VECTORS,
]


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", FILES)
def test_any_damage_to_any_file_is_mended(
    home: Path, indexed: Indexed, name: str, damage: Callable[[Path], None]
) -> None:
    damage_and_ask(home, indexed, name, damage)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_bit_anywhere_in_the_database_is_mended(home: Path, indexed: Indexed, seed: int) -> None:
    def flip_some(file: Path) -> None:
        content = bytearray(file.read_bytes())
        content[random.Random(seed).randrange(len(content))] ^= 1 << seed % 8
        file.write_bytes(content)

    damage_and_ask(home, indexed, "library.db", flip_some)


SOME = [(zero, "library.db"), (remove, "chroma.sqlite3")]


@pytest.mark.parametrize(("damage", "name"), SOME)
@pytest.mark.parametrize("indexed", [(SIGTERM, 10)], indirect=True)
def test_damage_is_mended_while_questions_are_asked(
    home: Path, indexed: Indexed, name: str, damage: Callable[[Path], None]
) -> None:
    damage_and_ask(home, indexed, name, damage)
