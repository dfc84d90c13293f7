"""Turn progress: the answer in the transcript, its state in the status line."""

from collections.abc import Sequence
from typing import Final

from assistant.core.errors import AssistantError, ConsentError, ModelError
from assistant.core.values.conversation import Message
from assistant.core.values.events import (
    Answered,
    CardFailed,
    ContextPlanned,
    Loaded,
    Loading,
    PrefillProgress,
    Queued,
    Retrieved,
    Searching,
    SectionRead,
    Summarised,
    Thought,
    TurnEvent,
    Wrote,
)
from assistant.core.values.models import ModelInfo
from assistant.core.wording import card_failed_text, device_text, section_progress, summarised_text
from assistant.language.messages import _, localized
from assistant.tui.chat.status_line import StatusLine
from assistant.tui.chat.turns import RunningTurn
from assistant.tui.toolkit import text
from assistant.tui.toolkit.notice import Notice, hint_of
from assistant.tui.transcript.headings import OUTGROWN_TEXTS
from assistant.tui.transcript.transcript import TranscriptView

TURN_PHASES: Final = (
    "queued",
    "searching",
    "unread",
    "reading",
    "thinking",
    "writing",
    "summarising",
)
"""Phases of a turn; they mean nothing in another conversation."""


class TurnProgress:
    """Shows the events of the turn of the shown conversation."""

    def __init__(self, transcript: TranscriptView, status: StatusLine, notice: Notice) -> None:
        self._transcript = transcript
        self._status = status
        self._notice = notice
        self._told: set[str] = set()
        """Files of models whose template was told to be of no use."""
        self._has_failed = False
        """Whether an error that is shown is that of one turn, and not of the model: it means
        nothing in another conversation."""

    def say_missing(self, mentioned: Sequence[str]) -> None:
        """Say which mentions of a question look like files and are none."""
        if mentioned:
            names = ", ".join(f"@{name}" for name in mentioned)
            told = text.line(
                _("File not found: {names}. The question was sent as typed.", names=names), 300
            )
            self._notice.say(told, seconds=10)

    def begin(self, messages: Sequence[Message], turn: RunningTurn | None) -> None:
        """Show the usage of the last answer, or the running turn, of another conversation."""
        last = next((message for message in reversed(messages) if message.usage), None)
        self._show_usage(last)
        self._status.set_status(is_running=turn is not None)
        if turn is not None and turn.latest is not None:
            self._show_event(turn, turn.latest)
        elif turn is None and (self._has_failed or self._status.status.phase in TURN_PHASES):
            self._status.set_status(phase="ready")
        self._has_failed = False

    async def advance(self, turn: RunningTurn, events: Sequence[TurnEvent]) -> None:
        """Show the events of a batch."""
        for event in events:
            if not isinstance(event, Thought | Wrote):
                self._show_event(turn, event)
            if isinstance(event, ContextPlanned):
                self._show_outgrown(event)
            if isinstance(event, Retrieved) and event.used and turn.answer:
                self._transcript.expect_check(turn.answer.id)
            if isinstance(event, Retrieved) and event.result.excerpted:
                self._notice.say(text.line(event.result.excerpted_text, 400), seconds=15)
            if isinstance(event, Summarised):
                self._notice.say(text.muted(summarised_text(event)), seconds=10)
            if isinstance(event, Answered):
                await self._transcript.finish_message(event.message)
                self._show_usage(event.message)
        if turn.answer and any(isinstance(event, Thought) for event in events):
            self._transcript.show_reasoning(turn.answer.id, turn.thought)
            if isinstance(turn.latest, Thought):
                self._show_event(turn, turn.latest)
        if turn.answer and any(isinstance(event, Wrote) for event in events):
            await self._transcript.write(turn.answer.id, turn.text)
            if isinstance(turn.latest, Wrote) and not turn.is_summary:
                self._show_event(turn, turn.latest)

    def show_loading(self, event: Queued | Loading | Loaded) -> None:
        """Show how far the model is loaded while nothing is asked."""
        match event:
            case Queued(ahead=ahead):
                self._status.set_status(phase="queued", done=ahead)
            case Loading(window=window) if window:
                self._status.set_status(phase="growing", total=window)
            case Loading(done=done):
                self._status.set_status(phase="loading", done=done)
            case Loaded(info=info):
                self._show_model(info)
                self._status.set_status(phase="ready")

    def show_load_failure(self, failure: AssistantError) -> None:
        """Show that the model cannot be used, or not yet."""
        if isinstance(failure, ConsentError) and failure.model:
            # It is asked for with the first question.
            self._status.set_status(phase="ready")
            self._notice.say(text.line(localized(failure.message), 300))
            return
        self._status.set_status(phase="error")
        self._has_failed = False
        # What is wrong is said as long as it is: nothing was asked yet that could fail.
        self._notice.fail(failure, stays=True)

    async def end(self, failure: AssistantError | None, answer: Message | None) -> None:
        """Show the end of the turn; a failure below the answer, or above the prompt."""
        self._status.set_status(is_running=False)
        self._has_failed = failure is not None and not isinstance(failure, ModelError)
        if failure is None:
            return
        self._status.set_status(phase="error", speed=0.0, cached=0, new=0)
        if answer is not None:
            self._notice.end()
            failed = answer.model_copy(update={"state": "failed", "error": failure.message})
            await self._transcript.finish_message(failed, hint_of(failure))
        else:
            self._notice.fail(failure)

    def _show_event(self, turn: RunningTurn, event: TurnEvent) -> None:
        self._status.set_status(is_running=True)
        match event:
            case Searching(unread=unread):
                self._status.set_status(phase="unread" if unread else "searching")
            case Queued(ahead=ahead):
                self._status.set_status(phase="queued", done=ahead)
            case Loading(window=window) if window:
                self._status.set_status(phase="growing", total=window)
            case Loading(done=done):
                self._status.set_status(phase="loading", done=done)
            case Loaded(info=info):
                self._show_model(info)
                self._status.set_status(phase="reading", total=0)
            case ContextPlanned(plan=plan):
                self._status.set_status(used=plan.prompt_tokens, window=plan.window)
            case CardFailed():
                self._notice.say(text.line(card_failed_text(event), 400), error=True, seconds=15)
            case SectionRead():
                self._status.set_status(phase="summarising", told=section_progress(event))
            case PrefillProgress(done=done, total=total, cached=cached):
                self._status.set_status(
                    phase="reading",
                    done=done,
                    total=total,
                    cached=cached,
                    new=total - cached,
                    left=turn.reading_left,
                )
            case Thought() | Wrote():
                phase = "writing" if isinstance(event, Wrote) else "thinking"
                used = turn.prompt_tokens + turn.pieces
                self._status.set_status(phase=phase, used=used, speed=turn.speed)
            case Answered():
                self._status.set_status(phase="ready", is_running=False)

    def _show_model(self, info: ModelInfo) -> None:
        self._notice.end()
        problem = info.template_problem
        self._status.set_status(
            model=info.name,
            window=info.context_window,
            template_problem=problem,
            device=device_text(info.device) if info.device else "",
            device_short=info.device.short if info.device else "",
        )
        if problem and info.path not in self._told:
            self._told.add(info.path)
            self._notice.say(
                text.line(f"{info.name}: {localized(problem)}.", 400), error=True, seconds=15
            )

    def _show_usage(self, message: Message | None) -> None:
        if message is None or message.usage is None:
            self._status.set_status(used=0, speed=0.0, cached=0, new=0)
            return
        cached = message.usage.cached_tokens
        new = message.usage.prompt_tokens - cached
        used = message.usage.prompt_tokens + message.usage.completion_tokens
        speed = message.timings.tokens_per_second if message.timings else 0.0
        self._status.set_status(used=used, speed=speed, cached=cached, new=new)

    def _show_outgrown(self, event: ContextPlanned) -> None:
        """The first time only; below the answer it can be read later."""
        if event.outgrown is not None:
            self._notice.say(text.muted(OUTGROWN_TEXTS[event.outgrown]), seconds=10)
