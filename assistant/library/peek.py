"""What was taken out of the library, kept for 30 days so that it can be put back.

It is a small file beside library.db: what was removed must be known when library.db is damaged,
and to front ends that do not wait for the worker.
"""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from assistant.core.values.library import RemovedRoots

MIRROR = "collections.json"
"""Beside library.db."""


def are_there_any(database: Path) -> bool:
    """Whether there are collections, told without opening library.db."""
    mirror = database.with_name(MIRROR)
    try:
        return bool(json.loads(mirror.read_bytes()))
    except (OSError, ValueError):
        return database.exists()


def read_mirror(path: Path) -> dict[str, list[bytes]]:
    """The roots by collection; nothing when the file is missing or makes no sense."""
    try:
        kept = json.loads(path.read_text(encoding="ascii"))
        return {str(name): [os.fsencode(root) for root in roots] for name, roots in kept.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


NAME = "removed.json"
"""Beside library.db."""

KEPT = timedelta(days=30)

_records: TypeAdapter[list[RemovedRoots]] = TypeAdapter(list[RemovedRoots])


class Removals:
    """The removals of one library; written by its worker alone."""

    def __init__(self, database: Path) -> None:
        self._file = database.with_name(NAME)

    def all(self) -> list[RemovedRoots]:
        """Newest first. A file that makes no sense holds nothing."""
        try:
            kept = _records.validate_json(self._file.read_bytes())
        except (OSError, ValidationError):
            return []
        oldest = datetime.now(UTC) - KEPT
        return [removed for removed in kept if removed.at >= oldest]

    def note(self, collection: str, roots: Sequence[bytes]) -> None:
        """Roots leave a collection now."""
        paths = tuple(root.hex() for root in roots)
        fresh = RemovedRoots(collection=collection, encoded=paths, at=datetime.now(UTC))
        self._write([fresh, *self.all()])

    def forget(self, collection: str, roots: Sequence[bytes]) -> None:
        """Roots are in a collection again."""
        back = {root.hex() for root in roots}
        left = []
        for removed in self.all():
            if removed.collection.casefold() == collection.casefold():
                rest = tuple(path for path in removed.encoded if path not in back)
                removed = removed.model_copy(update={"encoded": rest})
            if removed.encoded:
                left.append(removed)
        self._write(left)

    def _write(self, removals: list[RemovedRoots]) -> None:
        """Never in place, as for collections."""
        fresh = self._file.with_suffix(".new")
        fresh.touch(mode=0o600)
        with fresh.open("wb") as stream:
            stream.write(_records.dump_json(removals, indent=1))
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(self._file)
