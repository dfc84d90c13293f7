"""The terminal program from outside: time to its first frame, and its memory."""

import os
import signal
import sys
from pathlib import Path
from time import perf_counter

import pexpect
import psutil

from benchmarks.pairs import Comparison, compare, pairs

SIZE = (30, 100)


def measure_screen(home: Path, runs: int = 9) -> list[Comparison]:
    """First frame against an empty Textual program, warm disk cache."""
    environment = {"ASSISTANT_HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    ours = [sys.executable, "-m", "assistant"]
    empty = [sys.executable, "-m", "benchmarks.empty_app"]
    frames = pairs(
        lambda: first_frame(ours, "commands", environment),
        lambda: first_frame(empty, "ready", environment),
        runs,
    )
    memory = [
        (_memory(ours, "ready", environment), _memory(empty, "ready", environment))
        for _ in range(3)
    ]
    return [
        compare("first frame, against an empty Textual program", "ms", frames, "<= 2.0"),
        compare("memory (USS) of the front end, model loaded", "MiB", memory, "<= 100 MiB"),
    ]


def _spawn(command: list[str], environment: dict[str, str]) -> pexpect.spawn:
    return pexpect.spawn(
        command[0],
        command[1:],
        env={**os.environ, **environment},
        dimensions=SIZE,
        timeout=60,
    )


def _end(child: pexpect.spawn) -> None:
    """End it as it is: a program that is still opening may take its time to leave."""
    child.kill(signal.SIGKILL)
    child.wait()


def first_frame(command: list[str], mark: str, environment: dict[str, str]) -> float:
    """Milliseconds from exec until `mark` is on the screen."""
    started = perf_counter()
    child = _spawn(command, environment)
    child.expect_exact(mark)
    elapsed = (perf_counter() - started) * 1000
    _end(child)
    return elapsed


def _memory(command: list[str], mark: str, environment: dict[str, str]) -> float:
    """Unique set size in MiB once `mark` is on the screen."""
    child = _spawn(command, environment)
    child.expect_exact(mark)
    used = psutil.Process(child.pid).memory_full_info().uss / 2**20
    _end(child)
    return float(used)
