"""Loading a model and opening its context, with progress, a time limit and a reason for failure."""

import ctypes
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Final, Self

import llama_cpp

from assistant.core.errors import (
    EngineError,
    ModelError,
    ModelFileError,
    ModelLoadTimeoutError,
)
from assistant.core.values.sampling import CacheType
from assistant.engine.gguf.header import read_header
from assistant.engine.gguf.model_checks import memory_error, memory_needed, unknown_part
from assistant.engine.hardware import computing_threads, free_memory
from assistant.engine.llama.devices import chosen_cards
from assistant.engine.llama.gpu import cards_here, free_card_memory
from assistant.engine.llama.memory import initial_windows
from assistant.engine.llama.native import NativeLog, has_broken_amx
from assistant.engine.options import LoadOptions
from assistant.language.messages import N_

OTHER_SEQUENCES_SHARE = 0.1
"""Of the free memory: what the caches of conversations beside the one in use may take."""

LOAD_GRACE = 5.0
"""Seconds a load may go on after its limit without asking whether it may."""

HANGING_EXIT_CODE = 71

OUT_OF_MEMORY = ("Cannot allocate memory", "failed to allocate", "unable to allocate", "bad_alloc")
"""What llama.cpp and the system say of memory that cannot be had."""

CACHE_TYPES: Final[dict[CacheType, int]] = {
    "f16": llama_cpp.GGML_TYPE_F16,
    "q8_0": llama_cpp.GGML_TYPE_Q8_0,
    "q4_0": llama_cpp.GGML_TYPE_Q4_0,
}

log = logging.getLogger(__name__)


class LoadStoppedError(Exception):
    """Loading was stopped: nobody wants the model any more."""


class Watchdog:
    """Ends the process when native code does not come back: no thread can be killed."""

    def __init__(self, seconds: float, on_timeout: Callable[[], None]) -> None:
        """`on_timeout` is called right before the process ends."""
        self._timer = threading.Timer(seconds, self._end_process, (on_timeout,))
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()

    @staticmethod
    def _end_process(on_timeout: Callable[[], None]) -> None:
        log.error("native code does not come back; the worker ends itself")
        on_timeout()
        os._exit(HANGING_EXIT_CODE)


def timeout_error(path: Path, options: LoadOptions) -> ModelLoadTimeoutError:
    return ModelLoadTimeoutError(
        f"Loading {path.name} took longer than {options.load_timeout:g} seconds and was ended.",
        "Raise engine.load_timeout in the settings, or choose a smaller model.",
    )


def load_weights(
    path: Path, options: LoadOptions, native: NativeLog, progress: Callable[[float], bool]
) -> llama_cpp.llama_model_p:
    """Load the weights of a model file that was checked; free them with `llama_model_free`.

    Args:
        progress: takes 0 … 1 and returns whether to go on.

    Raises:
        ModelFileError: llama.cpp does not take it.
        ModelLoadTimeoutError: it took longer than `options.load_timeout`.
        LoadStoppedError: `progress` said no.
    """
    deadline = monotonic() + options.load_timeout
    wanted = True

    def go_on(done: float, _: object) -> bool:
        nonlocal wanted
        wanted = wanted and progress(done)
        return wanted and monotonic() < deadline

    parameters = llama_cpp.llama_model_default_params()
    callback = llama_cpp.llama_progress_callback(go_on)
    parameters.progress_callback = callback
    parameters.n_gpu_layers = options.gpu_layers
    if found := cards_here():
        cards = chosen_cards(found, options.device) if options.gpu_layers else []
        handles = [*(card.handle for card in cards), None]
        listed = (ctypes.c_void_p * len(handles))(*handles)
        parameters.devices = ctypes.cast(listed, ctypes.c_void_p)
    parameters.load_mode = _load_mode(options)
    if has_broken_amx():
        parameters.use_extra_bufts = False
    native.clear()
    model: llama_cpp.llama_model_p | None
    model = llama_cpp.llama_model_load_from_file(os.fsencode(path), parameters)
    if model is not None:
        return model
    if not wanted:
        raise LoadStoppedError
    if monotonic() >= deadline:
        raise timeout_error(path, options)
    raise refused(path, native.errors(), options.context_window or options.beginning)


def open_context(
    model: llama_cpp.llama_model_p,
    path: Path,
    options: LoadOptions,
    native: NativeLog,
    window: int | None = None,
) -> llama_cpp.llama_context_p:
    """Open a context for some conversations, each with its own window; free it with `llama_free`.

    Args:
        window: tokens, at most what the model was trained on; None takes what is usual.

    Raises:
        ModelFileError: the model is none that can chat.
        ModelMemoryError: there is not enough memory.
        EngineError: llama.cpp refused.
    """
    if llama_cpp.llama_model_has_encoder(model) or llama_cpp.llama_model_is_diffusion(model):
        raise ModelFileError(f"The model {path.name} cannot write text.", "Choose a chat model.")
    window = window or default_window(model, options)
    parameters = llama_cpp.llama_context_default_params()
    count = _sequences(model, window, options)
    # Sequences that share one buffer would each compute over all the others' tokens.
    parameters.kv_unified = False
    parameters.n_seq_max = count
    parameters.n_ctx = window * count
    parameters.n_batch = min(options.batch_tokens, window)
    parameters.n_ubatch = min(parameters.n_batch, options.ubatch_tokens)
    parameters.flash_attn_type = _flash_attention(options)
    parameters.type_k = parameters.type_v = CACHE_TYPES[options.cache_type]
    parameters.n_threads = computing_threads(options.threads)
    parameters.n_threads_batch = options.threads_reading or parameters.n_threads
    parameters.no_perf = True
    log.info(
        "%d threads write, %d read, %d tokens at once",
        parameters.n_threads,
        parameters.n_threads_batch,
        parameters.n_ubatch,
    )
    native.clear()
    context: llama_cpp.llama_context_p | None
    context = llama_cpp.llama_init_from_model(model, parameters)
    if context is None:
        errors = native.errors()
        reason = "; ".join(errors[-2:]) or N_("no reason given")
        if _is_short_of_memory(errors):
            needed = memory_needed(path, read_header(path), window)
            raise memory_error(path, needed, window, free_memory(), reason)
        raise EngineError(
            f"The model {path.name} was loaded but cannot be run: {reason}.",
            "Set a smaller engine.context_window in the settings.",
        )
    if llama_cpp.llama_get_memory(context) is None:
        llama_cpp.llama_free(context)
        raise ModelFileError(
            f"The model {path.name} makes embeddings and cannot chat.", "Choose a chat model."
        )
    return context


def default_window(model: llama_cpp.llama_model_p, options: LoadOptions) -> int:
    """The window in tokens that a model begins with where memory is not short."""
    trained = llama_cpp.llama_model_n_ctx_train(model)
    return initial_windows(options.context_window, options.beginning, trained)[0]


def _load_mode(options: LoadOptions) -> int:
    match options.mmap, options.mlock:
        case True, True:
            return int(llama_cpp.LLAMA_LOAD_MODE_MMAP_MLOCK)
        case True, False:
            return int(llama_cpp.LLAMA_LOAD_MODE_MMAP)
        case False, True:
            return int(llama_cpp.LLAMA_LOAD_MODE_MLOCK)
    return int(llama_cpp.LLAMA_LOAD_MODE_NONE)


def _flash_attention(options: LoadOptions) -> int:
    """On a CPU it saves memory and little time: the starter model writes 7 % faster with it at
    first, and 2 % slower with 2,000 tokens in the cache. Without it the logits do not depend on
    how a prompt was cut into batches, so that a cached prompt is answered like one that is read
    afresh.
    """
    if options.cache_type != "f16" or options.flash_attention == "on":
        return int(llama_cpp.LLAMA_FLASH_ATTN_TYPE_ENABLED)
    if options.flash_attention == "off" or not (options.gpu_layers and cards_here()):
        return int(llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED)
    return int(llama_cpp.LLAMA_FLASH_ATTN_TYPE_AUTO)


def _sequences(model: llama_cpp.llama_model_p, window: int, options: LoadOptions) -> int:
    """How many conversations fit: beside the first they may take a part of what is free."""
    heads = max(llama_cpp.llama_model_n_head(model), 1)
    width = llama_cpp.llama_model_n_embd(model) // heads
    layers, kv_heads = llama_cpp.llama_model_n_layer(model), llama_cpp.llama_model_n_head_kv(model)
    size: int = max(window * layers * kv_heads * width * 4, 1)
    free = free_memory()
    if options.gpu_layers > 0:
        free = min(free, free_card_memory(options.device))
    return max(1, min(options.sequences, 1 + int(free * OTHER_SEQUENCES_SHARE) // size))


def _is_short_of_memory(errors: list[str]) -> bool:
    return any(sign in line for line in errors for sign in OUT_OF_MEMORY)


def refused(path: Path, errors: list[str], window: int) -> ModelError:
    """The error of a model that llama.cpp did not take, by what it logged.

    Args:
        window: tokens that were wanted.
    """
    if unknown := unknown_part(read_header(path), errors):
        return ModelFileError(
            f"The model file {path} {unknown}.", "Choose another model, or update the program."
        )
    reason = errors[0] if errors else N_("llama.cpp gave no reason")
    if _is_short_of_memory(errors):
        needed = memory_needed(path, read_header(path), window)
        return memory_error(path, needed, window, free_memory(), reason)
    return ModelFileError(
        f"The model file {path} cannot be loaded: {reason}.", "Download it again."
    )


def model_description(model: llama_cpp.llama_model_p) -> str:
    """Architecture, number of parameters and quantization, e.g. `llama 135M Q4_1`."""
    buffer = ctypes.create_string_buffer(128)
    llama_cpp.llama_model_desc(model, buffer, len(buffer))
    # llama.cpp's own size is the nearest one it has a name for.
    architecture, _, rest = buffer.value.decode("utf-8", "replace").partition(" ")
    quantization = rest.rpartition(" ")[2]
    return f"{architecture} {_short_count(llama_cpp.llama_model_n_params(model))} {quantization}"


def original_context_length(model: llama_cpp.llama_model_p) -> int:
    """The window that a model was trained with before it was stretched; 0 where it does not say."""
    buffer = ctypes.create_string_buffer(64)
    for key in (b"general.architecture", None):
        name = key or buffer.value + b".rope.scaling.original_context_length"
        if llama_cpp.llama_model_meta_val_str(model, name, buffer, len(buffer)) < 0:
            return 0
    return int(buffer.value) if buffer.value.isdigit() else 0


def _short_count(parameters: int) -> str:
    if parameters < 10**9:
        return f"{parameters / 10**6:.0f}M"
    return f"{parameters / 10**9:.1f}".removesuffix(".0") + "B"
