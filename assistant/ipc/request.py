"""Requests to a worker: join it, converse, and ask again where it left or died.

A worker that is about to end hands the request back, and the next one takes it. Whether one that
dies is tried again is for the client to say: an answer that has begun must not come twice, while
an indexing job goes on where it was.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from threading import Event, Lock
from time import monotonic
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel, TypeAdapter

from assistant.core.errors import AssistantError
from assistant.ipc.frames import encode
from assistant.ipc.join import Connection, Joiner
from assistant.ipc.launch import FOR_WANT_OF_MEMORY
from assistant.ipc.messages import (
    MORE_MEMORY,
    Failed,
    Leaving,
    PeerGoneError,
    ProtocolError,
    StartError,
)
from assistant.language.messages import N_

POLL_SECONDS = 0.02
"""Between two looks at the stop flag while nothing arrives."""

LEAVING_PAUSE = 0.1
"""Seconds for a worker that is about to end."""

ROOM_PAUSE = 3.0
"""The same for one that makes room for another version: whoever waits for that goes first."""

SEND_TIMEOUT = 30.0

SILENCE_SECONDS = 10.0
"""Seconds without a reply after which it is looked whether the worker still lives."""

R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)


class HungError(PeerGoneError):
    """The worker did not answer and was ended."""


@dataclass(frozen=True)
class WorkerErrors:
    """Errors that a user meets when a worker fails."""

    worker: str
    """As a sentence names it."""
    start: type[AssistantError]
    died: type[AssistantError]


class WorkerExchange(Protocol[R_contra]):
    """One request on one connection."""

    @property
    def request(self) -> BaseModel: ...

    def received(self, reply: R_contra) -> bool:
        """Receive a reply. Returns: whether the connection is over after it."""

    def stopped(self) -> bool:
        """Nothing more is wanted; called again and again. Returns: whether to go away at once."""

    def silent(self) -> bool:
        """Nothing arrived since the stop. Returns: whether to go away."""

    def tries_left(self, tries: int) -> int:
        """Number of times the request may be made again after the worker died of it.

        Args:
            tries: how often it may be when a death counts for one.
        """

    def death(self) -> tuple[str, str]:
        """Words on a death: what the worker was doing (may be empty), and what to do about it, in a
        sentence."""


class Requester(Generic[R]):
    """Asks one kind of worker. Safe to use from several threads."""

    def __init__(
        self,
        joiner: Joiner,
        replies: TypeAdapter[R | Leaving],
        errors: WorkerErrors,
        *,
        waiting: R,
        tries: int,
    ) -> None:
        """Args:
        waiting: a reply in the worker's place, again and again until it can be asked.
        tries: how often a request is made of a worker that dies of it.
        """
        self._joiner = joiner
        self._replies = replies
        self._building = Lock()
        self._errors = errors
        self._waiting = waiting
        self._tries = tries

    def ask(
        self, begin: Callable[[Connection], WorkerExchange[R]], stop: Event
    ) -> Generator[R, None, None]:
        """The replies to a request, the last one included; nothing more once stopped.

        Args:
            begin: called for each connection that the request is made on.

        Raises:
            AssistantError: the worker failed, could not be started, or died once too often.
        """
        with self._building:
            # Nothing when it is built; several threads may ask first at the same time.
            self._replies.rebuild()
        tries = self._tries
        while not stop.is_set():
            try:
                connection = yield from self._join(stop)
            except StartError as failure:
                # One that replaces a dead one may die, too; one that never lived tells why.
                tries -= 1
                if tries >= self._tries - 1 or tries <= 0:
                    raise self._not_started(failure) from None
                continue
            if connection is None:
                return
            exchange = begin(connection)
            try:
                left = yield from self._converse(connection, exchange, stop)
                if left is None:
                    return
                yield self._waiting
                stop.wait(ROOM_PAUSE if left.makes_room else LEAVING_PAUSE)
            except (PeerGoneError, ProtocolError) as gone:
                tries = exchange.tries_left(tries - 1)
                if tries <= 0:
                    raise self._died(connection, exchange, gone) from None
            finally:
                connection.close()

    def _join(self, stop: Event) -> Generator[R, None, Connection | None]:
        joining = self._joiner.join(stop)
        while True:
            try:
                next(joining)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            yield self._waiting

    def _converse(
        self, connection: Connection, exchange: WorkerExchange[R], stop: Event
    ) -> Generator[R, None, Leaving | None]:
        """The replies. Returns: what a worker said that leaves, so that another has to be asked.

        Raises:
            PeerGoneError: the worker went away, or did not answer and was ended.
            ProtocolError: it talks nonsense.
        """
        connection.line.send(encode(exchange.request), SEND_TIMEOUT)
        heard = monotonic()
        while True:
            stopped = stop.is_set()
            if stopped and exchange.stopped():
                return None
            data = connection.line.receive(POLL_SECONDS)
            if data is None:
                if stopped and exchange.silent():
                    return None
                if monotonic() - heard > SILENCE_SECONDS:
                    if self._joiner.replace_hung_worker(stop):
                        raise HungError
                    heard = monotonic()
                continue
            heard = monotonic()
            try:
                reply = self._replies.validate_json(data)
            except ValueError:
                raise ProtocolError("not a reply") from None
            if isinstance(reply, Leaving):
                return reply
            if isinstance(reply, Failed):
                raise reply.error()
            last = exchange.received(reply)
            yield reply
            if last:
                return None

    def _not_started(self, failure: StartError) -> AssistantError:
        return self._errors.start(
            N_(f"The {self._errors.worker} could not be started: {failure}."), self._log
        )

    def _died(
        self, connection: Connection, exchange: WorkerExchange[R], gone: Exception
    ) -> AssistantError:
        how = self._joiner.exit_reason(connection.peer.pid)
        doing, advice = exchange.death()
        if FOR_WANT_OF_MEMORY in how:
            advice = MORE_MEMORY
        hung = isinstance(gone, HungError)
        message = _death_text(self._errors.worker, doing, how, hung=hung)
        return self._errors.died(message, f"{advice} {self._log}")

    @property
    def _log(self) -> str:
        return N_(f"Its log is {self._joiner.spec.log}.")


def _death_text(worker: str, doing: str, how: str, *, hung: bool) -> str:
    """What happened to a worker, in a sentence."""
    if hung and doing:
        return N_(f"The {worker} stopped answering and was ended {doing}.")
    if hung:
        return N_(f"The {worker} stopped answering and was ended.")
    if how and doing:
        return N_(f"The {worker} stopped unexpectedly ({how}) {doing}.")
    if how:
        return N_(f"The {worker} stopped unexpectedly ({how}).")
    if doing:
        return N_(f"The {worker} stopped unexpectedly {doing}.")
    return N_(f"The {worker} stopped unexpectedly.")
