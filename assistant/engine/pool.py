"""The models in memory: as many as fit, and the least recently used leaves first."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from assistant.engine.abort import AbortFlag
from assistant.engine.identity import stamp_of
from assistant.engine.memory import free_for_models, how_many_leave
from assistant.engine.model import LoadedModel
from assistant.engine.modelfile import check_model_file, memory_needed, refuse_for_memory
from assistant.engine.native import NativeLog
from assistant.engine.options import LoadOptions
from assistant.engine.protocol import Target
from assistant.engine.snapshots import Snapshots

MOST = 3
"""Models in memory together, where nothing else is said."""

log = logging.getLogger(__name__)


@dataclass
class _Held:
    """A model, and what it was made from."""

    model: LoadedModel
    path: Path
    options: LoadOptions
    stamp: tuple[int, int] | None
    size: int
    """Bytes that it gives back, at least."""
    used: float

    def is_for(self, target: Target) -> bool:
        return (self.path, self.options) == (target.path, target.options)

    def is_current(self) -> bool:
        """Whether its file is the one it was made from, or is not there any more."""
        return stamp_of(self.path) in (None, self.stamp)


class ModelPool:
    """Loads models and keeps them. For one thread."""

    def __init__(
        self,
        native: NativeLog,
        abort: AbortFlag,
        snapshots: Snapshots | None = None,
        most: int = MOST,
        free: Callable[[], int] = free_for_models,
    ) -> None:
        """Args:
        most: models that may be in memory together.
        free: tells how many bytes another model may take.
        """
        self._native = native
        self._abort = abort
        self._snapshots = snapshots
        self._most = most
        self._free = free
        self._held: list[_Held] = []
        """The one used last at the end."""
        self.loads = 0
        """How many have been loaded so far."""

    def __iter__(self) -> Iterator[LoadedModel]:
        """The one used last comes first."""
        return (held.model for held in reversed(self._held))

    def find(self, target: Target) -> LoadedModel | None:
        """The model that is meant, if it is in memory as it is on disk."""
        held = next((one for one in self._held if one.is_for(target)), None)
        return held.model if held is not None and held.is_current() else None

    def take(self, target: Target, progress: Callable[[float], bool]) -> LoadedModel:
        """The model that is meant, loaded where it is not in memory; it counts as used now.

        Raises:
            AssistantError: see `check_model_file`, `LoadedModel`. The others stay in memory then,
                unless they had to leave for one that fits.
        """
        held = next((one for one in self._held if one.is_for(target)), None)
        if held is not None and not held.is_current():
            self._unload(held)
            held = None
        if held is None:
            held = self._load(target, progress)
        else:
            self._held.remove(held)
        held.used = monotonic()
        self._held.append(held)
        return held.model

    def touch(self, target: Target) -> None:
        """What took long to be served was used until now."""
        for held in self._held:
            if held.is_for(target):
                held.used = monotonic()

    def drop(self, model: LoadedModel) -> None:
        """Give a model's memory back."""
        self._unload(next(held for held in self._held if held.model is model))

    def drop_unused(self, seconds: float) -> None:
        """Give back the memory of those that nobody has asked for so long."""
        before = monotonic() - seconds
        for held in [held for held in self._held if held.used < before]:
            self._unload(held)

    def close(self) -> None:
        for held in list(self._held):
            self._unload(held)

    def _load(self, target: Target, progress: Callable[[float], bool]) -> _Held:
        path, options = target.path, target.options
        window = options.context_window
        header = check_model_file(path)
        needed, free = memory_needed(path, header, window, options.graph), self._free()
        sizes = [held.size for held in self._held]
        count = how_many_leave(needed, free, sizes, self._most)
        if count is None:
            refuse_for_memory(path, needed, window, free + sum(sizes))
        for held in self._held[:count]:
            self._unload(held)
        stamp = stamp_of(path)
        model = LoadedModel(path, options, self._native, self._abort, progress, self._snapshots)
        self.loads += 1
        log.info("loaded %s", path)
        return _Held(model, path, options, stamp, needed, monotonic())

    def _unload(self, held: _Held) -> None:
        self._held.remove(held)
        held.model.close()
        log.info("unloaded %s", held.path)
