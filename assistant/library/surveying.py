"""What adding folders and files would do, told before anything is done."""

from collections import Counter
from collections.abc import Iterator, Sequence

from assistant.core.library import LeftOut, LeftOutReason, Survey
from assistant.core.library_events import Scanned
from assistant.library.catalog import Catalog, Stamp
from assistant.library.walk import Candidate, Skipped, WalkRules, walk

AT_ONCE = 500
"""Files between two signs of life."""


def survey(
    paths: Sequence[bytes], rules: WalkRules, catalog: Catalog
) -> Iterator[Scanned | Survey]:
    """Walk the paths and compare with the catalog; `Survey` comes last."""
    files = size = unchanged = 0
    counts: Counter[LeftOutReason] = Counter()
    examples: dict[LeftOutReason, str] = {}
    for seen, entry in enumerate(walk(paths, rules), 1):
        if seen % AT_ONCE == 0:
            yield Scanned(files=seen)
        match entry:
            case Skipped(reason=reason):
                counts[reason] += 1
                if reason not in examples:
                    examples[reason] = entry.shown
            case Candidate():
                known = catalog.file(entry.path)
                stamp = Stamp(entry.size, entry.mtime_ns, known.stamp.inode if known else 0)
                if known is not None and known.state == "indexed" and known.stamp == stamp:
                    unchanged += 1
                else:
                    files += 1
                    size += entry.size
    left_out = tuple(
        LeftOut(reason=reason, count=count, example=examples[reason])
        for reason, count in counts.most_common()
    )
    yield Survey(files=files, bytes=size, unchanged=unchanged, left_out=left_out)
