"""Flow of a PDF's text over columns and pages: what goes on is put together, notes stand behind."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from statistics import median

from assistant.library.readers.pdf.layout.regions import regions_of
from assistant.library.readers.pdf.layout.tables import PageTable, TableLine
from assistant.library.readers.pdf.pages import PageContent
from assistant.library.readers.pdf.paragraphs import PageParagraph, are_footnotes, paragraphs_of
from assistant.library.readers.pdf.words.rows import PageRow

_LOOKED_THROUGH = 4
"""Paragraphs at the beginning of a column among which the rest of one is looked for."""
_SAME_EDGE = 6.0
"""Points by which the edges of a table's columns, or their middles, may differ on the next page."""
_LOOKED_BACK = 60
"""Rows of a table by which it is told whether its rows begin with a label."""
_LEAST_LABELS = 3
_LABELLED = 0.9
"""Share of rows with something in their first column that shows that a row begins with it."""


@dataclass
class TableRows:
    """Rows of a table, which may go on from page to page."""

    rows: list[tuple[int, TableLine]]
    """With their pages."""
    edges: list[tuple[float, float]]
    """The left and the right edge of most cells of each column; nothing where none can go on."""

    def goes_on_with(self, table: PageTable) -> bool:
        """Whether the first table of the next page is the rest of this one."""
        if self.names == table.lines[0].cells:
            return True
        edges = _edges_of(table)
        return len(self.edges) == len(edges) and all(
            min(abs(left - other_left), abs(right - other_right)) < _SAME_EDGE
            or abs(left + right - other_left - other_right) < 2 * _SAME_EDGE
            for (left, right), (other_left, other_right) in zip(self.edges, edges, strict=True)
        )

    @property
    def names(self) -> tuple[str, ...]:
        return self.rows[0][1].cells

    def add(self, page: int, lines: list[TableLine]) -> None:
        """Add the lines of the next page, the first of which may be the rest of the last row."""
        if lines and self._is_cut_before(lines):
            begun, last = self.rows[-1]
            cells = zip(last.cells, lines[0].cells, strict=True)
            whole = tuple(" ".join(filter(None, parts)) for parts in cells)
            self.rows[-1] = begun, replace(last, cells=whole)
            lines = lines[1:]
        self.rows += [(page, line) for line in lines]

    def _is_cut_before(self, lines: list[TableLine]) -> bool:
        """Whether rows have a label but for the first of a page, which has text only where the row
        before it has."""
        rest, *others = lines
        rows = [*(line for _, line in self.rows[-_LOOKED_BACK:]), *others]
        labels = len([line for line in rows if line.cells[0]])
        if rest.cells[0] or labels < max(_LEAST_LABELS, _LABELLED * len(rows)):
            return False
        return all(
            above and not _is_figure(above)
            for above, cell in zip(self.rows[-1][1].cells, rest.cells, strict=True)
            if cell
        )


@dataclass
class Slot:
    """The place of a page that OCR may read."""

    page: int
    paragraphs: list[str] = field(default_factory=list)


Element = PageParagraph | TableRows | Slot


class TextFlow:
    """Puts the text of pages together, one page after the other."""

    def __init__(self) -> None:
        self.elements: list[Element] = []
        self.other_chars: Counter[int] = Counter()
        """Characters in tables, by height of type."""
        self._open: PageParagraph | None = None
        """What the next column or page may go on with."""
        self._aside: list[Element] = []

    def add_page(self, page: PageContent, rows: list[PageRow], running: Iterable[str]) -> None:
        """Add a page: its `rows` without running lines, and `running` lines not seen before."""
        if page.state in ("pictures", "no_meaning", "doubtful"):
            self._aside.append(Slot(page.number))
        heights: list[float] = []
        for row in rows:
            heights += [row.height] * max(1, len(row.text) // 10)
        usual = median(heights) if heights else 0.0
        regions = regions_of(rows)
        tables = [region for region in regions if isinstance(region, PageTable)]
        for region in regions:
            if isinstance(region, PageTable):
                begins, ends = region is regions[0], region is tables[-1]
                self._add_table(region, page.number, begins, ends)
            else:
                self._add_paragraphs(list(paragraphs_of(region.rows, page.number)), usual)
        self._aside += [PageParagraph([(page.number, text)], 0.0, False) for text in running]
        for beside in page.beside:
            for region in regions_of(beside):
                self._aside += _set_aside(region, page.number)
        self._aside += [PageParagraph([(page.number, text)], 0.0, False) for text in page.comments]
        if not self.elements or not isinstance(self.elements[-1], TableRows):
            self.flush()

    def drop_page(self, page: int) -> None:
        """Take out what a page says, which something else is better at."""
        self.elements = [
            each
            for each in self.elements
            if isinstance(each, Slot)
            or (each.page if isinstance(each, PageParagraph) else each.rows[0][0]) != page
        ]

    def flush(self) -> None:
        """Put what was set aside behind the text."""
        self.elements += self._aside
        self._aside = []

    def _add_paragraphs(self, paragraphs: list[PageParagraph], usual: float) -> None:
        notes = are_footnotes(paragraphs, usual)
        body = paragraphs[:notes]
        self._join_first(body, usual)
        if body:
            self.flush()
        self.elements += body
        self._aside += paragraphs[notes:]
        if body:
            last = body[-1]
            self._open = last if abs(last.height - usual) <= 0.12 * usual else self._open

    def _join_first(self, body: list[PageParagraph], usual: float) -> None:
        """Put the rest of an open paragraph to it; captions and the like may stand before it."""
        if self._open is None or not usual:
            return
        for at, paragraph in enumerate(body[:_LOOKED_THROUGH]):
            if self._open.goes_on_with(paragraph) and (at == 0 or paragraph.text[:1].islower()):
                self._open.append(paragraph)
                del body[at]
                if body[at:]:
                    self._open = None
                return
            if abs(paragraph.height - usual) <= 0.06 * usual and not paragraph.bold:
                break
        if body:
            self._open = None

    def _add_table(self, table: PageTable, page: int, begins: bool, ends: bool) -> None:
        self.other_chars[round(table.height)] += sum(
            len(cell) for line in table.lines for cell in line.cells
        )
        last = self.elements[-1] if self.elements else None
        if begins and isinstance(last, TableRows) and last.goes_on_with(table):
            last.add(page, table.lines[last.names == table.lines[0].cells :])
            return
        self.flush()
        lines = [(page, line) for line in table.lines]
        self.elements.append(TableRows(lines, _edges_of(table) if ends else []))


def _set_aside(region: object, page: int) -> Iterator[Element]:
    if isinstance(region, PageTable):
        yield TableRows([(page, line) for line in region.lines], [])
    else:
        rows = getattr(region, "rows", [])
        yield from paragraphs_of(rows, page)


def _edges_of(table: PageTable) -> list[tuple[float, float]]:
    """The left and the right edge of most cells of each column."""
    edges = []
    for cells in zip(*table.placed, strict=True):
        pieces = [piece for cell in cells for piece in cell]
        lefts, rights = [piece.left for piece in pieces], [piece.right for piece in pieces]
        edges.append((median(lefts), median(rights)) if pieces else (0.0, 0.0))
    return edges


def _is_figure(text: str) -> bool:
    digits = sum(map(str.isdigit, text))
    return digits > 0 and digits >= sum(map(str.isalpha, text))
