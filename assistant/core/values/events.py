"""Turn events, in the order in which they happen.

A front end matches on these. Failures are not events: the generator raises an AssistantError
after everything worth keeping was stored. Those of the engine cross the wire and are checked; the
others never leave the process.
"""

from typing import TYPE_CHECKING, Literal, NamedTuple

from assistant.core.values.base import Value
from assistant.core.values.conversation import (
    Citation,
    Message,
    Overflow,
    StopReason,
    Timings,
    Usage,
)
from assistant.core.values.models import ModelInfo

if TYPE_CHECKING:
    from assistant.core.values.context import ContextPlan
    from assistant.core.values.documents import Passage
    from assistant.core.values.library import NearestSentence, SearchResult


class Queued(Value):
    """The engine is busy with others; `ahead` requests come first."""

    kind: Literal["queued"] = "queued"
    ahead: int


class Loading(Value):
    """The model is being loaded. `done` goes from 0 to 1."""

    kind: Literal["loading"] = "loading"
    model: str
    done: float
    window: int = 0
    """Tokens, when it is in memory and only its window grows."""


class Loaded(Value):
    """The model is in memory."""

    kind: Literal["loaded"] = "loaded"
    info: ModelInfo
    loads: int = 0
    """How often the engine has loaded a model since it was started."""


class PrefillProgress(Value):
    """Prefill: the prompt is being read. `cached` of the `total` tokens need no reading."""

    kind: Literal["reading"] = "reading"
    done: int
    total: int
    cached: int


class Wrote(Value):
    """The next piece of the answer: whole characters, never half of one."""

    kind: Literal["wrote"] = "wrote"
    text: str


class Thought(Value):
    """The next piece of what a reasoning model thinks before it answers; no part of the answer."""

    kind: Literal["thought"] = "thought"
    text: str


class CardFailed(Value):
    """A graphics card ended the engine; what follows is computed by the processor."""

    kind: Literal["card_failed"] = "card_failed"
    card: str


class Finished(Value):
    """The engine ended the answer; it is checked and stored next."""

    kind: Literal["finished"] = "finished"
    reason: StopReason
    usage: Usage
    timings: Timings


ModelEvent = Queued | Loading | Loaded | PrefillProgress | Thought | Wrote | CardFailed | Finished
"""What `ChatModel.stream` yields: `Finished` is the last."""


class Asked(NamedTuple):
    """The question is on disk and so is the (still empty) answer.

    `question` is None when an answer without a question is continued.
    """

    question: Message | None
    answer: Message


class Searching(NamedTuple):
    """The user's files are being searched."""

    unread: bool = False
    """None of them has been read yet; the turn waits for the job that does it."""


class Retrieved(NamedTuple):
    """The user's files were searched. `used` of the passages found go into the prompt."""

    result: "SearchResult"
    used: "tuple[Passage, ...]"
    collections: tuple[str, ...] | None = None
    """Where; None is everywhere, empty means that the files came with the question."""


class SectionRead(NamedTuple):
    """A part of a document is being read to be summed up: `done` of `total` are read."""

    done: int
    total: int
    seconds_left: float | None = None
    """For what is left; None while that cannot be told."""
    name: str = ""
    """The heading of the section, or the name of the document."""
    pages: tuple[int, int] | None = None
    """The first and the last page of the section."""


class Cited(NamedTuple):
    """The citations of what is written so far, where they are checked as it is written."""

    citations: tuple[Citation, ...]


class Summarised(Value):
    """Documents are summed up, or as much of them as there was time for."""

    kind: Literal["summarised"] = "summarised"
    parts: int
    """Of the documents."""
    read: int
    """Of those, what was read now; what is neither that nor left was known."""
    left: int
    """Of those, what was not reached."""
    written: int
    """Sentences that the model wrote."""
    supported: int
    """Of those, the ones that the documents support; only these are shown."""


class ContextPlanned(NamedTuple):
    """The context plan is made: what goes into the window and what is left out."""

    plan: "ContextPlan"
    outgrown: Overflow | None = None
    """What became of the oldest turns, where the conversation outgrew the window just now."""


class Answered(NamedTuple):
    """The answer is complete, or was stopped, and is on disk."""

    message: Message
    saying: "NearestSentence | None" = None
    """What the files say, where they bear out no sentence of the answer."""


TurnEvent = (
    Asked
    | Searching
    | Retrieved
    | SectionRead
    | Cited
    | Summarised
    | ContextPlanned
    | Queued
    | Loading
    | Loaded
    | PrefillProgress
    | Thought
    | Wrote
    | CardFailed
    | Finished
    | Answered
)
