"""Benchmark worker: the process that measures how a model runs fastest; it may die of it.

It reads one request as JSON, answers with one event per line, and ends when its input does.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil

from assistant.core.errors import AssistantError, EngineError
from assistant.core.values.base import Value
from assistant.core.values.events import Loading
from assistant.core.values.tuning import CandidateMeasured, Tuned, Tuning
from assistant.engine.cards.search import CardPlaces
from assistant.engine.hardware import computing_threads, usable_cores
from assistant.engine.llama.backends import load_backends
from assistant.engine.llama.cards import CardAccess
from assistant.engine.protocol import BenchRequest
from assistant.engine.tuning.benchmark import FULL_EFFORT, QUICK_EFFORT, BenchMachine, Benchmark
from assistant.engine.tuning.measurement import LlamaMeasuredModel
from assistant.ipc.activity import AnsweringSignal
from assistant.ipc.messages import Failed
from assistant.ipc.process import JsonLines, end_with_input, forbid_debugger, reason_of

PROGRESS_STEP = 0.05
"""Of a load: how much there is between two reports."""


def main(cards: CardPlaces | None = None) -> None:
    """Read one request from standard input, measure, and write events to standard output.

    Args:
        cards: where graphics cards are looked for; None looks for none.
    """
    forbid_debugger()
    answers = JsonLines()
    request = BenchRequest.model_validate_json(sys.stdin.readline())
    end_with_input()
    try:
        load_backends()
        CardAccess(cards).open(request.target.options.device)
        # Whoever computes in the background makes room, as for an answer.
        with AnsweringSignal(Path(request.runtime)).hold():
            for event in measure(request, lambda event: _send(answers, event)):
                _send(answers, event)
    except AssistantError as failure:
        _send(answers, Failed.of(failure))
    except Exception as failure:  # noqa: BLE001 -- the process border: whoever asked needs a reason
        error = EngineError(f"The measurement failed ({reason_of(failure)}).", "Try again.")
        _send(answers, Failed.of(error))


def measure(
    request: BenchRequest, report: Callable[[Loading], None]
) -> Iterator[CandidateMeasured | Tuned]:
    """Measure one thing after the other; `Tuned` comes last.

    Args:
        report: is told while the model is loaded.
    """
    effort, target = QUICK_EFFORT if request.quick else FULL_EFFORT, request.target
    shown = 0.0

    def progress(done: float) -> bool:
        nonlocal shown
        if done - shown >= PROGRESS_STEP:
            shown = done
            report(Loading(model=target.name, done=min(done, 1)))
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


def _send(answers: JsonLines, event: Value) -> None:
    answers.write(event.model_dump(mode="json"))
