"""Indexing: the worker's peak memory, and the look at a tree that has not changed."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from benchmarks.pairs import Comparison, compare
from benchmarks.workers import worked_library

FEW = 150
TIMES = 4
UNCHANGED = 10_000
IN_A_FOLDER = 100
WORDS = ("wind", "tide", "ship", "harbour", "keeper", "morning", "rope", "salt", "letter", "cargo")


def measure_memory() -> list[Comparison]:
    """Peak of the worker while it indexes some files, and four times as many."""
    peaks = []
    for count in (FEW * TIMES, FEW):
        with tempfile.TemporaryDirectory(prefix="as-bench-") as name, worked_library() as worked:
            write_files(Path(name), count)
            worked.add(Path(name))
            peaks.append(worked.peak_memory())
    what = f"indexing: peak memory, {FEW * TIMES} files against {FEW}"
    return [compare(what, "MiB", [(peaks[0], peaks[1])], "<= 1.1")]


def measure_rescan(runs: int = 5) -> list[Comparison]:
    """Seconds to find that nothing has changed, against walking and stat alone."""
    with tempfile.TemporaryDirectory(prefix="as-bench-") as name, worked_library() as worked:
        folder = Path(name)
        for number in range(UNCHANGED):
            place = folder / str(number // IN_A_FOLDER)
            place.mkdir(exist_ok=True)
            # All have one title and one text, so that only one passage is embedded.
            (place / f"{number}.md").write_text("# Tide\n\nThe keeper wrote down the wind.\n")
        worked.add(folder)
        worked.refresh()
        pairs = [(_timed(worked.refresh), _timed(lambda: _walk(name))) for _ in range(runs)]
    what = f"look at {UNCHANGED:,} unchanged files, against os.walk and os.stat"
    return [compare(what, "s", pairs, "<= 3, < 1 s")]


def write_files(folder: Path, count: int) -> None:
    """Text files that differ, of about two passages each."""
    for number in range(count):
        lines = [
            " ".join(f"{word}{(number * 7 + line + at) % 97}" for at, word in enumerate(WORDS))
            for line in range(12)
        ]
        (folder / f"{number}.txt").write_text(f"Log {number}\n\n" + ".\n".join(lines))


def _timed(act: Callable[[], object]) -> float:
    started = perf_counter()
    act()
    return perf_counter() - started


def _walk(top: str) -> None:
    for folder, _, names in os.walk(top):
        for name in names:
            os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 -- as bare as can be
