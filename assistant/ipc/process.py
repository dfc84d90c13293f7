"""Process start of workers and helpers: a worker's log and signals, a helper's JSON lines.

Native code writes to file descriptor 1 when it likes. A helper that answers in lines of JSON keeps
a copy of it for them and sends everything else to standard error. When memory runs out Linux should
end a worker, which can be restarted, and nothing else.
"""

import faulthandler
import json
import os
import resource
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from assistant.ipc.server import WorkerLog

ENOUGH_FILES = 8192
"""Descriptors that a worker may have open."""


def begin_worker(log: Path, oom_score: int) -> WorkerLog:
    """Have output and crashes go to the log; Ctrl+C in a terminal is meant for others.

    Args:
        oom_score: when memory runs out Linux ends the process with the highest first, from
            -1000 to 1000: a worker, which can be started again, and nothing else.
    """
    output = WorkerLog(log)
    faulthandler.enable()
    _allow_many_files()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(oom_score))
    return output


def _allow_many_files() -> None:
    """Files, sockets and databases are open at once; shells often allow fewer than one may have."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH_FILES if most == resource.RLIM_INFINITY else min(ENOUGH_FILES, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def forbid_debugger() -> None:
    """ggml would start gdb on this process to print a back-trace."""
    os.environ["GGML_NO_BACKTRACE"] = "1"


class JsonLines:
    """Standard output of a helper, for its answers alone: native code, too, may print."""

    def __init__(self) -> None:
        """Take it; whatever else is printed goes to standard error from now on."""
        self._stream = os.fdopen(os.dup(1), "w", encoding="ascii")
        os.dup2(2, 1)

    def write(self, answer: Mapping[str, object]) -> None:
        """Write one answer at once. Names of files may hold what ASCII has not; JSON escapes it."""
        self._stream.write(f"{json.dumps(answer)}\n")
        self._stream.flush()


def end_with_input() -> None:
    """End as soon as standard input does: whoever asked has gone, or wants no more."""

    def watch() -> None:
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=watch, name="input", daemon=True).start()


def reason_of(failure: Exception) -> str:
    """An exception that nobody expected, in one line."""
    return f"{type(failure).__name__}: {failure}".splitlines()[0]
