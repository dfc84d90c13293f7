"""The installed program in processes of its own, as a user runs it."""

import os
import pty
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from select import select
from threading import Thread
from time import monotonic

import psutil

PROGRAM = (sys.executable, "-P", "-m", "assistant")
CTRL_C = b"\x03"
PATIENCE = 60.0
"""Seconds after which a program that hangs fails its test."""


def run(
    *arguments: str,
    stdin: bytes = b"",
    program: Sequence[str] = PROGRAM,
    environment: Mapping[str, str] | None = None,
) -> "subprocess.CompletedProcess[bytes]":
    """Run a command to its end with everything piped."""
    return subprocess.run(
        [*program, *arguments],
        input=stdin,
        capture_output=True,
        env={**os.environ, **(environment or {})},
        timeout=PATIENCE,
        check=False,
    )


def on_terminal(
    *arguments: str, term: str = "xterm", keys: bytes = b"", after: bytes = b""
) -> tuple[int, bytes]:
    """Run with everything on a pseudo-terminal; `keys` are pressed once `after` was shown.

    A key that was pressed between the question and the reading of the answer may be lost: who
    sees nothing happen presses Ctrl+C again.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(PROGRAM[0], [*PROGRAM, *arguments], {**os.environ, "TERM": term})
    seen = b""
    pressed = False
    while True:
        if pressed and keys == CTRL_C and not select([terminal], [], [], 1)[0]:
            os.write(terminal, keys)
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        seen += piece
        if keys and after in seen and not pressed:
            os.write(terminal, keys)
            pressed = True
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), seen


class Streaming:
    """A running `assistant ask` whose output is kept with the time at which it was seen."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, "ask", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.pieces: list[tuple[float, bytes]] = []
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for_bytes(self, count: int) -> None:
        """Until at least so many bytes of the answer were seen."""
        deadline = monotonic() + PATIENCE
        while len(self.seen()) < count:
            assert monotonic() < deadline, "no answer came"
            assert self._reader.is_alive() or len(self.seen()) >= count, self.failure()
            self._reader.join(0.002)

    def seen(self, until: float = float("inf")) -> bytes:
        """What was seen, up to a moment of the monotonic clock."""
        return b"".join(piece for moment, piece in list(self.pieces) if moment <= until)

    def end(self) -> int:
        """Wait for the end; the exit status."""
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return status

    def failure(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()

    def _read(self) -> None:
        assert self.process.stdout is not None
        descriptor = self.process.stdout.fileno()
        while piece := os.read(descriptor, 65536):
            self.pieces.append((monotonic(), piece))


def workers(home: Path) -> list[psutil.Process]:
    """The engine workers that live in `home`."""
    found = []
    for process in psutil.process_iter():
        try:
            if "--worker" not in process.cmdline():
                continue
            if process.environ().get("ASSISTANT_HOME") == str(home):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


def end_workers(home: Path) -> None:
    """Leave no worker behind."""
    for process in workers(home):
        process.kill()
    deadline = monotonic() + PATIENCE
    while workers(home):
        assert monotonic() < deadline, "a worker cannot be ended"
