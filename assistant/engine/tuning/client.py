"""Tuning client: `assistant bench` in a front end; a process measures, and a file remembers."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Annotated

from pydantic import Field, TypeAdapter

from assistant.core.errors import EngineError, ModelMemoryError, StorageError
from assistant.core.values.events import Loading
from assistant.core.values.models import ModelRef
from assistant.core.values.tuning import CandidateMeasured, Contest, Trying, Tuned, TunedOption
from assistant.engine.hardware import computing_threads
from assistant.engine.models.catalog import LocalModels
from assistant.engine.models.tunings import TuningFile
from assistant.engine.options import DEFAULT_UBATCH
from assistant.engine.protocol import BenchRequest, ModelTarget
from assistant.ipc.join import Joiner
from assistant.ipc.messages import Failed, WireError
from assistant.ipc.one_shot import ask_process
from assistant.ipc.spec import WorkerSpec

_answers: TypeAdapter[Trying | Failed] = TypeAdapter(
    Annotated[Loading | CandidateMeasured | Tuned | Failed, Field(discriminator="kind")]
)


class LocalTuning:
    """Tuning of the models on this machine; a process measures."""

    def __init__(
        self,
        models: LocalModels,
        tunings: TuningFile,
        command: Sequence[str],
        worker: WorkerSpec,
    ) -> None:
        """Args:
        command: starts the process that measures.
        worker: the engine, which may hold a model in memory as well.
        """
        self._models = models
        self._tunings = tunings
        self._command = command
        self._worker = worker

    def measure(self, name: str | None, stop: Event, *, quick: bool) -> Iterator[Trying]:
        """See `ModelTuning.measure`."""
        model = self._models.reference(name)
        path, options = Path(model.path), self._models.options_of(model)
        request = BenchRequest(
            target=ModelTarget.of(model.name, path, options),
            quick=quick,
            runtime=str(self._worker.runtime),
        )
        for event in self._events(model, request, stop):
            if isinstance(event, Tuned):
                try:
                    self._tunings.put(path, options, event.tuning)
                except OSError as failure:
                    raise _storage_error(failure) from None
            yield event

    def in_use(self, name: str | None) -> tuple[TunedOption, ...]:
        """See `ModelTuning.in_use`."""
        model = self._models.reference(name)
        asked = self._models.options_of(model)
        taken = self._tunings.applied(Path(model.path), asked)
        usual = computing_threads(0)
        threads = taken.threads or usual
        on_card: list[TunedOption] = []
        layers = asked.gpu_layers if asked.gpu_layers >= 0 else taken.most_layers
        if layers >= 0:
            on_card.append(_choice("layers", layers, -1, asked.gpu_layers >= 0))
        if taken.flash_attention != "auto":
            flash = int(taken.flash_attention == "on")
            on_card.append(_choice("attention", flash, -1, asked.flash_attention != "auto"))
        return (
            *on_card,
            _choice("writing", threads, usual, asked.threads > 0),
            _choice("reading", taken.threads_reading or threads, usual, asked.threads > 0),
            _choice("batch", taken.ubatch_tokens, DEFAULT_UBATCH, asked.batch > 0),
        )

    def forget(self, name: str | None) -> int:
        """See `ModelTuning.forget`."""
        path = Path(self._models.reference(name).path) if name else None
        try:
            return self._tunings.forget(path)
        except OSError as failure:
            raise _storage_error(failure) from None

    def _events(self, model: ModelRef, request: BenchRequest, stop: Event) -> Iterator[Trying]:
        tuned = False
        try:
            with closing(ask_process(self._command, request.model_dump_json(), stop)) as lines:
                for line in lines:
                    event = _answers.validate_json(line)
                    if isinstance(event, Failed):
                        raise self._error_of(event)
                    tuned = isinstance(event, Tuned)
                    yield event
        except BrokenPipeError:
            raise EngineError("The process that measures could not be started.") from None
        if not (tuned or stop.is_set()):
            raise EngineError(
                f"The measurement of {model.name} ended before its time.",
                "The memory may have been too short, the model's file is damaged, or the driver of "
                "a graphics card crashed: engine.device = cpu does without it.",
            )

    def _error_of(self, failed: Failed) -> Exception:
        error = failed.error()
        if isinstance(error, ModelMemoryError) and self._engine_lives():
            return ModelMemoryError(
                error.message,
                "The measurement loads the model a second time, beside the one that a window of "
                "the assistant may hold: close that, wait until the engine has ended, and try "
                "again.",
            )
        return error

    def _engine_lives(self) -> bool:
        try:
            return Joiner(self._worker).running_worker() is not None
        except WireError:
            return True


def _choice(contest: Contest, value: int, usual: int, is_asked: bool) -> TunedOption:
    if is_asked:
        return TunedOption(contest=contest, value=value, origin="your settings")
    return TunedOption(
        contest=contest, value=value, origin="default" if value == usual else "assistant bench"
    )


def _storage_error(failure: OSError) -> StorageError:
    return StorageError(
        f"What was measured cannot be kept in {failure.filename}: {failure.strerror}.",
        "Check the disk and the permissions of the folder.",
    )
