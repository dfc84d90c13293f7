"""Workbook reader: XLSX, XLSM, XLSB and XLS, as they show their sheets.

The cells are read by our own code over lxml, as no library tells how a number is shown: it finds
0.978 of the words of real files. calamine, which reads the cells of XLS, finds 0.974; openpyxl
0.969, and kreuzberg 0.984, at 102 MB. What floats above the cells of an XLSX is read, too.
"""

import re
from collections.abc import Iterator
from typing import Protocol

import olefile

from assistant.core.values.documents import Document
from assistant.library.limits import UnreadableError
from assistant.library.readers.base.archive import ZipArchive, below, parse_part
from assistant.library.readers.base.builder import DocumentBuilder
from assistant.library.readers.base.sheets import CellLimit, Sheet, add_cells
from assistant.library.readers.base.source import FileSource
from assistant.library.readers.office.ooxml import (
    chart_text,
    core_title,
    drawing_text,
    main_part,
    note_embedded,
    parts_of_kind,
    without_fallbacks,
)
from assistant.library.readers.workbook.xls import XlsSheets
from assistant.library.readers.workbook.xlsb import XlsbSheets
from assistant.library.readers.workbook.xlsx import XlsxSheets

_HEADERS = re.compile(rb"<(?:odd|even|first)(?:Header|Footer)(?:\s[^>]*)?>(.*?)</", re.DOTALL)
_HEADER_CODES = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|\d+|[A-Za-z])')


class _Sheets(Protocol):
    """The sheets of a workbook, in whatever format."""

    parts: list[tuple[str, str, bool]]
    """Name, part and whether it is hidden, of each sheet of cells."""
    count: int
    """Of all sheets, those without cells included."""

    def read(self, name: str, part: str, limit: CellLimit) -> Sheet: ...


def read_workbook(source: FileSource) -> Document:
    """Read a workbook as it is shown: formulas give their last value, and what is hidden is left
    out and said."""
    builder = DocumentBuilder(source.limits)
    limit = CellLimit(source.limits.cells)
    if source.data.startswith(olefile.MAGIC):
        _add_sheets(builder, XlsSheets(source.data), limit)
        return builder.build(source.title())
    archive = ZipArchive(source.data, source.limits)
    part = main_part(archive, "xl/workbook.xml")
    is_binary = part.endswith(".bin")
    sheets: _Sheets = (XlsbSheets if is_binary else XlsxSheets)(archive, part)
    if not sheets.count:
        raise UnreadableError("corrupt", "a workbook without sheets")
    _add_sheets(builder, sheets, limit)
    if not is_binary:
        for name, target, is_hidden in sheets.parts:
            builder.sheet = name
            note_embedded(builder, archive, target)
            for text in () if is_hidden else _floating(archive, target):
                builder.add(text)
    builder.sheet = None
    has_pictures = bool(archive.names("xl/media/"))
    return builder.build(source.title(core_title(archive)), has_pictures=has_pictures)


def _add_sheets(builder: DocumentBuilder, sheets: _Sheets, limit: CellLimit) -> None:
    for name, part, is_hidden in sheets.parts:
        builder.sheet = None
        if is_hidden:
            builder.note_unread("sheet", name, "hidden", total=len(sheets.parts))
        elif limit.left <= 0:
            builder.note_unread("sheet", name, "too_large", total=len(sheets.parts))
        else:
            add_cells(builder, sheets.read(name, part, limit))
    builder.sheet = None


def _floating(archive: ZipArchive, sheet: str) -> Iterator[str]:
    for name, root in parts_of_kind(archive, sheet, "comments", "threadedComment", "drawing"):
        if root.tag.endswith("wsDr"):
            yield from drawing_text(without_fallbacks(root))
            for _, chart in parts_of_kind(archive, name, "chart", "chartEx"):
                yield from chart_text(chart)
        else:
            for comment in below(root, "comment", "threadedComment"):
                yield "".join(text.text or "" for text in below(comment, "t", "text"))
    for header in _HEADERS.findall(archive.find(sheet) or b""):
        text = parse_part(b"<h>" + header + b"</h>", sheet).text or ""
        yield " ".join(_HEADER_CODES.sub(" ", text.replace("&&", "＆")).replace("＆", "&").split())
