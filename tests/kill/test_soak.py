"""Soak: questions, changed files and killed workers for as long as is wanted; the figures printed.

ASSISTANT_SOAK_MINUTES says how long, 3 without it; two hours are what a release is tried with.
"""

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median
from threading import Event
from time import monotonic

import psutil
import pytest

from assistant.bootstrap import library
from assistant.core.values.library import Done
from assistant.library.embedding.sentence_transformers import starter_folder
from assistant.system.paths import find_paths
from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.integrity import assert_sound
from tests.support.killed_library import kill_library, library_workers
from tests.support.processes import end_workers, run, workers
from tests.support.shell import Shell

MINUTES = float(os.environ.get("ASSISTANT_SOAK_MINUTES", "3"))
CONVERSATIONS = 500
TURNS_PER_ROUND = 25
FILES = 300
CHANGED_PER_ROUND = 250

pytestmark = [
    pytest.mark.slow,
    pytest.mark.model,
    pytest.mark.timeout(int(MINUTES * 60) + 1800),
    pytest.mark.skipif(starter_folder() is None, reason="the starter embedder is not installed"),
]


@dataclass(frozen=True)
class Figures:
    """What is measured after a round; memory and disk in MB."""

    turns: int
    files: int
    kills: int
    memory: int
    worker_memory: int
    descriptors: int
    worker_descriptors: int
    processes: int
    conversations_disk: float
    library_disk: float


@pytest.fixture
def corpus() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="soak-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


def write(folder: Path, number: int, chance: random.Random) -> None:
    words = " ".join(chance.choice(("harbour", "ferry", "bridge", "tower")) for _ in range(60))
    (folder / f"{number:04}.txt").write_text(f"File {number} in {chance.random()}: {words}.")


def scripted() -> ScriptedModels:
    return ScriptedModels(ScriptedModel("A scripted answer. " * 20))


def disk(folder: Path) -> float:
    return round(sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6, 1)


def measure(home: Path, turns: int, files: int, kills: int) -> Figures:
    here, data = psutil.Process(), home / "data"
    worker = next(iter(library_workers(home)), None)
    memory = descriptors = 0
    with suppress(psutil.Error):
        if worker is not None:
            memory, descriptors = worker.memory_info().rss // 10**6, worker.num_fds()
    chats = sum(f.stat().st_size for f in data.glob("chats.db*"))
    return Figures(
        turns=turns,
        files=files,
        kills=kills,
        memory=here.memory_info().rss // 10**6,
        worker_memory=memory,
        descriptors=here.num_fds(),
        worker_descriptors=descriptors,
        processes=len(workers(home)),
        conversations_disk=round(chats / 1e6, 1),
        library_disk=round(disk(data) - chats / 1e6, 1),
    )


def test_memory_descriptors_processes_and_disk_stay_flat(home: Path, corpus: Path) -> None:
    chance = random.Random(11)
    shell = Shell(home, scripted())
    for number in range(FILES):
        write(corpus, number, chance)
    files = library(find_paths())
    ids: list[str] = []
    asked: dict[str, int] = {}
    turns = changed = kills = 0
    figures: list[Figures] = []
    try:
        list(files.add([str(corpus)], "default", Event()))
        end = monotonic() + MINUTES * 60
        while monotonic() < end or len(figures) < 6:
            # One that was asked for hours holds hours of questions.
            shell.models = scripted()
            for _ in range(TURNS_PER_ROUND):
                if (len(ids) < CONVERSATIONS and chance.random() < 0.2) or not ids:
                    ids += shell.asked("Begin.")
                    asked[ids[-1]] = 1
                else:
                    id = chance.choice(ids)
                    assert shell("ask", "--conversation", id, "Go on.").status == 0
                    asked[id] += 1
                turns += 1
            for number in chance.sample(range(FILES), CHANGED_PER_ROUND):
                write(corpus, number, chance)
            changed += CHANGED_PER_ROUND
            if chance.random() < 0.4:
                kills += kill_library(home)
            done = list(files.refresh(Event()))[-1]
            assert isinstance(done, Done)
            figures.append(measure(home, turns, changed, kills))

        print("\n" + "  ".join(Figures.__dataclass_fields__))
        for each in figures[:: max(1, len(figures) // 20)]:
            print("  ".join(map(str, astuple(each))))
        store = shell.store()
        try:
            for id, times in asked.items():
                roles = [message.role for message in store.branch(id)]
                assert roles == ["user", "assistant"] * times
        finally:
            store.close()
        assert_sound(home / "data" / "chats.db")
        assert run("library", "verify").returncode == 0
        assert files.status().files == FILES
        assert_flat(figures)
    finally:
        end_workers(home)


def assert_flat(figures: list[Figures]) -> None:
    """The last third against the one before it."""
    third = len(figures) // 3
    before, after = figures[third : 2 * third], figures[2 * third :]

    def grown(name: str) -> float:
        earlier, later = (median(getattr(f, name) for f in part) for part in (before, after))
        return later - earlier

    assert grown("memory") < 60
    assert grown("worker_memory") < 250
    assert grown("descriptors") <= 4
    assert grown("worker_descriptors") <= 15
    assert grown("processes") <= 3
    assert grown("library_disk") < 30
