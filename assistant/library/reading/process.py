"""Reader process: reads one file after the other for its owner, until its input ends.

It is where hostile files do their worst: it takes limits on itself before it reads, holds nothing
that matters, and may be killed at any time.
"""

import ctypes
import gc
import hashlib
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from assistant.library.file_access import open_regular, printable_path
from assistant.library.limits import ReadLimits, UnreadableError
from assistant.library.readers.base.source import FileSource
from assistant.library.readers.dispatch import read
from assistant.library.reading.frames import (
    FrameKind,
    ReadFailure,
    ReadRequest,
    ReadResult,
    pack,
    read_frame,
)

_PR_SET_PDEATHSIG = 1
_MAX_LOG_BYTES = 1_000_000
"""Bytes that libraries may write to standard error, and to any file at all."""
_MAX_OPEN_FILES = 64
_MAX_PEAK_MEMORY = 400_000_000
"""Bytes of memory at their peak after which the process makes room for a fresh one."""
_OBJECTS_BETWEEN_COLLECTIONS = 20_000
"""A document is many small objects and hardly a circle: looking for those more often is in vain."""


def main() -> int:
    """Read files for the owner at the other end of standard input and output."""
    requests, answers = _take_over_pipes()
    _die_with_owner()
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, _MAX_LOG_BYTES)
    _limit(resource.RLIMIT_NOFILE, _MAX_OPEN_FILES)
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    _send(answers, FrameKind.READY)
    while (frame := read_frame(requests)) is not None:
        try:
            request = ReadRequest.model_validate(json.loads(frame[1]))
        except (ValueError, ValidationError) as failure:
            print(f"reader: not a request: {failure}", file=sys.stderr)
            return 1
        _limit_to(request.limits)
        _send(answers, FrameKind.BEGUN)
        _send(answers, *_answer(request, answers))
        if _peak_memory() > _MAX_PEAK_MEMORY:
            break
    return 0


def read_file(
    path: bytes, limits: ReadLimits, go_on: Callable[[], None] = lambda: None
) -> ReadResult:
    """Read the file `path` in this process.

    Args:
        go_on: called when a part is done that has limits of its own.

    Raises:
        UnreadableError: it gives no text, with the reason.
    """
    data, status = _contents(path, limits)
    name = printable_path(path.rpartition(b"/")[2])
    return ReadResult(
        document=read(FileSource(data, name, limits, go_on=go_on)),
        content_hash=hashlib.sha256(data).hexdigest(),
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
    )


def _answer(request: ReadRequest, answers: BinaryIO) -> tuple[FrameKind, bytes]:
    """Read the file and say how it went."""

    def go_on() -> None:
        _limit_to(request.limits)
        _send(answers, FrameKind.GOES_ON)

    try:
        reading = read_file(os.fsencode(request.path), request.limits, go_on)
        return FrameKind.READ, reading.model_dump_json().encode()
    except UnreadableError as failure:
        reason, detail = failure.reason, failure.detail
    except MemoryError:
        reason, detail = "too_large", "it needs more memory than a file may use"
    # What a library says may quote the file, lone surrogates and all.
    detail = detail[:500].encode("utf-8", "replace").decode()
    return FrameKind.FAILED, ReadFailure(reason=reason, detail=detail).model_dump_json().encode()


def _contents(path: bytes, limits: ReadLimits) -> tuple[bytes, os.stat_result]:
    """The bytes of a regular file that stays as it is while it is read."""
    try:
        with open_regular(path) as stream:
            before = os.fstat(stream.fileno())
            if before.st_size > limits.file_bytes:
                raise UnreadableError("too_large", f"{before.st_size:,} bytes")
            data = stream.read(limits.file_bytes + 1)
            after = os.fstat(stream.fileno())
    except OSError as failure:
        raise UnreadableError("unreadable", failure.strerror or str(failure)) from None
    unchanged = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if len(data) > limits.file_bytes:
        raise UnreadableError("too_large", f"more than {limits.file_bytes:,} bytes")
    if not unchanged or len(data) != after.st_size:
        raise UnreadableError("unreadable", "it changed while it was read")
    return data, after


def _send(answers: BinaryIO, letter: FrameKind, payload: bytes = b"") -> None:
    answers.write(pack(letter, payload))
    answers.flush()


def _take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes for frames alone: what a library prints goes to standard error."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def _die_with_owner() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _limit_to(limits: ReadLimits) -> None:
    """Take the limits for the next file; processor time counts from now."""
    _limit(resource.RLIMIT_AS, limits.memory_bytes)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (used + limits.cpu_seconds + 1, most))


def _limit(kind: int, value: int) -> None:
    # macOS knows not every limit; what is missing there the owner's clock makes up for.
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (value, value))


def _peak_memory() -> int:
    """Bytes of memory that this process used at most.

    On Linux `ru_maxrss` begins at what the owner used when it started this process, and the owner
    holds an embedder; the kernel's own high-water mark begins anew with the program.
    """
    with suppress(OSError, ValueError, IndexError):
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    sys.exit(main())
