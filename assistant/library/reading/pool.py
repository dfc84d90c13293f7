"""Reader pool: files are read in processes, so that a hostile one costs nothing but itself.

The owner's side: it imports no format library, checks what comes back, and kills a process that
takes too long.
"""

import json
import logging
import os
import queue
import re
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event
from types import TracebackType
from typing import IO, NamedTuple, Self

from pydantic import ValidationError

from assistant.core.errors import AssistantError
from assistant.language.messages import N_
from assistant.library.file_access import printable_path
from assistant.library.limits import ReadLimits, UnreadableError
from assistant.library.reading.frames import (
    FRAME_HEADER,
    FrameKind,
    ReadFailure,
    ReadRequest,
    ReadResult,
    pack,
)

_START_TIMEOUT = 60.0
_POLL_SECONDS = 0.1
"""Seconds between two looks at the stop flag."""
_JSON_OF_CHARACTER = 6
_JSON_OF_BLOCK = 1_000
_OUT_OF_MEMORY = re.compile(rb"memory allocation of|bad_alloc|MemoryError|out of memory", re.I)
_ATTEMPTS = 2
_KILLS_BEFORE_READING = 10
"""How often readers may be killed, one after the other, before any of them begins with a file."""
_KILL_PAUSE = 0.1
"""Seconds that are waited after the first of these kills; after the second twice as many."""
_KILLS = (-signal.SIGKILL, -signal.SIGTERM)
_KILLED = UnreadableError("too_large", "its reader was killed, probably out of memory")
_log = logging.getLogger(__name__)


class ReaderStartError(AssistantError):
    """The reader process cannot be started: no file can be read."""


class ReadingStoppedError(Exception):
    """The reading was stopped from outside; nothing is known about the file."""


class _GoneError(Exception):
    """The process ended without an answer."""


class ReaderPool:
    """Some reader processes, started when they are needed.

    Any number of threads may call `read`; as many files are read at a time as there are
    processes. Close it when it is no longer needed: the processes end with it.
    """

    def __init__(
        self, command: Sequence[str], limits: ReadLimits | None = None, *, processes: int = 1
    ) -> None:
        """`command` starts a reader process, such as `[program, "--worker", "reader"]`."""
        self._limits = limits or ReadLimits()
        self._closed = Event()
        # A process is killed when the thread that started it ends, so one thread starts them all.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="readers")
        self._idle: queue.LifoQueue[_RestartedReader] = queue.LifoQueue()
        self._readers = [_RestartedReader(tuple(command), self._starter) for _ in range(processes)]
        for reader in self._readers:
            self._idle.put(reader)

    def read(
        self,
        path: bytes,
        stop: Event | None = None,
        holds: Callable[[], bool] = lambda: False,
    ) -> ReadResult | UnreadableError:
        """Read a file.

        Args:
            holds: as long as it is true the process stands still, in the middle of the file.

        Returns: the document, or why it gives no text.

        Raises:
            ReaderStartError: reader processes cannot be started.
            ReadingStoppedError: `stop` was set, or the pool was closed.
        """
        reader = self._idle.get()
        try:
            stops = (self._closed, stop) if stop else (self._closed,)
            return reader.read(path, self._limits, _Orders(stops, holds))
        finally:
            self._idle.put(reader)

    def close(self) -> None:
        """Stop what is being read and end the processes."""
        self._closed.set()
        for _ in self._readers:
            self._idle.get().end()
        for reader in self._readers:
            self._idle.put(reader)
        self._starter.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Orders(NamedTuple):
    """Stop and hold flags, set from outside while a file is read."""

    stops: tuple[Event, ...]
    holds: Callable[[], bool]

    def check(self) -> None:
        """Raises ReadingStoppedError."""
        if any(stop.is_set() for stop in self.stops):
            raise ReadingStoppedError

    def pause(self, seconds: float) -> None:
        """Wait. Raises ReadingStoppedError."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.stops[0].wait(min(left, _POLL_SECONDS))
            self.check()


class _RestartedReader:
    """A process that reads one file at a time, replaced when it ends."""

    def __init__(self, command: tuple[str, ...], starter: ThreadPoolExecutor) -> None:
        self._command = command
        self._starter = starter
        self._process: _Process | None = None

    def read(
        self, path: bytes, limits: ReadLimits, orders: _Orders
    ) -> ReadResult | UnreadableError:
        request = ReadRequest(path=os.fsdecode(path), limits=limits)
        answer: ReadResult | UnreadableError = _KILLED
        # One may be killed for the memory that others take, so another one gets the file, too.
        for _ in range(_ATTEMPTS):
            answer = self._answer(self._begun(request, orders), path, limits, orders)
            if answer is not _KILLED:
                break
        return answer

    def end(self) -> None:
        """Kill the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _begun(self, request: ReadRequest, orders: _Orders) -> "_Process":
        """A process that has begun with the request.

        One may end between two files or while it starts, by itself or by the system's hand: that
        says nothing about the file. One that ends by itself again is not as it should be; kills
        have to be many.

        Raises ReaderStartError, ReadingStoppedError.
        """
        ends = kills = 0
        while True:
            orders.check()
            process, is_new = self._living()
            try:
                if is_new:
                    process.expect(FrameKind.READY, _START_TIMEOUT, orders)
                process.send(request)
                process.expect(FrameKind.BEGUN, _START_TIMEOUT, orders)
            except (_GoneError, TimeoutError):
                was_killed, reason = process.was_killed(), process.last_error_line()
                self.end()
            except ReadingStoppedError:
                self.end()
                raise
            else:
                return process
            ends, kills = ends + (not was_killed), kills + was_killed
            if ends == _ATTEMPTS:
                raise _start_error(self._command, reason)
            if kills == _KILLS_BEFORE_READING:
                raise ReaderStartError(
                    f"The process that reads files was killed {kills} times before it read one,"
                    " probably because memory ran out.",
                    "Close other programs, and add the files again.",
                )
            if was_killed:
                orders.pause(kills * _KILL_PAUSE)

    def _living(self) -> tuple["_Process", bool]:
        """A process that runs, and whether it was started just now."""
        if self._process is not None and self._process.is_alive():
            return self._process, False
        self.end()
        self._process = _start(self._command, self._starter)
        return self._process, True

    def _answer(
        self, process: "_Process", path: bytes, limits: ReadLimits, orders: _Orders
    ) -> ReadResult | UnreadableError:
        most = limits.text_chars * _JSON_OF_CHARACTER + limits.blocks * _JSON_OF_BLOCK
        try:
            letter, payload = process.receive(limits.seconds, orders, most)
            for _ in range(limits.ocr.pages if limits.ocr else 0):
                if letter == FrameKind.GOES_ON:
                    letter, payload = process.receive(limits.seconds, orders, most)
            if letter == FrameKind.READ:
                return ReadResult.model_validate_json(payload)
            failure = ReadFailure.model_validate_json(payload)
            return UnreadableError(failure.reason, failure.detail)
        except TimeoutError:
            verdict = UnreadableError("timeout", f"not read after {limits.seconds:.0f} seconds")
        except _GoneError:
            verdict = process.exit_reason(limits)
        except ValidationError:
            verdict = UnreadableError("corrupt", "the reader process answered nonsense")
        except ReadingStoppedError:
            self.end()
            raise
        _log.warning("%s: %s", printable_path(path), verdict)
        self.end()
        return verdict


class _Process:
    """A running process, its pipes, and what it prints."""

    def __init__(self, process: "subprocess.Popen[bytes]", errors: IO[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._errors = errors
        self._input = process.stdin
        self._output = process.stdout
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._output, selectors.EVENT_READ)

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def send(self, request: ReadRequest) -> None:
        # A path that is no UTF-8 holds surrogates: pydantic's own JSON refuses them.
        payload = json.dumps(request.model_dump()).encode()
        try:
            self._input.write(pack(FrameKind.REQUEST, payload))
            self._input.flush()
        except OSError:
            raise _GoneError from None

    def expect(self, letter: FrameKind, seconds: float, orders: _Orders) -> None:
        found, _ = self.receive(seconds, orders, most=0)
        if found != letter:
            raise _GoneError

    def receive(self, seconds: float, orders: _Orders, most: int) -> tuple[bytes, bytes]:
        """The next frame's letter and payload of at most `most` bytes."""
        letter, length = FRAME_HEADER.unpack(self._read_exactly(FRAME_HEADER.size, seconds, orders))
        if length > most:
            raise _GoneError
        return letter, self._read_exactly(length, seconds, orders)

    def kill(self) -> None:
        """End the process, and what it has started."""
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._selector.close()
        for stream in (self._input, self._output, self._errors):
            try:
                stream.close()
            except BrokenPipeError:
                continue

    def exit_reason(self, limits: ReadLimits) -> UnreadableError:
        """Why the process ended while it read a file."""
        try:
            status = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return UnreadableError("corrupt", "the reader process stopped answering")
        if -status == signal.SIGXCPU:
            return UnreadableError("timeout", f"took {limits.cpu_seconds} s of processor time")
        if status in _KILLS:
            return _KILLED
        if _OUT_OF_MEMORY.search(self._last_bytes()):
            return UnreadableError("too_large", "it needs more memory than a file may use")
        if -status == signal.SIGABRT and not self._last_bytes().strip():
            # PDFium ends itself so, without a word; who finds damage says something first.
            detail = N_("its reader gave up (SIGABRT), probably out of memory")
            return UnreadableError("too_large", detail)
        name = signal.Signals(-status).name if status < 0 else f"status {status}"
        return UnreadableError("corrupt", f"it crashed the reader ({name})")

    def was_killed(self) -> bool:
        """Whether somebody else ended the process."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(timeout=1) in _KILLS
        return False

    def last_error_line(self) -> str:
        """The last line that the process printed."""
        lines = self._last_bytes().decode("utf-8", "replace").strip().split("\n")
        return lines[-1][:300] or N_("it said nothing")

    def _last_bytes(self) -> bytes:
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - 4096))
        return self._errors.read()

    def _hold(self, orders: _Orders) -> float:
        """Stand still as long as that is wanted; the seconds for which it was."""
        if not orders.holds():
            return 0.0
        began = time.monotonic()
        self._signal(signal.SIGSTOP)
        pause = Event()
        try:
            while orders.holds():
                orders.check()
                pause.wait(_POLL_SECONDS)
        finally:
            self._signal(signal.SIGCONT)
        return time.monotonic() - began

    def _signal(self, number: signal.Signals) -> None:
        """It leads a group of its own. One that has ended and was waited for has no number."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _read_exactly(self, length: int, seconds: float, orders: _Orders) -> bytes:
        data = bytearray()
        deadline = time.monotonic() + seconds
        while len(data) < length:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError
            orders.check()
            deadline += self._hold(orders)
            if not self._selector.select(min(remaining, _POLL_SECONDS)):
                continue
            piece = os.read(self._output.fileno(), min(length - len(data), 1 << 20))
            if not piece:
                raise _GoneError
            data += piece
        return bytes(data)


def _start(command: tuple[str, ...], starter: ThreadPoolExecutor) -> _Process:
    errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
    try:
        process = starter.submit(_popen, command, errors).result()
    except OSError as failure:
        errors.close()
        raise _start_error(command, failure.strerror or str(failure)) from None
    return _Process(process, errors)


def _popen(command: tuple[str, ...], errors: IO[bytes]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=True,
        env={**os.environ, "RUST_BACKTRACE": "0", "PYTHONUNBUFFERED": "1"},
    )


def _start_error(command: tuple[str, ...], detail: str) -> ReaderStartError:
    return ReaderStartError(
        f"The process that reads files does not start ({command[0]}): {detail}.",
        "Run `assistant doctor`.",
    )
