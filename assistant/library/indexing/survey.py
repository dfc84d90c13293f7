"""Indexing preview: what adding folders and files would do, before anything is done."""

from collections import Counter
from collections.abc import Iterator, Sequence

from assistant.core.values.library import LeftOut, LeftOutReason, Scanned, Survey
from assistant.library.files.walk import FileToRead, SkippedPath, WalkRules, visits
from assistant.library.indexing.estimate import IndexingEstimates, file_type
from assistant.library.store.catalog import FileCatalog

FILES_AT_ONCE = 500
"""Files that are looked up together, and files between two signs of life."""


def survey(
    paths: Sequence[bytes], rules: WalkRules, catalog: FileCatalog, estimates: IndexingEstimates
) -> Iterator[Scanned | Survey]:
    """Walk the paths and compare with the catalog; `Survey` comes last."""
    counting = _SurveyCounts(catalog)
    told = 0
    for visit in visits(paths, rules):
        for entry in visit.found:
            counting.add(entry)
        if counting.seen - told >= FILES_AT_ONCE:
            told = counting.seen
            yield Scanned(files=told)
    yield counting.result(estimates)


class _SurveyCounts:
    """What was found so far."""

    def __init__(self, catalog: FileCatalog) -> None:
        self.seen = 0
        self._catalog = catalog
        self._unchanged = 0
        self._batch: list[FileToRead] = []
        self._sizes: dict[str, tuple[int, int]] = {}
        self._counts: Counter[LeftOutReason] = Counter()
        self._examples: dict[LeftOutReason, str] = {}

    def add(self, entry: FileToRead | SkippedPath) -> None:
        self.seen += 1
        if isinstance(entry, FileToRead):
            self._batch.append(entry)
            if len(self._batch) == FILES_AT_ONCE:
                self._compare()
            return
        self._counts[entry.reason] += 1
        if entry.reason not in self._examples:
            self._examples[entry.reason] = entry.display_name

    def result(self, estimates: IndexingEstimates) -> Survey:
        self._compare()
        left_out = tuple(
            LeftOut(reason=reason, count=count, example=self._examples[reason])
            for reason, count in self._counts.most_common()
        )
        return Survey(
            files=sum(files for files, _ in self._sizes.values()),
            bytes=sum(size for _, size in self._sizes.values()),
            unchanged=self._unchanged,
            seconds=estimates.seconds(self._sizes),
            left_out=left_out,
        )

    def _compare(self) -> None:
        """Sort what was found into new and known."""
        known = self._catalog.listed_at([entry.path for entry in self._batch])
        for entry in self._batch:
            listed = known.get(entry.path)
            if listed and listed.state != "waiting" and listed[:3] == entry[1:]:
                self._unchanged += 1
                continue
            kind = file_type(entry.path)
            files, size = self._sizes.get(kind, (0, 0))
            self._sizes[kind] = files + 1, size + entry.size
        self._batch.clear()
