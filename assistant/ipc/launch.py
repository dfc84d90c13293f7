"""Starting a worker's process, and telling why it did not live."""

import os
import subprocess
from contextlib import suppress

from assistant.ipc.errors import StartError
from assistant.ipc.worker import WorkerSpec

LONGEST_REASON = 300
"""Characters of a worker's last line."""


def launch(spec: WorkerSpec) -> subprocess.Popen[bytes]:
    """In a session of its own, so that no terminal's signal reaches it."""
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
    """Bytes that were logged before, by others."""
    try:
        return spec.log.stat().st_size
    except OSError:
        return 0


def how_it_ended(spec: WorkerSpec, log_start: int, status: int) -> str:
    """`killed by signal 9`, or `exit status 1` and the last line that was logged.

    That line is where Python and the loader of libraries put the reason.
    """
    if status < 0:
        return f"killed by signal {-status}"
    how = f"exit status {status}"
    with suppress(OSError), spec.log.open("rb") as log:
        log.seek(max(log_start, log_size(spec) - LONGEST_REASON * 4))
        lines = log.read().decode(errors="replace").strip().splitlines()
        if lines and status:
            return f"{how}: {lines[-1].strip()[:LONGEST_REASON]}"
    return how
