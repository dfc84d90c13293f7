"""Running lines of a PDF: headers, footers and page numbers, which are no part of the text.

They are known by coming back at one height of pages that are near each other, from the edge of the
page inwards: with the same words, or with a number that counts the pages.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise, zip_longest
from statistics import median

from assistant.library.readers.pdf.words.rows import PageRow

REACH = 2
"""Pages before and after one that it is held against: left and right pages differ."""
_MAX_ROWS = 5
"""At each edge of a page."""
_MAX_NAMED = 60
"""Characters of a line that is no more than a page number."""
_SAME_PLACE = 0.4
"""Heights of the font by which the same line may stand higher or lower."""
_LARGE = 1.2
"""Times the usual height: what is larger is a title."""
_APART = 1.6
_TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\w\s]")
_ROMAN = re.compile(r"(?=[ivxlc])(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE)
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_PAGE_WORD = r"(?:page|pag|pg|p|página|pagina|pág|seite|s|folha|fl|blatt|sheet|sida|strona|стр)"
_OF_WORD = r"(?:of|de|von|di|sur|av|z|/)"
_PAGE_NUMBER = re.compile(
    rf"[-–—|·•\s]*(?:\b{_PAGE_WORD}\b\.?\s*)?(?:\d{{1,5}}|[ivxlc]{{1,7}})"
    rf"(?:\s*{_OF_WORD}\s*\d{{1,5}})?[-–—|·•\s]*",
    re.IGNORECASE,
)
_NAMED_PAGE_NUMBER = re.compile(
    rf"[-–—|·•,\s]*\b{_PAGE_WORD}\b\.?\s*(\d{{1,5}})(?:\s*{_OF_WORD}\s*\d{{1,5}})?[-–—|·•\s]*",
    re.IGNORECASE,
)


_NUMBER_AT_AN_END = (re.compile(r"^(\d+)\b\W*"), re.compile(r"\W*\b(\d+)$"))
_DASHED_NUMBER = re.compile(r"[-–—]\s*\d{1,5}\s*[-–—]")


class RunningLines:
    """Tells the running lines of one page after the other."""

    def __init__(self) -> None:
        self._kept: set[str] = set()

    def split(
        self, number: int, rows: list[PageRow], near: Sequence[tuple[int, list[PageRow]]]
    ) -> tuple[list[PageRow], list[str]]:
        """Take the running lines out of a page.

        Args:
            near: pages close to it, with their numbers.

        Returns: the rows that are left, and the texts of running lines that no page had before;
            page numbers are none.
        """
        if not rows:
            return rows, []
        usual = median([row.height for row in rows])
        heads = [(page - number, other[:_MAX_ROWS]) for page, other in near]
        feet = [(page - number, other[: -_MAX_ROWS - 1 : -1]) for page, other in near]
        top = [*_running(number, rows[: _MAX_ROWS + 1], heads, usual)]
        bottom = [*_running(number, rows[: -_MAX_ROWS - 2 : -1], feet, usual)]
        out = {id(row) for row in (*top, *bottom)}
        if len(out) == len(rows) > 3:
            return rows, []
        texts = []
        for row in (*top, *bottom[::-1]):
            for piece in row.pieces:
                text = _without_number(piece.text, number)
                key = re.sub(r"[\W\d]+", "", text).casefold()
                if key and key not in self._kept:
                    self._kept.add(key)
                    texts.append(text)
        return [row for row in rows if id(row) not in out], texts


def _running(
    number: int, edge: list[PageRow], others: Iterable[tuple[int, list[PageRow]]], usual: float
) -> Iterator[PageRow]:
    """The running lines at an edge of a page, from the edge inwards.

    Args:
        others: rows at the same edge of other pages, with how many pages further they are.
        usual: the height of most rows.
    """
    for row, inner in zip_longest(edge[:_MAX_ROWS], edge[1:]):
        if not _is_running(number, row, inner, others, usual, row is edge[0]):
            return
        yield row


def _is_running(
    number: int,
    row: PageRow,
    inner: PageRow | None,
    others: Iterable[tuple[int, list[PageRow]]],
    usual: float,
    outermost: bool,
) -> bool:
    named = len(row.text) < _MAX_NAMED and _NAMED_PAGE_NUMBER.fullmatch(row.text)
    if named and int(named[1]) == number:
        return True
    if outermost and _DASHED_NUMBER.fullmatch(row.text) and str(number) in row.text:
        return True
    apart = inner is None or abs(row.base - inner.base) > _APART * max(row.height, inner.height)
    for step, other_rows in others:
        for other in other_rows:
            if abs(row.base - other.base) > _SAME_PLACE * row.height:
                continue
            if _counts_on(row.text, other.text, step):
                return True
            if apart and any(
                _counts_on(a.text, b.text, step) for a in row.pieces for b in other.pieces
            ):
                return True
            if row.text == other.text and _may_stand_still(row, inner, usual):
                return True
    return False


def _may_stand_still(row: PageRow, inner: PageRow | None, usual: float) -> bool:
    """Whether a line that comes back as it is can be a running one: no title, no table's head."""
    if not any(char.isalpha() for char in row.text) or row.height > _LARGE * usual:
        return False
    if inner is None or len(row.pieces) < 2 or len(inner.pieces) < 2:
        return True
    below = [(a.right, b.left) for a, b in pairwise(inner.pieces)]
    gaps = [(a.right, b.left) for a, b in pairwise(row.pieces)]
    near = abs(row.base - inner.base) < 2.5 * row.height
    return not (near and all(any(b[0] < a[1] and a[0] < b[1] for b in below) for a in gaps))


def _counts_on(text: str, other: str, step: int) -> bool:
    """Whether two lines are the same but for a number that grows with the pages."""
    if text == other:
        return False
    tokens, others = _tokens(text), _tokens(other)
    if len(tokens) != len(others):
        return False
    differing = [(a, b) for a, b in zip(tokens, others, strict=True) if a != b]
    if not 0 < len(differing) <= 2:
        return False
    for before, after in differing:
        first, second = _value(before), _value(after)
        if first is None or second is None or second - first != step:
            return False
    return True


@lru_cache(maxsize=512)
def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _value(token: str) -> int | None:
    if token.isdecimal():
        return int(token)
    if len(token) > 7 or not _ROMAN.fullmatch(token):
        return None
    values = [_ROMAN_VALUES[sign] for sign in token.lower()]
    return sum(
        -value if value < following else value
        for value, following in zip(values, [*values[1:], 0], strict=True)
    )


def _without_number(text: str, number: int) -> str:
    if _PAGE_NUMBER.fullmatch(text):
        return ""
    text = _NAMED_PAGE_NUMBER.sub(" ", text) if _NAMED_PAGE_NUMBER.search(text) else text
    for end in _NUMBER_AT_AN_END:
        text = end.sub(lambda found: "" if found[1] == str(number) else found[0], text)
    return " ".join(text.split())
