"""The first three frames of a connection: both sides prove that they hold the key.

    caller → worker   Hello      the caller's nonce
    worker → caller   Challenge  its nonce, version, process id, and a proof over both nonces
    caller → worker   Answer     the caller's proof

Neither side sends anything of value before the other has proved itself. The proofs are HMACs over
different labels, so that one cannot be sent back as the other. This part must stay the same over
all versions of the program: a newer front end has to be able to tell an older worker to retire.
"""

import hmac
import json
import os
import secrets
from dataclasses import dataclass
from threading import Event
from time import monotonic
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.ipc.errors import ProtocolError, TooSlowError
from assistant.ipc.frames import LineSocket, encode

TIMEOUT = 5.0
"""Seconds for the whole handshake."""

LOOK = 0.05
"""Seconds between two looks at the stop flag."""

LARGEST = 4096
"""Bytes of a frame from somebody who has proved nothing yet."""


class _Frame(BaseModel):
    model_config = ConfigDict(frozen=True)


F = TypeVar("F", bound=_Frame)


class Hello(_Frame):
    kind: Literal["hello"] = "hello"
    wire: Literal[1] = 1
    nonce: str


class Challenge(_Frame):
    kind: Literal["challenge"] = "challenge"
    nonce: str
    version: str
    pid: int
    proof: str


class Answer(_Frame):
    kind: Literal["answer"] = "answer"
    proof: str


@dataclass(frozen=True)
class Peer:
    """The worker at the other end."""

    version: str
    pid: int


def greet(sock: LineSocket, key: bytes, stop: Event | None = None) -> Peer:
    """The caller's side.

    Raises:
        ProtocolError: the worker does not hold the key.
        TooSlowError: it does not answer in time, or `stop` was set while it was waited for.
    """
    deadline = monotonic() + TIMEOUT
    nonce = secrets.token_hex(16)
    sock.send(encode(Hello(nonce=nonce)), TIMEOUT)
    challenge = _receive(sock, Challenge, deadline, stop)
    spoken = (nonce, challenge.nonce, challenge.version, str(challenge.pid))
    if not _same(challenge.proof, _proof(key, "worker", spoken)):
        raise ProtocolError("the worker holds another key")
    sock.send(encode(Answer(proof=_proof(key, "caller", spoken))), TIMEOUT)
    return Peer(version=challenge.version, pid=challenge.pid)


def admit(sock: LineSocket, key: bytes, version: str) -> None:
    """The worker's side. Raises ProtocolError when the caller does not hold the key."""
    deadline = monotonic() + TIMEOUT
    hello = _receive(sock, Hello, deadline)
    spoken = (hello.nonce, secrets.token_hex(16), version, str(os.getpid()))
    challenge = Challenge(
        nonce=spoken[1], version=version, pid=os.getpid(), proof=_proof(key, "worker", spoken)
    )
    sock.send(encode(challenge), TIMEOUT)
    answer = _receive(sock, Answer, deadline)
    if not _same(answer.proof, _proof(key, "caller", spoken)):
        raise ProtocolError("the caller holds another key")


def _receive(sock: LineSocket, kind: type[F], deadline: float, stop: Event | None = None) -> F:
    line = None
    while line is None and (left := deadline - monotonic()) > 0 and not (stop and stop.is_set()):
        line = sock.receive(min(left, LOOK), LARGEST)
    if line is None:
        raise TooSlowError("no handshake in time")
    try:
        return kind.model_validate_json(line)
    except ValidationError:
        raise ProtocolError("not a handshake") from None


def _proof(key: bytes, side: str, spoken: tuple[str, ...]) -> str:
    return hmac.new(key, json.dumps((side, *spoken)).encode(), "sha256").hexdigest()


def _same(proof: str, expected: str) -> bool:
    return hmac.compare_digest(proof.encode(), expected.encode())
