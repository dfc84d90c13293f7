"""Waiting for a state instead of for a time."""

from collections.abc import Callable
from threading import Event
from time import monotonic

PATIENCE = 30.0
"""Seconds after which what did not happen counts as not happening."""


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether `condition` comes true."""
    deadline = monotonic() + PATIENCE
    pause = Event()
    while not condition():
        if monotonic() > deadline:
            return False
        pause.wait(0.005)
    return True
