"""Joiner: starts a worker or joins the one that lives, without a race.

Whoever finds nobody answering takes the start lock, looks again, and starts the worker while
holding it. The worker holds its life lock until it ends, whatever the reason. So a free life lock
under the start lock means that there is no worker.
"""

import os
import signal
import socket
import struct
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import TYPE_CHECKING

from assistant.ipc import spec as worker_spec
from assistant.ipc.frames import LineSocket, encode
from assistant.ipc.handshake import Peer, greet, read_key, read_or_make_key
from assistant.ipc.launch import exit_reason, launch, log_size
from assistant.ipc.messages import (
    PeerGoneError,
    ProtocolError,
    Retire,
    StartError,
    TooSlowError,
    WireError,
)
from assistant.ipc.spec import WorkerSpec
from assistant.language.messages import N_

if TYPE_CHECKING:
    import subprocess

    from filelock import BaseFileLock

POLL_SECONDS = 0.02
"""Seconds between two looks at a worker that is starting or ending."""

TURN_POLL_SECONDS = 0.3
"""Seconds between two looks at a worker of another version, which is to make room."""

CONNECT_TIMEOUT = 2.0

WAIT_BEFORE_LINE = 2.0
"""Seconds that another version is waited for before the user is told."""

SECONDS_BETWEEN_LINES = 60.0

GREETINGS_BEFORE_KILL = 4
"""How often a worker is greeted, for some seconds each time, before it counts as hung."""


class OccupiedError(WireError):
    """A worker lives that cannot be used: it holds another key, or does not answer."""


class SilentError(OccupiedError):
    """The worker does not answer. `pid` is its process, 0 where the system does not say."""

    def __init__(self, reason: str, pid: int) -> None:
        super().__init__(reason)
        self.pid = pid


@dataclass(frozen=True)
class Connection:
    """An open connection to a worker that has proved itself."""

    line: LineSocket
    peer: Peer

    def close(self) -> None:
        self.line.close()


class Joiner:
    """Makes connections to one kind of worker. Safe to use from several threads."""

    def __init__(
        self,
        spec: WorkerSpec,
        replaced: Callable[[], object] = lambda: None,
        waits: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Args:
        replaced: called when a worker that did not answer was ended.
        waits: called with a line for the user when another version is in use for long.
        """
        self.spec = spec
        self._replaced = replaced
        self._waits = waits
        self._told_of_wait = -SECONDS_BETWEEN_LINES
        self._started: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    def join(self, stop: Event) -> Generator[None, None, Connection | None]:
        """Connect to the worker, starting it first where none lives.

        Yields now and then while a worker of another version, or one that hangs, has to go first.

        Returns:
            The connection; None when `stop` was set.

        Raises:
            StartError: no worker could be started or joined.
        """
        worker_spec.make_folders(self.spec)
        deadline = monotonic() + self.spec.start_timeout
        waits_since: float | None = None
        while not stop.is_set():
            try:
                connection = self._connect(stop)
            except OccupiedError as reason:
                if monotonic() > deadline:
                    if not isinstance(reason, SilentError) or not self._kill_hung_worker(
                        reason.pid
                    ):
                        raise StartError(f"a worker lives that cannot be used: {reason}") from None
                    deadline = monotonic() + self.spec.start_timeout
                yield
                stop.wait(POLL_SECONDS)
                continue
            if connection is None:
                self._start(stop, deadline)
            elif connection.peer.version == self.spec.version:
                return connection
            elif self._started is not None and connection.peer.pid == self._started.pid:
                # Whoever replaces it begins that one again.
                connection.close()
                new = worker_spec.other_version(connection.peer.version, self.spec.version)
                new = new[0].lower() + new[1:]
                raise StartError(
                    f"{new} of the program was installed since this one was started: quit and "
                    "start it again"
                )
            else:
                _ask_to_retire(connection)
                waits_since = waits_since or monotonic()
                self._tell_of_wait(connection.peer.version, waits_since)
                deadline = monotonic() + self.spec.start_timeout
                yield
                stop.wait(TURN_POLL_SECONDS)
        return None

    def replace_hung_worker(self, stop: Event) -> bool:
        """Look whether the worker still answers; end it when it has not for some time.

        It is asked again and again before that: a busy machine may make it slow.

        Returns: whether it was ended, so that the next one takes over.
        """
        for _ in range(GREETINGS_BEFORE_KILL):
            try:
                if (connection := self._connect(stop)) is not None:
                    connection.close()
                return False
            except SilentError as failure:
                silent = failure
            except OccupiedError:
                return False
            if stop.is_set():
                return False
        return self._kill_hung_worker(silent.pid)

    def end_worker(self) -> None:
        """End the worker, whatever it does: nothing that it holds is needed any more.

        Raises:
            StartError: it does not end.
        """
        path = worker_spec.life_lock(self.spec)
        deadline = monotonic() + self.spec.start_timeout
        while path.exists():
            life = _take_lock(path)
            if life is not None:
                life.release()
                return
            with suppress(OSError, ValueError):
                os.kill(int(path.read_text()), signal.SIGKILL)
            if monotonic() > deadline:
                raise StartError(f"a worker of the {self.spec.name} does not end")
            sleep(POLL_SECONDS)

    def running_worker(self) -> Peer | None:
        """Find the worker that runs now; none is started.

        Returns:
            The worker; None when nobody answers.

        Raises:
            OccupiedError: a worker lives that cannot be used.
        """
        connection = self._connect()
        if connection is None:
            return None
        connection.close()
        return connection.peer

    def exit_reason(self, pid: int) -> str:
        """Reason why the worker `pid` ended.

        Returns:
            The reason in few words; "" where it was started by another process.
        """
        started = self._started
        if started is None or started.pid != pid:
            return ""
        from subprocess import TimeoutExpired  # noqa: PLC0415 -- see launch

        with suppress(TimeoutExpired):
            return exit_reason(self.spec, self._log_start, started.wait(1))
        return ""

    def _tell_of_wait(self, version: str, since: float) -> None:
        """Tell the user that another version is in use, if that takes long, now and then."""
        now = monotonic()
        is_long = now - since >= WAIT_BEFORE_LINE
        if is_long and now - self._told_of_wait >= SECONDS_BETWEEN_LINES:
            self._told_of_wait = now
            other = worker_spec.other_version(version, self.spec.version)
            self._waits(N_(f"{other} of the program is in use: this one waits until it is done."))

    def _connect(self, stop: Event | None = None) -> Connection | None:
        """None when nobody listens; raises OccupiedError when somebody unusable does."""
        key = read_key(worker_spec.key_file(self.spec))
        if key is None:
            return None
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(CONNECT_TIMEOUT)
        try:
            sock.connect(os.fsencode(worker_spec.socket_path(self.spec)))
        except (ConnectionRefusedError, FileNotFoundError):
            sock.close()
            return None
        except OSError as failure:
            sock.close()
            raise SilentError(failure.strerror or "it accepts no connection", 0) from None
        line = LineSocket(sock)
        try:
            return Connection(line, greet(line, key, stop))
        except TooSlowError as failure:
            pid = _peer_pid(sock)
            line.close()
            raise SilentError(str(failure), pid) from None
        except (PeerGoneError, ProtocolError) as failure:
            line.close()
            raise OccupiedError(str(failure)) from None

    def _kill_hung_worker(self, listening: int) -> bool:
        """End a worker that hangs, if the life lock is held by the process that listens."""
        path = worker_spec.life_lock(self.spec)
        life = _take_lock(path)
        if life is None:
            with suppress(OSError, ValueError):
                holder = int(path.read_text())
                if listening in (0, holder):
                    os.kill(holder, signal.SIGKILL)
                    self._replaced()
                    return True
            return False
        life.release()
        return False

    def _start(self, stop: Event, deadline: float) -> None:
        """Start a worker and wait until it answers, unless somebody else is doing so."""
        lock = _take_lock(worker_spec.start_lock(self.spec))
        if lock is None:
            if monotonic() > deadline:
                raise StartError("another program has been starting it for too long") from None
            stop.wait(POLL_SECONDS)
            return
        try:
            if not self._is_alive(stop, deadline):
                self._spawn(stop)
        finally:
            lock.release()

    def _is_alive(self, stop: Event, deadline: float) -> bool:
        """Whether there is a worker, be it one that is just ending; asked under the start lock."""
        life = _take_lock(worker_spec.life_lock(self.spec))
        if life is None:
            if monotonic() > deadline:
                raise StartError("an earlier worker neither answers nor ends") from None
            stop.wait(POLL_SECONDS)
            return True
        life.release()
        return False

    def _spawn(self, stop: Event) -> None:
        spec = self.spec
        read_or_make_key(worker_spec.key_file(spec))
        self._log_start = log_start = log_size(spec)
        deadline = monotonic() + spec.start_timeout
        process = self._started = launch(spec)
        while not stop.is_set():
            status = process.poll()
            with suppress(OccupiedError):
                if (connection := self._connect()) is not None:
                    connection.close()
                    return
            if status is not None:
                how = exit_reason(spec, log_start, status)
                raise StartError(f"it ended at once ({how})")
            if monotonic() > deadline:
                process.kill()
                raise StartError(f"it did not answer within {spec.start_timeout:g} seconds")
            stop.wait(POLL_SECONDS)


def _take_lock(path: Path) -> "BaseFileLock | None":
    """Take a lock; None while another process holds it."""
    # Most calls find a worker that lives, and need none.
    from filelock import FileLock, Timeout  # noqa: PLC0415

    lock = FileLock(path, mode=0o600, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return None
    except OSError as failure:
        raise StartError(f"{path} cannot be locked: {failure.strerror}") from None
    return lock


def _ask_to_retire(connection: Connection) -> None:
    with suppress(PeerGoneError):
        connection.line.send(encode(Retire()), CONNECT_TIMEOUT)
    connection.close()


def _peer_pid(sock: socket.socket) -> int:
    """Who listens at the other end, where the system tells."""
    if not hasattr(socket, "SO_PEERCRED"):
        return 0
    size = struct.calcsize("3i")
    pid, _, _ = struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return int(pid)
