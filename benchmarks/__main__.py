"""`make bench`: prints the tables. `python -m benchmarks PART…` measures some of them."""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import search_speed
from benchmarks.answers import measure_answers
from benchmarks.lookup import measure_lookup
from benchmarks.memory import measure_memory, measure_rescan
from benchmarks.models import measure_models
from benchmarks.pairs import HEADER, Comparison
from benchmarks.reading import measure_reading
from benchmarks.screen import measure_screen
from benchmarks.switching import measure_switching
from benchmarks.throughput import measure_throughput

PARTS: dict[str, Callable[[Path], list[Comparison]]] = {
    "answers": lambda _: measure_answers(),
    "switching": lambda _: measure_switching(),
    "lookup": lambda _: measure_lookup(),
    "models": measure_models,
    "screen": measure_screen,
    "reading": lambda _: measure_reading(),
    "indexing": lambda _: measure_throughput(),
    "memory": lambda _: measure_memory(),
    "rescan": lambda _: measure_rescan(),
    "search": lambda _: _measure_search(),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    chosen = parser.parse_args().parts or list(PARTS)
    unknown = [part for part in chosen if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    home = Path(tempfile.mkdtemp(prefix="as-bench-", dir="/tmp"))
    threads = str(max(1, (os.cpu_count() or 2) - 1))
    os.environ.update(ASSISTANT_HOME=str(home), ASSISTANT_ENGINE__THREADS=threads)
    # What costs time beside llama.cpp's own is not to be hidden behind drafts.
    os.environ["ASSISTANT_ENGINE__LOOKUP"] = "off"
    rows: list[Comparison] = []
    try:
        for part in chosen:
            for comparison in PARTS[part](home):
                rows.append(comparison)
                print(comparison.row(), file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(home, ignore_errors=True)
        print("\n".join([HEADER, *(row.row() for row in rows)]), flush=True)


def _measure_search() -> list[Comparison]:
    with tempfile.TemporaryDirectory(prefix="as-bench-") as folder:
        return search_speed.measure(Path(folder))


if __name__ == "__main__":
    main()
