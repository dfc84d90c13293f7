"""Load options: window, threads, batch sizes, cache type and GPU layers of a model."""

from typing import Annotated

from pydantic import Field

from assistant.core.values.base import Value
from assistant.core.values.sampling import CacheType, ContextWindow, FlashAttention, Lookup

INITIAL_WINDOW = 8192
"""Tokens: enough for most conversations, and soon made."""

DEFAULT_BATCH = 512
"""Tokens of a prompt that llama.cpp is given at a time, where nothing else is asked for."""

DEFAULT_UBATCH = 128
"""Tokens of a prompt in one graph (llama.cpp's ubatch), likewise. More are seldom read any faster,
and each takes memory: without flash attention 4 bytes per attention head and token of the window.
"""


class LoadOptions(Value):
    """How a model is loaded. Travels with each request: a change of them loads the model again."""

    context_window: ContextWindow = 0
    """At most what the model was trained on."""
    beginning: Annotated[int, Field(ge=256)] = INITIAL_WINDOW
    """Tokens that a window of 0 begins with, unless memory is short."""
    threads: Annotated[int, Field(ge=0, le=512)] = 0
    """Threads that compute; 0 takes all cores but one."""
    threads_reading: Annotated[int, Field(ge=0, le=512)] = 0
    """Threads that compute while a prompt is read; 0 takes as many as otherwise."""
    batch: Annotated[int, Field(ge=0)] = 0
    """Tokens of the prompt that are read at once; 0 takes what is usual."""
    computed_at_once: Annotated[int, Field(ge=0, le=4096)] = 0
    """Of these, how many are computed together; 0 takes what is usual."""
    sequences: Annotated[int, Field(ge=1, le=64)] = 3
    """Conversations whose cache stays in memory; fewer where they do not fit."""
    load_timeout: Annotated[float, Field(gt=0)] = 300
    """Seconds after which a load is given up."""
    gpu_layers: Annotated[int, Field(ge=-1)] = -1
    """Layers that a graphics card computes; -1 as many as it has memory for."""
    flash_attention: FlashAttention = "auto"
    cache_type: CacheType = "f16"
    lookup: Lookup = "auto"
    mmap: bool = True
    """Whether the file is mapped into memory, and not copied there."""
    mlock: bool = False
    """Whether the weights are kept from being swapped out."""

    @property
    def portion(self) -> int:
        """Prompt tokens that llama.cpp is given at a time (`n_batch`)."""
        return self.batch or max(DEFAULT_BATCH, self.computed_at_once)

    @property
    def graph(self) -> int:
        """Prompt tokens that are computed in one graph (`n_ubatch`)."""
        return min(self.portion, self.computed_at_once or DEFAULT_UBATCH)
