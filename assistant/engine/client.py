"""Engine client: the chat model of a front end, whose work happens in the worker."""

import os
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from threading import Event
from time import monotonic, perf_counter, time

from assistant.core.errors import (
    EngineDiedError,
    EngineError,
    EngineStartError,
    ModelMemoryError,
)
from assistant.core.values.conversation import ChatMessage, Keep, Timings, Usage
from assistant.core.values.events import (
    CardFailed,
    Finished,
    Loaded,
    Loading,
    ModelEvent,
    PrefillProgress,
    Queued,
    Thought,
    Wrote,
)
from assistant.core.values.models import RenderedPrompt, TokenCounts
from assistant.core.values.sampling import AdapterUse, Sampling, Thinking
from assistant.engine.cards.faults import card_fault
from assistant.engine.protocol import (
    Count,
    Counted,
    EngineRequest,
    Generate,
    Load,
    ModelTarget,
    Render,
    Rendered,
    Reply,
    replies,
)
from assistant.ipc.frames import encode
from assistant.ipc.join import Connection, Joiner
from assistant.ipc.messages import Cancel, PeerGoneError, encodable
from assistant.ipc.request import Requester, WorkerErrors
from assistant.language.messages import N_

CANCEL_TIMEOUT = 2.0
"""Seconds the worker has to obey a stop before it is killed."""


class LlamaChatModel:
    """A chat model in the engine worker. Safe to use from several threads."""

    def __init__(
        self,
        joiner: Joiner,
        target: ModelTarget,
        adapters: Sequence[AdapterUse] = (),
        *,
        yields: bool = False,
        smaller: Callable[[], str] = str,
    ) -> None:
        """Args:
        yields: whether its requests let all others pass; see `stream`.
        smaller: tells of a smaller model, asked when there is not enough memory for this one.
        """
        self._requester: Requester[Reply] = Requester(
            joiner,
            replies,
            WorkerErrors("engine", EngineStartError, EngineDiedError),
            waiting=Queued(ahead=1),
            tries=2,
        )
        self._runtime = joiner.spec.runtime
        self._target = target
        self._adapters = tuple(adapters)
        self._yields = yields
        self._smaller = smaller

    @property
    def name(self) -> str:
        """See `ChatModel.name`."""
        return self._target.name

    @property
    def host(self) -> str:
        """See `ChatModel.host`."""
        return ""

    @property
    def target(self) -> ModelTarget:
        """What the engine is asked for: the model's file, its adapters, the options of loading."""
        return self._target

    @property
    def adapters(self) -> tuple[AdapterUse, ...]:
        """See `ChatModel.adapters`."""
        return self._adapters

    def load(
        self, stop: Event, *, window: int | None = None
    ) -> Iterator[Queued | Loading | Loaded]:
        """See `ChatModel.load`. A card that ends the engine then is done without."""
        request = Load(target=self._target, yields=self._yields, window=window)
        began = time()
        try:
            yield from self._load(request, stop)
        except EngineDiedError:
            if self._card_that_failed(began) is None:
                raise
            yield from self._load(request, stop)

    def _load(self, request: Load, stop: Event) -> Iterator[Queued | Loading | Loaded]:
        with closing(self._ask(request, stop)) as answers:
            for reply in answers:
                if isinstance(reply, Queued | Loading | Loaded):
                    yield reply

    def _card_that_failed(self, since: float) -> str | None:
        """The graphics card that ended the engine since then; the next engine leaves it alone."""
        fault = card_fault(self._runtime)
        return fault.card if fault is not None and fault.time >= since else None

    def measure(
        self,
        messages: Sequence[ChatMessage],
        thinking: Thinking | None = None,
        *,
        formed: bool = False,
    ) -> TokenCounts:
        """See `ChatModel.measure`."""
        request = Count(
            target=self._target,
            yields=self._yields,
            messages=_clean(messages),
            thinking=thinking,
            formed=formed,
        )
        for reply in self._ask(request, Event()):
            if isinstance(reply, Counted):
                return reply.measure
        raise EngineError("The engine did not count the tokens.", "Ask again.")

    def render(
        self,
        messages: Sequence[ChatMessage],
        thinking: Thinking | None = None,
        *,
        formed: bool = False,
    ) -> RenderedPrompt:
        """See `ChatModel.render`."""
        request = Render(
            target=self._target,
            yields=self._yields,
            messages=_clean(messages),
            thinking=thinking,
            formed=formed,
        )
        for reply in self._ask(request, Event()):
            if isinstance(reply, Rendered):
                return reply.prompt
        raise EngineError("The engine did not render the prompt.", "Ask again.")

    def stream(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
        stop: Event,
        *,
        keep: Keep = "disk",
    ) -> Iterator[ModelEvent]:
        """See `ChatModel.stream`. Closing the generator stops the answer, too.

        An answer that yields and has to end for another one is gone on with when that is written;
        one that is held to a form cannot be, and yields to none once it is its turn. A graphics
        card that fails in the middle of it ends the engine; another one goes on without the card.
        """
        so_far = _AnswerSoFar(messages, sampling)
        yields = self._yields and sampling.constraint is None
        while so_far.goes_on and not stop.is_set():
            began = time()
            try:
                for event in self._write(
                    so_far.messages, so_far.sampling, stop, keep, yields=yields
                ):
                    so_far.record(event)
                    if not isinstance(event, Finished):
                        yield event
            except EngineDiedError:
                card = self._card_that_failed(began)
                if card is None or (sampling.constraint is not None and so_far.has_begun):
                    raise
                yield CardFailed(card=card)
                so_far.record_death()
                continue
            if not yields:
                break
        yield so_far.finished()

    def _write(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
        stop: Event,
        keep: Keep,
        *,
        yields: bool,
    ) -> Iterator[ModelEvent]:
        request = Generate(
            target=self._target,
            yields=yields,
            messages=_clean(messages),
            sampling=sampling,
            keep=keep,
        )
        started = perf_counter()
        first = 0.0
        written = 0
        with closing(self._ask(request, stop)) as answers:
            for reply in answers:
                if isinstance(reply, Thought | Wrote):
                    first = first or _milliseconds_since(started)
                    written += 1
                if isinstance(reply, Finished):
                    seen = {"first_token_ms": first, "total_ms": _milliseconds_since(started)}
                    timings = reply.timings.model_copy(update=seen)
                    yield reply.model_copy(update={"timings": timings})
                    return
                if isinstance(reply, ModelEvent):
                    yield reply
        yield _stopped_early(written, first, _milliseconds_since(started))

    def _ask(self, request: EngineRequest, stop: Event) -> Generator[Reply, None, None]:
        """The replies to a request, the last one included; nothing more once stopped."""
        try:
            yield from self._requester.ask(
                lambda connection: _EngineConversation(connection, request), stop
            )
        except ModelMemoryError as failure:
            hint = f"{failure.hint} {self._smaller()}".strip()
            raise ModelMemoryError(failure.message, hint) from None


class _AnswerSoFar:
    """An answer that may have to end for others, and what is asked for to go on with it."""

    def __init__(self, messages: Sequence[ChatMessage], sampling: Sampling) -> None:
        self._asked, self._sampling = tuple(messages), sampling
        self._text = self._thoughts = ""
        self._thought = self._pieces = 0
        self._ended: Finished | None = None
        self._written = 0
        self._started = perf_counter()

    @property
    def goes_on(self) -> bool:
        """Whether there is something left to write."""
        return self._ended is None or self._ended.reason == "stopped"

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """What was asked, and what is written of the answer."""
        if not self.has_begun:
            return self._asked
        *before, last = self._asked
        if last.role != "assistant":
            before, last = [*self._asked], ChatMessage(role="assistant", content="")
        written = ChatMessage(
            role="assistant",
            content=last.content + self._text,
            reasoning=last.reasoning + self._thoughts,
        )
        return (*before, written)

    @property
    def sampling(self) -> Sampling:
        """With what is left of the longest answer that was asked for."""
        most = self._sampling.max_tokens
        if most is None or self._ended is None:
            return self._sampling
        return self._sampling.model_copy(update={"max_tokens": max(most - self._written, 1)})

    @property
    def has_begun(self) -> bool:
        """Whether something is written."""
        return bool(self._text or self._thoughts)

    def record_death(self) -> None:
        """Count what was written until the engine ended: each piece is a token."""
        self.record(_stopped_early(self._pieces, 0, _milliseconds_since(self._started)))

    def record(self, event: ModelEvent) -> None:
        match event:
            case Wrote(text=text):
                self._text += text
                self._pieces += 1
            case Thought(text=text):
                self._thoughts += text
                self._thought += 1
                self._pieces += 1
            case Finished():
                self._written += max(event.usage.completion_tokens - self._thought, 0)
                self._thought = self._pieces = 0
                self._ended = event if self._ended is None else self._joined(self._ended, event)
            case _:
                pass

    def finished(self) -> Finished:
        """The end of all of it."""
        return self._ended or _stopped_early(0, 0, _milliseconds_since(self._started))

    def _joined(self, first: Finished, last: Finished) -> Finished:
        before, after = first.usage, last.usage
        usage = (before if before.prompt_tokens else after).model_copy(
            update={
                name: getattr(before, name) + getattr(after, name)
                for name in ("completion_tokens", "drafted_tokens", "accepted_tokens")
            }
        )
        seen = {
            "first_token_ms": first.timings.first_token_ms or last.timings.first_token_ms,
            "total_ms": _milliseconds_since(self._started),
        }
        timings = last.timings.model_copy(update=seen)
        return last.model_copy(update={"usage": usage, "timings": timings})


class _EngineConversation:
    """A request that is cancelled where it is made; a worker that computes on is killed."""

    def __init__(self, connection: Connection, request: EngineRequest) -> None:
        self.request = request
        self._connection = connection
        self._last: Reply | None = None
        self._deadline: float | None = None

    def received(self, reply: Reply) -> bool:
        """See `Conversation.received`."""
        self._last = reply
        return isinstance(reply, Finished | Loaded | Counted | Rendered)

    def stopped(self) -> bool:
        """See `Conversation.stopped`."""
        if self._deadline is None:
            # One that has ended just now takes no more; what it said is still to be read.
            with suppress(PeerGoneError):
                self._connection.line.send(encode(Cancel()), CANCEL_TIMEOUT)
            self._deadline = monotonic() + CANCEL_TIMEOUT
        return False

    def silent(self) -> bool:
        """See `Conversation.silent`."""
        if self._deadline is None or monotonic() <= self._deadline:
            return False
        # A load may take its time to end; it does so when the connection closes.
        if isinstance(self._last, PrefillProgress | Thought | Wrote):
            _kill(self._connection.peer.pid)
        return True

    def tries_left(self, tries: int) -> int:
        """See `Conversation.tries_left`: what has been answered cannot be answered again."""
        return tries if self._last is None else 0

    def death(self) -> tuple[str, str]:
        """See `Conversation.death`."""
        if isinstance(self._last, Loading):
            path = self.request.target.path
            return N_(f"while loading {path}"), N_("Choose another, smaller model.")
        return "", N_("Ask again to restart it.")


def _clean(messages: Sequence[ChatMessage]) -> tuple[ChatMessage, ...]:
    return tuple(
        ChatMessage(
            role=message.role,
            content=encodable(message.content),
            reasoning=encodable(message.reasoning),
        )
        for message in messages
    )


def _kill(pid: int) -> None:
    """The backstop: native code that does not obey cannot be stopped otherwise."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def _stopped_early(written: int, first: float, total: float) -> Finished:
    return Finished(
        reason="stopped",
        usage=Usage(prompt_tokens=0, cached_tokens=0, completion_tokens=written),
        timings=Timings(first_token_ms=first, total_ms=total),
    )


def _milliseconds_since(started: float) -> float:
    return (perf_counter() - started) * 1000
