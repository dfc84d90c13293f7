"""Runs code as a user whom file permissions stop; they do not stop root."""

import os
from collections.abc import Callable

NOBODY = 65534


def as_ordinary_user(call: Callable[[], object]) -> str:
    """Type and text of the error that `call` ends with in a child process; "" for none."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        report = "the child failed"
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            report = _failure(call)
        finally:
            os.write(writing, report.encode())
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        report = pipe.read()
    os.waitpid(child, 0)
    return report


def _failure(call: Callable[[], object]) -> str:
    try:
        call()
    except Exception as failure:  # noqa: BLE001 - the child has to report whatever it meets
        return f"{type(failure).__name__}: {failure}"
    return ""
