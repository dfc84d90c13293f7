"""What the ways of running cost: size, first frame, first answer, speed; a table in Markdown.

Usage: measure.py [--runs N] [--part sizes|starts|speed]. Root on Linux: a cold start is one after
the system's disk cache was emptied. Compares what is in dist/ with the virtual environment, in
turn, so that a machine that drifts drifts for both.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import pexpect
import psutil

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
MEGABYTE = 10**6
FRAME = "offline"
TEXT = "The lighthouse keeper wrote down the wind, the tide and the names of the ships. " * 30
FOLDER_GOAL, COMPRESSED_GOAL = 450, 220
"""Megabytes."""


@dataclass(frozen=True)
class Way:
    """One way of running, with a home of its own."""

    name: str
    program: tuple[str, ...]
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        own = {"ASSISTANT_HOME": str(self.home), "TERM": "xterm-256color"}
        own["ASSISTANT_UNPACKED"] = str(self.home / "program")
        return {**os.environ, **own}

    def first_frame(self) -> float:
        """Seconds from exec to the status line."""
        began = perf_counter()
        child = pexpect.spawn(
            self.program[0],
            list(self.program[1:]),
            env=self.environment,
            dimensions=(30, 100),
            timeout=120,
        )
        child.expect_exact(FRAME)
        elapsed = perf_counter() - began
        child.close(force=True)
        return elapsed

    def first_word(self) -> float:
        """Seconds from exec to the first word of an answer."""
        asking = ("ask", "Say hello.", "--temporary", "--temperature", "0", "--max-tokens", "3")
        began = perf_counter()
        with subprocess.Popen(
            [*self.program, *asking, "--no-library"],
            env=self.environment,
            stdout=subprocess.PIPE,
            bufsize=0,
        ) as process:
            assert process.stdout is not None
            if not process.stdout.read(1):
                raise SystemExit(f"{self.name} did not answer.")
            return perf_counter() - began

    def speeds(self, number: int) -> tuple[float, float]:
        """Tokens a second, read and written, of a prompt that nobody has read before."""
        asking = ("ask", f"Story {number}. {TEXT}", "--temporary", "--temperature", "0")
        told = subprocess.run(
            [*self.program, *asking, "--no-library", "--json", "--max-tokens", "96"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        answer = json.loads(told)
        used, times = answer["usage"], answer["timings"]
        read = (used["prompt_tokens"] - used["cached_tokens"]) / times["prefill_ms"] * 1000
        return read, times["tokens_per_second"]

    def end_workers(self) -> None:
        """Those of this home alone."""
        for process in psutil.process_iter(["cmdline", "environ"]):
            own = (process.info["environ"] or {}).get("ASSISTANT_HOME") == str(self.home)
            if own and "--worker" in (process.info["cmdline"] or []):
                process.send_signal(signal.SIGKILL)
                process.wait()


def sizes() -> Iterator[str]:
    """What lies on the disk and what is downloaded, in megabytes of 10⁶ bytes."""
    yield "| | MB | goal |"
    yield "| --- | ---: | ---: |"
    yield f"| virtual environment on disk | {_on_disk(ROOT / '.venv'):,.0f} | |"
    yield f"| packaged folder on disk | {_on_disk(DIST / 'assistant'):,.0f} | ≤ {FOLDER_GOAL} |"
    for pattern in ("assistant-*.tar.xz", "assistant-*.run", "assistant_*.deb"):
        for file in sorted(DIST.glob(pattern)):
            size = file.stat().st_size / MEGABYTE
            yield f"| {file.name} | {size:,.0f} | ≤ {COMPRESSED_GOAL} |"


def _on_disk(folder: Path) -> float:
    files = (file.lstat() for file in folder.rglob("*"))
    return sum(status.st_blocks * 512 for status in files) / MEGABYTE


def starts(ways: list[Way], runs: int) -> Iterator[str]:
    """Medians in seconds; `×` is the median of paired ratios to the first way."""
    yield f"| seconds, median of {runs} | " + " | ".join(way.name for way in ways) + " |"
    yield "| --- |" + " ---: |" * len(ways)
    for what, figure in (("first frame", Way.first_frame), ("first answer", Way.first_word)):
        yield _row(f"{what}, cold", ways, runs, lambda way, figure=figure: _cold(way, figure))
        yield _row(f"{what}, warm", ways, runs, lambda way, figure=figure: _alone(way, figure))
    yield _row("first answer, engine running", ways, runs, Way.first_word)


def _cold(way: Way, figure: Callable[[Way], float]) -> float:
    way.end_workers()
    os.sync()
    Path("/proc/sys/vm/drop_caches").write_text("3")
    return figure(way)


def _alone(way: Way, figure: Callable[[Way], float]) -> float:
    way.end_workers()
    return figure(way)


def _row(what: str, ways: list[Way], runs: int, figure: Callable[[Way], float]) -> str:
    for way in ways:
        figure(way)
    rounds = [[figure(way) for way in ways] for _ in range(runs)]
    return f"| {what} | " + " | ".join(_cells(rounds)) + " |"


def _cells(rounds: list[list[float]], form: str = ".2f") -> Iterator[str]:
    for at in range(len(rounds[0])):
        middle = format(median(one[at] for one in rounds), form)
        ratio = median(one[at] / one[0] for one in rounds)
        yield middle if at == 0 else f"{middle} (× {ratio:.2f})"


def speed(ways: list[Way], runs: int) -> Iterator[str]:
    """The portable llama.cpp against the one that was compiled for this machine."""
    yield f"| tokens/s, median of {runs} | " + " | ".join(way.name for way in ways) + " |"
    yield "| --- |" + " ---: |" * len(ways)
    for way in ways:
        way.speeds(0)
    rounds = [[way.speeds(number) for way in ways] for number in range(1, runs + 1)]
    for at, what in enumerate(("read", "written")):
        cells = _cells([[pair[at] for pair in one] for one in rounds], ".1f")
        yield f"| {what} | " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--part", choices=("sizes", "starts", "speed"), action="append")
    given = parser.parse_args()
    parts = given.part or ["sizes", "starts", "speed"]
    home = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    programs = {
        "virtual environment": (sys.executable, "-P", "-m", "assistant"),
        "folder": (str(DIST / "assistant" / "assistant"),),
        "single file": (str(next(DIST.glob("assistant-*.run"))),),
    }
    ways = [
        Way(name, program, home / str(at)) for at, (name, program) in enumerate(programs.items())
    ]
    for way in ways:
        way.home.mkdir()
    try:
        for part in parts:
            lines = {
                "sizes": sizes,
                "starts": lambda: starts(ways, given.runs),
                "speed": lambda: speed(ways[:2], given.runs),
            }[part]()
            for line in lines:
                print(line, flush=True)
            print(flush=True)
    finally:
        for way in ways:
            way.end_workers()
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
