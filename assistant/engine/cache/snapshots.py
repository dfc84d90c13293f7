"""Cache snapshots: states of the key/value cache on disk, so that nothing is read twice.

A snapshot is found by the tokens it stands for. It is used only for the very model, build and
settings that it was made with, and only while its checksum holds; anything else is read anew. The
folder may be deleted at any time.
"""

import hashlib
import json
import logging
import os
import time
from array import array
from collections.abc import Callable, Sequence, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from pydantic import ValidationError

from assistant.core.atomic import replace_file
from assistant.core.values.base import Value
from assistant.engine import snapshot_files
from assistant.engine.snapshot_files import SUFFIX

MAGIC = b"assistant-kv 1\n"
MIN_SNAPSHOT_TOKENS = 256
"""Tokens; fewer are read anew in no time."""

MAX_AGE = 30 * 24 * 3600.0
"""Seconds after which an unused snapshot goes, like the conversations in the trash."""

MAX_HEADER_BYTES = 4096

log = logging.getLogger(__name__)


class SnapshotHeader(Value):
    """Header of a snapshot: its second line; tokens (4 bytes each), text and state follow."""

    fingerprint: str
    tokens: int
    text: int
    """Bytes."""
    state: int
    """Bytes."""
    sha256: str
    """Of all that follows."""


class Snapshot(NamedTuple):
    """A snapshot on disk: its file, its tokens, its size in bytes."""

    path: Path
    tokens: "array[int]"
    size: int
    """Bytes on disk."""


class SequenceState(NamedTuple):
    """The state of a sequence: tokens, text, and llama.cpp's bytes."""

    tokens: list[int]
    text: bytes
    state: bytes


class Snapshots:
    """A folder of snapshots, of any number of models. For one thread of one process; files are
    written by another."""

    def __init__(self, folder: Path, budget: int) -> None:
        """Args:
        budget: bytes on disk; the least recently used leave.
        """
        self.folder = folder
        self.budget = budget
        self._models: dict[str, ModelSnapshots] = {}
        self._generation = snapshot_files.generation(folder)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="snapshots")
        self._last: Future[None] | None = None

    def generation(self) -> str:
        """Text that is another one after somebody has deleted all snapshots, to forget words.

        What is known of them is forgotten then; what is in memory the caller has to forget.
        """
        generation = snapshot_files.generation(self.folder)
        if generation != self._generation:
            self._generation = generation
            self._models = {}
        return generation

    def is_current(self) -> bool:
        """Whether nobody has deleted them since the last look at the `generation`."""
        return snapshot_files.generation(self.folder) == self._generation

    def for_model(self, fingerprint: str) -> "ModelSnapshots":
        """The snapshots of a model; `fingerprint` tells everything that has to be equal."""
        self.generation()
        if fingerprint not in self._models:
            # Tidying takes what is not finished for what never was.
            self.flush()
            self._models[fingerprint] = ModelSnapshots(self, fingerprint, self._scan(fingerprint))
        return self._models[fingerprint]

    def flush(self) -> None:
        """Wait until everything is written."""
        if self._last is not None:
            self._last.result()
            self._last = None

    def close(self) -> None:
        self._writer.shutdown()

    def submit(self, write: Callable[[], None]) -> None:
        """Run `write` in the writer's thread."""
        self._last = self._writer.submit(write)

    def forget(self, path: Path) -> None:
        """Delete a snapshot file, of whatever model."""
        for model in list(self._models.values()):
            model.known.pop(path, None)
        with suppress(OSError):
            path.unlink(missing_ok=True)

    def tidy(self) -> None:
        """Delete snapshots that are too old, beyond the budget, or were never finished."""
        now, total = time.time(), 0
        files = []
        for path in self.folder.iterdir():
            with suppress(OSError):
                status = path.stat()
                files.append((status.st_mtime, status.st_size, path))
        for used, size, path in sorted(files, reverse=True):
            total += size
            if path.suffix != SUFFIX or total > self.budget or now - used > MAX_AGE:
                total -= size
                self.forget(path)

    def _scan(self, fingerprint: str) -> dict[Path, Snapshot]:
        found = {}
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.tidy()
            for path in self.folder.glob(f"*{SUFFIX}"):
                header, tokens = _read_beginning(path)
                if header is not None and header.fingerprint == fingerprint:
                    found[path] = Snapshot(path, tokens, path.stat().st_size)
        return found


class ModelSnapshots:
    """The snapshots of one model, as it is run; made by `Snapshots.for_model`."""

    def __init__(self, all: Snapshots, fingerprint: str, known: dict[Path, Snapshot]) -> None:
        self._all = all
        self._fingerprint = fingerprint
        self.known = known
        self._writing: dict[Path, SequenceState] = {}

    def longest(self, tokens: Sequence[int]) -> tuple[Snapshot, int] | None:
        """The snapshot with the longest common prefix with these tokens.

        Returns: it and that length; None when none shares any.
        """
        wanted = array("i", tokens)
        found = [
            (known, common_prefix_length(known.tokens, wanted))
            for known in list(self.known.values())
        ]
        return max(found, key=lambda pair: (pair[1], -len(pair[0].tokens)), default=None)

    def load(self, snapshot: Snapshot) -> SequenceState | None:
        """Load a snapshot.

        Returns: its state; None when it is gone or damaged, and then it is forgotten.
        """
        state = self._writing.get(snapshot.path) or _read(snapshot.path)
        if state is None:
            log.warning("the snapshot %s is damaged; it is dropped", snapshot.path.name)
            self._all.forget(snapshot.path)
            return None
        with suppress(OSError):
            os.utime(snapshot.path)
        return state

    def has(self, tokens: Sequence[int]) -> bool:
        return self._path(tokens) in self.known

    def save(self, state: SequenceState) -> None:
        """Save a state in the background; snapshots that it continues are deleted."""
        path = self._path(state.tokens)
        size = len(state.state) + len(state.text) + 4 * len(state.tokens)
        if path in self.known or size > self._all.budget:
            return
        tokens = array("i", state.tokens)
        before = [
            other.path
            for other in list(self.known.values())
            if common_prefix_length(other.tokens, tokens) == len(other.tokens)
        ]
        self.known[path] = Snapshot(path, tokens, size)
        self._writing[path] = state
        self._all.submit(lambda: self._write(path, state, before))

    def flush(self) -> None:
        """See `Snapshots.flush`."""
        self._all.flush()

    def _write(self, path: Path, state: SequenceState, before: Sequence[Path]) -> None:
        """In the writer's thread."""
        if not self._all.is_current():
            self._writing.pop(path, None)
            return
        try:
            # A loss costs reading the prompt again, and the checksum tells of it.
            replace_file(path, _parts(self._fingerprint, state), durable=False)
        except OSError as failure:
            log.warning("no snapshot could be written: %s", failure)
            self._all.forget(path)
        else:
            for other in before:
                self._all.forget(other)
            self._all.tidy()
        finally:
            self._writing.pop(path, None)

    def _path(self, tokens: Sequence[int]) -> Path:
        name = hashlib.sha256(self._fingerprint.encode() + array("i", tokens).tobytes())
        return self._all.folder / f"{name.hexdigest()[:32]}{SUFFIX}"


def _parts(fingerprint: str, state: SequenceState) -> list[bytes]:
    tokens = array("i", state.tokens).tobytes()
    digest = hashlib.sha256()
    for part in (tokens, state.text, state.state):
        digest.update(part)
    header = SnapshotHeader(
        fingerprint=fingerprint,
        tokens=len(state.tokens),
        text=len(state.text),
        state=len(state.state),
        sha256=digest.hexdigest(),
    )
    line = json.dumps(header.model_dump()).encode() + b"\n"
    return [MAGIC, line, tokens, state.text, state.state]


def _read_beginning(path: Path) -> tuple[SnapshotHeader | None, "array[int]"]:
    """Header and tokens; no header when it is no snapshot."""
    tokens = array("i")
    try:
        with path.open("rb") as file:
            header = _header(file.readline(len(MAGIC)), file.readline(MAX_HEADER_BYTES))
            if header is not None:
                tokens.frombytes(file.read(4 * header.tokens))
    except (OSError, ValueError):
        return None, tokens
    return (header if header and len(tokens) == header.tokens else None), tokens


def _read(path: Path) -> SequenceState | None:
    try:
        with path.open("rb") as file:
            header = _header(file.readline(len(MAGIC)), file.readline(MAX_HEADER_BYTES))
            if header is None:
                return None
            parts = [file.read(size) for size in (4 * header.tokens, header.text, header.state)]
            if file.read(1):
                return None
    except OSError:
        return None
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    if digest.hexdigest() != header.sha256:
        return None
    tokens = array("i")
    tokens.frombytes(parts[0])
    return SequenceState(list(tokens), parts[1], parts[2])


def _header(magic: bytes, line: bytes) -> SnapshotHeader | None:
    if magic != MAGIC:
        return None
    try:
        return SnapshotHeader.model_validate_json(line)
    except ValidationError:
        return None


class Sliceable(Sized, Protocol):
    """A sequence whose slices can be compared with the other's: both lists, bytes or arrays."""

    def __getitem__(self, part: slice, /) -> Any: ...


def common_prefix_length(left: Sliceable, right: Sliceable) -> int:
    """Length of the common prefix; compares slices, which is faster than item by item."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
