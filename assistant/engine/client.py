"""Engine client: the chat model of a front end, whose work happens in the worker."""

import os
import signal
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from threading import Event
from time import monotonic, perf_counter

from assistant.core.errors import EngineDiedError, EngineError, EngineStartError
from assistant.core.values.conversation import ChatMessage, Keep, Timings, Usage
from assistant.core.values.events import (
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
from assistant.ipc.messages import Cancel, encodable
from assistant.ipc.request import Requester, WorkerErrors

CANCEL_TIMEOUT = 2.0
"""Seconds the worker has to obey a stop before it is killed."""


class LlamaChatModel:
    """A chat model in the engine worker. Safe to use from several threads."""

    def __init__(
        self, joiner: Joiner, target: ModelTarget, adapters: Sequence[AdapterUse] = ()
    ) -> None:
        self._requester: Requester[Reply] = Requester(
            joiner,
            replies,
            WorkerErrors("engine", EngineStartError, EngineDiedError),
            waiting=Queued(ahead=1),
            tries=2,
        )
        self._target = target
        self._adapters = tuple(adapters)

    @property
    def name(self) -> str:
        """See `ChatModel.name`."""
        return self._target.name

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
        """See `ChatModel.load`."""
        request = Load(target=self._target, window=window)
        with closing(self._ask(request, stop)) as answers:
            for reply in answers:
                if isinstance(reply, Queued | Loading | Loaded):
                    yield reply

    def measure(
        self, messages: Sequence[ChatMessage], thinking: Thinking | None = None
    ) -> TokenCounts:
        """See `ChatModel.measure`."""
        request = Count(target=self._target, messages=_clean(messages), thinking=thinking)
        for reply in self._ask(request, Event()):
            if isinstance(reply, Counted):
                return reply.measure
        raise EngineError("The engine did not count the tokens.", "Ask again.")

    def render(
        self, messages: Sequence[ChatMessage], thinking: Thinking | None = None
    ) -> RenderedPrompt:
        """See `ChatModel.render`."""
        request = Render(target=self._target, messages=_clean(messages), thinking=thinking)
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
        """See `ChatModel.stream`. Closing the generator stops the answer, too."""
        request = Generate(
            target=self._target, messages=_clean(messages), sampling=sampling, keep=keep
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
        return self._requester.ask(
            lambda connection: _EngineConversation(connection, request), stop
        )


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
            return f" while loading {self.request.target.path}", "Choose another model"
        return "", "Ask again to restart it"


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
