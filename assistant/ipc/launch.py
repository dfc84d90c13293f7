"""Launch of a worker's process, and the reason why one ended."""

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

from assistant.ipc.messages import StartError, is_want_of_memory
from assistant.ipc.spec import WorkerSpec
from assistant.language.messages import N_

if TYPE_CHECKING:
    import subprocess

FOR_WANT_OF_MEMORY = "out of memory"
MAX_REASON_CHARS = 300
"""Characters of a worker's last line."""

DUMP = b"Fatal Python error:"
"""Begins what Python writes about a crash, behind the last words of whatever crashed."""

MAX_DUMP_BYTES = 2**18
"""Bytes of a log in which that is looked for."""


def launch(spec: WorkerSpec) -> "subprocess.Popen[bytes]":
    """Start a worker's process in a session of its own, so that no terminal's signal reaches it."""
    # Most calls find a worker that lives.
    import subprocess  # noqa: PLC0415

    try:
        spec.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = os.open(spec.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as failure:
        raise StartError(f"its log {spec.log} cannot be written: {failure.strerror}") from None
    try:
        return subprocess.Popen(
            spec.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )
    except OSError as failure:
        raise StartError(f"{spec.command[0]} cannot be run: {failure.strerror}") from None
    finally:
        os.close(log)


def log_size(spec: WorkerSpec) -> int:
    """Bytes of the log, which earlier workers wrote."""
    try:
        return spec.log.stat().st_size
    except OSError:
        return 0


def exit_reason(spec: WorkerSpec, log_start: int, status: int) -> str:
    """Reason of a worker's end: `killed by signal 9`, or `exit status 1` and its log's last line.

    That line is where Python and the loader of libraries put the reason.
    """
    if status == -signal.SIGKILL:
        return N_("killed by signal 9, as the system does when memory runs out")
    how = N_(f"exit status {status}")
    if status < 0:
        number = -status
        how = N_(f"killed by signal {number}")
    said = b""
    with suppress(OSError), spec.log.open("rb") as log:
        log.seek(max(log_start, log_size(spec) - MAX_DUMP_BYTES))
        said = log.read()
    if status < 0:
        said = said.partition(DUMP)[0]
    text = said[-MAX_REASON_CHARS * 4 :].decode(errors="replace").strip()
    lines = text.splitlines()
    if status and is_want_of_memory(text):
        return N_(f"{how}, out of memory")
    if lines and status > 0:
        return f"{how}: {lines[-1].strip()[:MAX_REASON_CHARS]}"
    return how
