"""A model in a worker, asked with any adapters."""

from collections.abc import Sequence
from pathlib import Path
from threading import Event

from assistant.core.events import Finished, Loaded
from assistant.core.models import ChatMessage
from assistant.engine.client import LlamaChatModel
from assistant.engine.protocol import AdapterFile, Target
from assistant.ipc.join import Joiner
from tests.engine.support import GREEDY, OPTIONS, answer, engine_spec

SHORT = GREEDY.model_copy(update={"max_tokens": 24})

Adapted = tuple[Path, float]


class Bench:
    """A model in a worker, opened with any adapters."""

    def __init__(self, home: Path, model: Path) -> None:
        self.home = home
        self.model = model

    def open(self, *adapters: Adapted) -> LlamaChatModel:
        files = [AdapterFile.of(path, scale) for path, scale in adapters]
        target = Target.of(self.model.stem, self.model, OPTIONS, files)
        return LlamaChatModel(Joiner(engine_spec(self.home)), target)

    def says(self, messages: Sequence[ChatMessage], *adapters: Adapted) -> tuple[str, Finished]:
        return answer(self.open(*adapters), messages, SHORT)

    def text(self, messages: Sequence[ChatMessage], *adapters: Adapted) -> str:
        return self.says(messages, *adapters)[0]

    def loads(self) -> int:
        """How often the worker has loaded a model."""
        (loaded,) = (one for one in self.open().load(Event()) if isinstance(one, Loaded))
        return loaded.loads
