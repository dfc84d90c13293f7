"""XLS cells: what the sheets of a workbook of Excel 97 and before show ([MS-XLS]).

Their texts are read by calamine, a library: it knows the old encodings. Of numbers it does not
tell how they are shown, nor what is hidden; that is read here.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

import olefile
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from assistant.library.limits import UnreadableError
from assistant.library.readers.base.sheets import CellLimit, CellRange, Sheet
from assistant.library.readers.workbook.cell_formats import CellFormats, error_text, truth_text
from assistant.library.readers.workbook.xlsb import rk_number

_SHEET_KINDS = (SheetTypeEnum.WorkSheet, SheetTypeEnum.MacroSheet)
_BIFF8 = 0x600


class _Record(IntEnum):
    """Kinds of records: [MS-XLS] 2.3.1."""

    FORMULA = 0x06
    EOF = 0x0A
    DATE_1904 = 0x22
    FILEPASS = 0x2F
    """All after it is encrypted."""
    COLUMNS = 0x7D
    SHEET = 0x85
    FILTER_MODE = 0x9B
    MANY_RKS = 0xBD
    STYLE = 0xE0
    NUMBER = 0x203
    TRUTH = 0x205
    ROW = 0x208
    RK = 0x27E
    FORMAT = 0x41E
    BOF = 0x809


@dataclass
class _Numbers:
    """Numbers as a sheet shows them, and what it hides."""

    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[range] = field(default_factory=list)
    is_filtered: bool = False


class XlsSheets:
    """The sheets of a workbook, one after the other."""

    def __init__(self, data: bytes) -> None:
        """Open a workbook.

        Raises:
            UnreadableError: it is damaged (`corrupt`) or encrypted.
        """
        stream = _stream(data)
        try:
            self._workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        except (CalamineError, OSError) as failure:
            if any(kind == _Record.FILEPASS for kind, _ in _records(stream[:4096])):
                raise UnreadableError("encrypted", "it opens with a password only") from None
            raise UnreadableError("corrupt", f"not a whole workbook: {failure}") from None
        self._numbers = _numbers(stream)
        self.parts = [
            (sheet.name, sheet.name, sheet.visible != SheetVisibleEnum.Visible)
            for sheet in self._workbook.sheets_metadata
            if sheet.typ in _SHEET_KINDS
        ]
        """Name, name and whether it is hidden, of each sheet of cells."""
        self.count = len(self._workbook.sheets_metadata)

    def read(self, name: str, part: str, limit: CellLimit) -> Sheet:
        """Read the sheet called `part`."""
        try:
            cells = self._workbook.get_sheet_by_name(part)
            ranges = cells.merged_cell_ranges or []
        except (CalamineError, OSError) as failure:
            raise UnreadableError("corrupt", f"not a whole workbook: {failure}") from None
        numbers = self._numbers.get(part, _Numbers())
        sheet = Sheet(
            name,
            merged=[CellRange(*start, *end) for start, end in ranges],
            hidden_rows=numbers.hidden_rows,
            hidden_columns=numbers.hidden_columns,
            is_filtered=numbers.is_filtered,
        )
        for row, values in enumerate(cells.iter_rows()):
            shown = {
                column: text
                for column, value in enumerate(values)
                if (text := numbers.cells.get((row, column)) or _plain(value))
            }
            if shown and not limit.take(len(shown)):
                sheet.unread_rows = range(row + 1, max(row + 1, cells.total_height) + 1)
                break
            if shown:
                sheet.rows[row] = shown
        return sheet


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return truth_text(value)
    if isinstance(value, float):
        return CellFormats().number(value, 0)
    return str(value)


def _stream(data: bytes) -> bytes:
    with olefile.OleFileIO(data) as compound:
        for name in ("Workbook", "Book"):
            if compound.exists(name):
                return bytes(compound.openstream(name).read())
    return b""


def _records(stream: bytes, position: int = 0) -> Iterator[tuple[int, bytes]]:
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        yield kind, stream[position + 4 : position + 4 + length]
        position += 4 + length


def _numbers(stream: bytes) -> dict[str, _Numbers]:
    """The numbers of each sheet; none of a workbook that is older or damaged."""
    formats = CellFormats()
    sheets: list[tuple[str, int]] = []
    version = 0
    try:
        for kind, record in _records(stream):
            if kind == _Record.BOF:
                version = version or int.from_bytes(record[:2], "little")
            elif kind == _Record.EOF or kind == _Record.FILEPASS:
                break
            elif kind == _Record.DATE_1904:
                formats.since_1904 = record[:1] == b"\1"
            elif kind == _Record.FORMAT:
                number = int.from_bytes(record[:2], "little")
                formats.codes[number] = _text(record[2:], version, long_count=version >= _BIFF8)
            elif kind == _Record.STYLE:
                formats.styles.append(int.from_bytes(record[2:4], "little"))
            elif kind == _Record.SHEET:
                name = _text(record[6:], version, long_count=False)
                sheets.append((name, int.from_bytes(record[:4], "little")))
        return {name: _numbers_of_sheet(stream, start, formats) for name, start in sheets}
    except (struct.error, IndexError):
        return {}


def _text(data: bytes, version: int, *, long_count: bool) -> str:
    """A text with its length before it."""
    width = 2 if long_count else 1
    length = int.from_bytes(data[:width], "little")
    if version < _BIFF8:
        return data[width : width + length].decode("cp1252", "replace")
    if data[width] & 1:
        return data[width + 1 : width + 1 + 2 * length].decode("utf-16-le", "replace")
    return data[width + 1 : width + 1 + length].decode("latin-1")


def _numbers_of_sheet(stream: bytes, start: int, formats: CellFormats) -> _Numbers:
    numbers = _Numbers()
    for kind, record in _records(stream, start):
        if kind == _Record.EOF:
            break
        if kind == _Record.ROW:
            flags = int.from_bytes(record[12:14], "little")
            if flags & 0x20 and not flags & 0x07:
                numbers.hidden_rows.add(int.from_bytes(record[:2], "little"))
        elif kind == _Record.COLUMNS:
            first, last = struct.unpack_from("<2H", record)
            flags = int.from_bytes(record[8:10], "little")
            if flags & 1 and not flags & 0x0700:
                numbers.hidden_columns.append(range(first, min(last, 255) + 1))
        elif kind == _Record.FILTER_MODE:
            numbers.is_filtered = True
        elif kind in (_Record.NUMBER, _Record.RK, _Record.FORMULA, _Record.TRUTH, _Record.MANY_RKS):
            for row, column, text in _cells(kind, record, formats):
                if text:
                    numbers.cells[row, column] = text
    return numbers


def _cells(kind: int, record: bytes, formats: CellFormats) -> Iterator[tuple[int, int, str]]:
    row, column, style = struct.unpack_from("<3H", record)
    match kind:
        case _Record.NUMBER:
            yield row, column, formats.number(struct.unpack_from("<d", record, 6)[0], style)
        case _Record.RK:
            yield row, column, formats.number(rk_number(record[6:10]), style)
        case _Record.MANY_RKS:
            for at in range(4, len(record) - 7, 6):
                style = int.from_bytes(record[at : at + 2], "little")
                value = rk_number(record[at + 2 : at + 6])
                yield row, column + (at - 4) // 6, formats.number(value, style)
        case _Record.TRUTH:
            yield row, column, (error_text if record[7] else truth_text)(record[6])
        case _ if record[12:14] != b"\xff\xff":
            yield row, column, formats.number(struct.unpack_from("<d", record, 6)[0], style)
        case _ if record[6] in (1, 2):
            yield row, column, (error_text if record[6] == 2 else truth_text)(record[8])
