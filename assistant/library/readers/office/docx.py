"""DOCX reader: the body with its headings, lists and tables, then all that stands around it.

Our own over zipfile and lxml: it opens all of 117 real files and finds 0.957 of their words, in 2
s. docx2python opens 97 % and finds 0.954, in 15 s and with 1.7 GB at its peak; python-docx finds
0.800, as it misses headers, notes and boxes.
"""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from assistant.core.values.documents import Document
from assistant.library.readers.base.archive import (
    Element,
    ZipArchive,
    attribute,
    below,
    first,
    local,
    parse_part,
)
from assistant.library.readers.base.builder import DocumentBuilder
from assistant.library.readers.base.source import FileSource
from assistant.library.readers.base.tables import CellRow, TableCell, add_table, spread
from assistant.library.readers.office.docx_numbering import (
    DocxNumbering,
    NumberingMark,
    numbering_mark,
)
from assistant.library.readers.office.ooxml import (
    chart_text,
    core_title,
    drawing_text,
    main_part,
    note_embedded,
    parts_of_kind,
    without_fallbacks,
)

_SURROUNDING_PARTS = ("header", "footer", "footnotes", "endnotes", "comments")
_DRAWING_PARTS = ("chart", "chartEx", "diagramData")
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_BODY_LEVEL = 9
"""The outline level that Word gives to running text."""


class _Style(NamedTuple):
    name: str
    based_on: str
    level: int | None
    numbering: NumberingMark | None


class _Styles:
    """Which paragraph styles are headings, and which are lists."""

    def __init__(self, root: Element | None) -> None:
        self._styles = (
            {}
            if root is None
            else {attribute(style, "styleId"): _style(style) for style in below(root, "style")}
        )
        self._levels: dict[str, int | None] = {}
        self._marks: dict[str, NumberingMark | None] = {}

    def level(self, style: str) -> int | None:
        """From 1; a title counts as 1."""
        if style not in self._levels:
            self._levels[style] = self._level(style)
        return self._levels[style]

    def _level(self, style: str) -> int | None:
        for ancestor in self._line(style):
            if ancestor.level is not None:
                return ancestor.level + 1 if ancestor.level < _BODY_LEVEL else None
            if ancestor.name == "title":
                return 1
            if ancestor.name.startswith("heading ") and ancestor.name[8:].isdecimal():
                return int(ancestor.name[8:])
        return None

    def numbering(self, style: str) -> NumberingMark | None:
        """What a style says about numbers; None for a style of no list."""
        if style not in self._marks:
            self._marks[style] = self._mark(style)
        return self._marks[style]

    def _mark(self, style: str) -> NumberingMark | None:
        marks = [one.numbering for one in self._line(style) if one.numbering is not None]
        if not marks:
            return None
        list_id = next((mark.list_id for mark in marks if mark.list_id is not None), None)
        return NumberingMark(list_id, next((m.level for m in marks if m.level is not None), None))

    def list_of(self, style: str) -> str:
        """The list of a style, or an empty text."""
        mark = self.numbering(style)
        return (mark.list_id if mark else None) or ""

    def _line(self, style: str) -> Iterator[_Style]:
        seen = set()
        while style in self._styles and style not in seen:
            seen.add(style)
            yield self._styles[style]
            style = self._styles[style].based_on


def _style(style: Element) -> _Style:
    return _Style(
        name=_value(style, "name").lower(),
        based_on=_value(style, "basedOn"),
        level=_outline_level(style),
        numbering=numbering_mark(first(style, "numPr")),
    )


def read_docx(source: FileSource) -> Document:
    """Read a DOCX; tables become rows, text boxes follow the paragraph they are anchored in."""
    archive = ZipArchive(source.data, source.limits)
    part = main_part(archive, "word/document.xml")
    styles = _styles_of(archive, part)
    definitions = next((root for _, root in parts_of_kind(archive, part, "numbering")), None)
    body = _Body(DocumentBuilder(source.limits), styles)
    parts = [parse_part(archive.read(part), part)]
    for root in chain(parts, (r for _, r in parts_of_kind(archive, part, *_SURROUNDING_PARTS))):
        body.numbering = DocxNumbering(definitions, styles.list_of)
        body.add(root)
    note_embedded(body.builder, archive, part)
    for name, root in parts_of_kind(archive, part, *_DRAWING_PARTS):
        for text in drawing_text(root) if "diagram" in name else chart_text(root):
            body.builder.add(text)
    title = source.title(core_title(archive), body.title)
    return body.builder.build(title, has_pictures=bool(archive.names("word/media/")))


def _styles_of(archive: ZipArchive, part: str) -> _Styles:
    return _Styles(next((root for _, root in parts_of_kind(archive, part, "styles")), None))


class _Body:
    """Adds one part of the document after the other."""

    def __init__(self, builder: DocumentBuilder, styles: _Styles) -> None:
        self.builder = builder
        self.title = ""
        """The first paragraph, if it is a heading."""
        self.numbering = DocxNumbering(None, styles.list_of)
        """Of the part that is added."""
        self._begun = False
        self._styles = styles

    def add(self, root: Element) -> None:
        for element in _blocks(without_fallbacks(root)):
            if local(element) == "tbl":
                self._add_table(element)
            else:
                self._add_paragraph(element)

    def _add_table(self, table: Element) -> None:
        """Add a table: a row of one cell is a frame around what it holds."""
        rows: list[CellRow] = []
        above: dict[int, str] = {}
        """Texts of the cells that may go on in the next row, by column."""
        for row in _children(table, "tr"):
            cells = list(_children(row, "tc"))
            if len(cells) == 1 and (not rows or len(list(_blocks(cells[0]))) > 1):
                add_table(self.builder, spread(rows))
                rows = []
                self.add(cells[0])
            else:
                rows.append(self._row(row, cells, above))
        add_table(self.builder, spread(rows))

    def _row(self, row: Element, cells: list[Element], above: dict[int, str]) -> CellRow:
        before = _count(row, "gridBefore", 0)
        column = before
        filled = [TableCell("", columns=before)] if before else []
        for cell in cells:
            span = _count(cell, "gridSpan", 1)
            merge = next((mark for mark in _properties(cell) if local(mark) == "vMerge"), None)
            goes_on = merge is not None and attribute(merge, "val") in ("", "continue")
            text = self._cell_text(cell)
            if goes_on:
                text = above.get(column, text)
            above[column] = text
            filled.append(TableCell(text, columns=span))
            column += span
        mark = next((mark for mark in _properties(row) if local(mark) == "tblHeader"), None)
        is_header = mark is not None and attribute(mark, "val") not in ("0", "false")
        return CellRow(filled, is_header)

    def _cell_text(self, cell: Element) -> str:
        parts = []
        for block in _blocks(cell):
            if local(block) == "tbl":
                parts += [self._cell_text(inner) for row in _children(block, "tr") for inner in row]
            else:
                parts.append(_labelled(_text(block), self._label(block)))
                parts += [self._cell_text(box) for box in _boxes(block)]
        return " ".join(part for part in parts if part)

    def _label(self, paragraph: Element) -> str:
        """The automatic number of a paragraph, which is counted."""
        style = _value(paragraph, "pStyle")
        mark = self._mark(paragraph, style)
        return "" if mark is None else self.numbering.label(mark, style)

    def _mark(self, paragraph: Element, style: str) -> NumberingMark | None:
        own, inherited = numbering_mark(first(paragraph, "numPr")), self._styles.numbering(style)
        if own is None or inherited is None:
            return own or inherited
        if own.list_id is not None:
            return own if own.level is not None else own._replace(level=inherited.level)
        return NumberingMark(inherited.list_id, own.level)

    def _add_paragraph(self, paragraph: Element) -> None:
        text = _text(paragraph)
        style = _value(paragraph, "pStyle")
        level = _outline_level(paragraph)
        level = self._styles.level(style) if level is None else level + 1
        mark = self._mark(paragraph, style)
        shown = text if mark is None else _labelled(text, self.numbering.label(mark, style))
        if level is not None and level <= _BODY_LEVEL:
            self.title = self.title if self._begun else text
            self.builder.add_heading(shown, level)
        else:
            self.builder.add(shown, "paragraph" if mark is None else "list")
        self._begun = self._begun or bool(text.strip())
        for box in _boxes(paragraph):
            self.add(box)
        for drawing in below(paragraph, "textpath", "docPr"):
            self.builder.add(attribute(drawing, "string") or attribute(drawing, "descr"))


def _labelled(text: str, label: str) -> str:
    return f"{label} {text.lstrip()}" if label and text.strip() else text


def _properties(element: Element) -> Iterator[Element]:
    """What the properties of a row or cell say."""
    for child in element:
        if local(child) in ("tcPr", "trPr"):
            yield from child


def _count(element: Element, name: str, otherwise: int) -> int:
    found = next((mark for mark in _properties(element) if local(mark) == name), None)
    value = "" if found is None else attribute(found, "val")
    return int(value) if value.isdecimal() and len(value) < 6 else otherwise


def _boxes(element: Element) -> Iterator[Element]:
    """Text boxes, but not those inside other ones."""
    for child in element:
        if local(child) == "txbxContent":
            yield child
        else:
            yield from _boxes(child)


def _blocks(element: Element) -> Iterator[Element]:
    """Paragraphs and tables in their order, whatever wraps them."""
    for child in element:
        name = local(child)
        if name in {"p", "tbl"}:
            yield child
        elif name not in {"del", "moveFrom", "sectPr"}:
            yield from _blocks(child)


def _children(element: Element, wanted: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, whatever wraps them."""
    for child in element:
        name = local(child)
        if name == wanted:
            yield child
        elif name in {"sdt", "sdtContent", "ins", "customXml", "smartTag"}:
            yield from _children(child, wanted)


def _text(element: Element) -> str:
    """The text of a paragraph as it stands after all changes are accepted."""
    return "".join(_pieces(element))


def _pieces(element: Element) -> Iterator[str]:
    for child in element:
        name = local(child)
        if name == "t":
            yield child.text or ""
        elif name in _MARKS:
            yield _MARKS[name]
        elif name == "sym":
            yield " "
        elif name not in {"txbxContent", "pPr", "rPr", "del", "moveFrom", "instrText"}:
            yield from _pieces(child)


def _value(element: Element, name: str) -> str:
    found = first(element, name)
    return "" if found is None else attribute(found, "val")


def _outline_level(element: Element) -> int | None:
    value = _value(element, "outlineLvl")
    return int(value) if value.isdecimal() else None
