"""Sampling parameters: every field with its bounds."""

from pathlib import PurePath
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, JsonValue

from assistant.core.values.base import ALLOWED, Value
from assistant.language.messages import N_

SMALLEST_WINDOW: Final = 256


def _as_window(tokens: int) -> int:
    if 0 < tokens < SMALLEST_WINDOW:
        raise ValueError(f"it should be 0, or {SMALLEST_WINDOW} and more")
    return tokens


ContextWindow = Annotated[
    int,
    Field(ge=0, json_schema_extra={ALLOWED: N_(f"0, or a whole number from {SMALLEST_WINDOW}")}),
    AfterValidator(_as_window),
]
"""Tokens that prompt and answer may use together. 0 begins with some and takes more when a
conversation needs them."""

FlashAttention = Literal["auto", "on", "off"]
"""How attention is computed; `auto` is on with a graphics card and off without."""

Lookup = Literal["auto", "on", "off"]
"""Whether answers are drafted from what they quote; `auto` is where that measures faster."""

CacheType = Literal["f16", "q8_0", "q4_0"]
"""How what was read is kept in memory. The shorter ones need flash attention."""

Temperature = Annotated[float, Field(ge=0, le=5, allow_inf_nan=False)]
TopK = Annotated[int, Field(ge=0)]
TopP = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
MinP = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
RepeatPenalty = Annotated[float, Field(gt=0, le=5, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, lt=2**32 - 1)]
MaxTokens = Annotated[int, Field(ge=1)]

Thinking = Annotated[int, Field(ge=0)] | Literal["off", "auto", "low", "medium", "high"]
"""How much a model thinks before it answers: tokens, an effort, or as it is used to (`auto`)."""

PER_ANSWER: Final[dict[str, JsonValue]] = {"per_answer": True}
"""Marks what is chosen for one answer and is no setting."""


class Constraint(Value):
    """Constraint on an answer, letter for letter: no other token is ever chosen."""

    kind: Literal["schema", "grammar"]
    """A JSON schema, or a grammar in llama.cpp's GBNF."""
    text: str


class Sampling(Value):
    """Sampling parameters: how the next token is chosen. The names are llama.cpp's."""

    temperature: Temperature = 0.3
    """0 always takes the most likely token."""
    top_k: TopK = 40
    """Keep the k most likely tokens; 0 keeps all."""
    top_p: TopP = 0.95
    """Keep the most likely tokens that together have this probability; 1 keeps all."""
    min_p: MinP = 0.05
    """Keep tokens at least this likely, compared with the most likely one; 0 keeps all."""
    repeat_penalty: RepeatPenalty = 1.1
    """Above 1, tokens that were used lately become less likely; 1 changes nothing."""
    seed: Seed | None = None
    """None draws a new one for every answer."""
    max_tokens: MaxTokens | None = None
    """The longest answer, in tokens; None is bounded by the context window alone."""
    thinking: Thinking | None = None
    """How much a reasoning model thinks before it answers: off, auto, low, medium, high, or a
    number of tokens; 0 is off, None and auto leave it to the model."""
    constraint: Annotated[Constraint | None, Field(json_schema_extra=PER_ANSWER)] = None
    """None lets the model write what it likes."""


class SamplingChanges(Value):
    """Changes of `Sampling` by a prompt or a conversation; None leaves a field as it is."""

    temperature: Temperature | None = None
    top_k: TopK | None = None
    top_p: TopP | None = None
    min_p: MinP | None = None
    repeat_penalty: RepeatPenalty | None = None
    seed: Seed | None = None
    max_tokens: MaxTokens | None = None
    thinking: Thinking | None = None

    def over(self, sampling: Sampling) -> Sampling:
        """`sampling` with these changes made."""
        return sampling.model_copy(update=self.model_dump(exclude_none=True))


class AdapterUse(Value):
    """A LoRA adapter that a model is run with."""

    name: str
    """As the catalog calls it, or the path of its file."""
    scale: Annotated[float, Field(ge=-10, le=10, allow_inf_nan=False)] = 1.0
    """How much of it: 0 is nothing, 1 what it was trained for."""

    def __str__(self) -> str:
        """In few words, such as `formal ×0.8`."""
        name = PurePath(self.name).stem if self.name.startswith("/") else self.name
        return name if self.scale == 1 else f"{name} ×{self.scale:g}"
