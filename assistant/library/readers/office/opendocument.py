"""OpenDocument reader: ODT, ODS and ODP, of which one module can read all.

Our own over zipfile and lxml: it finds 1.000 of the words of 46 real ODT files. odfpy opens 91 %
and finds 0.932, kreuzberg 0.913. Sheets and slides, of which odfpy finds 1.000 and calamine 0.769,
are read along the same lines.
"""

from collections.abc import Iterator

from assistant.core.values.documents import Document
from assistant.library.limits import UnreadableError
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
from assistant.library.readers.base.sheets import CellLimit, add_cells
from assistant.library.readers.base.source import FileSource
from assistant.library.readers.base.tables import CellRow, TableCell, add_table, spread
from assistant.library.readers.office.odf_numbering import OdfNumbering
from assistant.library.readers.office.ods import hidden_styles, read_ods_sheet, repeats

_OUT_OF_TEXT = frozenset(
    {"annotation", "note", "frame", "text-box", "tracked-changes", "ruby-text"}
)
"""What stands in the middle of a paragraph without belonging to its text."""
_FIELDS = frozenset({"page-number", "page-count", "page-name", "sheet-name"})
"""What a program fills in for each page."""


def read_opendocument(source: FileSource) -> Document:
    """Read a text, spreadsheet or presentation; slides count as pages."""
    archive = ZipArchive(source.data, source.limits)
    _refuse_encrypted(archive)
    content = _Content(DocumentBuilder(source.limits), CellLimit(source.limits.cells))
    root = parse_part(archive.read("content.xml"), "content.xml")
    body = first(root, "body")
    if body is None:
        raise UnreadableError("corrupt", "content.xml has no body")
    data = archive.find("styles.xml")
    styles = None if data is None else parse_part(data, "styles.xml")
    for part in (root,) if styles is None else (styles, root):
        content.numbering.read_styles(part)
    content.hidden = hidden_styles(root)
    content.add(body)
    content.builder.page = content.builder.sheet = None
    for master in () if styles is None else below(styles, "master-page"):
        content.add(master)
    pictures = bool(archive.names("pictures/"))
    title = source.title(_meta_title(archive), content.title)
    return content.builder.build(title, has_pictures=pictures)


def _refuse_encrypted(archive: ZipArchive) -> None:
    manifest = archive.find("META-INF/manifest.xml")
    if manifest is not None and b"encryption-data" in manifest:
        raise UnreadableError("encrypted", "it opens with a password only")


def _meta_title(archive: ZipArchive) -> str:
    data = archive.find("meta.xml")
    title = None if data is None else first(parse_part(data, "meta.xml"), "title")
    return "" if title is None else title.text or ""


class _Content:
    """Adds what a body holds; a depth counter tells list items from paragraphs."""

    def __init__(self, builder: DocumentBuilder, limit: CellLimit) -> None:
        self.builder = builder
        self.numbering = OdfNumbering()
        self.hidden = frozenset[str]()
        """The styles of sheets that are not shown."""
        self._limit = limit
        self.title = ""
        """The first paragraph, if it is a heading."""
        self._begun = False
        self._lists = 0

    def add(self, element: Element) -> None:
        for child in element:
            self._add(child)

    def _add(self, element: Element) -> None:
        match local(element):
            case "h" | "p":
                self._add_paragraph(element)
            case "list":
                self._lists += 1
                self.numbering.open_list(element)
                self.add(element)
                self.numbering.close_list()
                self._lists -= 1
            case "list-item":
                self.numbering.open_item(element)
                self.add(element)
            case "table":
                self._add_table(element)
            case "spreadsheet":
                self._add_spreadsheet(element)
            case "page":
                self.builder.page = (self.builder.page or 0) + 1
                self.add(element)
            case "frame" if attribute(element, "class") == "title":
                text = " ".join(_text(paragraph) for paragraph in below(element, "p", "h"))
                self._add_heading(text, 1)
            case "tracked-changes" | "forms" | "script" | "settings":
                pass
            case "desc" | "title":
                self.builder.add(_text(element))
            case _:
                self.add(element)

    def _add_paragraph(self, element: Element) -> None:
        text = _text(element)
        label = self.numbering.take_label()
        if local(element) == "h":
            number = attribute(element, "outline-level")
            level = int(number) if number.isdecimal() else 1
            if not self._lists:
                label = self.numbering.heading_label(element, level)
            self._add_heading(text, level, label)
        else:
            self.builder.add(_labelled(text, label), "list" if self._lists else "paragraph")
            self._begun = self._begun or bool(text.strip())
        for aside in _anchored_elements(element):
            self.add(aside)

    def _add_heading(self, text: str, level: int, label: str = "") -> None:
        self.title = self.title if self._begun else text
        self._begun = self._begun or bool(text.strip())
        self.builder.add_heading(_labelled(text, label), level)

    def _add_table(self, table: Element) -> None:
        """Add a table of a text: a row of one cell is a frame around what it holds."""
        rows: list[CellRow] = []
        for row, is_header in _rows(table):
            cells = [cell for cell in row if local(cell) == "table-cell"]
            if len(cells) == 1 and (not rows or _is_frame(cells[0])):
                add_table(self.builder, spread(rows))
                rows = []
                self.add(cells[0])
            else:
                rows.append(CellRow([self._table_cell(cell) for cell in cells], is_header))
        add_table(self.builder, spread(rows))

    def _table_cell(self, cell: Element) -> TableCell:
        spans = (repeats(cell, f"number-{name}-spanned") for name in ("rows", "columns"))
        return TableCell(self._cell_text(cell), *spans)

    def _cell_text(self, cell: Element) -> str:
        parts = []
        for part in below(cell, "p", "h"):
            parts.append(_text(part))
        return " ".join(part for part in parts if part)

    def _add_spreadsheet(self, element: Element) -> None:
        sheets = [part for part in element if local(part) == "table"]
        for part in element:
            if local(part) != "table":
                self._add(part)
                continue
            name = attribute(part, "name")
            self.builder.sheet = None
            if attribute(part, "style-name") in self.hidden:
                self.builder.note_unread("sheet", name, "hidden", total=len(sheets))
            elif self._limit.left <= 0:
                self.builder.note_unread("sheet", name, "too_large", total=len(sheets))
            else:
                add_cells(self.builder, read_ods_sheet(part, self._cell_text, self._limit))
                for shapes in part:
                    if local(shapes) == "shapes":
                        self.add(shapes)


def _labelled(text: str, label: str) -> str:
    return f"{label} {text.lstrip()}" if label and text.strip() else text


def _rows(table: Element, *, is_header: bool = False) -> Iterator[tuple[Element, bool]]:
    """The rows of a table, whatever groups them, and whether they name the columns."""
    for child in table:
        name = local(child)
        if name == "table-row":
            yield child, is_header
        elif name in {"table-header-rows", "table-rows", "table-row-group"}:
            yield from _rows(child, is_header=is_header or name == "table-header-rows")


def _is_frame(cell: Element) -> bool:
    """Whether a cell holds more than a line."""
    return sum(local(part) in ("p", "h", "list", "table") for part in cell) > 1


def _anchored_elements(element: Element) -> Iterator[Element]:
    """Notes, comments and frames that are anchored in a paragraph."""
    for child in element:
        if local(child) in _OUT_OF_TEXT:
            yield child
        else:
            yield from _anchored_elements(child)


def _text(element: Element) -> str:
    return "".join(_pieces(element))


def _pieces(element: Element) -> Iterator[str]:
    yield _flowing(element.text)
    for child in element:
        name = local(child)
        if name == "s":
            count = attribute(child, "c")
            yield " " * min(int(count) if count.isdecimal() else 1, 80)
        elif name == "tab":
            yield "\t"
        elif name == "line-break":
            yield "\n"
        elif name not in _OUT_OF_TEXT and name not in _FIELDS:
            yield from _pieces(child)
        yield _flowing(child.tail)


def _flowing(text: str | None) -> str:
    """White space in the file is a space; what is meant has elements of its own."""
    if not text:
        return ""
    flat = " ".join(text.split())
    before = " " if text[0].isspace() else ""
    after = " " if text[-1].isspace() and flat else ""
    return before + flat + after
