"""Load options of a model: what a user chooses for all models, and otherwise for one."""

from typing import Annotated, TypeVar

from pydantic import Field

from assistant.core.values.base import Value
from assistant.core.values.sampling import CacheType, ContextWindow, FlashAttention, Lookup

Threads = Annotated[int, Field(ge=0, le=512)]
Batch = Annotated[int, Field(ge=0)]
Sequences = Annotated[int, Field(ge=1, le=64)]
Device = Annotated[str, Field(min_length=1, max_length=200)]
GpuLayers = Annotated[int, Field(ge=-1)]


class ModelOptions(Value):
    """Options of loading and running a model; 0 and `auto` leave the choice to the program."""

    context_window: ContextWindow = 0
    """Tokens that prompt and answer may use together; never more than the model was trained on.
    0 begins with 8,192, less where memory is short, and takes more when a conversation needs them
    and there is room; any other number stays as it is."""
    threads: Threads = 0
    """Threads that compute; 0 takes what `assistant bench` found for the model, or all cores but
    one."""
    batch: Batch = 0
    """Tokens of the prompt that are read at once; 0 takes what `assistant bench` found for the
    model, or 512."""
    sequences: Sequences = 3
    """Conversations that stay read in memory, so that going back to them costs nothing; fewer
    where the memory is short."""
    device: Device = "auto"
    """Where a model is computed: `auto` on the graphics cards that are there, `cpu` on the
    processor alone, or on the card with this in its name, as `assistant doctor` shows it."""
    gpu_layers: GpuLayers = -1
    """Layers that a graphics card computes, where there is one; -1 is as many as it has memory
    for."""
    flash_attention: FlashAttention = "auto"
    """`on`, `off`, or `auto`: with a graphics card only. Without it the processor gives the same
    answer whether a conversation is in memory or read anew."""
    cache_type: CacheType = "f16"
    """How what was read is kept in memory: `q8_0` takes half, `q4_0` a quarter, and both are a
    little less exact and turn flash attention on."""
    lookup: Lookup = "auto"
    """Whether answers that quote are written several tokens at a time: `on`, `off`, or `auto`,
    where that measures faster and no seed was given."""
    mmap: bool = True
    """Whether the model's file is mapped into memory, and not copied there."""
    mlock: bool = False
    """Whether the model is kept from being swapped out; the system may limit that."""
    load_timeout: Annotated[float, Field(gt=0)] = 300
    """Seconds after which a load is given up."""


Options = TypeVar("Options", bound=ModelOptions)


class ModelOptionChanges(Value):
    """Changes of `ModelOptions` for one model; None leaves an option as it is."""

    context_window: ContextWindow | None = None
    threads: Threads | None = None
    batch: Batch | None = None
    sequences: Sequences | None = None
    device: Device | None = None
    gpu_layers: GpuLayers | None = None
    flash_attention: FlashAttention | None = None
    cache_type: CacheType | None = None
    lookup: Lookup | None = None
    mmap: bool | None = None
    mlock: bool | None = None

    def over(self, options: Options) -> Options:
        """`options` with these changes."""
        changes = self.model_dump(include=set(ModelOptionChanges.model_fields), exclude_none=True)
        return options.model_copy(update=changes)
