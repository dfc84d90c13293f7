"""How a turn has gone so far, as it is stored with its answer."""

from time import perf_counter

from assistant.core.errors import AssistantError
from assistant.core.values.conversation import Citation, MessageState, StopReason, Timings, Usage
from assistant.core.values.documents import Passage
from assistant.core.values.events import (
    Finished,
    Loaded,
    ModelEvent,
    Planned,
    Retrieved,
    Searching,
    Thought,
    Wrote,
)
from assistant.core.values.library import Saying

REASONING_STORED_EVERY = 1.0
"""Seconds."""

Writing = Searching | Retrieved | Planned | ModelEvent
"""What happens while an answer is written."""


class Reasoning:
    """What was thought so far, and when it is to be stored again."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._stored = perf_counter()

    @property
    def text(self) -> str:
        return "".join(self._pieces).rstrip()

    def add(self, text: str) -> None:
        self._pieces.append(text)

    def is_due(self) -> bool:
        """Whether the last time is so long ago that a crash would lose too much."""
        now = perf_counter()
        if now - self._stored < REASONING_STORED_EVERY:
            return False
        self._stored = now
        return True


class Outcome:
    """How a turn has gone so far; a turn that is abandoned counts as stopped."""

    def __init__(self) -> None:
        self.state: MessageState = "stopped"
        self.stop_reason: StopReason | None = "stopped"
        self.usage: Usage | None = None
        self.error: str | None = None
        self.used: tuple[Passage, ...] = ()
        self.citations: tuple[Citation, ...] = ()
        self.saying: Saying | None = None
        self.reasoning = Reasoning()
        self._started = perf_counter()
        self._load_ms = 0.0
        self._first_token_ms = 0.0
        self._engine = Timings()

    def note(self, event: Writing) -> None:
        match event:
            case Retrieved(used=used):
                self.used = used
            case Loaded():
                self._load_ms = self._elapsed_ms()
            case Thought(text=text):
                self._first_token_ms = self._first_token_ms or self._elapsed_ms()
                self.reasoning.add(text)
            case Wrote():
                self._first_token_ms = self._first_token_ms or self._elapsed_ms()
            case Finished(reason=reason, usage=usage, timings=timings):
                self.state = "stopped" if reason == "stopped" else "complete"
                self.stop_reason = reason
                self.usage = usage
                self._engine = timings
            case _:
                pass

    def fail(self, failure: AssistantError) -> None:
        self.state, self.stop_reason, self.error = "failed", None, failure.message

    def timings(self) -> Timings:
        """The engine's own figures, completed by what only this side can see."""
        return self._engine.model_copy(
            update={
                "load_ms": self._load_ms,
                "first_token_ms": self._first_token_ms,
                "total_ms": self._elapsed_ms(),
            }
        )

    def _elapsed_ms(self) -> float:
        return (perf_counter() - self._started) * 1000
