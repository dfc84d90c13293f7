"""Frames on a socket: one JSON value per line, never longer than a limit, never pickled."""

import select
import socket
from time import monotonic

from pydantic import BaseModel

from assistant.ipc.messages import PeerGoneError, ProtocolError

MAX_FRAME_BYTES = 64 * 2**20
"""Bytes; a question of several million characters fits."""

_CHUNK = 2**16


def encode(frame: BaseModel) -> bytes:
    """Encode a frame as one line of JSON."""
    return frame.model_dump_json().encode() + b"\n"


class LineSocket:
    """A socket that is read line by line. It never blocks longer than its caller allows."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._received = bytearray()
        self._searched = 0
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)

    def receive(self, timeout: float, limit: int = MAX_FRAME_BYTES) -> bytes | None:
        """The next line, or None when it is not complete after `timeout` seconds.

        Raises:
            PeerGoneError: the connection ended.
            ProtocolError: the line is longer than `limit` bytes.
        """
        deadline = monotonic() + timeout
        while (line := self._split_line(limit)) is None:
            remaining = max(deadline - monotonic(), 0)
            if not self._poll.poll(remaining * 1000):
                return None
            self.receive_available()
        return line

    def pop_line(self, limit: int = MAX_FRAME_BYTES) -> bytes | None:
        """Remove a line from what was received already.

        Returns:
            The line; None when none is complete.
        """
        return self._split_line(limit)

    def receive_available(self) -> None:
        """Receive what has arrived. Raises PeerGoneError at the end of the connection."""
        try:
            chunk = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError as failure:
            raise PeerGoneError(str(failure)) from None
        if not chunk:
            raise PeerGoneError("the connection was closed")
        self._received += chunk

    def send(self, line: bytes, timeout: float) -> None:
        """Send all of `line`. Raises PeerGoneError when that takes longer than `timeout`."""
        deadline = monotonic() + timeout
        unsent = memoryview(line)
        while unsent:
            unsent = unsent[self.send_some(unsent) :]
            if unsent and not self._wait_writable(deadline):
                raise PeerGoneError("the other side does not read")

    def send_some(self, line: bytes | memoryview) -> int:
        """Send what fits without waiting.

        Returns:
            Number of bytes sent.
        """
        try:
            return self._socket.send(line)
        except BlockingIOError:
            return 0
        except OSError as failure:
            raise PeerGoneError(str(failure)) from None

    def close(self) -> None:
        self._socket.close()

    def fileno(self) -> int:
        return self._socket.fileno()

    def _wait_writable(self, deadline: float) -> bool:
        waiting = select.poll()
        waiting.register(self._socket, select.POLLOUT)
        return bool(waiting.poll(max(deadline - monotonic(), 0) * 1000))

    def _split_line(self, limit: int) -> bytes | None:
        end = self._received.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self._received)
            if self._searched > limit:
                raise ProtocolError(f"a frame of more than {limit} bytes")
            return None
        if end > limit:
            raise ProtocolError(f"a frame of more than {limit} bytes")
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        self._searched = 0
        return line
