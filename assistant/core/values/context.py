"""ContextPlan: the parts of the window, what is left out of it, and the reasons."""

from typing import Final, Literal

from assistant.core.values.base import Value
from assistant.core.values.conversation import ChatMessage, Overflow, Placing
from assistant.language.messages import N_

OLDER: Final = N_("too old to fit the window")
EXCLUDED: Final = N_("excluded by you")
SUMMARISED: Final = N_("covered by the summary")
NO_ROOM_BESIDE_QUESTION: Final = N_("did not fit beside the question")
NO_ROOM_FOR_PINNED: Final = N_("pinned, but did not fit")

RECAP_QUESTION: Final = "What have we said so far?"
"""What the model is shown as asked for, so that a summary is an answer like any other: a template
may allow nothing but questions and answers in turn."""

PartKind = Literal["system", "examples", "summary", "turn", "question"]


class Turn(Value):
    """A question and its answer, as they were sent."""

    message_ids: tuple[str, ...]
    messages: tuple[ChatMessage, ...]
    place: int = 0
    """Of the question, on the path from the conversation's first message."""
    placing: Placing | None = None

    @property
    def chars(self) -> int:
        return sum(len(message.content) for message in self.messages)


class Recap(Value):
    """A summary that may stand for older turns."""

    message_id: str
    """The answer that it is kept with."""
    text: str
    covers: frozenset[int]
    """Places of the turns that it speaks of."""

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        return (
            ChatMessage(role="user", content=RECAP_QUESTION),
            ChatMessage(role="assistant", content=self.text),
        )


class ContextPart(Value):
    """One part of the window, or of what was left out of it."""

    kind: PartKind
    message_ids: tuple[str, ...] = ()
    tokens: int
    """Exact for what is included; estimated for old turns that were never worth counting."""
    included: bool = True
    reason: str = ""
    """Why it is not included."""
    placing: Placing | None = None


class ContextPlan(Value):
    """Plan of the window: what the model will read, and what it will not."""

    messages: tuple[ChatMessage, ...]
    parts: tuple[ContextPart, ...]
    prompt_tokens: int
    """Everything the model reads, the template's own text included."""
    window: int
    reserve: int
    needed: int = 0
    """Tokens of a window in which nothing would be left out for want of room, about; 0 where
    nothing was."""

    @property
    def left_out(self) -> tuple[ContextPart, ...]:
        return tuple(part for part in self.parts if not part.included)

    @property
    def outgrown(self) -> Overflow | None:
        """What became of turns that did not fit; None where all did that may go in."""
        reasons = {part.reason for part in self.parts if part.kind == "turn"}
        if SUMMARISED in reasons:
            return "summarise"
        return "leave_out" if reasons & {OLDER, NO_ROOM_FOR_PINNED} else None
