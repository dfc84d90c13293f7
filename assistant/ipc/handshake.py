"""Handshake of a connection, and the key: both sides prove in three frames that they hold it.

    caller → worker   Hello      the caller's nonce
    worker → caller   Challenge  its nonce, version, process id, and a proof over both nonces
    caller → worker   Answer     the caller's proof

Neither side sends anything of value before the other has proved itself. The proofs are HMACs over
different labels, so that one cannot be sent back as the other. This part must stay the same over
all versions of the program: a newer front end has to be able to tell an older worker to retire.

The key is the secret that front ends and workers of one user share.
"""

import base64
import errno
import hmac
import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any, Literal, NamedTuple, TypeVar

from assistant.core.atomic import replace_file
from assistant.ipc.frames import LineSocket
from assistant.ipc.messages import ProtocolError, StartError, TooSlowError

HANDSHAKE_TIMEOUT = 5.0
"""Seconds for the whole handshake."""

POLL_SECONDS = 0.05
"""Seconds between two looks at the stop flag."""

MAX_FRAME_BEFORE_PROOF = 4096
"""Bytes of a frame from somebody who has proved nothing yet."""


class Hello(NamedTuple):
    nonce: str
    kind: Literal["hello"] = "hello"
    wire: Literal[1] = 1


class Challenge(NamedTuple):
    nonce: str
    version: str
    pid: int
    proof: str
    kind: Literal["challenge"] = "challenge"


class ChallengeResponse(NamedTuple):
    proof: str
    kind: Literal["answer"] = "answer"


F = TypeVar("F", Hello, Challenge, ChallengeResponse)


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
    _send(sock, Hello(nonce))
    challenge = _receive(sock, Challenge, deadline, stop)
    parts = (nonce, challenge.nonce, challenge.version, str(challenge.pid))
    if not _same(challenge.proof, _proof(key, "worker", parts)):
        raise ProtocolError("the worker holds another key")
    _send(sock, ChallengeResponse(_proof(key, "caller", parts)))
    return Peer(version=challenge.version, pid=challenge.pid)


def admit(sock: LineSocket, key: bytes, version: str) -> None:
    """Handshake of the worker. Raises ProtocolError when the caller does not hold the key."""
    deadline = monotonic() + HANDSHAKE_TIMEOUT
    hello = _receive(sock, Hello, deadline)
    parts = (hello.nonce, secrets.token_hex(16), version, str(os.getpid()))
    challenge = Challenge(
        nonce=parts[1], version=version, pid=os.getpid(), proof=_proof(key, "worker", parts)
    )
    _send(sock, challenge)
    answer = _receive(sock, ChallengeResponse, deadline)
    if not _same(answer.proof, _proof(key, "caller", parts)):
        raise ProtocolError("the caller holds another key")


def _send(sock: LineSocket, frame: Hello | Challenge | ChallengeResponse) -> None:
    sock.send(json.dumps(frame._asdict()).encode() + b"\n", HANDSHAKE_TIMEOUT)


def _receive(sock: LineSocket, kind: type[F], deadline: float, stop: Event | None = None) -> F:
    line = None
    while line is None and (left := deadline - monotonic()) > 0 and not (stop and stop.is_set()):
        line = sock.receive(min(left, POLL_SECONDS), MAX_FRAME_BEFORE_PROOF)
    if line is None:
        raise TooSlowError("no handshake in time")
    return _parsed(line, kind)


def _parsed(line: bytes, kind: type[F]) -> F:
    """A frame with its own constants, and fields that are what they should be; others may be there.

    Raises:
        ProtocolError: it is none.
    """
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise ProtocolError("not a handshake")
    constants = kind._field_defaults
    fields: dict[str, Any] = {name: given.get(name, constants.get(name)) for name in kind._fields}
    for name, value in fields.items():
        wanted = type(constants[name]) if name in constants else kind.__annotations__[name]
        if type(value) is not wanted or value != constants.get(name, value):
            raise ProtocolError("not a handshake")
    return kind(**fields)


def _proof(key: bytes, side: str, parts: tuple[str, ...]) -> str:
    return hmac.new(key, json.dumps((side, *parts)).encode(), "sha256").hexdigest()


def _same(proof: str, expected: str) -> bool:
    return hmac.compare_digest(proof.encode(errors="replace"), expected.encode())


KEY_BYTES = 32

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
"""Errors of a disk that is full, or of a quota."""


def read_key(path: Path) -> bytes | None:
    """Read the key.

    Returns:
        The key; None when there is no private, complete one.
    """
    try:
        if path.is_symlink():
            return _key_in_link(path)
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            if status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077:
                return None
            key = stream.read(KEY_BYTES + 1)
    except OSError:
        return None
    return key if len(key) == KEY_BYTES else None


def _key_in_link(path: Path) -> bytes | None:
    """The key in the name that a link leads to, which whoever cannot enter the folder cannot read.

    Raises OSError.
    """
    link, folder = path.lstat(), path.parent.stat()
    is_own = link.st_uid == folder.st_uid == os.getuid()
    try:
        key = base64.urlsafe_b64decode(str(path.readlink()))
    except ValueError:
        return None
    is_whole = is_own and not stat.S_IMODE(folder.st_mode) & 0o077 and len(key) == KEY_BYTES
    return key if is_whole else None


def _write_link(path: Path, key: bytes) -> None:
    """Keep a key where there is no room for a file: a short link needs none of its own."""
    path.unlink(missing_ok=True)
    path.symlink_to(base64.urlsafe_b64encode(key).decode())


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
            try:
                replace_file(path, key, durable=False)
            except OSError as failure:
                if failure.errno not in NO_ROOM:
                    raise
                _write_link(path, key)
        except OSError as failure:
            raise StartError(f"its key {path} cannot be written: {failure.strerror}") from None
    return key
