"""Executor: runs each job on its model, one at a time."""

import logging
from collections.abc import Callable
from time import perf_counter

from assistant.core.errors import AssistantError, ComputationError, EngineError
from assistant.core.values.events import Finished, Loaded, Loading
from assistant.engine.cache.snapshots import Snapshots
from assistant.engine.llama.backends import load_backends
from assistant.engine.llama.cards import CardAccess
from assistant.engine.llama.loading import LOAD_GRACE, LoadStoppedError, Watchdog, timeout_error
from assistant.engine.llama.lora import AdapterSet
from assistant.engine.llama.memory import free_for_models
from assistant.engine.llama.native import AbortFlag, NativeLog
from assistant.engine.protocol import (
    Count,
    Counted,
    Generate,
    Load,
    Render,
    Rendered,
)
from assistant.engine.worker.model import LoadedModel
from assistant.engine.worker.model_pool import MAX_MODELS, ModelPool
from assistant.engine.worker.scheduler import (
    RequestScheduler,
    ScheduledRequest,
    finished_before_start,
)
from assistant.ipc.messages import Failed, Leaving
from assistant.ipc.process import reason_of

PROGRESS_INTERVAL = 0.05
"""Seconds between two reports of a load."""

PROMPT_TIMEOUT = 60.0
"""Seconds that rendering and tokenizing may take; the largest prompts need a few."""

log = logging.getLogger(__name__)


class ModelExecutor:
    """Executes jobs on the models in memory. Used by the worker's main thread only."""

    def __init__(
        self,
        jobs: RequestScheduler,
        abort: AbortFlag,
        snapshots: Snapshots | None = None,
        most: int = MAX_MODELS,
        free: Callable[[], int] = free_for_models,
        cards: CardAccess | None = None,
    ) -> None:
        """`most`, `free` and `cards`: see `ModelPool`."""
        self._snapshots = snapshots
        self._jobs = jobs
        self._abort = abort
        self._native = NativeLog(abort)
        load_backends()
        self._cards = cards or CardAccess(None)
        self._models = ModelPool(self._native, abort, snapshots, most, free, self._cards)

    def run(self, job: ScheduledRequest) -> None:
        """Run one job to its end. Nothing that goes wrong in it ends the worker."""
        self._abort.clear()
        if job.cancelled or job.displaced:
            job.end(finished_before_start(job))
            return
        self._serve_safely(job)
        self._models.touch(job.request.target)

    def do_idle_work(self, idle: float) -> bool:
        """Do a small piece of idle work on the loaded models.

        Returns: whether there is more to do.
        """
        self._abort.clear()
        with self._cards.watched(shared=self._models.shares_a_card):
            return any(self._do_idle_work(model, idle) for model in list(self._models))

    def unload_unused(self, seconds: float) -> None:
        """Unload the models that were not used for `seconds`."""
        self._models.drop_unused(seconds)

    def close(self) -> None:
        self._models.close()
        if self._snapshots is not None:
            self._snapshots.close()
        self._native.close()
        self._cards.close()

    def _do_idle_work(self, model: LoadedModel, idle: float) -> bool:
        try:
            return model.do_idle_work(idle)
        except AssistantError as failure:
            log.warning("a model failed while nobody asked; it is loaded again: %s", failure)
            self._models.drop(model)
            return False

    def _serve_safely(self, job: ScheduledRequest) -> None:
        try:
            self._serve(job)
        except LoadStoppedError:
            job.end(finished_before_start(job))
        except ComputationError as failure:
            if self._models.placement(job.request.target).layers:
                # Whoever asked goes on without the card.
                self._cards.end_process(failure.message)
            job.end(Failed.of(failure))
        except AssistantError as failure:
            job.end(Failed.of(failure))
        except Exception as failure:
            log.exception("a request failed")
            job.end(
                Failed.of(EngineError(f"The engine failed ({reason_of(failure)}).", "See its log."))
            )

    def _serve(self, job: ScheduledRequest) -> None:
        model = self._loaded(job)
        adapters = model.adapters.load(job.request.target.adapters)
        match job.request:
            case Load(target=target, window=window):
                if window is not None:
                    self._grow(job, window)
                job.end(Loaded(info=self._models.info(target), loads=self._models.loads))
            case Count(messages=messages, thinking=thinking, formed=formed):
                with self._watched_prompt(job):
                    measure = model.measure(messages, adapters, thinking, formed=formed)
                job.end(Counted(measure=measure))
            case Render(messages=messages, thinking=thinking, formed=formed):
                with self._watched_prompt(job):
                    prompt = model.render(messages, adapters, thinking, formed=formed)
                job.end(Rendered(prompt=prompt))
            case Generate():
                self._write(job, job.request, model, adapters)

    def _write(
        self, job: ScheduledRequest, request: Generate, model: LoadedModel, adapters: AdapterSet
    ) -> None:
        waited = (perf_counter() - job.received) * 1000
        with self._watched_prompt(job):
            events = model.write(request.messages, request.sampling, request.keep, adapters)
        placed = self._models.placement(request.target)
        with self._cards.watched(shared=placed.layers < placed.of) as came_back:
            for event in events:
                came_back()
                if isinstance(event, Finished):
                    timings = event.timings.model_copy(update={"queue_ms": waited})
                    job.end(event.model_copy(update={"timings": timings}))
                    return
                job.post(event)
                self._serve_quick_ones()
                if self._jobs.is_pressed(job):
                    # It ends as if it were stopped, and its client goes on with it later.
                    self._abort.set()

    def _serve_quick_ones(self) -> None:
        """Count for others between two tokens: their question waits for that before the queue."""
        while (job := self._jobs.next_quick(self._is_quick)) is not None:
            self._serve_safely(job)

    def _is_quick(self, job: ScheduledRequest) -> bool:
        request = job.request
        if isinstance(request, Generate) or (isinstance(request, Load) and request.window):
            return False
        return self._models.find(request.target) is not None

    def _loaded(self, job: ScheduledRequest) -> LoadedModel:
        target = job.request.target
        if self._models.find(target) is not None:
            return self._models.acquire(target, lambda _: True)
        shown = perf_counter()

        def progress(done: float) -> bool:
            nonlocal shown
            if perf_counter() - shown >= PROGRESS_INTERVAL:
                shown = perf_counter()
                job.post(Loading(model=target.name, done=min(done, 1)))
            return not job.cancelled

        job.post(Loading(model=target.name, done=0))
        with self._watched_load(job):
            return self._models.acquire(target, progress)

    def _watched_load(self, job: ScheduledRequest) -> Watchdog:
        """Watches over a load, whose end is late when nothing of it comes back."""
        target = job.request.target
        error = timeout_error(target.path, target.options)

        def on_timeout() -> None:
            self._cards.end_process("a model does not load")
            self._report_timeout(job, error)

        return Watchdog(target.options.load_timeout + LOAD_GRACE, on_timeout)

    def _watched_prompt(self, job: ScheduledRequest) -> Watchdog:
        """Watches over the making of a prompt, in which nothing looks at a clock."""
        error = EngineError(
            f"{job.request.target.name} needed more than {PROMPT_TIMEOUT:g} seconds to make a"
            " prompt of the conversation, and was ended.",
            "Shorten the question, or choose another model.",
        )
        return Watchdog(PROMPT_TIMEOUT, lambda: self._report_timeout(job, error))

    def _grow(self, job: ScheduledRequest, needed: int) -> None:
        target = job.request.target
        growth = self._models.growth(target, needed)
        if growth is None:
            return
        job.post(Loading(model=target.name, done=0, window=growth.window))
        with self._watched_load(job):
            self._models.grow(target, growth)

    def _report_timeout(self, job: ScheduledRequest, error: AssistantError) -> None:
        """In the watchdog's thread, right before the process ends."""
        job.end(Failed.of(error))
        for waiting in self._jobs.drain():
            waiting.caller.end(Leaving())
