"""DOCX reader: the body with its headings, lists and tables, then all that stands around it.

Our own over zipfile and lxml: it opens all of 117 real files and finds 0.957 of their words, in 2
s. docx2python opens 97 % and finds 0.954, in 15 s and with 1.7 GB at its peak; python-docx finds
0.800, as it misses headers, notes and boxes.
"""

from collections.abc import Iterator
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
from assistant.library.readers.office.ooxml import (
    chart_text,
    core_title,
    drawing_text,
    main_part,
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
    listed: bool


class _Styles:
    """Which paragraph styles are headings, and which are lists."""

    def __init__(self, root: Element | None) -> None:
        self._styles = (
            {}
            if root is None
            else {attribute(style, "styleId"): _style(style) for style in below(root, "style")}
        )

    def level(self, style: str) -> int | None:
        """From 1; a title counts as 1."""
        for ancestor in self._line(style):
            if ancestor.level is not None:
                return ancestor.level + 1 if ancestor.level < _BODY_LEVEL else None
            if ancestor.name == "title":
                return 1
            if ancestor.name.startswith("heading ") and ancestor.name[8:].isdecimal():
                return int(ancestor.name[8:])
        return None

    def is_list(self, style: str) -> bool:
        return any(ancestor.listed for ancestor in self._line(style))

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
        listed=first(style, "numPr") is not None,
    )


def read_docx(source: FileSource) -> Document:
    """Read a DOCX; tables become rows, text boxes follow the paragraph they are anchored in."""
    archive = ZipArchive(source.data, source.limits)
    part = main_part(archive, "word/document.xml")
    body = _Body(DocumentBuilder(source.limits), _styles_of(archive, part))
    body.add(parse_part(archive.read(part), part))
    for _, root in parts_of_kind(archive, part, *_SURROUNDING_PARTS):
        body.add(root)
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
        for row in _children(table, "tr"):
            cells = list(_children(row, "tc"))
            if len(cells) == 1:
                self.add(cells[0])
            else:
                self.builder.add_row(_cell_text(cell) for cell in cells)

    def _add_paragraph(self, paragraph: Element) -> None:
        text = _text(paragraph)
        style = _value(paragraph, "pStyle")
        level = _outline_level(paragraph)
        level = self._styles.level(style) if level is None else level + 1
        if level is not None and level <= _BODY_LEVEL:
            self.title = self.title if self._begun else text
            self.builder.add_heading(text, level)
        elif first(paragraph, "numPr") is not None or self._styles.is_list(style):
            self.builder.add(text, "list")
        else:
            self.builder.add(text)
        self._begun = self._begun or bool(text.strip())
        for box in _boxes(paragraph):
            self.add(box)
        for drawing in below(paragraph, "textpath", "docPr"):
            self.builder.add(attribute(drawing, "string") or attribute(drawing, "descr"))


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


def _cell_text(cell: Element) -> str:
    parts = []
    for block in _blocks(cell):
        if local(block) == "tbl":
            parts += [_cell_text(inner) for row in _children(block, "tr") for inner in row]
        else:
            parts.append(_text(block))
            parts += [_cell_text(box) for box in _boxes(block)]
    return " ".join(part for part in parts if part)


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
