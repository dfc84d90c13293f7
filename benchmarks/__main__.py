"""`make bench`: prints the tables."""

import os
import shutil
import tempfile
from pathlib import Path

from benchmarks.answers import measure_answers
from benchmarks.pairs import HEADER
from benchmarks.screen import measure_screen
from benchmarks.switching import measure_switching


def main() -> None:
    home = Path(tempfile.mkdtemp(prefix="as-bench-", dir="/tmp"))
    threads = str(max(1, (os.cpu_count() or 2) - 1))
    os.environ.update(ASSISTANT_HOME=str(home), ASSISTANT_ENGINE__THREADS=threads)
    try:
        print(HEADER)
        for comparison in [*measure_answers(), *measure_switching(), *measure_screen(home)]:
            print(comparison.row(), flush=True)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
