"""Main of the library worker: serves questions while it indexes, and ends when idle."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

from assistant.core.errors import AssistantError
from assistant.ipc.activity import AnsweringSignal
from assistant.ipc.caller import Caller
from assistant.ipc.messages import Failed
from assistant.ipc.process import begin_worker
from assistant.ipc.server import Server, WorkerLog
from assistant.ipc.spec import WorkerSpec
from assistant.library.indexing.pace import AnswerPriority
from assistant.library.indexing.queue import JobQueue
from assistant.library.protocol import LibraryRequest, requests
from assistant.library.worker.options import LibraryOptions

if TYPE_CHECKING:
    from assistant.library.worker.runner import JobRunner
    from assistant.library.worker.service import LibraryService

POLL_SECONDS = 1.0
"""Seconds between two looks at whether it is time to end."""

OOM_SCORE = 600
"""Above the engine's: indexing goes on where it was."""

NICE = 10
"""Indexing gives way to an answer that is being written. Linux keeps this for each thread, and
the threads that compute inherit it from the one that starts them."""

DAMAGED_EXIT_CODE = 3
"""The status of a worker that ends because library.db is damaged."""

OUTGROWN_EXIT_CODE = 72
"""The status of a worker that ends because it took too much memory."""

LAST_JOB_TIMEOUT = 20.0
"""Seconds that a job has to end when the worker does."""

log = logging.getLogger(__name__)


def serve(worker: WorkerSpec, options: LibraryOptions, *, idle_exit: float) -> None:
    """Run the library worker until nobody needs one.

    Args:
        idle_exit: seconds without a request or a job after which the process ends.

    Raises:
        StartError: another worker lives, or there is no key.
    """
    output = begin_worker(worker.log, OOM_SCORE)
    terminated = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: terminated.set())
    opened: Future[LibraryService] = Future()
    priority = AnswerPriority(AnsweringSignal(worker.runtime).is_held)
    jobs = JobQueue(options.database.with_name("library.paused"), priority.must_hold)

    def answer(caller: Caller, request: LibraryRequest) -> None:
        try:
            service = opened.result()
        except AssistantError as failure:
            caller.end(Failed.of(failure))
        else:
            service.serve(caller, request)

    with Server(worker, requests, answer) as server:
        try:
            # Callers can queue while numpy and others are being imported.
            from assistant.library.worker.service import open_service  # noqa: PLC0415

            service = open_service(options, jobs)
        except AssistantError as failure:
            log.warning("the library cannot be opened: %s", failure)
            opened.set_exception(failure)
            _wait_until_idle(server, output, 0)
            return
        opened.set_result(service)
        indexing = threading.Thread(
            target=_run_jobs, args=(service.runner, jobs), name="indexing", daemon=True
        )
        indexing.start()
        log.info("library %s is ready", worker.version)
        _wait_until_idle(
            server,
            output,
            idle_exit,
            leave=jobs.hand_on,
            is_busy=lambda: service.runner.is_behind or not jobs.is_idle,
            has_to_end=lambda: (
                service.runner.is_lost
                or service.is_outdated
                or service.has_outgrown
                or terminated.is_set()
            ),
        )
        if service.has_outgrown:
            # What is in hand is marked as such: the next worker leaves it for the last, and leaves
            # it out when it does so again.
            log.error("the library took too much memory: the next worker goes on")
            os._exit(OUTGROWN_EXIT_CODE)
        if service.runner.is_lost:
            log.error("library.db is damaged: the next worker makes it again")
            os._exit(DAMAGED_EXIT_CODE)
        # Nobody else may begin before all is closed.
        server.retiring.set()
        jobs.close()
        indexing.join(LAST_JOB_TIMEOUT)
        service.close()
    log.info("library ends")


def _run_jobs(runner: "JobRunner", jobs: JobQueue) -> None:
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
    while not jobs.is_closed:
        job = jobs.next(0 if runner.is_behind else POLL_SECONDS)
        if job is not None:
            runner.run(job)
        elif runner.is_behind:
            runner.catch_up()


def _wait_until_idle(
    server: Server[LibraryRequest],
    output: WorkerLog,
    idle_exit: float,
    leave: Callable[[], None] = lambda: None,
    is_busy: Callable[[], bool] = lambda: False,
    has_to_end: Callable[[], bool] = lambda: False,
) -> None:
    """Until the worker may end, since nobody is connected and nothing is left to do, or has to.

    Args:
        leave: called when another worker is to take over: jobs may take hours.
    """
    busy = monotonic()
    pause = threading.Event()
    while True:
        pause.wait(min(POLL_SECONDS, idle_exit) or POLL_SECONDS / 10)
        if is_busy() or not server.quiet_for():
            busy = monotonic()
        if has_to_end():
            return
        if server.retiring.is_set():
            leave()
        idle = monotonic() - busy
        if server.quiet_for() and (idle > idle_exit or server.retiring.is_set()):
            return
        output.trim()
