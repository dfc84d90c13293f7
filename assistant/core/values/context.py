"""What goes into the window: tokens per part, what is left out, and why.

The system prompt, the newest question and the answer's reserve always go in. When the rest does
not fit, whole turns leave, oldest first; where there is a summary of older turns it takes their
place. Turns that are pinned stay as long as there is room beside the question: before one of them
the summary and the prompt's examples leave. Turns that are excluded never go in.

The key/value cache is valid only as long as the prompt keeps its beginning, so the first turn
that stays must not move with every question. Turns therefore leave in blocks: the cut falls on a
turn that begins a new block of `BLOCK_CHARS` characters, counted from the conversation's start.
"""

from typing import Final, Literal

from assistant.core.values.base import Value
from assistant.core.values.conversation import ChatMessage, Overflow, Placing

OLDER: Final = "older than what fits the window"
EXCLUDED: Final = "excluded by you"
SUMMARISED: Final = "told in the summary"
NO_ROOM_BESIDE_QUESTION: Final = "no room beside the question"
NO_ROOM_FOR_PINNED: Final = "pinned, but there is no room for it"

WHAT_WAS_SAID: Final = "What have we said so far?"
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
            ChatMessage(role="user", content=WHAT_WAS_SAID),
            ChatMessage(role="assistant", content=self.text),
        )


class Part(Value):
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
    """What the model will read, and what it will not."""

    messages: tuple[ChatMessage, ...]
    parts: tuple[Part, ...]
    prompt_tokens: int
    """Everything the model reads, the template's own text included."""
    window: int
    reserve: int
    needed: int = 0
    """Tokens of a window in which nothing would be left out for want of room, about; 0 where
    nothing was."""

    @property
    def left_out(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if not part.included)

    @property
    def outgrown(self) -> Overflow | None:
        """What became of turns that did not fit; None where all did that may go in."""
        reasons = {part.reason for part in self.parts if part.kind == "turn"}
        if SUMMARISED in reasons:
            return "summarise"
        return "leave_out" if reasons & {OLDER, NO_ROOM_FOR_PINNED} else None
