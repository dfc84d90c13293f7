"""Requests and replies between a front end and the engine worker, one request per connection."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, unquote_to_bytes

from pydantic import Field, TypeAdapter

from assistant.core.values.base import BUILT_WHEN_USED, Value
from assistant.core.values.conversation import ChatMessage, Keep
from assistant.core.values.events import (
    Finished,
    Loaded,
    Loading,
    PrefillProgress,
    Queued,
    Thought,
    Wrote,
)
from assistant.core.values.models import RenderedPrompt, TokenCounts
from assistant.core.values.sampling import Sampling, Thinking
from assistant.engine.options import LoadOptions
from assistant.ipc.messages import Failed, Leaving, encodable


class _File(Value):
    quoted_path: str
    """Percent-encoded: a path may hold bytes that are no text in any encoding."""

    @property
    def path(self) -> Path:
        return Path(os.fsdecode(unquote_to_bytes(self.quoted_path)))


class AdapterFile(_File):
    """A LoRA adapter and how much of it."""

    scale: float

    @classmethod
    def of(cls, path: Path, scale: float) -> "AdapterFile":
        return cls(quoted_path=quote(os.fsencode(path)), scale=scale)


class ModelTarget(_File):
    """The model a request is meant for, and what it is run with."""

    name: str
    options: LoadOptions
    adapters: tuple[AdapterFile, ...] = ()
    """Of the request: others do not have the model loaded again."""

    @classmethod
    def of(
        cls, name: str, path: Path, options: LoadOptions, adapters: Sequence[AdapterFile] = ()
    ) -> "ModelTarget":
        return cls(
            name=encodable(name),
            quoted_path=quote(os.fsencode(path)),
            options=options,
            adapters=tuple(adapters),
        )


class _ModelRequest(Value):
    target: ModelTarget
    yields: bool = False
    """Whether it lets all others pass that do not; an answer that is being written ends for them,
    `stopped`, and is gone on with later."""


class Load(_ModelRequest):
    """Bring the model into memory. Answered by `Loaded`."""

    kind: Literal["load"] = "load"
    window: int | None = None
    """Tokens that its window should have, where it can grow."""


class Count(_ModelRequest):
    """Count the tokens of messages. Answered by `Counted`."""

    kind: Literal["count"] = "count"
    messages: tuple[ChatMessage, ...]
    thinking: Thinking | None = None
    formed: bool = False
    """Whether the answer has to have a form."""


class Render(_ModelRequest):
    """Show the prompt of messages. Answered by `Rendered`."""

    kind: Literal["render"] = "render"
    messages: tuple[ChatMessage, ...]
    thinking: Thinking | None = None
    formed: bool = False
    """Whether the answer has to have a form."""


class Generate(_ModelRequest):
    """Write an answer. Answered by `PrefillProgress` and `Wrote`, and `Finished` at last."""

    kind: Literal["generate"] = "generate"
    messages: tuple[ChatMessage, ...]
    sampling: Sampling
    keep: Keep = "disk"


EngineRequest = Load | Count | Render | Generate
requests: TypeAdapter[EngineRequest] = TypeAdapter(
    Annotated[EngineRequest, Field(discriminator="kind")],
    config=BUILT_WHEN_USED,
)


class BenchRequest(Value):
    """What a process of its own is to measure."""

    target: ModelTarget
    quick: bool
    runtime: str
    """The folder in which others are told that the machine is needed."""


class Counted(Value):
    kind: Literal["counted"] = "counted"
    measure: TokenCounts


class Rendered(Value):
    kind: Literal["rendered"] = "rendered"
    prompt: RenderedPrompt


Reply = (
    Queued
    | Loading
    | Loaded
    | PrefillProgress
    | Thought
    | Wrote
    | Finished
    | Counted
    | Rendered
    | Failed
)
replies: TypeAdapter[Reply | Leaving] = TypeAdapter(
    Annotated[Reply | Leaving, Field(discriminator="kind")],
    config=BUILT_WHEN_USED,
)
