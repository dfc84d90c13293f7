"""What a worker is to those who start or join it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class WorkerSpec:
    """One kind of worker of one user: at most one of its processes lives at a time."""

    name: str
    """Names its socket, key and locks, and appears in messages."""
    command: tuple[str, ...]
    """Starts the worker."""
    runtime: Path
    """The folder of sockets, keys and locks; made for the user alone when it is missing."""
    log: Path
    """Takes the output of the worker, which never reaches a terminal."""
    version: str
    """A worker of another version is replaced as soon as it is idle."""
    start_timeout: float = 30
    """Seconds a worker has to answer after its start."""
