"""Connection to a server: one request at a time, read in a thread, that a stop ends at once.

A read that waits for a silent server ends only when its socket is shut down, and a connection that
is being opened does not end at all; so neither happens in the thread that has to obey a stop.
"""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import Any, Final

import httpx2

from assistant import __version__
from assistant.core.errors import EndpointError
from assistant.core.values.endpoints.status import NetworkUse
from assistant.endpoints.wire.address import EndpointAddress
from assistant.endpoints.wire.stop import RequestStoppedError
from assistant.language.messages import N_
from assistant.system.network_log import NetworkLog

POLL_SECONDS: Final = 0.05
"""Seconds after which a stop is noticed at the latest."""

ASKING_SECONDS: Final = 20.0
"""Seconds that a server has to answer what is not an answer of a model."""

MAX_ANSWER: Final = 64 * 2**20
"""Bytes of an answer; more come from no model."""

MAX_REFUSAL: Final = 64 * 2**10
"""Bytes of a refusal that are read."""


@dataclass(frozen=True)
class Patience:
    """Seconds that a server is waited for; 0 is without end."""

    connect: float = 10
    first: float = 0
    idle: float = 120


@dataclass(frozen=True)
class _Head:
    status: int
    content_type: str
    retry_after: str
    location: str


@dataclass(frozen=True)
class _End:
    failure: Exception | None = None


@dataclass
class Exchange:
    """One request and its answer, while it is read."""

    status: int = 0
    content_type: str = ""
    retry_after: str = ""
    location: str = ""
    sent: int = 0
    received: int = 0
    is_closed: bool = False
    _sockets: list[socket.socket] = field(default_factory=list)
    _arrived: SimpleQueue[_Head | bytes | _End] = field(default_factory=SimpleQueue)

    def read(
        self, stop: Event, address: EndpointAddress, first: float, idle: Callable[[], float]
    ) -> Iterator[bytes]:
        """The answer as it arrives.

        Args:
            first: seconds until the first byte of it; 0 is without end.
            idle: those that the next one may take, asked for whenever some has come.

        Raises:
            EndpointError: it takes too long, or the connection is lost.
            RequestStoppedError: nobody wants it any more.
        """
        limit = first
        while True:
            part = self._next(stop, limit)
            match part:
                case None:
                    raise _silence(address, limit)
                case bytes():
                    self.received += len(part)
                    if self.received > MAX_ANSWER:
                        raise EndpointError(f"{address.host} sends an answer without an end.")
                    yield part
                    limit = idle()
                case _End(failure=failure):
                    if failure is not None:
                        raise _lost(address, failure)
                    return

    def wait_for_head(self, stop: Event, address: EndpointAddress, limit: float) -> None:
        """Wait until the server has begun to answer."""
        part = self._next(stop, limit)
        match part:
            case None:
                raise _silence(address, limit)
            case _Head():
                self.status, self.content_type = part.status, part.content_type
                self.retry_after, self.location = part.retry_after, part.location
            case _End(failure=failure):
                raise _unreachable(address, failure)

    def close(self) -> None:
        """End it, whatever it waits for."""
        self.is_closed = True
        for each in self._sockets:
            _shut_down(each)

    def _next(self, stop: Event, limit: float) -> "_Head | bytes | _End | None":
        """What arrives next; None where nothing did in time."""
        deadline = monotonic() + limit if limit else None
        while True:
            if stop.is_set():
                raise RequestStoppedError
            with suppress(Empty):
                part = self._arrived.get(timeout=POLL_SECONDS)
                if isinstance(part, _End) and stop.is_set():
                    # It ended while it was waited for: who has stopped it is told of no failure.
                    raise RequestStoppedError
                return part
            if deadline is not None and monotonic() > deadline:
                return None

    # In the thread

    def run(self, client: httpx2.Client, request: httpx2.Request) -> None:
        """Send the request and pass on what arrives."""
        failure: Exception | None = None
        try:
            response = client.send(request, stream=True)
            try:
                headers = response.headers
                self._arrived.put(
                    _Head(
                        response.status_code,
                        headers.get("content-type", ""),
                        headers.get("retry-after", ""),
                        headers.get("location", ""),
                    )
                )
                for block in response.iter_bytes():
                    self._arrived.put(block)
            finally:
                response.close()
        except Exception as problem:  # noqa: BLE001 -- the border of a thread
            failure = problem
        self._arrived.put(_End(failure))

    def watch(self, event: str, info: dict[str, Any]) -> None:
        """Keep the socket as soon as there is one; see httpcore's `trace`."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            opened = info["return_value"].get_extra_info("socket")
            if isinstance(opened, socket.socket):
                self._sockets.append(opened)
                if self.is_closed:
                    _shut_down(opened)


class ServerConnection:
    """A server of models, asked over HTTP. Follows no redirect, so that no key goes elsewhere."""

    def __init__(
        self,
        address: EndpointAddress,
        key: Callable[[], str],
        log: NetworkLog,
        patience: Patience = Patience(),
    ) -> None:
        """Args:
        key: reads the key that is shown to it; empty shows none.
        """
        self.address = address
        self.patience = patience
        self._key = key
        self._log = log
        self._opened: httpx2.Client | None = None

    @property
    def _client(self) -> httpx2.Client:
        if self._opened is None:
            limit = httpx2.Timeout(None, connect=self.patience.connect)
            self._opened = httpx2.Client(
                timeout=limit,
                limits=httpx2.Limits(max_keepalive_connections=0),
                follow_redirects=False,
                # What runs on this machine is not asked by way of another one.
                trust_env=not self.address.is_loopback,
                headers={"User-Agent": f"assistant/{__version__}", "Accept-Encoding": "identity"},
            )
        return self._opened

    def ask(
        self,
        path: str,
        body: object = None,
        *,
        stop: Event,
        purpose: str,
        at_root: bool = False,
        seconds: float = ASKING_SECONDS,
    ) -> "tuple[int, object]":
        """Ask for something that is answered at once.

        Returns:
            The status and the JSON value; None for what is none.

        Raises:
            EndpointError: it cannot be reached, or does not answer in time.
            RequestStoppedError: nobody wants it any more.
        """
        with self.exchange(path, body, stop=stop, purpose=purpose, at_root=at_root) as exchange:
            exchange.wait_for_head(stop, self.address, self.patience.connect + seconds)
            read = exchange.read(stop, self.address, seconds, lambda: seconds)
            return exchange.status, _json(b"".join(read))

    @contextmanager
    def exchange(
        self, path: str, body: object = None, *, stop: Event, purpose: str, at_root: bool = False
    ) -> Iterator[Exchange]:
        """Send a request; it ends with the block, whatever it waits for."""
        if stop.is_set():
            raise RequestStoppedError
        exchange = Exchange()
        started = monotonic()
        request = self._request(path, body, at_root, exchange)
        client = self._client
        Thread(target=exchange.run, args=(client, request), name="endpoint", daemon=True).start()
        try:
            yield exchange
        finally:
            exchange.close()
            self._log.record(
                NetworkUse(
                    at=datetime.now(UTC),
                    host=self.address.host,
                    purpose=purpose,
                    status=exchange.status,
                    sent=exchange.sent,
                    received=exchange.received,
                    seconds=round(monotonic() - started, 3),
                )
            )

    def _request(
        self, path: str, body: object, at_root: bool, exchange: Exchange
    ) -> httpx2.Request:
        content = None if body is None else json.dumps(body).encode("utf-8", "replace")
        exchange.sent = len(content or b"")
        key = self._key()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if content is not None:
            headers["Content-Type"] = "application/json"
        try:
            return self._client.build_request(
                "GET" if content is None else "POST",
                f"{self.address.root if at_root else self.address.base}{path}",
                content=content,
                headers=headers,
                extensions={"trace": exchange.watch},
            )
        except (httpx2.InvalidURL, ValueError):
            raise EndpointError(
                f"{self.address.base} is not an address.", "Check its url in the settings."
            ) from None


def _shut_down(opened: socket.socket) -> None:
    """Wake whoever reads from a socket; of an encrypted one the layer below, in one step."""
    with suppress(OSError):
        socket.socket.shutdown(opened, socket.SHUT_RDWR)


def _json(body: bytes) -> object:
    try:
        value: object = json.loads(body)
    except ValueError:
        return None
    return value


def _unreachable(address: EndpointAddress, failure: Exception | None) -> EndpointError:
    text = str(failure) or type(failure).__name__
    reason = N_("it took too long") if isinstance(failure, httpx2.TimeoutException) else text
    return EndpointError(
        f"{address.host} cannot be reached: {reason.rstrip('.')}.",
        f"Check the connection, and whether a server runs at {address.root}.",
    )


def _lost(address: EndpointAddress, failure: Exception) -> EndpointError:
    is_cut = isinstance(failure, httpx2.RemoteProtocolError)
    reason = N_("it was closed in the middle") if is_cut else str(failure).rstrip(".")
    return EndpointError(
        f"The connection to {address.host} was lost: {reason}.",
        "What was written is kept; continue it, or ask again.",
    )


def _silence(address: EndpointAddress, seconds: float) -> EndpointError:
    return EndpointError(
        f"{address.host} was silent for {seconds:g} seconds.",
        "Ask again, or give it more time in the settings.",
    )
