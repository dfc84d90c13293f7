"""Chat model on a server: an answer, second tries where the server asks for them, a cut answer."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Event
from time import perf_counter
from typing import Any, Final

from assistant.core.errors import AssistantError, ContextOverflowError, EndpointError
from assistant.core.values.conversation import ChatMessage, Keep, Timings, Usage
from assistant.core.values.endpoints.capabilities import Capabilities
from assistant.core.values.events import (
    Finished,
    Loaded,
    Loading,
    ModelEvent,
    PrefillProgress,
    Queued,
)
from assistant.core.values.models import ModelInfo, RenderedPrompt, TokenCounts
from assistant.core.values.sampling import AdapterUse, Sampling, Thinking
from assistant.endpoints.cut_prompts import require_whole
from assistant.endpoints.server import EndpointServer
from assistant.endpoints.wire.answer import StreamedAnswer
from assistant.endpoints.wire.connection import ASKING_SECONDS, MAX_REFUSAL, Exchange
from assistant.endpoints.wire.payload import REQUIRED, body_of, going_on, thinking_fields
from assistant.endpoints.wire.refusals import named_field, refusal, told_error
from assistant.endpoints.wire.stop import RequestStoppedError

PURPOSE: Final = "answer"

BUSY: Final = frozenset({429, 503, 529})
"""Statuses of servers that want to be asked again."""

MAX_TRIES: Final = 4
"""For one answer, of a server that is busy."""

MAX_LOADING_TRIES: Final = 300
"""For one answer, of a server that is loading the model."""

FIRST_PAUSE: Final = 1.0
"""Seconds before a second try; each further one waits twice as long, unless the server says."""

MAX_PAUSE: Final = 60.0
"""Seconds; who is asked to wait longer is told so."""

BEHIND_THE_END: Final = 2.0
"""Seconds that a server has for its usage when it has said that the answer is over."""

_KEPT: Final = REQUIRED | {
    "response_format",
    "grammar",
    "continue_final_message",
    "add_generation_prompt",
}
"""Fields that are never left out: without them the answer would be another one."""


class RemoteChatModel:
    """A chat model of a server. Safe to use from several threads."""

    def __init__(self, server: EndpointServer, model: str) -> None:
        """Args:
        model: as the server calls it.
        """
        self._server = server
        self._model = model
        self._measured: tuple[tuple[ChatMessage, ...], int] | None = None

    @property
    def name(self) -> str:
        """See `ChatModel.name`: the endpoint and the model."""
        return f"{self._server.name}/{self._model}"

    @property
    def adapters(self) -> tuple[AdapterUse, ...]:
        """See `ChatModel.adapters`: a server's are its own affair."""
        return ()

    @property
    def host(self) -> str:
        """See `ChatModel.host`: another program on this machine is no other machine."""
        address = self._server.address
        return "" if address.is_loopback else address.host

    def load(
        self,
        stop: Event,
        *,
        window: int | None = None,  # noqa: ARG002 -- a server's window does not grow
    ) -> Iterator[Queued | Loading | Loaded]:
        """See `ChatModel.load`: nothing is loaded here, but asked for."""
        self._server.require("questions", self.name)
        if stop.is_set():
            return
        yield Loading(model=self.name, done=0)
        with suppress(RequestStoppedError):
            capabilities = self._server.capabilities(stop)
            yield Loaded(info=self._info(capabilities))

    def _info(self, capabilities: Capabilities) -> ModelInfo:
        window = self._server.window(self._model, capabilities)
        return ModelInfo(
            name=self.name,
            path=self._server.address.base,
            description=f"{capabilities.kind} at {self._server.address.host}",
            context_window=window,
            trained_context=window,
        )

    def measure(
        self,
        messages: Sequence[ChatMessage],
        thinking: Thinking | None = None,
        *,
        formed: bool = False,  # noqa: ARG002 -- a form changes no prompt of a server
    ) -> TokenCounts:
        """See `ChatModel.measure`. What may not be sent is estimated, and so is what a server
        does not count."""
        counter = self._server.counts(self._model)
        found: TokenCounts | None = None
        if counter is not None and self._server.may_get(messages):
            with suppress(EndpointError):
                found = counter.counts(messages, self._extra(messages, thinking))
        found = found or self._server.estimates.counts(self._model, messages)
        self._measured = (tuple(messages), found.total)
        return found

    def render(
        self,
        messages: Sequence[ChatMessage],
        thinking: Thinking | None = None,
        *,
        formed: bool = False,  # noqa: ARG002 -- see `measure`
    ) -> RenderedPrompt:
        """See `ChatModel.render`. Of a server that does not show its prompt, the request; its
        tokens are not known then."""
        counter = self._server.counts(self._model)
        if counter is not None and self._server.may_get(messages):
            with suppress(EndpointError):
                return counter.render(messages, self._extra(messages, thinking))
        known = self._server.known or Capabilities()
        sampling = Sampling(thinking=thinking)
        body = body_of(
            self._model, messages, sampling, known.model_copy(update={"continues": True})
        )
        return RenderedPrompt(text=json.dumps(body, ensure_ascii=False, indent=2), tokens=())

    def _extra(self, messages: Sequence[ChatMessage], thinking: Thinking | None) -> dict[str, Any]:
        """Fields that change the prompt."""
        known = self._server.known or Capabilities()
        extra = thinking_fields(thinking, known.kind)
        if messages and messages[-1].role == "assistant" and known.continues:
            extra |= going_on(known, [{}])
        return extra

    def stream(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
        stop: Event,
        *,
        keep: Keep = "disk",  # noqa: ARG002 -- the server's cache is its own affair
    ) -> Iterator[ModelEvent]:
        """See `ChatModel.stream`. Closing the generator stops the answer, too.

        Raises:
            ConsentError: the messages may not be sent there yet.
            EndpointError: the server refuses, fails, breaks the answer off, or has not read all.
        """
        self._server.require("questions", self.name)
        if any(message.quotes_files for message in messages):
            self._server.require("files", self.name)
        clock = _AnswerClock()
        answer = self._new_answer(messages)
        try:
            for event in self._tried(answer, messages, sampling, stop):
                clock.note(answer)
                yield event
        except RequestStoppedError:
            # What the server has called its end is whole, whenever the stop came.
            yield self._finished(answer, messages, clock, is_stopped=not answer.is_finished)
        except ContextOverflowError:
            # It may have been started anew, with another window.
            self._server.forget_capabilities()
            raise
        else:
            with suppress(RequestStoppedError):
                read = answer.usage.prompt_tokens if answer.usage else 0
                require_whole(self._server, self._model, messages, read, stop)
            yield self._finished(answer, messages, clock)

    def _new_answer(self, messages: Sequence[ChatMessage]) -> StreamedAnswer:
        goes_on = bool(messages) and messages[-1].role == "assistant"
        return StreamedAnswer(self._server.address, begun=messages[-1].content if goes_on else "")

    def _tried(
        self,
        answer: StreamedAnswer,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
        stop: Event,
    ) -> Iterator[ModelEvent]:
        """Events of an answer, asked for until the server gives one or refuses for good."""
        server = self._server
        capabilities = server.capabilities(stop)
        tries = 0
        while True:
            dropped = server.dropped(self._model)
            body = body_of(self._model, messages, sampling, capabilities, dropped)
            with server.connection.exchange(
                "/chat/completions", body, stop=stop, purpose=PURPOSE
            ) as exchange:
                exchange.wait_for_head(stop, server.address, server.settings.first_timeout)
                if 200 <= exchange.status < 300:
                    yield from self._answered(answer, exchange, messages, stop)
                    return
                value = self._refused(exchange, stop)
            tries += 1
            error = told_error(value)
            field = named_field(error, body.keys() - _KEPT)
            if exchange.status in (400, 422) and field:
                server.drop(self._model, field)
                continue
            pause = _pause(exchange.retry_after, tries)
            is_loading = exchange.status == 503 and "loading" in str(error.get("message")).lower()
            limit = MAX_LOADING_TRIES if is_loading else MAX_TRIES
            if exchange.status not in BUSY or tries >= limit or pause > MAX_PAUSE:
                raise refusal(server.address, server.name, exchange.status, value)
            yield Loading(model=self.name, done=0) if is_loading else Queued(ahead=1)
            if stop.wait(FIRST_PAUSE if is_loading else pause):
                raise RequestStoppedError

    def _refused(self, exchange: Exchange, stop: Event) -> object:
        """What a server says of a refusal; None where that is no JSON."""
        body = b""
        with suppress(EndpointError, ValueError):
            read = exchange.read(stop, self._server.address, ASKING_SECONDS, lambda: ASKING_SECONDS)
            for block in read:
                body += block
                if len(body) > MAX_REFUSAL:
                    break
            return json.loads(body)
        return None

    def _answered(
        self,
        answer: StreamedAnswer,
        exchange: Exchange,
        messages: Sequence[ChatMessage],
        stop: Event,
    ) -> Iterator[ModelEvent]:
        """Events of an answer that arrives.

        Raises:
            EndpointError: it ends before its end.
        """
        server = self._server
        patience = server.connection.patience
        total = self._prompt_tokens(messages)
        last = PrefillProgress(done=0, total=total, cached=0)
        yield last
        first, idle = patience.first, patience.idle
        for event in self._events(answer, exchange, first, idle, stop):
            if isinstance(event, PrefillProgress):
                last = event
            elif last.done < last.total:
                last = last.model_copy(update={"done": last.total})
                yield last
            yield event
        if not answer.is_finished:
            raise _cut(server, has_begun=answer.has_begun)

    def _events(
        self, answer: StreamedAnswer, exchange: Exchange, first: float, idle: float, stop: Event
    ) -> Iterator[ModelEvent]:
        blocks = exchange.read(
            stop,
            self._server.address,
            first,
            lambda: BEHIND_THE_END if answer.is_finished else idle,
        )
        if "event-stream" not in exchange.content_type and "json" in exchange.content_type:
            with suppress(ValueError):
                whole = json.loads(b"".join(blocks))
                yield from answer.take_whole(whole)
            return
        try:
            for block in blocks:
                yield from answer.feed(block)
                if answer.is_done:
                    break
        except EndpointError:
            # A connection that is lost behind the end is no loss.
            if not answer.is_finished:
                raise
        yield from answer.end()

    def _prompt_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """Tokens of a prompt, as they were counted last."""
        if self._measured is not None and self._measured[0] == tuple(messages):
            return self._measured[1]
        return self._server.estimates.counts(self._model, messages).total

    def _finished(
        self,
        answer: StreamedAnswer,
        messages: Sequence[ChatMessage],
        clock: "_AnswerClock",
        *,
        is_stopped: bool = False,
    ) -> Finished:
        usage = answer.usage
        if usage is not None and usage.prompt_tokens:
            self._server.estimates.learn(self._model, messages, usage.prompt_tokens)
        if usage is None:
            prompt = 0 if is_stopped else self._prompt_tokens(messages)
            usage = Usage(prompt_tokens=prompt, cached_tokens=0, completion_tokens=answer.pieces)
        return Finished(
            reason="stopped" if is_stopped else answer.reason,
            usage=usage,
            timings=clock.timings(usage.completion_tokens, answer),
        )


class _AnswerClock:
    """Times of an answer."""

    def __init__(self) -> None:
        self._started = perf_counter()
        self._first = 0.0

    def note(self, answer: StreamedAnswer) -> None:
        if answer.has_begun and not self._first:
            self._first = self._elapsed()

    def timings(self, tokens: int, answer: StreamedAnswer) -> Timings:
        total = self._elapsed()
        writing = max(total - self._first, 1e-3)
        speed = answer.speed or (tokens / writing * 1000 if self._first else 0.0)
        return Timings(
            prefill_ms=answer.prefill_ms or self._first,
            first_token_ms=self._first,
            total_ms=total,
            tokens_per_second=speed,
        )

    def _elapsed(self) -> float:
        return (perf_counter() - self._started) * 1000


def _cut(server: EndpointServer, *, has_begun: bool) -> AssistantError:
    host = server.address.host
    if not has_begun:
        return EndpointError(f"{host} ended the connection without an answer.", "Ask again.")
    known = server.known
    return EndpointError(
        f"{host} stopped in the middle of the answer.",
        "What was written is kept: continue it, or ask again."
        if known and known.continues
        else "What was written is kept: ask again.",
    )


def _pause(told: str, tries: int) -> float:
    """Seconds before the next try: as the server says, in seconds or as a date, or twice as long
    each time."""
    usual = float(FIRST_PAUSE * 2 ** (tries - 1))
    with suppress(ValueError):
        return min(max(float(told), 0.0), 1e6)
    with suppress(ValueError, TypeError):
        until = parsedate_to_datetime(told)
        return max((until - datetime.now(UTC)).total_seconds(), 0.0)
    return usual
