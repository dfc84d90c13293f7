"""Load options: window, threads, batch sizes, cache type and GPU layers of a model."""

from typing import Annotated

from pydantic import Field

from assistant.core.values.load_options import ModelOptions, Threads

INITIAL_WINDOW = 8192
"""Tokens: enough for most conversations, and soon made."""

DEFAULT_BATCH = 512
"""Tokens of a prompt that llama.cpp is given at a time, where nothing else is asked for."""

DEFAULT_UBATCH = 128
"""Tokens of a prompt in one graph (llama.cpp's ubatch), likewise. More are seldom read any faster,
and each takes memory: without flash attention 4 bytes per attention head and token of the window.
"""

CARD_RESERVED_BYTES = 512 * 2**20
"""Bytes of a card that stay free: for what llama.cpp computes in, and for the screen."""

BUFFER_BYTES = 128 * 2**20
"""Bytes of memory for llama.cpp's buffers beside weights, cache and attention."""


class LoadOptions(ModelOptions):
    """How a model is loaded. Travels with each request: a change of them loads the model again."""

    beginning: Annotated[int, Field(ge=256)] = INITIAL_WINDOW
    """Tokens that a window of 0 begins with, unless memory is short."""
    threads_reading: Threads = 0
    """Threads that compute while a prompt is read; 0 takes as many as otherwise."""
    computed_at_once: Annotated[int, Field(ge=0, le=4096)] = 0
    """Of a batch, how many tokens are computed together; 0 takes what is usual."""
    most_layers: Annotated[int, Field(ge=-1)] = -1
    """Layers that a graphics card computes at most, where `gpu_layers` leaves the choice; -1 is as
    many as it has memory for."""

    @property
    def batch_tokens(self) -> int:
        """Prompt tokens that llama.cpp is given at a time (`n_batch`)."""
        return self.batch or max(DEFAULT_BATCH, self.computed_at_once)

    @property
    def ubatch_tokens(self) -> int:
        """Prompt tokens that are computed in one graph (`n_ubatch`)."""
        return min(self.batch_tokens, self.computed_at_once or DEFAULT_UBATCH)
