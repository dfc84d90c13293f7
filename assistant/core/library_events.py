"""What an indexing job tells whoever watches it.

`Planned` comes first and `Done` last. A file that cannot be read is an event, never an error.
"""

from typing import Literal

from assistant.core.documents import SkipReason
from assistant.core.models import Value


class Waiting(Value):
    """The job has not begun: another one comes first, or the worker is being started."""

    kind: Literal["waiting"] = "waiting"


class Scanned(Value):
    """The folders are being walked; so many files were found so far."""

    kind: Literal["scanned"] = "scanned"
    files: int


class Planned(Value):
    """What is to be read: the files that are new or have changed."""

    kind: Literal["planned"] = "planned"
    files: int
    bytes: int


class Indexed(Value):
    """A file is on disk with all its passages."""

    kind: Literal["indexed"] = "indexed"
    path: str
    passages: int


class Skipped(Value):
    """A file is left out."""

    kind: Literal["skipped"] = "skipped"
    path: str
    reason: SkipReason
    detail: str


class Progress(Value):
    """How far the job is. Comes at most a few times a second."""

    kind: Literal["progress"] = "progress"
    done: int
    """Files, of those that were planned."""
    files: int
    rate: float
    """Files per second, lately; 0 while nothing is known."""
    eta: float | None
    """Seconds to the end; None while nothing is known."""
    current: str
    """The file that is being read; empty between two."""
    paused: bool = False
    yielding: bool = False
    """Whether it holds because an answer is being written."""


class Done(Value):
    """The job has ended."""

    kind: Literal["done"] = "done"
    indexed: int
    """Files."""
    skipped: int
    """Files, also those that were skipped earlier and have not changed since."""
    removed: int
    """Files that are no longer there."""
    seconds: float
    stopped: bool = False
    """Whether somebody stopped it: the rest is done when the folder is added again."""


IndexEvent = Waiting | Scanned | Planned | Indexed | Skipped | Progress | Done
