"""XLSX cells: what the sheets of an Office Open XML workbook show."""

import io
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from assistant.library.limits import UnreadableError
from assistant.library.readers.base.archive import (
    PARSING,
    Element,
    ZipArchive,
    attribute,
    below,
    first,
    local,
    parse_part,
)
from assistant.library.readers.base.sheets import (
    MAX_COLUMNS,
    MAX_ROWS,
    CellLimit,
    CellRange,
    Sheet,
    column_letters,
    column_number,
)
from assistant.library.readers.office.ooxml import parts_of_kind, relations
from assistant.library.readers.workbook.cell_formats import CellFormats, truth_text

_SHEETS = ("worksheet", "xlMacrosheet")
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_LETTERS = re.compile(r"[A-Za-z]{1,3}")
_ROWS_END = re.compile(rb"</(?:\w+:)?sheetData\s*>")
_LAST_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]{0,500}?\br=[\"'](\d{1,7})[\"']")
_FUTURE = re.compile(r"_xl(?:fn|ws|udf)\.")
"""What stands before functions that old versions did not have; no program shows it."""
_MAX_STYLES = 100_000
_TAIL_BYTES = 1_000_000
_HIDDEN = frozenset({"hidden", "veryHidden"})
_TRUE = frozenset({"1", "true", "on"})


class XlsxSheets:
    """The sheets of a workbook, one after the other."""

    def __init__(self, archive: ZipArchive, part: str) -> None:
        """Read what all sheets share.

        Raises:
            UnreadableError: the workbook is damaged (`corrupt`).
        """
        self._archive = archive
        root = parse_part(archive.read(part), part)
        properties = first(root, "workbookPr")
        self._formats = _formats(archive, part)
        if properties is not None:
            self._formats.since_1904 = attribute(properties, "date1904").lower() in _TRUE
        targets = {link.id: link for link in relations(archive, part)}
        self.parts: list[tuple[str, str, bool]] = []
        """Name, part and whether it is hidden, of each sheet of cells."""
        self.count = 0
        for sheet in below(root, "sheet"):
            self.count += 1
            link = targets.get(relation_id(sheet))
            if link is not None and link.kind in _SHEETS:
                is_hidden = attribute(sheet, "state") in _HIDDEN
                self.parts.append((attribute(sheet, "name"), link.target, is_hidden))
        self._strings = list(_shared_strings(archive, part))

    def read(self, name: str, part: str, limit: CellLimit) -> Sheet:
        """Read the sheet in `part`."""
        data = self._archive.find(part) or b""
        sheet = Sheet(name)
        end = _ROWS_END.search(data)
        events = etree.iterparse(
            io.BytesIO(data),
            events=("end",),
            tag=("{*}row", "{*}cols", "{*}mergeCells", "{*}autoFilter"),
            recover=True,
            **PARSING,
        )
        number = -1
        try:
            for _, element in events:
                match local(element):
                    case "row":
                        number = _whole(attribute(element, "r"), number + 2) - 1
                        if not self._add_row(sheet, element, number, limit):
                            break
                    case "cols":
                        _add_hidden_columns(sheet, element)
                    case "mergeCells" | "autoFilter":
                        _add_below(sheet, element)
                element.clear()
                while (before := element.getprevious()) is not None:
                    element.getparent().remove(before)
        except etree.XMLSyntaxError:
            if not sheet.rows:
                raise UnreadableError("corrupt", f"the sheet {name} is damaged") from None
        if limit.left < 0:
            _note_rest(sheet, number, data, end.start() if end else len(data))
        return sheet

    def _add_row(self, sheet: Sheet, element: Element, number: int, limit: CellLimit) -> bool:
        """Add a row; False when it is one too many."""
        if not 0 <= number < MAX_ROWS:
            return True
        cells: dict[int, str] = {}
        column = -1
        tags = _tags(element.tag)
        for cell in element:
            if cell.tag != tags.cell:
                continue
            column = _column(cell.get("r"), column + 1)
            if not 0 <= column < MAX_COLUMNS:
                continue
            text, is_missing = self._cell(cell, tags)
            if text:
                cells[column] = text
            if is_missing:
                sheet.without_value.append(f"{column_letters(column)}{number + 1}")
        if not cells:
            return True
        if not limit.take(len(cells)):
            return False
        sheet.rows.setdefault(number, {}).update(cells)
        if element.get("hidden") in _TRUE and not _whole(element.get("outlineLevel") or "", 0):
            sheet.hidden_rows.add(number)
        return True

    def _cell(self, cell: Element, tags: "_Tags") -> tuple[str, bool]:
        """What a cell shows, and whether it has a formula without a value."""
        kind, style = cell.get("t", "n"), _whole(cell.get("s", "0"), 0)
        value = formula = inline = None
        for child in cell:
            if child.tag == tags.value:
                value = child
            elif child.tag == tags.formula:
                formula = child
            elif child.tag == tags.inline:
                inline = child
        stored = "" if value is None else value.text or ""
        if kind == "inlineStr":
            return "" if inline is None else self._formats.text(_rich_text(inline), style), False
        if not stored:
            is_text = kind == "str" and value is not None
            if formula is None or is_text:
                return "", False
            return f"={_FUTURE.sub('', formula.text)}" if formula.text else "", True
        return self._stored(stored, kind, style), False

    def _stored(self, value: str, kind: str, style: int) -> str:
        match kind:
            case "s":
                index = _whole(value, -1)
                text = self._strings[index] if 0 <= index < len(self._strings) else ""
                return self._formats.text(text, style)
            case "str":
                return self._formats.text(value, style)
            case "b":
                return truth_text(value.strip() in _TRUE)
            case "e":
                return value
            case "d":
                return value.replace("T", " ")
            case _:
                try:
                    return self._formats.number(float(value), style)
                except (ValueError, OverflowError):
                    return value


class _Tags(NamedTuple):
    """The names of a cell and of what is in it, in the namespace of their row."""

    cell: str
    value: str
    formula: str
    inline: str


@lru_cache(maxsize=16)
def _tags(row: str) -> _Tags:
    space = row.removesuffix("row")
    return _Tags(f"{space}c", f"{space}v", f"{space}f", f"{space}is")


def relation_id(sheet: Element) -> str:
    """The id of the relation to a sheet's part."""
    return next((str(v) for k, v in sheet.attrib.items() if str(k).endswith("}id")), "")


def _formats(archive: ZipArchive, part: str) -> CellFormats:
    formats = CellFormats()
    for _, root in parts_of_kind(archive, part, "styles"):
        for code in below(root, "numFmt"):
            if len(formats.codes) < _MAX_STYLES:
                number = _whole(attribute(code, "numFmtId"), -1)
                formats.codes[number] = attribute(code, "formatCode")
        styles = first(root, "cellXfs")
        for style in () if styles is None else styles:
            if local(style) == "xf" and len(formats.styles) < _MAX_STYLES:
                formats.styles.append(_whole(attribute(style, "numFmtId"), 0))
    return formats


def _shared_strings(archive: ZipArchive, part: str) -> Iterator[str]:
    for relation in relations(archive, part):
        if relation.kind != "sharedStrings":
            continue
        root = parse_part(archive.find(relation.target) or b"<sst/>", relation.target)
        for entry in root:
            if local(entry) == "si":
                yield _rich_text(entry)


def _rich_text(element: Element) -> str:
    """Text in runs, without how it is pronounced."""
    parts = []
    for child in element:
        match local(child):
            case "t":
                parts.append(child.text or "")
            case "r":
                parts += [run.text or "" for run in child if local(run) == "t"]
    return "".join(parts)


def _add_hidden_columns(sheet: Sheet, columns: Element) -> None:
    for column in columns:
        if column.get("hidden") in _TRUE and not _whole(column.get("outlineLevel") or "", 0):
            start, end = _whole(column.get("min") or "", 1), _whole(column.get("max") or "", 0)
            sheet.hidden_columns.append(range(start - 1, min(end, MAX_COLUMNS)))


def _add_below(sheet: Sheet, element: Element) -> None:
    """Take what stands below the cells: filters and merged cells."""
    if local(element) == "autoFilter":
        sheet.is_filtered = sheet.is_filtered or first(element, "filterColumn") is not None
        return
    for merged in element:
        corners = _REFERENCE.findall(merged.get("ref") or "")
        if len(corners) == 2:
            (left, top), (right, bottom) = corners
            sheet.merged.append(
                CellRange(int(top) - 1, column_number(left), int(bottom) - 1, column_number(right))
            )


def _note_rest(sheet: Sheet, number: int, data: bytes, end: int) -> None:
    """Note the rows that are left out, and take the merged cells all the same."""
    last = number + 1
    for found in _LAST_ROW.finditer(data, max(0, end - _TAIL_BYTES), end):
        last = max(last, int(found[1]))
    sheet.unread_rows = range(number + 1, last + 1)
    tail = re.sub(rb"^</[^>]*>", b"", data[end : end + 20 * _TAIL_BYTES])
    with_root = b"<worksheet>" + tail
    for element in below(parse_part(with_root, sheet.name), "mergeCells", "autoFilter"):
        _add_below(sheet, element)


def _column(reference: str | None, following: int) -> int:
    return _column_of(reference.rstrip("0123456789")) if reference else following


@lru_cache(maxsize=1 << 14)
def _column_of(letters: str) -> int:
    """-1 for what is no column."""
    return column_number(letters) if _LETTERS.fullmatch(letters) else -1


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise
