"""How a model is to be loaded."""

from typing import Annotated

from pydantic import Field

from assistant.core.models import CacheType, FlashAttention, Value


class LoadOptions(Value):
    """Travels with each request: a worker whose model was loaded otherwise loads it again."""

    context_window: Annotated[int, Field(ge=256)] = 8192
    """Tokens that prompt and answer may use together; at most what the model was trained on."""
    threads: Annotated[int, Field(ge=0, le=512)] = 0
    """Threads that compute; 0 takes all cores but one."""
    batch: Annotated[int, Field(ge=1)] = 512
    """Tokens of the prompt that are read at once."""
    sequences: Annotated[int, Field(ge=1, le=64)] = 3
    """Conversations whose cache stays in memory; fewer where they do not fit."""
    load_timeout: Annotated[float, Field(gt=0)] = 300
    """Seconds after which a load is given up."""
    gpu_layers: Annotated[int, Field(ge=-1)] = -1
    """Layers that a graphics card computes; -1 all, where this llama.cpp can use one."""
    flash_attention: FlashAttention = "auto"
    cache_type: CacheType = "f16"
    mmap: bool = True
    """Whether the file is mapped into memory, and not copied there."""
    mlock: bool = False
    """Whether the weights are kept from being swapped out."""
