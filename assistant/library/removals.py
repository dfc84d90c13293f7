"""Removals: what was taken out of the library, kept for 30 days so that it can be put back.

They are read from a small file beside library.db: they must be known when that is damaged, and to
front ends that do not wait for the worker.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from assistant.core.atomic import replace_file
from assistant.core.values.library import RemovedRoots

REMOVALS_FILE = "removed.json"
"""Beside library.db."""

KEPT_FOR = timedelta(days=30)

_records: TypeAdapter[list[RemovedRoots]] = TypeAdapter(list[RemovedRoots])


class Removals:
    """The removals of one library; written by its worker alone."""

    def __init__(self, database: Path) -> None:
        self._file = database.with_name(REMOVALS_FILE)

    def all(self) -> list[RemovedRoots]:
        """Newest first. A file that makes no sense holds nothing."""
        try:
            kept = _records.validate_json(self._file.read_bytes())
        except (OSError, ValidationError):
            return []
        oldest = datetime.now(UTC) - KEPT_FOR
        return [removed for removed in kept if removed.at >= oldest]

    def add(self, collection: str, roots: Sequence[bytes]) -> None:
        """Store that roots leave a collection now."""
        paths = tuple(root.hex() for root in roots)
        fresh = RemovedRoots(collection=collection, encoded=paths, at=datetime.now(UTC))
        self._write([fresh, *self.all()])

    def remove(self, collection: str, roots: Sequence[bytes]) -> None:
        """Delete the removal of roots: they are in a collection again."""
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
        """As lasting as the collections: nothing else knows what was in them."""
        replace_file(self._file, _records.dump_json(removals, indent=1), durable=True)
