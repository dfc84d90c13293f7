"""Waiting for a state instead of for a time."""

from collections.abc import Callable
from threading import Event
from time import monotonic

TIMEOUT = 60.0
"""Seconds after which what did not happen counts as not happening."""


def eventually(condition: Callable[[], object], timeout: float = TIMEOUT) -> bool:
    """Whether `condition` comes true."""
    deadline = monotonic() + timeout
    pause = Event()
    while not condition():
        if monotonic() > deadline:
            return False
        pause.wait(0.01)
    return True


def until(
    condition: Callable[[], object],
    what: str = "the state was not reached in time",
    timeout: float = TIMEOUT,
) -> None:
    """Wait for `condition`; an AssertionError says `what` when it does not come true."""
    assert eventually(condition, timeout), what
