"""WorkerSpec: how one kind of worker is started, and where its socket, key and locks are.

Paths of Unix sockets are limited to 104 bytes on some systems. Where the runtime folder is longer
the socket moves to a folder with a short name, derived from the long one.
"""

import os
import stat
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from assistant.ipc.messages import StartError
from assistant.language.messages import N_


@dataclass(frozen=True)
class WorkerSpec:
    """Specification of one kind of worker; a user has at most one of its processes at a time."""

    name: str
    """Names its socket, key and locks, and appears in messages."""
    command: tuple[str, ...]
    """Starts the worker."""
    runtime: Path
    """The folder of sockets, keys and locks; made for the user alone when it is missing."""
    log: Path
    """Takes the output of the worker, which never reaches a terminal."""
    version: str
    """A worker of another version is replaced as soon as nobody uses it. What stands after a `+`
    tells builds of one version apart."""
    start_timeout: float = 30
    """Seconds a worker has to answer after its start."""


def other_version(theirs: str, ours: str) -> str:
    """Words on a version that is not this one, to begin a sentence with."""
    released = theirs.partition("+")[0]
    if released == ours.partition("+")[0]:
        return N_(f"Another build of version {released}")
    return N_(f"Version {released}")


MAX_SOCKET_PATH_BYTES = 100
"""Bytes; macOS takes 103 and Linux 107."""


def key_file(spec: WorkerSpec) -> Path:
    """File of the key."""
    return spec.runtime / f"{spec.name}.key"


def start_lock(spec: WorkerSpec) -> Path:
    """Lock of whoever starts a worker, held until it answers."""
    return spec.runtime / f"{spec.name}.start.lock"


def life_lock(spec: WorkerSpec) -> Path:
    """Lock that the worker holds as long as it lives."""
    return spec.runtime / f"{spec.name}.life.lock"


def socket_path(spec: WorkerSpec) -> Path:
    """Path of the socket, short enough for every system."""
    path = spec.runtime / f"{spec.name}.sock"
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH_BYTES:
        return path
    return _short_folder(spec.runtime) / f"{spec.name}.sock"


def make_folders(spec: WorkerSpec) -> None:
    """Make the folders of sockets and locks, private to the user.

    Raises:
        StartError: a folder cannot be made, or belongs to somebody else.
    """
    for folder in {spec.runtime, socket_path(spec).parent}:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            status = folder.lstat()
            if stat.S_ISLNK(status.st_mode):
                status = _status_of_link(folder, spec)
            if status.st_uid != os.getuid():
                raise StartError(f"the folder {folder} belongs to another user")
            if stat.S_IMODE(status.st_mode) & 0o077:
                folder.chmod(0o700)
        except OSError as failure:
            raise StartError(f"the folder {folder} cannot be used: {failure.strerror}") from None


def _status_of_link(folder: Path, spec: WorkerSpec) -> os.stat_result:
    """A link is the user's own choice for the runtime folder, and a trap in a shared one."""
    if folder != spec.runtime:
        raise StartError(f"{folder} is a link, which may lead anywhere")
    return folder.stat()


def _short_folder(runtime: Path) -> Path:
    mark = sha256(os.fsencode(runtime)).hexdigest()[:16]
    own = os.environ.get("XDG_RUNTIME_DIR")
    if own and len(own) < MAX_SOCKET_PATH_BYTES - 60 and Path(own).is_dir():
        return Path(own) / f"assistant-{mark}"
    # Few folders are so deep.
    from tempfile import gettempdir  # noqa: PLC0415

    folder = gettempdir()
    root = Path(folder if len(folder) < MAX_SOCKET_PATH_BYTES - 60 else "/tmp")
    return root / f"assistant-{os.getuid()}-{mark}"
