"""What can be told of a model before it is loaded."""

from typing import Literal

from assistant.core.models import ModelRef, Value

Fit = Literal["runs", "runs slowly", "too big", "not supported", "damaged"]
"""What becomes of a model on this machine."""

ModelKind = Literal["chat", "embedder", "image part", "adapter", "other"]
"""What a GGUF file is for; `image part` is the half of a model that sees."""


class ModelFacts(Value):
    """What the header of a file says; the rest is empty where `damage` is not."""

    damage: str = ""
    """Why it is no usable file, as the end of a sentence that begins with its name."""
    refusal: str = ""
    """Why this build of llama.cpp does not take it, likewise."""
    kind: ModelKind = "chat"
    title: str = ""
    architecture: str = ""
    quantization: str = ""
    parameters: int = 0
    trained_context: int = 0
    """Tokens."""
    licence: str = ""
    has_template: bool = False
    """Whether it says how a conversation is put to it."""
    weights: int = 0
    """Bytes of all parts."""
    read_per_token: int = 0
    """Bytes of weights that are read for each token: a mixture of experts reads a few of them."""
    memory_per_token: int = 0
    """Bytes of cache and buffers for each token of the window."""


class ModelDetails(Value):
    """A file that was found, and what it is good for here."""

    model: ModelRef
    facts: ModelFacts
    fit: Fit
    reason: str = ""
    """Why it does not run, as a sentence; empty where it does."""
    memory: int = 0
    """Bytes it takes with the window of the settings."""
    tokens_per_second: float | None = None
    """About how fast it writes; None where that is not known."""

    @property
    def is_usable(self) -> bool:
        return self.fit in ("runs", "runs slowly") and self.facts.kind == "chat"
