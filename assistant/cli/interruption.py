"""Signals (Ctrl+C, SIGTERM, SIGHUP) as a stop flag while an answer is written."""

import os
import select
import signal
from collections.abc import Sequence
from threading import Event
from time import monotonic
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SECOND_SIGNAL_SECONDS = 0.3
"""Seconds. A terminal that closes sends several signals at once: those are one request to stop."""


class InterruptedWriteError(Exception):
    """A signal came while the output took no more: its reader is not reading."""


class Interruption:
    """Turns the first signal into a stop flag; a second one ends the process at once.

    Attributes:
        stop: set by the first signal.
        signal: which one it was.
    """

    def __init__(self, signals: Sequence[int] = SIGNALS) -> None:
        """`signals` are those that stop; others do what they usually do."""
        self._signals = signals
        self.stop = Event()
        self.signal: int | None = None
        self._since = 0.0
        self._before: dict[int, Any] = {}
        self._woken, self._waking = -1, -1
        """The two ends of a pipe that holds a byte once a signal has come."""

    @property
    def exit_code(self) -> int:
        """Exit status that a shell expects after the signal; 0 without one."""
        return 128 + self.signal if self.signal else 0

    def __enter__(self) -> "Interruption":
        self._woken, self._waking = os.pipe()
        for number in self._signals:
            # What the caller had ignored, as nohup does, stays ignored.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._woken)
        os.close(self._waking)

    def wait_for_output(self, descriptor: int) -> None:
        """Wait until an output takes more, however long its reader lets it wait.

        Raises:
            InterruptedWriteError: it takes nothing now, and a signal has come.
        """
        if not select.select([self._woken], [descriptor], [])[1]:
            raise InterruptedWriteError

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self.signal is not None:
            if monotonic() - self._since > SECOND_SIGNAL_SECONDS:
                signal.signal(number, signal.SIG_DFL)
                signal.raise_signal(number)
            return
        self.signal, self._since = number, monotonic()
        self.stop.set()
        os.write(self._waking, b"\0")
