"""Main of the engine worker: listens, serves one job after the other, and ends when idle."""

import logging
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from assistant.engine.cards.search import CardPlaces
from assistant.engine.llama.native import AbortFlag
from assistant.engine.protocol import EngineRequest, requests
from assistant.engine.worker.scheduler import RequestScheduler, ScheduledRequest
from assistant.ipc.activity import AnsweringSignal
from assistant.ipc.messages import Leaving
from assistant.ipc.process import begin_worker, forbid_debugger
from assistant.ipc.server import Server, WorkerLog
from assistant.ipc.spec import WorkerSpec

if TYPE_CHECKING:
    from assistant.engine.worker.executor import ModelExecutor

POLL_SECONDS = 1.0
"""Seconds between two looks at whether it is time to unload or to end."""

OOM_SCORE = 500

log = logging.getLogger(__name__)


class SnapshotSettings(NamedTuple):
    """Where snapshots of the key/value cache are kept, and how many bytes of them."""

    folder: Path
    budget: int


def serve(
    worker: WorkerSpec,
    keeping: SnapshotSettings | None = None,
    *,
    idle_unload: float,
    idle_exit: float,
    models: int = 3,
    free: Callable[[], int] | None = None,
    cards: CardPlaces | None = None,
    use_cards: bool = True,
) -> None:
    """Run the engine worker until nobody needs one.

    Args:
        keeping: where states of the cache are kept; None keeps none.
        idle_unload: seconds without a request after which a model leaves the memory.
        idle_exit: seconds without a request after which the process ends.
        models: how many may be in memory together.
        free: tells how many bytes another model may take; None asks the system.
        cards: where graphics cards are looked for; None looks for none.
        use_cards: whether the user wants any.

    Raises:
        StartError: another worker lives, or there is no key.
    """
    output = begin_worker(worker.log, OOM_SCORE)
    forbid_debugger()

    abort = AbortFlag()
    jobs = RequestScheduler(abort.set)
    with Server(
        worker, requests, lambda caller, request: jobs.put(ScheduledRequest(caller, request))
    ) as server:
        # Callers can queue while llama.cpp is being imported.
        from assistant.engine.cache.snapshots import Snapshots  # noqa: PLC0415
        from assistant.engine.llama.cards import CardAccess  # noqa: PLC0415
        from assistant.engine.llama.memory import free_for_models  # noqa: PLC0415
        from assistant.engine.worker.executor import ModelExecutor  # noqa: PLC0415

        snapshots = Snapshots(keeping.folder, keeping.budget) if keeping else None
        access = CardAccess(cards, enabled=use_cards)
        executor = ModelExecutor(jobs, abort, snapshots, models, free or free_for_models, access)
        log.info("engine %s is ready", worker.version)
        signal = AnsweringSignal(worker.runtime)
        _run_jobs(
            executor, jobs, server, output, signal, idle_unload=idle_unload, idle_exit=idle_exit
        )
    for job in jobs.drain():
        job.caller.end(Leaving())
    executor.close()
    log.info("engine ends")


def _run_jobs(
    executor: "ModelExecutor",
    jobs: RequestScheduler,
    server: Server[EngineRequest],
    output: WorkerLog,
    signal: AnsweringSignal,
    *,
    idle_unload: float,
    idle_exit: float,
) -> None:
    poll = min(POLL_SECONDS, idle_unload, idle_exit)
    served = monotonic()
    while True:
        executor.unload_unused(idle_unload)
        more = executor.do_idle_work(monotonic() - served)
        job = jobs.next(0 if more else poll)
        if job is not None:
            # Whoever computes in the background makes room until the job is done.
            with signal.hold():
                executor.run(job)
            served = monotonic()
            continue
        idle = monotonic() - served
        if (idle > idle_exit or server.retiring.is_set()) and server.quiet_for() > 0:
            return
        output.trim()
