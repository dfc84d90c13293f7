"""Benchmark worker: the process that measures how a model runs fastest; it may die of it.

It reads one request as JSON, answers with one event per line, and ends when its input does.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import psutil

from assistant.core.errors import AssistantError, EngineError
from assistant.core.values.base import Value
from assistant.core.values.events import Loading
from assistant.core.values.tuning import CandidateMeasured, Tuned, Tuning
from assistant.engine.hardware import computing_threads, usable_cores
from assistant.engine.llama.native import load_backends
from assistant.engine.protocol import BenchRequest
from assistant.engine.tuning.benchmark import FULL_EFFORT, QUICK_EFFORT, BenchMachine, Benchmark
from assistant.engine.tuning.measurement import LlamaMeasuredModel
from assistant.ipc.activity import AnsweringSignal
from assistant.ipc.messages import Failed

PROGRESS_STEP = 0.05
"""Of a load: how much there is between two reports."""


def main() -> None:
    """Read one request from standard input, measure, and write events to standard output."""
    os.environ["GGML_NO_BACKTRACE"] = "1"
    # Native code may print, and standard output is for answers alone.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    request = BenchRequest.model_validate_json(sys.stdin.readline())
    threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        load_backends()
        # Whoever computes in the background makes room, as for an answer.
        with AnsweringSignal(Path(request.runtime)).shown():
            for event in measure(request, lambda event: _send(answers, event)):
                _send(answers, event)
    except AssistantError as failure:
        _send(answers, Failed.of(failure))
    except Exception as failure:  # noqa: BLE001 -- the process border: whoever asked needs a reason
        reason = f"{type(failure).__name__}: {failure}".splitlines()[0]
        error = EngineError(f"The measurement failed ({reason}).", "Try again.")
        _send(answers, Failed.of(error))


def measure(
    request: BenchRequest, tell: Callable[[Loading], None]
) -> Iterator[CandidateMeasured | Tuned]:
    """Measure one thing after the other; `Tuned` comes last.

    Args:
        tell: is told while the model is loaded.
    """
    effort, target = QUICK_EFFORT if request.quick else FULL_EFFORT, request.target
    shown = 0.0

    def progress(done: float) -> bool:
        nonlocal shown
        if done - shown >= PROGRESS_STEP:
            shown = done
            tell(Loading(model=target.name, done=min(done, 1)))
        return True

    cores = usable_cores()
    physical = psutil.cpu_count(logical=False) or cores
    memory = int(psutil.virtual_memory().total)
    machine = BenchMachine(cores, min(physical, cores), computing_threads(0), memory)
    workbench = LlamaMeasuredModel(
        target.path, target.options, progress, most=effort.read, patience=2 * effort.seconds
    )
    try:
        outcomes = yield from Benchmark(workbench, machine, effort).run()
    finally:
        workbench.close()
    yield Tuned(model=target.name, tuning=Tuning(measured=datetime.now(UTC), outcomes=outcomes))


def _end_with_input() -> None:
    """Whoever asked has gone, or wants no more."""
    sys.stdin.read()
    os._exit(0)


def _send(answers: TextIO, event: Value) -> None:
    # Names of files may hold what ASCII has not; JSON escapes it.
    answers.write(json.dumps(event.model_dump(mode="json")) + "\n")
    answers.flush()
