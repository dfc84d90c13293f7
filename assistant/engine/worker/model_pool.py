"""Model pool: as many loaded models as fit; the least recently used leaves first."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from assistant.core.errors import EngineError, ModelMemoryError
from assistant.core.values.models import ModelInfo
from assistant.engine.cache.snapshots import Snapshots
from assistant.engine.gguf.files import file_stamp
from assistant.engine.gguf.header import GgufHeader
from assistant.engine.gguf.model_checks import (
    cache_bytes,
    check_model_file,
    context_bytes,
    memory_error,
    memory_needed,
)
from assistant.engine.llama.cards import CardAccess
from assistant.engine.llama.gpu import CPU_ONLY, GpuPlacement, free_card_memory, gpu_placement
from assistant.engine.llama.memory import (
    RESERVED_BYTES,
    WindowGrowth,
    free_for_models,
    initial_windows,
    larger_windows,
    largest_growth,
    models_to_evict,
)
from assistant.engine.llama.native import AbortFlag, NativeLog
from assistant.engine.options import LoadOptions
from assistant.engine.protocol import ModelTarget
from assistant.engine.worker.model import LoadedModel

MAX_MODELS = 3
"""Models in memory together, where nothing else is said."""

log = logging.getLogger(__name__)


@dataclass
class _Held:
    """A model, and what it was made from."""

    model: LoadedModel
    path: Path
    options: LoadOptions
    stamp: tuple[int, int] | None
    header: GgufHeader
    weights: int
    """Bytes of everything but the window; the file may be gone by now."""
    used: float
    placement: GpuPlacement
    limited: bool
    """Whether the window would be larger if there were more memory."""
    refused: int = 0
    """Tokens of a window that llama.cpp could not make; 0 when there was none."""

    @property
    def size(self) -> int:
        """Bytes that it gives back, at least."""
        needed = (
            context_bytes(self.header, self.model.window, self.options.ubatch_tokens) + self.weights
        )
        return int(needed * (1 - self.placement.share))

    def cost(self, window: int) -> int:
        """Bytes of main memory that a window takes."""
        size = context_bytes(self.header, window, self.options.ubatch_tokens)
        return int(size * (1 - self.placement.share))

    def cost_on_cards(self, window: int) -> int:
        """Bytes of graphics cards that a window takes."""
        return int(cache_bytes(self.header, window) * self.placement.share)

    def is_for(self, target: ModelTarget) -> bool:
        return (self.path, self.options) == (target.path, target.options)

    def is_current(self) -> bool:
        """Whether its file is the one it was made from, or is not there any more."""
        return file_stamp(self.path) in (None, self.stamp)


class ModelPool:
    """The loaded models. For one thread."""

    def __init__(
        self,
        native: NativeLog,
        abort: AbortFlag,
        snapshots: Snapshots | None = None,
        most: int = MAX_MODELS,
        free: Callable[[], int] = free_for_models,
        cards: CardAccess | None = None,
    ) -> None:
        """Args:
        most: models that may be in memory together.
        free: tells how many bytes another model may take.
        cards: loads the drivers of graphics cards; None uses those that are loaded.
        """
        self._native = native
        self._abort = abort
        self._snapshots = snapshots
        self._most = most
        self._free = free
        self._cards = cards or CardAccess(None)
        self._held: list[_Held] = []
        """The one used last at the end."""
        self.loads = 0
        """How many have been loaded so far."""

    def __iter__(self) -> Iterator[LoadedModel]:
        """The one used last comes first."""
        return (held.model for held in reversed(self._held))

    def find(self, target: ModelTarget) -> LoadedModel | None:
        """The model of a target, if it is loaded as it is on disk; else None."""
        held = next((one for one in self._held if one.is_for(target)), None)
        return held.model if held is not None and held.is_current() else None

    def acquire(self, target: ModelTarget, progress: Callable[[float], bool]) -> LoadedModel:
        """The model of a target, loaded where it is not in memory; it counts as used now.

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

    def info(self, target: ModelTarget) -> ModelInfo:
        """What is known of a model that is in memory."""
        held = self._held_for(target)
        return held.model.info(target.name).model_copy(
            update={"limited": held.limited, "device": held.placement.device}
        )

    def placement(self, target: ModelTarget) -> GpuPlacement:
        """How much of a model is on graphics cards: nothing of one that is not in memory."""
        found = (held.placement for held in self._held if held.is_for(target))
        return next(found, CPU_ONLY)

    @property
    def shares_a_card(self) -> bool:
        """Whether the processor computes a part of a model in memory."""
        return any(held.placement.layers < held.placement.of for held in self._held)

    def growth(self, target: ModelTarget, needed: int) -> WindowGrowth | None:
        """How far the window of a loaded model can grow for so many tokens; None when it cannot."""
        held = self._held_for(target)
        model = held.model
        if target.options.context_window:
            return None
        wanted = larger_windows(needed, model.window, model.trained)
        possible = [window for window in wanted if not held.refused or window < held.refused]
        if held.placement.share:
            on_cards = free_card_memory(target.options.device) + held.cost_on_cards(model.window)
            possible = [window for window in possible if held.cost_on_cards(window) <= on_cards]
        others = [other.size for other in self._held if other is not held]
        free = self._free() + held.cost(model.window)
        room = [
            free + sum(others[:count]) - (RESERVED_BYTES if count < len(others) else 0)
            for count in range(len(others) + 1)
        ]
        found = largest_growth(possible, held.cost, room)
        if wanted:
            held.limited = found is None or found.window < wanted[0]
        return found

    def grow(self, target: ModelTarget, growth: WindowGrowth) -> None:
        """Let a window grow; see `LoadedModel.grow`."""
        held = self._held_for(target)
        others = [other for other in self._held if other is not held]
        for other in others[: growth.leave]:
            self._unload(other)
        try:
            if not held.model.grow(growth.window):
                held.refused, held.limited = growth.window, True
        except (EngineError, ModelMemoryError):
            self._unload(held)
            raise
        log.info("the window of %s has %d tokens", held.path, held.model.window)

    def touch(self, target: ModelTarget) -> None:
        """Count a model as used until now, after a request that took long."""
        for held in self._held:
            if held.is_for(target):
                held.used = monotonic()

    def drop(self, model: LoadedModel) -> None:
        """Unload a model."""
        self._unload(next(held for held in self._held if held.model is model))

    def drop_unused(self, seconds: float) -> None:
        """Unload the models that were not used for `seconds`."""
        before = monotonic() - seconds
        for held in [held for held in self._held if held.used < before]:
            self._unload(held)

    def close(self) -> None:
        for held in list(self._held):
            self._unload(held)

    def _load(self, target: ModelTarget, progress: Callable[[float], bool]) -> _Held:
        path, options = target.path, target.options
        self._cards.open(options.device)
        header = check_model_file(path)
        trained = header.number("context_length")
        windows = initial_windows(options.context_window, options.beginning, trained)
        window, leave = self._fitting(path, header, windows, options)
        for held in self._held[:leave]:
            self._unload(held)
        placed = self._place(path, header, options, window)
        stamp, weights = file_stamp(path), memory_needed(path, header, 0)
        if placed.layers:
            self._cards.begin(", ".join(placed.cards))
        run = options.model_copy(update={"gpu_layers": placed.layers})
        model = LoadedModel(
            path, run, self._native, self._abort, progress, self._snapshots, window=window
        )
        self.loads += 1
        log.info("loaded %s, %d layers on a graphics card", path, placed.layers)
        limited = window < windows[0]
        return _Held(model, path, options, stamp, header, weights, monotonic(), placed, limited)

    def _place(
        self, path: Path, header: GgufHeader, options: LoadOptions, window: int
    ) -> GpuPlacement:
        """Where a model goes; others leave the cards for it, so that it is on them as a whole."""
        placed = gpu_placement(path, header, options, window)
        for held in [held for held in self._held if held.placement.layers]:
            if placed.is_whole:
                break
            self._unload(held)
            placed = gpu_placement(path, header, options, window)
        return placed

    def _fitting(
        self, path: Path, header: GgufHeader, windows: Sequence[int], options: LoadOptions
    ) -> tuple[int, int]:
        """The first of the windows that a model fits with, and how many others leave for it.

        Raises:
            ModelMemoryError: it does not fit with any, not even alone.
        """
        free, sizes = self._free(), [held.size for held in self._held]
        for window in windows:
            share = gpu_placement(path, header, options, window).share
            needed = int(memory_needed(path, header, window, options.ubatch_tokens) * (1 - share))
            leave = models_to_evict(needed, free, sizes, self._most)
            if leave is not None:
                return window, leave
        raise memory_error(path, needed, window, free + sum(sizes))

    def _held_for(self, target: ModelTarget) -> _Held:
        return next(held for held in self._held if held.is_for(target))

    def _unload(self, held: _Held) -> None:
        self._held.remove(held)
        held.model.close()
        log.info("unloaded %s", held.path)
