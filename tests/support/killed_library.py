"""A library whose worker is killed: files for it, what it finds, and its end."""

import random
from contextlib import suppress
from pathlib import Path

import psutil

from assistant.bootstrap import library
from assistant.core.values.library import SearchResult
from assistant.system.paths import find_paths
from tests.support.processes import workers

QUESTION = "Which paragraph speaks of the lighthouse?"
Hits = list[tuple[str, str, float]]


def write_files(folder: Path, files: int, parts: int) -> None:
    """Files of so many passages each, all different."""
    chance = random.Random(3)
    nouns = ["harbour", "ferry", "lighthouse", "museum", "bakery", "garden", "bridge", "tower"]
    for number in range(files):
        text = [
            f"## Part {part}\n\nIn file {number} the {chance.choice(nouns)} and the"
            f" {chance.choice(nouns)} were seen {chance.randrange(1000)} times."
            for part in range(parts)
        ]
        (folder / f"{number:04}.md").write_text(f"# File {number}\n\n" + "\n\n".join(text))
    (folder / "empty.txt").write_text("")


def hits(result: SearchResult) -> Hits:
    return [(p.path, p.text, round(p.dense_score, 2)) for p in result.passages]


def found() -> Hits:
    return hits(library(find_paths()).search(QUESTION, None, 5))


def kill_library(home: Path) -> int:
    """How many workers were killed: none when there is none now."""
    killed = 0
    for worker in library_workers(home):
        with suppress(psutil.Error):
            if worker.is_running():
                worker.kill()
                worker.wait(60)
                killed += 1
    return killed


def library_workers(home: Path) -> list[psutil.Process]:
    """Those that own the library; their readers and probes end with them."""
    found = []
    for worker in workers(home):
        with suppress(psutil.Error):
            if worker.cmdline()[-1] == "library":
                found.append(worker)
    return found


def kill_reader(library: psutil.Process, chance: random.Random) -> int:
    """How many readers of a library worker were killed: one, or none when it has none now."""
    with suppress(psutil.Error):
        readers = [child for child in library.children() if child.cmdline()[-1] == "reader"]
        if readers:
            chance.choice(readers).kill()
            return 1
    return 0
