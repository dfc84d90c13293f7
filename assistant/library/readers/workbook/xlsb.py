"""XLSB cells: what the sheets of a binary workbook show ([MS-XLSB])."""

import struct
from collections.abc import Iterator
from enum import IntEnum

from assistant.library.limits import UnreadableError
from assistant.library.readers.base.archive import ZipArchive
from assistant.library.readers.base.sheets import MAX_COLUMNS, MAX_ROWS, CellLimit, CellRange, Sheet
from assistant.library.readers.office.ooxml import relations
from assistant.library.readers.workbook.cell_formats import CellFormats, error_text, truth_text


class _Record(IntEnum):
    """Kinds of records: [MS-XLSB] 2.3.1."""

    ROW = 0
    RK = 2
    ERROR = 3
    TRUTH = 4
    REAL = 5
    TEXT = 6
    SHARED_TEXT = 7
    FORMULA_TEXT = 8
    FORMULA_REAL = 9
    FORMULA_TRUTH = 10
    FORMULA_ERROR = 11
    STRING = 19
    FORMAT = 44
    STYLE = 47
    COLUMNS = 60
    RICH_TEXT = 62
    PROPERTIES = 153
    SHEET = 156
    FILTER_COLUMN = 163
    MERGED = 176
    STYLES = 617
    STYLES_END = 618


_SHEETS = ("worksheet", "xlMacrosheet")
_NO_TEXT = 0xFFFFFFFF


class XlsbSheets:
    """The sheets of a workbook, one after the other."""

    def __init__(self, archive: ZipArchive, part: str) -> None:
        """Read what all sheets share.

        Raises:
            UnreadableError: the workbook is damaged (`corrupt`).
        """
        self._archive = archive
        links = relations(archive, part)
        targets = {link.id: link for link in links}
        self.parts: list[tuple[str, str, bool]] = []
        """Name, part and whether it is hidden, of each sheet of cells."""
        self.count = 0
        self._formats = CellFormats()
        for kind, record in _records(archive.read(part)):
            if kind == _Record.PROPERTIES:
                self._formats.since_1904 = bool(record[0] & 1)
            elif kind == _Record.SHEET:
                self.count += 1
                for start in (8, 12):  # A beta of the format has a number more.
                    link_id, end = _text(record, start)
                    link = targets.get(link_id)
                    if link is not None and link.kind in _SHEETS:
                        self.parts.append((_text(record, end)[0], link.target, record[0] != 0))
                        break
        self._strings: list[str] = []
        for link in links:
            if link.kind == "styles":
                self._read_styles(archive.find(link.target) or b"")
            elif link.kind == "sharedStrings":
                self._strings += [
                    _text(record, 1)[0]
                    for kind, record in _records(archive.find(link.target) or b"")
                    if kind == _Record.STRING
                ]

    def _read_styles(self, data: bytes) -> None:
        in_styles = False
        for kind, record in _records(data):
            if kind == _Record.FORMAT:
                number = int.from_bytes(record[:2], "little")
                self._formats.codes[number] = _text(record, 2)[0]
            elif kind in (_Record.STYLES, _Record.STYLES_END):
                in_styles = kind == _Record.STYLES
            elif kind == _Record.STYLE and in_styles:
                self._formats.styles.append(int.from_bytes(record[2:4], "little"))

    def read(self, name: str, part: str, limit: CellLimit) -> Sheet:
        """Read the sheet in `part`."""
        sheet = Sheet(name)
        row = last = -1
        for kind, record in _records(self._archive.find(part) or b""):
            if kind == _Record.ROW:
                row = int.from_bytes(record[:4], "little")
                flags = record[11] if len(record) > 11 else 0
                if flags & 0x10 and not flags & 0x07:
                    sheet.hidden_rows.add(row)
            elif kind == _Record.MERGED:
                top, bottom, left, right = struct.unpack_from("<4I", record)
                sheet.merged.append(CellRange(top, left, bottom, right))
            elif kind == _Record.COLUMNS:
                start, end = struct.unpack_from("<2I", record)
                flags = int.from_bytes(record[16:18], "little")
                if flags & 1 and not flags & 0x0700:
                    sheet.hidden_columns.append(range(start, min(end + 1, MAX_COLUMNS)))
            elif kind == _Record.FILTER_COLUMN:
                sheet.is_filtered = True
            elif 0 <= row < MAX_ROWS and (text := self._cell(kind, record)):
                if limit.take():
                    sheet.rows.setdefault(row, {})[int.from_bytes(record[:4], "little")] = text
                else:
                    last = row
                    sheet.unread_rows = sheet.unread_rows or range(row + 1, row + 2)
        if sheet.unread_rows:
            sheet.unread_rows = range(sheet.unread_rows.start, last + 2)
        return sheet

    def _cell(self, kind: int, record: bytes) -> str:
        """What a cell shows; empty for a blank one, and for what is no cell."""
        style = int.from_bytes(record[4:7], "little")
        match kind:
            case _Record.RK:
                return self._formats.number(rk_number(record[8:12]), style)
            case _Record.REAL | _Record.FORMULA_REAL:
                return self._formats.number(struct.unpack_from("<d", record, 8)[0], style)
            case _Record.TRUTH | _Record.FORMULA_TRUTH:
                return truth_text(record[8])
            case _Record.ERROR | _Record.FORMULA_ERROR:
                return error_text(record[8])
            case _Record.TEXT | _Record.FORMULA_TEXT:
                return self._formats.text(_text(record, 8)[0], style)
            case _Record.RICH_TEXT:
                return self._formats.text(_text(record, 9)[0], style)
            case _Record.SHARED_TEXT:
                index = int.from_bytes(record[8:12], "little")
                text = self._strings[index] if index < len(self._strings) else ""
                return self._formats.text(text, style)
            case _:
                return ""


def rk_number(data: bytes) -> float:
    """A number in four bytes: [MS-XLS] 2.5.198.  A hundredth or a whole number, or both."""
    bits = int.from_bytes(data[:4], "little")
    value: float
    if bits & 2:
        value = float((bits >> 2) - (1 << 30 if bits >> 31 else 0))
    else:
        value = struct.unpack("<d", struct.pack("<Q", (bits & ~3) << 32))[0]
    return value / 100 if bits & 1 else value


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and content of each record: [MS-XLSB] 2.1.4.

    Raises:
        UnreadableError: a record is cut (`corrupt`).
    """
    position, end = 0, len(data)
    try:
        while position < end:
            kind = data[position]
            position += 1
            if kind & 0x80:
                kind = (kind & 0x7F) | (data[position] & 0x7F) << 7
                position += 1
            length = shift = 0
            while True:
                byte = data[position]
                position += 1
                length |= (byte & 0x7F) << shift
                shift += 7
                if not byte & 0x80 or shift > 21:
                    break
            yield kind, data[position : position + length]
            position += length
    except (IndexError, struct.error):
        raise UnreadableError("corrupt", "a part of the workbook is damaged") from None


def _text(record: bytes, start: int) -> tuple[str, int]:
    """A text with its length in four bytes before it, and where it ends."""
    length = int.from_bytes(record[start : start + 4], "little")
    if length == _NO_TEXT:
        return "", start + 4
    end = start + 4 + 2 * length
    return record[start + 4 : end].decode("utf-16-le", "replace"), end
