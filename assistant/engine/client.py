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
from assistant.core.values.sampling import AdapterUse, Sampling
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
from assistant.ipc.messages import (
    Cancel,
    Failed,
    Leaving,
    PeerGoneError,
    ProtocolError,
    StartError,
    encodable,
)

POLL_SECONDS = 0.02
"""Seconds between two looks at the stop flag while nothing arrives."""

STOP_TIMEOUT = 2.0
"""Seconds the worker has to obey a stop before it is killed."""

SEND_TIMEOUT = 30.0


class LlamaChatModel:
    """A chat model in the engine worker. Safe to use from several threads."""

    def __init__(
        self, joiner: Joiner, target: ModelTarget, adapters: Sequence[AdapterUse] = ()
    ) -> None:
        self._joiner = joiner
        self._target = target
        self._adapters = tuple(adapters)

    @property
    def name(self) -> str:
        """See `ChatModel.name`."""
        return self._target.name

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

    def measure(self, messages: Sequence[ChatMessage]) -> TokenCounts:
        """See `ChatModel.measure`."""
        request = Count(target=self._target, messages=_clean(messages))
        for reply in self._ask(request, Event()):
            if isinstance(reply, Counted):
                return reply.measure
        raise EngineError("The engine did not count the tokens.", "Ask again.")

    def render(self, messages: Sequence[ChatMessage]) -> RenderedPrompt:
        """See `ChatModel.render`."""
        request = Render(target=self._target, messages=_clean(messages))
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
        """Send a request and yield the replies, the last one included; nothing once stopped."""
        tries_left = 2
        while not stop.is_set():
            connection = yield from self._join(stop)
            if connection is None:
                return
            answered: Reply | None = None
            try:
                for reply in self._converse(connection, request, stop):
                    if isinstance(reply, Leaving):
                        break
                    answered = reply
                    yield reply
                else:
                    return
                yield Queued(ahead=1)
                stop.wait(POLL_SECONDS * 5)
            except (PeerGoneError, ProtocolError):
                tries_left -= 1
                if answered or not tries_left:
                    raise self._died(connection, answered) from None
            finally:
                connection.close()

    def _join(self, stop: Event) -> Generator[Reply, None, Connection | None]:
        joining = self._joiner.join(stop)
        try:
            while True:
                next(joining)
                yield Queued(ahead=1)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        except StartError as failure:
            raise EngineStartError(
                f"The engine could not be started: {failure}.",
                f"Its log is {self._joiner.spec.log}.",
            ) from None

    def _converse(
        self, connection: Connection, request: EngineRequest, stop: Event
    ) -> Iterator[Reply | Leaving]:
        """Raises PeerGoneError when the worker goes away, ProtocolError when it talks nonsense."""
        line = connection.line
        line.send(encode(request), SEND_TIMEOUT)
        give_up: float | None = None
        computing = False
        while True:
            if give_up is None and stop.is_set():
                line.send(encode(Cancel()), STOP_TIMEOUT)
                give_up = monotonic() + STOP_TIMEOUT
            data = line.receive(POLL_SECONDS)
            if data is None:
                if give_up is not None and monotonic() > give_up:
                    # A load may take its time to end; it does so when the connection closes.
                    if computing:
                        _kill(connection.peer.pid)
                    return
                continue
            try:
                reply = replies.validate_json(data)
            except ValueError:
                raise ProtocolError("not a reply") from None
            if isinstance(reply, Failed):
                raise reply.error()
            computing = isinstance(reply, PrefillProgress | Thought | Wrote)
            yield reply
            if isinstance(reply, Finished | Loaded | Counted | Rendered | Leaving):
                return

    def _died(self, connection: Connection, last: Reply | None) -> EngineDiedError:
        how = self._joiner.how_it_ended(connection.peer.pid)
        loading = isinstance(last, Loading)
        return EngineDiedError(
            f"The engine stopped unexpectedly{f' ({how})' if how else ''}"
            f"{f' while loading {self._target.path}' if loading else ''}.",
            f"{'Choose another model' if loading else 'Ask again to restart it'}. "
            f"Its log is {self._joiner.spec.log}.",
        )


def _clean(messages: Sequence[ChatMessage]) -> tuple[ChatMessage, ...]:
    return tuple(
        ChatMessage(role=message.role, content=encodable(message.content)) for message in messages
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
