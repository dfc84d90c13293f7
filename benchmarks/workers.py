"""A library of its own for each measurement: a home, its worker, and what the worker takes."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import psutil

from assistant import bootstrap
from assistant.core.ports.library import Library
from assistant.core.values.conversation import Place
from assistant.core.values.library import Done, IndexEvent
from assistant.library.text.chunking import context_of
from assistant.system.paths import Paths, find_paths
from assistant.workers import make_folders

HOME = "ASSISTANT_HOME"


class WorkedLibrary:
    """A library in a home of its own, with the worker that belongs to it."""

    def __init__(self, home: Path, paths: Paths, library: Library) -> None:
        self._home = home
        self._paths = paths
        self.library = library

    def warm_up(self) -> None:
        """Have everything opened that is opened once: readers, embedder, Chroma."""
        folder = self._home / "warm"
        folder.mkdir()
        (folder / "warm.txt").write_text("The lighthouse keeper wrote down the wind.\n")
        self.add(folder)
        self.library.search("lighthouse", None, 1)

    def add(self, folder: Path) -> Done:
        """Index a folder; the last event tells the seconds it took in the worker."""
        return _last(self.library.add([str(folder)], "bench", Event()))

    def refresh(self) -> Done:
        """Look at all folders again."""
        return _last(self.library.refresh(Event()))

    def passages(self) -> list[tuple[str, str]]:
        """Context and text of every passage, as they are embedded; each once."""
        with sqlite3.connect(f"file:{self._paths.library}?mode=ro", uri=True) as connection:
            rows = connection.execute(
                """
                SELECT title, place, text FROM passages JOIN texts ON passage_id = passages.id
                JOIN files ON files.id = file_id ORDER BY file_id, position
                """
            ).fetchall()
        drafts = [
            (context_of(title, Place.model_validate_json(place)), text)
            for title, place, text in rows
        ]
        return list(dict.fromkeys(drafts))

    def peak_memory(self) -> float:
        """The most MiB that the worker has had in memory since it was started."""
        status = Path(f"/proc/{self._worker().pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    def end(self) -> None:
        """End the worker, and its readers with it."""
        worker = self._worker()
        worker.kill()
        worker.wait(30)

    def _worker(self) -> psutil.Process:
        for process in psutil.process_iter():
            try:
                is_library = process.cmdline()[-2:] == ["--worker", "library"]
                if is_library and process.environ().get(HOME) == str(self._home):
                    return process
            except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
                continue
        raise RuntimeError("the library worker is not there")


@contextmanager
def worked_library() -> Iterator[WorkedLibrary]:
    """A warm library in a home that goes away."""
    home = Path(tempfile.mkdtemp(prefix="as-bench-", dir="/tmp"))
    before = os.environ.get(HOME)
    os.environ[HOME] = str(home)
    try:
        paths = find_paths()
        make_folders(paths)
        worked = WorkedLibrary(home, paths, bootstrap.library(paths))
        worked.warm_up()
        yield worked
        worked.end()
    finally:
        if before is None:
            del os.environ[HOME]
        else:
            os.environ[HOME] = before
        shutil.rmtree(home, ignore_errors=True)


def _last(events: Iterator[IndexEvent]) -> Done:
    *_, last = events
    assert isinstance(last, Done)
    return last
