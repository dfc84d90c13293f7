"""Worker server: one socket, one thread per connection, one request each; and the log.

A worker's output goes to its log and nowhere else, and the log never grows without end.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Generic, Self, TypeVar

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from assistant.ipc import spec as worker_spec
from assistant.ipc.caller import Caller
from assistant.ipc.frames import LineSocket
from assistant.ipc.handshake import admit, read_key
from assistant.ipc.messages import (
    Leaving,
    ProtocolError,
    Retire,
    StartError,
    TooSlowError,
    WireError,
)
from assistant.ipc.spec import WorkerSpec

REQUEST_TIMEOUT = 30.0
"""Seconds a caller has to send its request."""

LIFE_TIMEOUT = 5.0
"""Seconds to wait for the life lock: whoever looks whether a worker lives holds it for a moment."""

TURN_PAUSE = 3.0
"""Seconds without a request after which a worker counts as not in use any more."""

FIRST_TURN_PAUSE = 10.0
"""The same of a worker that was asked nothing yet: whoever started it is about to."""

LONGEST_TURN = 60.0
"""Seconds after which a worker makes room for another version even if requests keep coming."""

MAX_CONNECTIONS = 200
REACHABILITY_POLL_SECONDS = 0.5
"""Seconds between two looks at whether this worker can still be reached."""

R = TypeVar("R")
log = logging.getLogger(__name__)


class Server(Generic[R]):
    """Listens as long as it is entered.

    `serve` is called once per request, in the connection's own thread, and returns soon; the
    answer is posted to the caller by whichever thread has it.
    """

    def __init__(
        self, spec: WorkerSpec, requests: TypeAdapter[R], serve: Callable[[Caller, R], None]
    ) -> None:
        self._spec = spec
        requests.rebuild()
        self._requests = requests
        self._serve = serve
        self._life = FileLock(worker_spec.life_lock(spec), mode=0o600, thread_local=False)
        self._retiring = threading.Event()
        self._closing = False
        self._lock = threading.Lock()
        self._open = 0
        self._quiet_since = monotonic()

    def __enter__(self) -> Self:
        worker_spec.make_folders(self._spec)
        try:
            self._life.acquire(timeout=LIFE_TIMEOUT)
        except Timeout:
            raise StartError("another worker lives already") from None
        # Whoever finds this worker hanging has to know which process to end.
        with suppress(OSError):
            worker_spec.life_lock(self._spec).write_text(str(os.getpid()))
        key = read_key(worker_spec.key_file(self._spec))
        if key is None:
            raise StartError(f"there is no key at {worker_spec.key_file(self._spec)}")
        self._key = key
        self._turn = _Turn()
        self._path = worker_spec.socket_path(self._spec)
        self._path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        umask = os.umask(0o177)
        try:
            self._listener.bind(os.fsencode(self._path))
        finally:
            os.umask(umask)
        self._inode = self._path.stat().st_ino
        self._listener.listen(128)
        self._listener.settimeout(REACHABILITY_POLL_SECONDS)
        threading.Thread(target=self._accept, name="accept", daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing = True
        if self._reachable():
            self._path.unlink(missing_ok=True)
        self._listener.close()
        self._life.release()

    @property
    def retiring(self) -> threading.Event:
        """Set when a newer worker waits, or nobody can reach this one any more."""
        return self._retiring

    def quiet_for(self) -> float:
        """Seconds without any connection; 0 while there is one."""
        with self._lock:
            return 0.0 if self._open else monotonic() - self._quiet_since

    def _reachable(self) -> bool:
        """Whether callers still find this worker: its socket and its key are in their places."""
        try:
            same = self._path.stat().st_ino == self._inode
        except OSError:
            return False
        return same and read_key(worker_spec.key_file(self._spec)) == self._key

    def _accept(self) -> None:
        checked = monotonic()
        while not self._closing:
            if monotonic() - checked >= REACHABILITY_POLL_SECONDS:
                checked = monotonic()
                if not self._reachable() or self._turn.is_over():
                    self._retiring.set()
            try:
                sock, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            with self._lock:
                full = self._open >= MAX_CONNECTIONS
                self._open += not full
            if full:
                sock.close()
            else:
                threading.Thread(target=self._serve_connection, args=(sock,), daemon=True).start()

    def _serve_connection(self, sock: socket.socket) -> None:
        line = LineSocket(sock)
        try:
            admit(line, self._key, self._spec.version)
            request = self._read_request(line)
            if isinstance(request, Retire):
                self._turn.ask_to_end()
                if self._turn.is_over():
                    self._retiring.set()
                return
            caller = Caller(line)
            if self._retiring.is_set() or self._closing:
                caller.end(Leaving(makes_room=self._turn.is_over()))
                caller.watch()
                return
            with self._turn.request():
                self._serve(caller, request)
                caller.watch()
        except WireError as failure:
            log.debug("connection dropped: %s", failure)
        finally:
            line.close()
            with self._lock:
                self._open -= 1
                self._quiet_since = monotonic()

    def _read_request(self, line: LineSocket) -> R | Retire:
        data = line.receive(REQUEST_TIMEOUT)
        if data is None:
            raise TooSlowError("no request in time")
        with suppress(ValidationError):
            return Retire.model_validate_json(data)
        try:
            return self._requests.validate_json(data)
        except ValidationError as failure:
            log.warning("a request that is none: %s", failure.errors()[0]["msg"])
            raise ProtocolError("not a request") from None


class _Turn:
    """Turn of a worker among those of several versions, which two front ends may want at the same
    time: it ends, once it is asked to, when nobody of this version uses the worker any more.

    Whoever started a worker is served by it, and what makes several requests is not interrupted
    between them; were it otherwise, two versions would send each other's workers away for ever.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: float | None = None
        self._requests = self._served = 0
        self._used = monotonic()

    def ask_to_end(self) -> None:
        """Have the turn end when it may."""
        with self._lock:
            if self._asked is None:
                log.info("asked to make room for another version")
                self._asked = monotonic()

    @contextmanager
    def request(self) -> Iterator[None]:
        """Use the worker inside the block."""
        with self._lock:
            self._requests += 1
            self._served += 1
        try:
            yield
        finally:
            with self._lock:
                self._requests -= 1
                self._used = monotonic()

    def is_over(self) -> bool:
        """Whether the worker should make room now; what is being answered is still finished."""
        with self._lock:
            if self._asked is None:
                return False
            now, pause = monotonic(), TURN_PAUSE if self._served else FIRST_TURN_PAUSE
            is_unused = not self._requests and now - self._used >= pause
            return is_unused or (self._served > 0 and now - self._asked >= LONGEST_TURN)


MAX_LOG_BYTES = 2**20
"""Bytes of one log; the one before it is kept beside it."""


class WorkerLog:
    """Points the process's standard output and error at the log."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open()
        logging.basicConfig(
            level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
        )

    def trim(self) -> None:
        """Begin a new log when this one is full. Safe while other threads write."""
        with suppress(OSError):
            if os.fstat(1).st_size > MAX_LOG_BYTES:
                self._path.replace(self._path.with_suffix(self._path.suffix + ".1"))
                self._open()

    def _open(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.dup2(log, 1)
            os.dup2(log, 2)
        finally:
            os.close(log)
