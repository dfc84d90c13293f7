"""Pages of a PDF, read one by one: rows of words, what is typed onto them, and what they lack."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Literal

import pypdfium2
from pypdfium2 import raw

from assistant.library.readers.pdf.annotations import annotations_of
from assistant.library.readers.pdf.words.characters import PageCharacters
from assistant.library.readers.pdf.words.legibility import has_other_letters, has_void_letters
from assistant.library.readers.pdf.words.rows import PageRow, rows_of
from assistant.library.readers.pdf.words.runs import PageRuns, RunGroup
from assistant.library.readers.pdf.words.touching import with_cells_apart

_LEAST_PICTURE = 0.2
"""Share of a page without text that pictures cover, from which on they are what it says."""
_LEAST_PATHS = 150
"""Lines and curves of a page without text that may be its letters."""
_MAX_OBJECTS = 20_000
"""Of a page that are looked at."""

PageState = Literal["text", "doubtful", "pictures", "no_meaning", "corrupt", "blank"]
"""What a page is to a reader; `doubtful`: it has text, whose letters may stand for others."""


@dataclass
class PageContent:
    """A page, read."""

    number: int
    state: PageState
    rows: list[PageRow] = field(default_factory=list)
    """Of most of its runs, from top to bottom."""
    beside: list[list[PageRow]] = field(default_factory=list)
    """Rows of runs that run in other directions."""
    comments: list[str] = field(default_factory=list)
    """Notes on the page."""


def pages_of(pdf: pypdfium2.PdfDocument) -> Iterator[PageContent]:
    """The pages of a document, from the first on."""
    for index in range(len(pdf)):
        try:
            page = pdf[index]
        except pypdfium2.PdfiumError:
            yield PageContent(index + 1, "corrupt")
            continue
        yield _read(pdf, page, index)


def _read(pdf: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, index: int) -> PageContent:
    try:
        annotations = annotations_of(page)
        if annotations.has_appearance:
            # What was typed or filled in belongs to the page only when both are made one.
            raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
            page.close()
            page = pdf[index]
        try:
            characters = PageCharacters(page)
        except pypdfium2.PdfiumError:
            return PageContent(index + 1, "corrupt")
        with closing(characters):
            content = PageContent(index + 1, _state(characters.text, page))
            if annotations.comments:
                shown = "".join(characters.text.split())
                content.comments = [
                    text for text in annotations.comments if "".join(text.split()) not in shown
                ]
            has_text = content.state in ("text", "doubtful")
            groups = PageRuns(characters).groups() if has_text else []
            if annotations.typed:
                _add_typed(groups, RunGroup(annotations.typed))
                content.state = "text" if content.state == "blank" else content.state
            for number, group in enumerate(groups):
                if group.skewed:
                    content.comments.append(" ".join(run.text for run in group.runs))
                elif number:
                    content.beside.append(rows_of(group, characters.is_bold))
                else:
                    content.rows = rows_of(group, characters.is_bold)
                    if not group.mirrored:
                        content.rows = with_cells_apart(content.rows, characters, group.direction)
        return content
    finally:
        page.close()


def _add_typed(groups: list[RunGroup], typed: RunGroup) -> None:
    if groups and not groups[0].direction and not groups[0].mirrored and not groups[0].skewed:
        groups[0].runs.extend(typed.runs)
    else:
        groups.append(typed)


def _state(text: str, page: pypdfium2.PdfPage) -> PageState:
    if not text.strip():
        return "pictures" if _is_drawn(page) else "blank"
    if has_void_letters(text):
        return "no_meaning"
    return "doubtful" if has_other_letters(text) else "text"


def _is_drawn(page: pypdfium2.PdfPage) -> bool:
    """Whether pictures, or drawings as rich as letters, are all that a page says."""
    left, bottom, right, top = page.get_bbox()
    area = max((right - left) * (top - bottom), 1.0)
    covered, paths = 0.0, 0
    kinds = [raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH]
    for number, item in enumerate(page.get_objects(filter=kinds, max_depth=5)):
        if number >= _MAX_OBJECTS:
            break
        if item.type == raw.FPDF_PAGEOBJ_PATH:
            paths += 1
            if paths >= _LEAST_PATHS:
                return True
            continue
        x0, y0, x1, y1 = item.get_bounds()
        wide = min(x1, right) - max(x0, left)
        high = min(y1, top) - max(y0, bottom)
        covered += max(wide, 0.0) * max(high, 0.0)
        if covered >= _LEAST_PICTURE * area:
            return True
    return False
