"""Outcome of a turn so far: state, usage, timings, citations, as stored with its answer."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from assistant.core.errors import AssistantError
from assistant.core.values.conversation import Citation, MessageState, StopReason, Timings, Usage
from assistant.core.values.events import (
    Cited,
    ContextPlanned,
    Finished,
    Loaded,
    ModelEvent,
    Retrieved,
    Searching,
    SectionRead,
    Summarised,
    Thought,
    Wrote,
)

if TYPE_CHECKING:
    from assistant.core.values.documents import Passage
    from assistant.core.values.library import NearestSentence

STORE_REASONING_SECONDS = 1.0
"""Seconds."""

Writing = Searching | Retrieved | SectionRead | Cited | Summarised | ContextPlanned | ModelEvent
"""What happens while an answer is written."""


class ReasoningBuffer:
    """Reasoning text so far, stored again at most once a second."""

    def __init__(self, before: str = "") -> None:
        """Args:
        before: what was thought already, of an answer that is gone on with.
        """
        self._pieces = [before] if before else []
        self._stored = perf_counter()

    @property
    def text(self) -> str:
        """All of it so far."""
        return "".join(self._pieces)

    def add(self, text: str) -> None:
        self._pieces.append(text)

    def end(self) -> None:
        """The answer begins: white space before it is no part of the reasoning."""
        self._pieces = [self.text.rstrip()]

    def is_due_for_storage(self) -> bool:
        """Whether it should be stored now; if so, the next time is a second later."""
        now = perf_counter()
        if now - self._stored < STORE_REASONING_SECONDS:
            return False
        self._stored = now
        return True


class TurnOutcome:
    """Outcome of a turn so far; a turn that is abandoned counts as stopped."""

    def __init__(self, thoughts: str = "") -> None:
        """Args:
        thoughts: what was thought already, of an answer that is gone on with.
        """
        self.state: MessageState = "stopped"
        self.stop_reason: StopReason | None = "stopped"
        self.usage: Usage | None = None
        self.error: str | None = None
        self.used: tuple[Passage, ...] = ()
        self.citations: tuple[Citation, ...] = ()
        self.is_checked = False
        """Whether the answer was checked as it was written."""
        self.saying: NearestSentence | None = None
        self.reasoning = ReasoningBuffer(thoughts)
        self._started = perf_counter()
        self._load_ms = 0.0
        self._first_token_ms = self._first_written_ms = 0.0
        self._engine = Timings()

    def record(self, event: Writing) -> None:
        """Record an event of the turn."""
        match event:
            case Retrieved(used=used):
                self.used = used
            case Cited(citations=citations):
                self.citations, self.is_checked = citations, True
            case Loaded():
                self._load_ms = self._elapsed_ms()
            case Thought(text=text):
                self._first_token_ms = self._first_token_ms or self._elapsed_ms()
                self.reasoning.add(text)
            case Wrote():
                if not self._first_written_ms:
                    self._first_written_ms = self._elapsed_ms()
                    self.reasoning.end()
                self._first_token_ms = self._first_token_ms or self._first_written_ms
            case Finished(reason=reason, usage=usage, timings=timings):
                self.state = "stopped" if reason == "stopped" else "complete"
                self.stop_reason = reason
                self.usage = usage
                self._engine = timings
            case _:
                pass

    def fail(self, failure: AssistantError) -> None:
        """Record that the turn failed."""
        self.state, self.stop_reason, self.error = "failed", None, failure.message

    def timings(self) -> Timings:
        """Timings of the engine, completed by those that only the front end can see."""
        return self._engine.model_copy(
            update={
                "load_ms": self._load_ms,
                "first_token_ms": self._first_token_ms,
                "total_ms": self._elapsed_ms(),
            }
        )

    def _elapsed_ms(self) -> float:
        return (perf_counter() - self._started) * 1000


def finished_without_model(usage: Usage | None = None) -> Finished:
    """The end of an answer for which no model was asked; `usage` is that of the one it edits."""
    nothing = Usage(prompt_tokens=0, cached_tokens=0, completion_tokens=0)
    return Finished(reason="end", usage=usage or nothing, timings=Timings())
