"""LoRA adapters of a loaded model: in memory once, and set on a context when it computes.

An adapter changes what each token leaves in the key/value cache. What was computed with a set of
adapters is therefore never used with another one, and the set belongs to the cached sequence.
"""

import ctypes
import logging
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import llama_cpp

from assistant.core.errors import AdapterError, EngineError
from assistant.engine.gguf.adapter_checks import (
    DAMAGED_ADAPTER_HINT,
    AdapterBaseModel,
    check_adapter,
)
from assistant.engine.gguf.files import content_digest, file_stamp
from assistant.engine.llama.native import NativeLog
from assistant.engine.protocol import AdapterFile
from assistant.language.messages import N_

KEEP_SECONDS = 600.0
"""Seconds an adapter stays in memory that nobody asks for."""

log = logging.getLogger(__name__)


class LoadedAdapter:
    """A LoRA file in memory. Equal to itself alone: a file that was replaced is another adapter."""

    def __init__(self, path: Path, model: llama_cpp.llama_model_p, native: NativeLog) -> None:
        """Load a file that was checked; raises AdapterError for what llama.cpp still refuses."""
        self.path = path
        self.asked = monotonic()
        self.content = content_digest(path)
        self.stamp = file_stamp(path)
        native.clear()
        handle = llama_cpp.llama_adapter_lora_init(model, os.fsencode(path))
        if handle is None:
            reason = native.errors()[-1] if native.errors() else N_("llama.cpp gave no reason")
            raise AdapterError(
                f"The adapter {path.name} cannot be used: {reason}.", DAMAGED_ADAPTER_HINT
            )
        self.handle: Any = handle
        """A pointer, as ctypes has it in arrays."""

    def free(self) -> None:
        llama_cpp.llama_adapter_lora_free(self.handle)


class AppliedAdapter(NamedTuple):
    """An adapter and the scale that it is applied with."""

    adapter: LoadedAdapter
    scale: float


AdapterSet = tuple[AppliedAdapter, ...]
"""What a computation is done with; equal sets give equal results."""

NO_ADAPTERS: AdapterSet = ()
"""The model as it is."""


class LoadedAdapters:
    """The LoRA adapters of one model, loaded once and freed when unused. For one thread."""

    def __init__(self, model: llama_cpp.llama_model_p, path: Path, native: NativeLog) -> None:
        """Args:
        path: the model's file, which adapters have to fit.
        """
        self._model = model
        self._base = AdapterBaseModel(path)
        self._native = native
        self._loaded: dict[Path, LoadedAdapter] = {}
        self._replaced: list[LoadedAdapter] = []

    def load(self, files: Sequence[AdapterFile]) -> AdapterSet:
        """Load a set of adapters. One that is named twice adds up; a scale of 0 is none.

        Returns: the adapters with their scales, in memory.

        Raises:
            AdapterError: one of them cannot be used; nothing has changed then.
        """
        scales: dict[Path, float] = {}
        for file in files:
            scales[file.path] = scales.get(file.path, 0) + file.scale
        chosen = [AppliedAdapter(self._get(path), scale) for path, scale in scales.items() if scale]
        return tuple(sorted(chosen, key=lambda applied: applied.adapter.content))

    def release(self, used: Iterable[AdapterSet]) -> None:
        """Free the adapters that were not used lately.

        Args:
            used: what may still be computed with.
        """
        needed = {applied.adapter for chosen in used for applied in chosen}
        for adapter in (*self._loaded.values(), *self._replaced):
            if adapter not in needed and monotonic() - adapter.asked > KEEP_SECONDS:
                self._free(adapter)

    def close(self) -> None:
        """Free all adapters; before the model is freed, and after its context."""
        for adapter in (*self._loaded.values(), *self._replaced):
            self._free(adapter)

    def _get(self, path: Path) -> LoadedAdapter:
        known = self._loaded.get(path)
        # One whose file was deleted can still be used.
        if known is not None and file_stamp(path) in (None, known.stamp):
            known.asked = monotonic()
            return known
        check_adapter(path, self._base)
        adapter = LoadedAdapter(path, self._model, self._native)
        if known is not None:
            self._replaced.append(known)
        self._loaded[path] = adapter
        log.info("loaded the adapter %s", path)
        return adapter

    def _free(self, adapter: LoadedAdapter) -> None:
        if self._loaded.get(adapter.path) is adapter:
            del self._loaded[adapter.path]
        else:
            self._replaced.remove(adapter)
        adapter.free()
        log.info("freed the adapter %s", adapter.path)


class ContextAdapters:
    """The adapters that are set on a context now."""

    def __init__(self, context: llama_cpp.llama_context_p) -> None:
        self._context = context
        self.chosen: AdapterSet = NO_ADAPTERS

    def apply(self, chosen: AdapterSet) -> None:
        """Set these adapters on the context. Costs a few milliseconds where they differ."""
        if chosen == self.chosen:
            return
        count = len(chosen)
        handles = (llama_cpp.llama_adapter_lora_p_ctypes * count)(
            *(applied.adapter.handle for applied in chosen)
        )
        scales = (ctypes.c_float * count)(*(applied.scale for applied in chosen))
        if llama_cpp.llama_set_adapters_lora(self._context, handles, count, scales):
            raise EngineError("The adapters could not be set.", "Ask again without them.")
        self.chosen = chosen
