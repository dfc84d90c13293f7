"""Running turns in threads of their own, one per conversation at a time, and the queue."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from io import StringIO
from time import monotonic
from typing import Final

from textual.message import Message

from assistant.core.errors import AssistantError
from assistant.core.grounding.unconfirmed import StreamedMarks
from assistant.core.turn.chat import Chat
from assistant.core.turn.requests import Ask, Request
from assistant.core.values import conversation
from assistant.core.values.events import (
    Asked,
    ContextPlanned,
    PrefillProgress,
    Retrieved,
    SectionRead,
    Thought,
    TurnEvent,
    Wrote,
)
from assistant.tui.toolkit.threads import Report, Stream

MIN_READING_SECONDS: Final = 0.5
"""Seconds of reading after which it is told how long the rest takes."""


@dataclass(eq=False)
class RunningTurn:
    """State of a running turn; touched by the screen's thread alone but for `stop`."""

    conversation_id: str
    request: Request
    answer: conversation.Message | None = None
    began: float = field(default_factory=monotonic)
    pieces: int = 0
    prompt_tokens: int = 0
    writing_since: float = 0.0
    reading_left: float = 0.0
    """Seconds of reading the prompt that are left; 0 while too little is read to tell."""
    goes_on: bool = False
    """Whether the answer is gone on with as soon as it is stored."""
    is_summary: bool = False
    """Whether documents are summed up: what is told is how far that is."""
    latest: TurnEvent | None = None
    stream: Stream[TurnEvent] | None = None
    _thought: StringIO = field(default_factory=StringIO)
    _written: StringIO = field(default_factory=StringIO)
    _reading_began: tuple[float, int] | None = None
    """When the prompt was begun to be read, and behind how many tokens."""
    _marks: StreamedMarks | None = None
    """Of an answer to which passages were read."""

    def apply(self, event: TurnEvent) -> None:
        """Apply an event to the state."""
        self.latest = event
        match event:
            case Asked(answer=answer):
                self.answer = answer
                self._written.write(answer.text)
                self._thought.write(answer.reasoning)
            case SectionRead():
                self.is_summary = True
            case ContextPlanned(plan=plan):
                self.prompt_tokens = plan.prompt_tokens
            case PrefillProgress(done=done, total=total):
                self._read(done, total)
            case Thought(text=text):
                self.writing_since = self.writing_since or monotonic()
                self._thought.write(text)
                self.pieces += 1
            case Retrieved(used=used) if used:
                self._marks = StreamedMarks()
            case Wrote(text=text):
                self.writing_since = self.writing_since or monotonic()
                self._written.write(self._marks.feed(text) if self._marks else text)
                self.pieces += 1

    def _read(self, done: int, total: int) -> None:
        began, before = self._reading_began = self._reading_began or (monotonic(), done)
        elapsed = monotonic() - began
        is_known = done > before and elapsed > MIN_READING_SECONDS
        self.reading_left = elapsed / (done - before) * (total - done) if is_known else 0.0

    def stop(self) -> None:
        """Ask it to stop."""
        if self.stream is not None:
            self.stream.stop.set()

    @property
    def quotes_files(self) -> bool:
        """Whether passages were found that go with the question."""
        return self._marks is not None

    @property
    def text(self) -> str:
        """The answer so far."""
        return self._written.getvalue()

    @property
    def thought(self) -> str:
        """What the model has thought so far."""
        return self._thought.getvalue()

    @property
    def speed(self) -> float:
        """Tokens per second since the first one; 0 while there are too few to tell."""
        elapsed = monotonic() - self.writing_since
        return (self.pieces - 1) / elapsed if self.pieces > 2 and elapsed > 0.2 else 0.0


class TurnAdvanced(Message):
    """A turn made progress; its state is up to date."""

    def __init__(self, turn: RunningTurn, events: Sequence[TurnEvent]) -> None:
        super().__init__()
        self.turn = turn
        self.events = tuple(events)


class TurnEnded(Message):
    """A turn ended; `failure` is the reason when it failed."""

    def __init__(self, turn: RunningTurn, failure: AssistantError | None) -> None:
        super().__init__()
        self.turn = turn
        self.failure = failure


class RunningTurns:
    """Running turns, and the questions in line behind them."""

    def __init__(
        self,
        chat: Chat,
        post: Callable[[Message], object],
        report: Report,
    ) -> None:
        self.starting: Callable[[], object] = lambda: None
        """Called when a turn is about to begin."""
        self._chat = chat
        self._post = post
        self._report = report
        self._running: dict[str, RunningTurn] = {}
        self._waiting: defaultdict[str, list[Ask]] = defaultdict(list)

    @property
    def is_idle(self) -> bool:
        """Whether no turn runs in any conversation."""
        return not self._running

    def running(self, conversation_id: str | None) -> RunningTurn | None:
        """Running turn of this conversation; None without one."""
        return self._running.get(conversation_id or "")

    def start(self, conversation_id: str, request: Request) -> RunningTurn:
        """Begin a turn; there must be none running in this conversation."""
        assert conversation_id not in self._running
        self.starting()
        turn = RunningTurn(conversation_id, request)
        self._running[conversation_id] = turn
        turn.stream = Stream(
            partial(self._chat.turn, request),
            partial(self._advance, turn),
            partial(self._end, turn),
            self._report,
        )
        return turn

    def ended(self, turn: RunningTurn) -> None:
        """Let another turn begin: all that this one did is shown by now."""
        del self._running[turn.conversation_id]

    def stop(self, conversation_id: str | None) -> bool:
        """Stop the running turn.

        Returns: whether there was one.
        """
        turn = self.running(conversation_id)
        if turn:
            turn.stop()
        return turn is not None

    def stop_all(self) -> None:
        """Ask every turn to stop."""
        for turn in self._running.values():
            turn.stop()

    def finish(self, seconds: float) -> None:
        """Stop everything and wait until it is on disk, but no longer than `seconds`."""
        self.stop_all()
        deadline = monotonic() + seconds
        for turn in self._running.values():
            if turn.stream is not None:
                turn.stream.wait(max(deadline - monotonic(), 0))

    def wait_in_line(self, question: Ask) -> None:
        """Queue a question until the running turn is over."""
        self._waiting[question.conversation_id].append(question)

    def waiting(self, conversation_id: str | None) -> Sequence[str]:
        """Questions in line, the next one first."""
        return tuple(question.text for question in self._waiting.get(conversation_id or "", ()))

    def next(self, conversation_id: str) -> Ask | None:
        """Take the next question out of the line; None when it is empty."""
        line = self._waiting.get(conversation_id)
        return line.pop(0) if line else None

    def forget_line(self, conversation_id: str) -> None:
        """Ask none of the questions in line; they stay in the conversation's draft."""
        self._waiting.pop(conversation_id, None)

    def _advance(self, turn: RunningTurn, events: Sequence[TurnEvent]) -> None:
        for event in events:
            turn.apply(event)
        self._post(TurnAdvanced(turn, events))

    def _end(self, turn: RunningTurn, failure: AssistantError | None) -> None:
        self._post(TurnEnded(turn, failure))
