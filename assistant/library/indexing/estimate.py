"""Time estimate: how long indexing will take, from the sizes of files.

What takes the time are passages, and how many a file gives depends on its type: a megabyte of text
gives a thousand, a megabyte of scanned pages none. Both are learned from every job and kept in
library.db; before the first one they are what was measured on documents of many kinds.
"""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import NamedTuple

from pydantic import ValidationError

from assistant.core.values.base import Value
from assistant.library.store.database import LibraryDatabase

_KEY = "rates"

SECONDS_PER_PASSAGE = 0.04
SECONDS_PER_FILE = 0.02
"""Before anything was measured: two cores of an ordinary machine."""

PASSAGES_PER_MEGABYTE = {
    **dict.fromkeys(("pdf", "pptx", "docx"), 25.0),
    **dict.fromkeys(("xlsx", "rtf", "msg"), 45.0),
    **dict.fromkeys(("xls", "odp"), 75.0),
    **dict.fromkeys(("odt", "html", "htm", "eml", "json"), 170.0),
    **dict.fromkeys(("ipynb", "ods"), 300.0),
    **dict.fromkeys(("epub", "mbox"), 800.0),
}
"""By type, as long as few such files were indexed; on other types, which are mostly text as it is,
see `_OF_TEXT`."""
_OF_TEXT = 1_400.0

_MIN_MEASURED = 100
"""Passages after which a measured speed counts, and files of a type after which it does: few say
little."""
_HALF_LIFE = 20_000
"""Passages beyond which the past counts half as much as what is new."""


_MAX_SUFFIX = 10
"""Characters of a suffix that says something about the type."""
_MAX_TYPES = 100
"""That are remembered: those with the most bytes."""


class IndexedAmount(Value):
    """What was indexed of one type of file."""

    bytes: int = 0
    passages: int = 0


class IndexingRates(Value):
    """The measured speed of indexing, and passages by type of file."""

    seconds: float = 0.0
    files: int = 0
    passages: int = 0
    """Those of the files, which together took these seconds."""
    types: Mapping[str, IndexedAmount] = {}


class IndexedFile(NamedTuple):
    """A file that a job has indexed: path, bytes, passages."""

    path: bytes
    size: int
    """Bytes."""
    passages: int


class IndexingTally:
    """What a job has indexed so far."""

    def __init__(self) -> None:
        self.types: dict[str, IndexedAmount] = {}
        self.seconds = 0.0
        self.files = 0
        self.passages = 0
        self._begun_at: float | None = None

    def count_stored(self, files: Sequence[IndexedFile], worked: float) -> None:
        """Count files that were indexed together, `worked` seconds after the job began to read.

        The time of the first ones says nothing: the embedder was opened meanwhile.
        """
        for file in files:
            self._count(file)
        if self._begun_at is None:
            self._begun_at = worked
            return
        self.seconds = worked - self._begun_at
        self.files += len(files)
        self.passages += sum(file.passages for file in files)

    def count_unreadable(self, path: bytes, size: int) -> None:
        """Count a file that could not be read: that happens to some types more than to others."""
        self._count(IndexedFile(path, size, 0))

    def _count(self, file: IndexedFile) -> None:
        kind = file_type(file.path)
        so_far = self.types.get(kind, IndexedAmount())
        self.types[kind] = IndexedAmount(
            bytes=so_far.bytes + file.size, passages=so_far.passages + file.passages
        )


class IndexingEstimates:
    """Estimates how long indexing takes. Safe to use from several threads."""

    def __init__(self, database: LibraryDatabase) -> None:
        self._database = database
        self._lock = Lock()

    def seconds(self, sizes: Mapping[str, tuple[int, int]]) -> float:
        """Seconds that it will take to index files that are new.

        Args:
            sizes: by type, as `file_type` tells it: the number of files, and their bytes.
        """
        rates = self._rates()
        each = SECONDS_PER_PASSAGE
        if rates.passages >= _MIN_MEASURED:
            each = max(0.0, rates.seconds - rates.files * SECONDS_PER_FILE) / rates.passages
        passages = sum(size * _density(rates, kind) for kind, (_, size) in sizes.items())
        files = sum(files for files, _ in sizes.values())
        return round(files * SECONDS_PER_FILE + passages * each, 1)

    def learn(self, work: IndexingTally) -> None:
        """Learn speed and passages per type from what a job has done."""
        if not work.types:
            return
        with self._lock:
            rates = self._rates()
            part = 2 if rates.passages > _HALF_LIFE else 1
            learned = IndexingRates(
                seconds=rates.seconds / part + work.seconds,
                files=rates.files // part + work.files,
                passages=rates.passages // part + work.passages,
                types=_added(rates.types, work.types),
            )
            with self._database.write() as connection:
                connection.execute(
                    "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
                    (_KEY, learned.model_dump_json()),
                )

    def _rates(self) -> IndexingRates:
        with self._database.read() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
        try:
            return IndexingRates.model_validate_json(row[0]) if row else IndexingRates()
        except ValidationError:
            return IndexingRates()


def file_type(path: bytes) -> str:
    """A file's type: its suffix in small letters without the dot; "" where it is none."""
    name = path[path.rfind(b"/") + 1 :]
    dot = name.rfind(b".")
    suffix = name[dot + 1 :] if dot > 0 else b""
    return suffix.decode().lower() if len(suffix) <= _MAX_SUFFIX and suffix.isalnum() else ""


def _added(
    old: Mapping[str, IndexedAmount], new: Mapping[str, IndexedAmount]
) -> dict[str, IndexedAmount]:
    added = dict(old)
    for kind, amount in new.items():
        so_far = old.get(kind, IndexedAmount())
        part = 2 if so_far.passages > _HALF_LIFE else 1
        added[kind] = IndexedAmount(
            bytes=so_far.bytes // part + amount.bytes,
            passages=so_far.passages // part + amount.passages,
        )
    most = sorted(added.items(), key=lambda item: -item[1].bytes)
    return dict(most[:_MAX_TYPES])


def _density(rates: IndexingRates, kind: str) -> float:
    """Passages that a byte of such a file gives."""
    measured = rates.types.get(kind)
    if measured is not None and measured.bytes and measured.passages >= _MIN_MEASURED // 10:
        return measured.passages / measured.bytes
    return PASSAGES_PER_MEGABYTE.get(kind, _OF_TEXT) / 1_000_000
