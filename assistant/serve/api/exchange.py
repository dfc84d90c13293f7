"""Exchange: from a request for an answer to the last byte of its reply."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from threading import Event
from typing import Any, Protocol

from anyio import CapacityLimiter, to_thread
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from assistant.core.errors import AssistantError
from assistant.core.values.events import Finished
from assistant.serve.activity import RequestRecord, ServerActivity
from assistant.serve.answers.answering import Answering, PreparedAnswer
from assistant.serve.answers.request import AnswerEvent, AnswerRequest
from assistant.serve.answers.turns import Turns, TurnsFullError
from assistant.serve.http.errors import UNEXPECTED, ApiError, api_error
from assistant.serve.http.event_stream import (
    EventStream,
    SlowClientError,
    ThreadedEvents,
    WhileConnected,
)

PREPARING = 8
"""Requests that are looked at in threads at the same time, before they wait for their turn."""


log = logging.getLogger(__name__)


class ReplyForm(Protocol):
    """A reply in the words of one API."""

    def begin(self) -> Iterator[bytes]:
        """What a stream begins with."""
        ...

    def event(self, event: AnswerEvent) -> Iterator[bytes]:
        """An event of the answer, in the stream."""
        ...

    def failure(self, error: ApiError) -> Iterator[bytes]:
        """The end of a stream whose answer cannot go on."""
        ...

    def whole(self, events: list[AnswerEvent]) -> dict[str, Any]:
        """All of the answer, in one piece."""
        ...


class Exchanges:
    """What all exchanges share."""

    def __init__(self, answering: Answering, turns: Turns, activity: ServerActivity, ping: float):
        self.answering = answering
        self.turns = turns
        self.activity = activity
        self.ping = ping
        self._preparing = CapacityLimiter(PREPARING)

    async def prepare(self, request: AnswerRequest, stop: Event) -> PreparedAnswer:
        """See `Answering.prepare`."""
        return await to_thread.run_sync(
            partial(self.answering.prepare, request, stop),
            limiter=self._preparing,
            abandon_on_cancel=True,
        )


class AnswerResponse(Response):
    """The reply to a request for an answer."""

    def __init__(
        self, exchanges: Exchanges, request: AnswerRequest, form: ReplyForm, *, streams: bool
    ) -> None:
        super().__init__()
        self._exchanges = exchanges
        self._request = request
        self._form = form
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, unless the client goes away."""
        stop = Event()
        with self._exchanges.activity.request(self._request.model.id) as record:
            async with WhileConnected(receive, stop):
                if self._streams:
                    await self._stream(stop, record, scope, receive, send)
                else:
                    response = await self._in_one_piece(stop, record)
                    await response(scope, receive, send)
                record.is_complete = True

    async def _stream(
        self, stop: Event, record: RequestRecord, scope: Scope, receive: Receive, send: Send
    ) -> None:
        stream = EventStream(send, self._exchanges.ping)
        try:
            async with stream.pinging(), self._answer(stop, record) as events:
                beginning = self._form.begin
                async for event in events:
                    pieces = b"".join([*beginning(), *self._form.event(event)])
                    beginning = _nothing
                    if pieces:
                        await stream.write(pieces)
        except Exception as failure:  # noqa: BLE001 -- the client has to be told
            error = record.failed(told(failure))
            if not stream.has_begun:
                await error.response()(scope, receive, send)
                return
            await stream.write(b"".join(self._form.failure(error)))
        await stream.end()

    async def _in_one_piece(self, stop: Event, record: RequestRecord) -> Response:
        try:
            async with self._answer(stop, record) as events:
                answer = [event async for event in events]
        except Exception as failure:  # noqa: BLE001 -- the client has to be told
            return record.failed(told(failure)).response()
        return JSONResponse(self._form.whole(answer))

    @asynccontextmanager
    async def _answer(
        self, stop: Event, record: RequestRecord
    ) -> AsyncIterator[AsyncIterator[AnswerEvent]]:
        """The events of the answer, once it is its turn."""
        exchanges, request = self._exchanges, self._request
        prepared = await exchanges.prepare(request, stop)
        await exchanges.turns.take(request.program)
        make = partial(exchanges.answering.answer, prepared, stop)
        events = ThreadedEvents(make, stop, exchanges.turns.leave)
        yield _recorded(events, record)


async def _recorded(
    events: ThreadedEvents[AnswerEvent], record: RequestRecord
) -> AsyncIterator[AnswerEvent]:
    async for event in events:
        if isinstance(event, Finished):
            record.usage = event.usage
        yield event


def _nothing() -> Iterator[bytes]:
    return iter(())


def told(failure: Exception) -> ApiError:
    """What a client is told of a failure; of one that nobody has foreseen the log has the rest."""
    match failure:
        case ApiError():
            return failure
        case TurnsFullError():
            return ApiError(
                429,
                "Too many requests wait already.",
                code="too_many_requests",
                headers={"Retry-After": "10"},
            )
        case AssistantError():
            return api_error(failure)
        case SlowClientError():
            return ApiError(408, "The answer was not read in time.")
        case _:
            pass
    log.error("a request failed", exc_info=failure)
    return ApiError(500, UNEXPECTED)
