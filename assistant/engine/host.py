"""Runs jobs on the model they are meant for, one at a time."""

import logging
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from assistant.core.errors import AssistantError, EngineError
from assistant.core.events import Finished, Loaded, Loading
from assistant.engine.abort import AbortFlag
from assistant.engine.adapters import AdapterSet
from assistant.engine.backends import load_backends
from assistant.engine.jobs import Job, JobQueue, never_started
from assistant.engine.loading import GRACE, LoadStoppedError, Watchdog, timeout_error
from assistant.engine.model import LoadedModel
from assistant.engine.native import NativeLog
from assistant.engine.options import LoadOptions
from assistant.engine.protocol import (
    Count,
    Counted,
    Failed,
    Generate,
    Load,
    Render,
    Rendered,
    Target,
)
from assistant.engine.snapshots import Snapshots
from assistant.ipc.control import Leaving

PROGRESS_INTERVAL = 0.05
"""Seconds between two reports of a load."""

log = logging.getLogger(__name__)


class _Loaded(NamedTuple):
    """What the model in memory was made from."""

    path: Path
    options: LoadOptions
    stamp: tuple[int, int] | None


class Host:
    """Holds at most one model. Used by the worker's main thread only."""

    def __init__(
        self, jobs: JobQueue, abort: AbortFlag, snapshots: Snapshots | None = None
    ) -> None:
        self._snapshots = snapshots
        self._jobs = jobs
        self._abort = abort
        self._native = NativeLog(abort)
        load_backends()
        self._model: LoadedModel | None = None
        self._loaded: _Loaded | None = None
        self._loads = 0

    def run(self, job: Job) -> None:
        """Serve one job to its end. Nothing that goes wrong in it ends the worker."""
        self._abort.clear()
        if job.cancelled or job.displaced:
            job.end(never_started(job))
            return
        self._serve_safely(job)

    def rest(self, idle: float) -> bool:
        """Use the time while nobody asks, in small pieces; whether there is more to do."""
        if self._model is None:
            return False
        self._abort.clear()
        try:
            return self._model.rest(idle)
        except AssistantError as failure:
            log.warning("the model failed while nobody asked; it is loaded again: %s", failure)
            self.unload()
            return False

    def unload(self) -> None:
        """Give the model's memory back."""
        if self._model is not None:
            self._model.close()
            self._model = self._loaded = None
            log.info("unloaded the model")

    def close(self) -> None:
        self.unload()
        if self._snapshots is not None:
            self._snapshots.close()
        self._native.close()

    def _serve_safely(self, job: Job) -> None:
        try:
            self._serve(job)
        except LoadStoppedError:
            job.end(never_started(job))
        except AssistantError as failure:
            job.end(Failed.of(failure))
        except Exception as failure:
            log.exception("a request failed")
            reason = f"{type(failure).__name__}: {failure}".splitlines()[0]
            job.end(Failed.of(EngineError(f"The engine failed ({reason}).", "See its log.")))

    def _serve(self, job: Job) -> None:
        model = self._ready(job)
        adapters = model.adapters.of(job.request.target.adapters)
        match job.request:
            case Load(target=target):
                job.end(Loaded(info=model.info(target.name), loads=self._loads))
            case Count(messages=messages):
                job.end(Counted(measure=model.measure(messages, adapters)))
            case Render(messages=messages):
                job.end(Rendered(prompt=model.render(messages, adapters)))
            case Generate():
                self._write(job, job.request, model, adapters)

    def _write(self, job: Job, request: Generate, model: LoadedModel, adapters: AdapterSet) -> None:
        waited = (perf_counter() - job.received) * 1000
        for event in model.write(request.messages, request.sampling, request.keep, adapters):
            if isinstance(event, Finished):
                timings = event.timings.model_copy(update={"queue_ms": waited})
                job.end(event.model_copy(update={"timings": timings}))
                return
            job.post(event)
            self._serve_quick_ones()

    def _serve_quick_ones(self) -> None:
        """Count for others between two tokens: their question waits for that before the queue."""
        while (job := self._jobs.take_quick(self._is_quick)) is not None:
            self._serve_safely(job)

    def _is_quick(self, job: Job) -> bool:
        return not isinstance(job.request, Generate) and self._holds(job.request.target)

    def _ready(self, job: Job) -> LoadedModel:
        target = job.request.target
        if self._model is not None and self._holds(target):
            return self._model
        self.unload()
        shown = perf_counter()

        def progress(done: float) -> bool:
            nonlocal shown
            if perf_counter() - shown >= PROGRESS_INTERVAL:
                shown = perf_counter()
                job.post(Loading(model=target.name, done=min(done, 1)))
            return not job.cancelled

        job.post(Loading(model=target.name, done=0))
        path, options = target.path, target.options
        with Watchdog(options.load_timeout + GRACE, lambda: self._give_up(job)):
            self._model = LoadedModel(
                path, options, self._native, self._abort, progress, self._snapshots
            )
        self._loaded = _Loaded(path, options, _stamp(path))
        self._loads += 1
        log.info("loaded %s", path)
        return self._model

    def _holds(self, target: Target) -> bool:
        """Whether the model in memory is the one that is meant."""
        loaded = self._loaded
        return (
            loaded is not None
            and (loaded.path, loaded.options) == (target.path, target.options)
            and _stamp(target.path) in (None, loaded.stamp)
        )

    def _give_up(self, job: Job) -> None:
        """In the watchdog's thread, right before the process ends."""
        target = job.request.target
        job.end(Failed.of(timeout_error(target.path, target.options)))
        for waiting in self._jobs.drain():
            waiting.caller.end(Leaving())


def _stamp(path: Path) -> tuple[int, int] | None:
    """Changes when a file is replaced; None when it is not there, which a loaded model survives."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
