"""Paragraphs of a PDF: lines that belong together, and headings by size and weight of type."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from assistant.library.readers.pdf.hyphens import MARK, meets_hyphen
from assistant.library.readers.pdf.words.rows import LABEL, PageRow

_MAX_HEADING_LINES = 3
_MAX_HEADING = 200
_MAX_HEADINGS_SHARE = 0.25
"""Share of a document's characters that can be headings; beyond it, size says something else."""
_BULLET = re.compile(rf"(?:{LABEL.pattern})\s")
_PROSE_LINE = 25
"""Characters, at the mean, of a line of prose."""
_WIDEST_STEP = 2.0
"""From line to line of a paragraph, in heights of the font."""
_ENDED = ".!?:;…。！？"
_CLOSING = "\"'”’»)]"
_UNSPACED = re.compile("[\u0e00-\u0eff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
_FOOTNOTE = re.compile(r"\^?(?:\d{1,3}|[*†‡§¶]+|\(?[a-z]\))[.)]?\s?\S")


class _Line(NamedTuple):
    text: str
    left: float
    right: float
    base: float
    height: float
    bold: bool


@dataclass
class PageParagraph:
    """A paragraph, which may go on from column to column and from page to page."""

    parts: list[tuple[int, str]]
    """Its text by page; the parts together are the whole."""
    height: float
    bold: bool
    is_full: bool = False
    """Whether it has lines of prose, and the last one runs to the margin."""

    @property
    def page(self) -> int:
        return self.parts[0][0]

    @property
    def text(self) -> str:
        return self.parts[0][1] if len(self.parts) == 1 else "".join([p[1] for p in self.parts])

    @property
    def is_item(self) -> bool:
        """Whether it is an item of a list."""
        return _BULLET.match(self.text) is not None

    def goes_on_with(self, other: "PageParagraph") -> bool:
        """Whether another paragraph, in the next column or page, is the rest of this one."""
        if abs(other.height - self.height) > 0.12 * self.height or other.is_item:
            return False
        text = self.text.rstrip()
        if text.rstrip(_CLOSING)[-1:] in _ENDED or (self.bold != other.bold):
            return False
        begins = other.text[0]
        if text[-1] in "-,(" or begins.islower() or begins in ",;)":
            return True
        return self.is_full and (begins.isupper() or begins.isdigit() or _is_unspaced(begins))

    def append(self, other: "PageParagraph") -> None:
        page, text = self.parts[-1]
        self.parts[-1] = page, text.rstrip()
        first_page, first = other.parts[0]
        glue, cut = _between(self.text, first)
        if cut:
            self.parts[-1] = page, self.parts[-1][1][:-1]
        self.parts += [(first_page, glue + first), *other.parts[1:]]
        self.is_full = other.is_full


def paragraphs_of(rows: Sequence[PageRow], page: int) -> Iterator[PageParagraph]:
    """The paragraphs of a column of rows."""
    lines = [
        _Line(row.text, row.left, row.right, row.base, round(row.height, 1), row.bold)
        for row in rows
    ]
    for group in _grouped(lines):
        text = _joined(group)
        if not text:
            continue
        bold = len(group) <= _MAX_HEADING_LINES and all(line.bold for line in group)
        margin = max(line.right for line in group)
        last = group[-1]
        full = (
            len(group) > 1
            and last.right > margin - 3 * last.height
            and len(text) >= _PROSE_LINE * len(group)
        )
        yield PageParagraph([(page, text)], max(line.height for line in group), bold, full)


def are_footnotes(paragraphs: Sequence[PageParagraph], usual: float) -> int:
    """From which of a column's paragraphs on they are footnotes; their number when none is."""
    first = len(paragraphs)
    while first and paragraphs[first - 1].height < 0.94 * usual:
        first -= 1
    while first < len(paragraphs) and not _FOOTNOTE.match(paragraphs[first].text):
        first += 1
    return first


def _grouped(lines: list[_Line]) -> Iterator[list[_Line]]:
    """Lines that make a paragraph."""
    steps = [above.base - below.base for above, below in pairwise(lines)]
    heights = [line.height for line in lines]
    widest = _WIDEST_STEP * median(heights) if heights else 0
    usual = min(median([step for step in steps if step > 0] or [0]), widest)
    margin = max((line.right for line in lines), default=0)
    group: list[_Line] = []
    for line in lines:
        if group and _begins_anew(group, line, usual, margin):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _begins_anew(group: list[_Line], line: _Line, usual: float, margin: float) -> bool:
    last = group[-1]
    step = last.base - line.base
    if abs(line.height - last.height) > 0.12 * max(line.height, last.height):
        return True
    if line.bold != last.bold and (line.bold or len(group) < _MAX_HEADING_LINES):
        return True
    if step > 1.35 * usual or step < -0.5 * line.height or _BULLET.match(line.text):
        return True
    indented = line.left > last.left + line.height / 2
    ended = last.text[-1] in '.!?:…”"' and last.right < margin - 4 * line.height
    return step > 0 and (ended or (indented and len(group) > 1))


def _joined(group: list[_Line]) -> str:
    """The lines as one text: flowing where they fill their width, apart where they do not."""
    right = max(line.right for line in group)
    text = ""
    for before, line in pairwise([None, *group]):
        assert line is not None
        if before is not None:
            glue, cut = _between(text, line.text)
            flows = before.right > right - 6 * before.height
            text = text[:-1] if cut else text
            text += glue if flows or glue != " " else "\n"
        text += line.text
    return text.strip()


def _between(text: str, following: str) -> tuple[str, bool]:
    """What stands between two lines, and whether the hyphen at the end of the first goes."""
    if meets_hyphen(text, following):
        return MARK, True
    if _is_unspaced(text[-1:]) and _is_unspaced(following[:1]):
        return "", False
    return " ", False


def _is_unspaced(char: str) -> bool:
    """Whether a sign is of a script without spaces between its words."""
    return _UNSPACED.match(char) is not None


class HeadingLevels:
    """Levels of headings by height and weight of type, where such type is rare enough."""

    def __init__(self, paragraphs: Sequence[PageParagraph], other_chars: Counter[int]) -> None:
        """`other_chars`: how many characters there are by height of type, outside paragraphs."""
        amounts: Counter[tuple[int, bool]] = Counter()
        for paragraph in paragraphs:
            amounts[_type(paragraph)] += len(paragraph.text)
        for height, chars in other_chars.items():
            amounts[height, False] += chars
        self._levels: dict[tuple[int, bool], int] = {}
        if not amounts:
            return
        (usual, usually_bold), _ = amounts.most_common(1)[0]
        large = {kind for kind in amounts if kind[0] > usual * 1.12 + 0.5}
        if not usually_bold:
            large |= {(height, bold) for height, bold in amounts if bold and height >= usual}
        total = sum(amounts[kind] for kind in large)
        if usual and total <= _MAX_HEADINGS_SHARE * amounts.total():
            ranked = enumerate(sorted(large, reverse=True), start=1)
            self._levels = {kind: min(rank, 6) for rank, kind in ranked}

    def level(self, paragraph: PageParagraph) -> int | None:
        return self._levels.get(_type(paragraph))


def _type(paragraph: PageParagraph) -> tuple[int, bool]:
    return round(paragraph.height), paragraph.bold


def may_be_heading(text: str) -> bool:
    """Whether a text is short enough and ends as a heading does."""
    letters = sum(char.isalpha() for char in text)
    return len(text) <= _MAX_HEADING and letters > len(text) / 2 and text[-1] not in ".,;"
