"""Helper processes: asked with one line, read line by line, gone when nobody asks any more."""

import os
import select
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from math import inf
from threading import Event
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import subprocess

POLL_SECONDS = 0.1
"""Between two looks at whether the answer is still wanted."""


class HelperProcess:
    """A process that may die of its work; started when it is asked, again where it has ended.

    It lives as long as this object is entered.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()

    def answers(
        self, request: str, stop: Event, timeout: float = inf
    ) -> Generator[bytes, None, None]:
        """The lines that it writes after a request, until it writes no more or is stopped.

        Args:
            request: one line.
            timeout: seconds for all of them.

        Raises:
            BrokenPipeError: it ended before it took the request.
        """
        process, deadline = self._running(), monotonic() + timeout
        assert process.stdin is not None
        assert process.stdout is not None
        to, back = process.stdin.fileno(), process.stdout.fileno()
        unsent, received = memoryview(request.encode() + b"\n"), b""
        poll = select.poll()
        poll.register(to, select.POLLOUT)
        poll.register(back, select.POLLIN)
        while not stop.is_set() and monotonic() < deadline:
            for ready, _ in poll.poll(POLL_SECONDS * 1000):
                if ready == to:
                    # So much a pipe that is ready takes without making anybody wait.
                    unsent = unsent[os.write(to, unsent[: select.PIPE_BUF]) :]
                    if not unsent:
                        poll.unregister(to)
                    continue
                chunk = os.read(back, 2**16)
                if not chunk and unsent:
                    raise BrokenPipeError
                if not chunk:
                    return
                *lines, received = (received + chunk).split(b"\n")
                yield from lines

    def answer(self, request: str, stop: Event, timeout: float) -> bytes | None:
        """The first line that it writes; None when it dies, is too slow, or is stopped."""
        with suppress(BrokenPipeError), closing(self.answers(request, stop, timeout)) as lines:
            for line in lines:
                return line
        # What it would say later is no answer to the next request.
        self.end()
        return None

    def wait(self, timeout: float) -> int | None:
        """Wait until it ends by itself.

        Returns:
            Its exit status; None when it goes on after `timeout` seconds.
        """
        if self._process is None:
            return None
        from subprocess import TimeoutExpired  # noqa: PLC0415 -- see _running

        with suppress(TimeoutExpired):
            return self._process.wait(max(timeout, 0))
        return None

    def end(self) -> None:
        """End it now, whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _running(self) -> "subprocess.Popen[bytes]":
        # Who asks a model seldom needs a helper.
        import subprocess  # noqa: PLC0415

        if self.wait(0) is not None:
            self.end()
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
            )
        return self._process


def ask_process(command: Sequence[str], request: str, stop: Event) -> Generator[bytes, None, None]:
    """The lines of a process that is asked once; it is gone when the generator ends.

    Raises:
        BrokenPipeError: it ended before it took the request.
    """
    with HelperProcess(command) as helper:
        yield from helper.answers(request, stop)
