"""Handshake of a connection, and the key: both sides prove in three frames that they hold it.

    caller → worker   Hello      the caller's nonce
    worker → caller   Challenge  its nonce, version, process id, and a proof over both nonces
    caller → worker   Answer     the caller's proof

Neither side sends anything of value before the other has proved itself. The proofs are HMACs over
different labels, so that one cannot be sent back as the other. This part must stay the same over
all versions of the program: a newer front end has to be able to tell an older worker to retire.

The key is the secret that front ends and workers of one user share.
"""

import hmac
import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.core.atomic import replace_file
from assistant.ipc.frames import LineSocket, encode
from assistant.ipc.messages import ProtocolError, StartError, TooSlowError

HANDSHAKE_TIMEOUT = 5.0
"""Seconds for the whole handshake."""

POLL_SECONDS = 0.05
"""Seconds between two looks at the stop flag."""

MAX_FRAME_BEFORE_PROOF = 4096
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


class ChallengeResponse(_Frame):
    kind: Literal["answer"] = "answer"
    proof: str


@dataclass(frozen=True)
class Peer:
    """The worker at the other end."""

    version: str
    pid: int


def greet(sock: LineSocket, key: bytes, stop: Event | None = None) -> Peer:
    """Handshake of the caller.

    Returns:
        The worker at the other end.

    Raises:
        ProtocolError: the worker does not hold the key.
        TooSlowError: it does not answer in time, or `stop` was set while it was waited for.
    """
    deadline = monotonic() + HANDSHAKE_TIMEOUT
    nonce = secrets.token_hex(16)
    sock.send(encode(Hello(nonce=nonce)), HANDSHAKE_TIMEOUT)
    challenge = _receive(sock, Challenge, deadline, stop)
    parts = (nonce, challenge.nonce, challenge.version, str(challenge.pid))
    if not _same(challenge.proof, _proof(key, "worker", parts)):
        raise ProtocolError("the worker holds another key")
    sock.send(encode(ChallengeResponse(proof=_proof(key, "caller", parts))), HANDSHAKE_TIMEOUT)
    return Peer(version=challenge.version, pid=challenge.pid)


def admit(sock: LineSocket, key: bytes, version: str) -> None:
    """Handshake of the worker. Raises ProtocolError when the caller does not hold the key."""
    deadline = monotonic() + HANDSHAKE_TIMEOUT
    hello = _receive(sock, Hello, deadline)
    parts = (hello.nonce, secrets.token_hex(16), version, str(os.getpid()))
    challenge = Challenge(
        nonce=parts[1], version=version, pid=os.getpid(), proof=_proof(key, "worker", parts)
    )
    sock.send(encode(challenge), HANDSHAKE_TIMEOUT)
    answer = _receive(sock, ChallengeResponse, deadline)
    if not _same(answer.proof, _proof(key, "caller", parts)):
        raise ProtocolError("the caller holds another key")


def _receive(sock: LineSocket, kind: type[F], deadline: float, stop: Event | None = None) -> F:
    line = None
    while line is None and (left := deadline - monotonic()) > 0 and not (stop and stop.is_set()):
        line = sock.receive(min(left, POLL_SECONDS), MAX_FRAME_BEFORE_PROOF)
    if line is None:
        raise TooSlowError("no handshake in time")
    try:
        return kind.model_validate_json(line)
    except ValidationError:
        raise ProtocolError("not a handshake") from None


def _proof(key: bytes, side: str, parts: tuple[str, ...]) -> str:
    return hmac.new(key, json.dumps((side, *parts)).encode(), "sha256").hexdigest()


def _same(proof: str, expected: str) -> bool:
    return hmac.compare_digest(proof.encode(), expected.encode())


KEY_BYTES = 32


def read_key(path: Path) -> bytes | None:
    """Read the key.

    Returns:
        The key; None when there is no private, complete one.
    """
    try:
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            if status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077:
                return None
            key = stream.read(KEY_BYTES + 1)
    except OSError:
        return None
    return key if len(key) == KEY_BYTES else None


def read_or_make_key(path: Path) -> bytes:
    """Read the key, or make one where there is none. Call it under the start lock only.

    Raises:
        StartError: it cannot be written.
    """
    key = read_key(path)
    if key is None:
        key = secrets.token_bytes(KEY_BYTES)
        # No process that knows it outlives a loss of power.
        try:
            replace_file(path, key, durable=False)
        except OSError as failure:
            raise StartError(f"its key {path} cannot be written: {failure.strerror}") from None
    return key
