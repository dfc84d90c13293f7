"""HTTP connections that wait for a request only so long, on uvicorn and h11."""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_TIMEOUT = 15.0
"""Seconds that the line and the headers of a request may take."""

MAX_HEADER_BYTES = 32_768


class PatientConnection(H11Protocol):
    """A connection that is closed when no request comes; uvicorn itself waits for ever for one
    that has begun."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The connection begins."""
        super().connection_made(transport)
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._expect_nothing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        super().data_received(data)
        if self._is_answering():
            self._expect_nothing()
        elif self._timer is None:
            self._expect_request()

    def on_response_complete(self) -> None:
        """An answer has gone out; the next request may have come already."""
        super().on_response_complete()
        if not self._is_answering():
            self._expect_request()

    def _is_answering(self) -> bool:
        cycle = cast(Any, self).cycle
        return cycle is not None and not cycle.response_complete

    def _expect_request(self) -> None:
        self._expect_nothing()
        self._timer = self.loop.call_later(REQUEST_TIMEOUT, self._close)

    def _expect_nothing(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close(self) -> None:
        self._timer = None
        if not self._is_answering() and not self.transport.is_closing():
            self.transport.close()
