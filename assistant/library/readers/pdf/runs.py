"""Runs of words on a PDF page and where they stand, as PDFium gives them.

A run is what is drawn word by word on one line, in one font, with no more than a space between.
Runs in another direction than from left to right are turned, so that whoever puts them together
meets one direction only.
"""

import ctypes
import math
import re
import struct
from array import array
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, repeat
from typing import NamedTuple

import pypdfium2
from pypdfium2 import raw

from assistant.library.readers.pdf.legibility import (
    LINE_END_HYPHEN,
    has_odd_signs,
    readable,
    text_of,
    without_leaders,
)

_WORD = re.compile(r"\S+")
_PARTED_WORD = re.compile(f"[^\\s{LINE_END_HYPHEN}]+{LINE_END_HYPHEN}?")
"""A word where some go on in the next line: it takes twice as long to find."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_UNSPACED = re.compile("[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
"""Signs that are written from top to bottom, too."""
_BOLD = re.compile(rb"(?i)bold|black|heavy|[-,]bd\b|semib")
_FONT_NAME = ctypes.c_ulong(100)
"""Bytes of a font's name that are looked at."""
_FORCE_BOLD = 1 << 18
"""A flag of a font descriptor: PDF 32000-1, table 123."""
_MAX_WORDS = 30_000
"""Of a page; what comes after them is left out."""
CELL_GAP = 0.55
"""From this gap on, in heights of the font, two words may be cells of a table or lines of two
columns. A height is some 1.17 of a font's size, a space 0.2 to 0.25 of it."""
_SPACE = 0.33
"""Up to this gap it is surely a space that parts two words."""
_OVERLAP = -0.3
_SAME_EDGE = 0.02
"""Heights by which the edges of letters in one line may differ: some reach beyond their font's."""
_WIDE_LETTER = 0.8
_TYPED_SPACE = 1.25
"""Widths of a letter, at most, that a space of a typewriter's font takes."""
_SMALL = 0.85
"""Raised signs are smaller than this share of the word before them."""
_MAX_RAISED = 12
"""Characters at a word's end among which raised ones are looked for."""
_ROOM = 2048
_BOXES = (raw.FS_RECTF * _ROOM)()
_EDGES = memoryview(_BOXES).cast("B")
_SIZE = ctypes.sizeof(raw.FS_RECTF)
_PLACES = [ctypes.byref(box) for box in _BOXES]
_FONT_OF = ctypes.cast(raw.FPDFText_GetFontInfo, ctypes.PYFUNCTYPE(None))
_ANGLE_OF = ctypes.cast(raw.FPDFText_GetCharAngle, ctypes.PYFUNCTYPE(ctypes.c_float))
_BOX_OF = ctypes.cast(raw.FPDFText_GetLooseCharBox, ctypes.PYFUNCTYPE(None))
"""Told nothing of its arguments: ctypes takes most of the time of a call to look at them."""


@dataclass(slots=True)
class Run:
    """Words drawn one after the other, in points; its direction goes from left to right."""

    text: str
    left: float
    right: float
    base: float
    """Of the line the letters stand on; upwards is more."""
    height: float
    """Of the font, from descent to ascent; above 0."""
    first: int
    """Its first character, by PDFium's count: the order in which the page is drawn."""
    last: int
    words: int
    spaced: bool
    """Whether a space comes before it, rather than a new line."""
    edges: Sequence[tuple[float, float]] = ()
    """Where its words begin and end, where all of them are single letters."""


@dataclass(frozen=True)
class RunGroup:
    """The runs of a page that have one direction."""

    runs: list[Run]
    direction: int = 0
    """In degrees against the clock."""
    mirrored: bool = False
    """Whether they are read from right to left: their places are mirrored."""
    skewed: bool = False
    """Whether they stand at an angle; only their order is known then."""


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float


class PageRuns:
    """Reads the runs of one page; close it before the page."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        left, bottom, right, top = page.get_bbox()
        self._bounds = _Box(left, top, right, bottom)
        self._textpage = page.get_textpage()
        self._handle = self._textpage.raw
        self._address = ctypes.byref(self._handle.contents)
        self._box = array("f", [0.0] * 4)
        self._box_at = ctypes.byref(raw.FS_RECTF.from_buffer(self._box))
        self._name = ctypes.create_string_buffer(_FONT_NAME.value)
        self._flags = ctypes.c_int()
        self._bold: dict[tuple[bytes, int], bool] = {}
        self._drops: dict[float, float] = {}
        self._angles: dict[float, int] = {}
        self.text = text_of(self._textpage)
        self._has_odd_signs = has_odd_signs(self.text)
        self._same_index = raw.FPDFText_CountChars(self._handle) == len(self.text)

    def close(self) -> None:
        self._textpage.close()

    def groups(self) -> list[RunGroup]:
        """The runs by direction, the direction of most of them first."""
        turned = self._runs()
        may_be_mirrored = not self.text.isascii() and _RIGHT_TO_LEFT.search(self.text) is not None
        found = []
        for direction in sorted(turned, key=lambda each: -_amount(turned[each])):
            runs = turned[direction]
            if direction not in _TURNS:
                found.append(RunGroup(runs, direction, skewed=True))
            elif may_be_mirrored and _reads_leftwards(runs):
                for run in runs:
                    run.left, run.right = -run.right, -run.left
                found.append(RunGroup(runs, direction, mirrored=True))
            else:
                found.append(RunGroup(runs, direction))
        return found

    def _runs(self) -> dict[int, list[Run]]:
        """Runs, turned, by their direction in degrees against the clock."""
        # Word by word this is most of the work on a page.
        text = without_leaders(self.text)
        pattern = _PARTED_WORD if LINE_END_HYPHEN in text else _WORD
        spans = [*map(re.Match.span, islice(pattern.finditer(text), _MAX_WORDS))]
        runs: dict[int, list[Run]] = defaultdict(list)
        if not spans:
            return runs
        starts, stops = zip(*spans, strict=True)
        firsts = self._chars(starts)
        lasts = self._chars([stop - 1 for stop in stops])
        words = direction = begun = end = head = tail = 0
        left_edge = right = low = high = 0.0
        lowest = lower = higher = highest = narrowest = widest = close = 0.0
        for start, stop, first, last, box, last_box in zip(
            starts, stops, firsts, lasts, self._boxes(firsts), self._boxes(lasts), strict=True
        ):
            left, head_high, head_right, head_low = box
            tail_left, tail_high, tail_right, tail_low = last_box
            if words:
                if head_low == low == tail_low and head_high == high == tail_high:
                    goes_on = narrowest <= left - right < widest
                else:
                    goes_on = (
                        narrowest <= left - right < close
                        and lowest <= head_low <= lower
                        and lowest <= tail_low <= lower
                        and higher <= head_high <= highest
                        and higher <= tail_high <= highest
                    )
                if goes_on and tail_left >= left:
                    words += 1
                    right, tail, end = tail_right, last, stop
                    continue
                line = (left_edge, high, right, low)
                self._close_run(runs, text, begun, end, line, head, tail, words)
                words = 0
            height = head_high - head_low
            height = height if height > 1 else 1.0
            slack = _SAME_EDGE * height
            if first == last:
                plain = not direction
            else:
                plain = (
                    -slack <= tail_low - head_low <= slack
                    and -slack <= tail_high - head_high <= slack
                    and tail_left >= left
                )
            if plain:
                begun, end, head, tail, words, direction = start, stop, first, last, 1, 0
                left_edge, right, low, high = left, tail_right, head_low, head_high
                lowest, lower = low - slack, low + slack
                higher, highest = high - slack, high + slack
                narrowest, close, widest = _OVERLAP * height, _SPACE * height, CELL_GAP * height
                letter = head_right - left
                if (
                    _TYPED_SPACE * letter > widest
                    and letter < _WIDE_LETTER * height
                    and abs(tail_right - tail_left - letter) < 0.01
                ):
                    # A typewriter's space is as wide as its letters.
                    widest = _TYPED_SPACE * letter
                continue
            boxes, spaced = (_Box(*box), _Box(*last_box)), text[start - 1 : start] == " "
            word = text[start:stop]
            direction = self._add_unusual(runs, word, boxes, (first, last), spaced, direction)
        if words:
            line = (left_edge, high, right, low)
            self._close_run(runs, text, begun, end, line, head, tail, words)
        return runs

    def _chars(self, places: Sequence[int]) -> Sequence[int]:
        """The numbers of the characters at places of the text."""
        index = raw.FPDFText_GetCharIndexFromTextIndex
        return places if self._same_index else [index(self._handle, at) for at in places]

    def _boxes(self, chars: Sequence[int]) -> Iterator[tuple[float, ...]]:
        """Left, upper, right and lower edges of characters."""
        boxes = b""
        for start in range(0, len(chars), _ROOM):
            some = chars[start : start + _ROOM]
            deque(map(_BOX_OF, repeat(self._address), some, _PLACES), maxlen=0)
            boxes += _EDGES[: _SIZE * len(some)]
        return struct.iter_unpack("4f", boxes)

    def _close_run(
        self,
        runs: dict[int, list[Run]],
        text: str,
        start: int,
        end: int,
        box: tuple[float, float, float, float],
        first: int,
        last: int,
        words: int,
    ) -> None:
        """Add the run of some words whose letters have the same lower and upper edges."""
        left, high, right, low = box
        x0, y1, x1, y0 = self._bounds
        if right < x0 or left > x1 or high < y0 or low > y1:
            return
        written = text[start:end]
        edges: Sequence[tuple[float, float]] = ()
        if words > 1:
            if "  " in written or not written.isprintable():
                written = " ".join(written.split())
            if len(written) == 2 * words - 1:
                letters = [at for at in range(start, end) if not text[at].isspace()]
                edges = [(box[0], box[2]) for box in self._boxes(self._chars(letters))]
        if self._has_odd_signs:
            written = readable(written)
        height = high - low
        height = height if height > 1 else 1.0
        drop = self._drops.get(height)
        base = low + (self._drop(first, low, height) if drop is None else drop)
        spaced = text[start - 1 : start] == " "
        run = Run(written, left, right, base, height, first, last, words, spaced, edges)
        runs[0].append(run)

    def _add_unusual(
        self,
        runs: dict[int, list[Run]],
        text: str,
        boxes: tuple[_Box, _Box],
        chars: tuple[int, int],
        spaced: bool,
        before: int,
    ) -> int:
        """Add a word that is turned, or whose letters are not all of one height.

        Returns: its direction.
        """
        (head, tail), (first, last) = boxes, chars
        if first != last:
            direction = self._direction(text, head, tail, first)
        else:
            direction = before if _UNSPACED.match(text) else self._angle(first)
        around = _around(head, tail)
        if self._is_outside(around):
            return direction
        turn = _TURNS.get(direction, _TURNS[0])
        # An initial of several lines' height stands on the last of them, its word on the first.
        initial = not direction and _is_initial(text, head, tail)
        at, box = (last, tail) if initial else (first, head)
        whole, letter = turn(around), turn(box)
        height = max(letter.top - letter.bottom, 1.0)
        drop = 0.2 * height if direction else self._drop(at, box.bottom, height)
        if not direction:
            text = self._with_raised(text, head, tail, last)
        base = letter.bottom + drop
        run = Run(readable(text), whole.left, whole.right, base, height, *chars, 1, spaced)
        runs[direction].append(run)
        return direction

    def _with_raised(self, text: str, head: _Box, tail: _Box, last: int) -> str:
        """`text` with a `^` before its end where that is a raised number, such as the 2 of 10²."""
        height, small = head.top - head.bottom, tail.top - tail.bottom
        if not text[-1].isdecimal() or small > _SMALL * height:
            return text
        if tail.bottom - head.bottom < 0.1 * height:
            return text
        raised = 1
        while raised < min(_MAX_RAISED, len(text) - 1):
            raw.FPDFText_GetLooseCharBox(self._handle, last - raised, self._box_at)
            if abs(self._box[3] - tail.bottom) > 0.05 * height:
                break
            raised += 1
        return f"{text[:-raised]}^{text[-raised:]}"

    def _direction(self, text: str, head: _Box, tail: _Box, first: int) -> int:
        """The direction of several letters, by where the first and the last one stand."""
        across = (tail.left + tail.right - head.left - head.right) / 2
        upward = (tail.bottom + tail.top - head.bottom - head.top) / 2
        if self._angle(first):
            direction = _degrees(math.atan2(upward, across))
            return 0 if direction == 180 and _RIGHT_TO_LEFT.search(text) else direction
        # Vertical writing: upright signs, one below the other.
        return 270 if -upward > 2 * abs(across) else 0

    def _angle(self, char: int) -> int:
        angle = _ANGLE_OF(self._address, char)
        known = self._angles.get(angle)
        if known is None:
            known = self._angles[angle] = -_degrees(angle) % 360
        return known

    def _is_outside(self, box: _Box) -> bool:
        left, top, right, bottom = box
        x0, y1, x1, y0 = self._bounds
        return right < x0 or left > x1 or top < y0 or bottom > y1

    def is_bold(self, char: int) -> bool:
        """Whether a letter is; what was typed onto the page never is."""
        if char < 0:
            return False
        _FONT_OF(self._address, char, self._name, _FONT_NAME, ctypes.byref(self._flags))
        font = self._name.value, self._flags.value
        known = self._bold.get(font)
        if known is None:
            known = bool(font[1] & _FORCE_BOLD) or _BOLD.search(font[0]) is not None
            self._bold[font] = known
        return known

    def _drop(self, char: int, bottom: float, height: float) -> float:
        """How far the line of a letter is above its lower edge; fonts of one height agree."""
        drop = self._drops.get(height, self._drops.get(round(height, 2)))
        if drop is None:
            x, y = ctypes.c_double(), ctypes.c_double()
            raw.FPDFText_GetCharOrigin(self._handle, char, ctypes.byref(x), ctypes.byref(y))
            drop = y.value - bottom
            # A font may tell nonsense about its height.
            drop = drop if -0.5 * height <= drop <= height else 0.2 * height
            self._drops[round(height, 2)] = drop
        self._drops[height] = drop
        return drop


_TURNS: dict[int, Callable[[_Box], _Box]] = {
    0: lambda box: box,
    90: lambda box: _Box(box.bottom, -box.left, box.top, -box.right),
    180: lambda box: _Box(-box.right, -box.bottom, -box.left, -box.top),
    270: lambda box: _Box(-box.top, box.right, -box.bottom, box.left),
}
"""By the direction of reading, how a box is turned so that it is read from left to right."""


def _around(head: _Box, tail: _Box) -> _Box:
    (left, top, right, bottom), (x0, y1, x1, y0) = head, tail
    return _Box(min(left, x0), max(top, y1), max(right, x1), min(bottom, y0))


def _is_initial(text: str, head: _Box, tail: _Box) -> bool:
    """Whether a word's first letter reaches down to lines below."""
    least = 0.7 * (tail.top - tail.bottom)
    return text[0].isalpha() and text[-1].isalpha() and tail.bottom - head.bottom > least


def _degrees(radians: float) -> int:
    """A direction, right angles when it is close to one."""
    degrees = round(math.degrees(radians)) % 360
    nearest = round(degrees / 90) * 90
    return nearest % 360 if abs(degrees - nearest) <= 3 else degrees


def _amount(runs: list[Run]) -> int:
    return sum(len(run.text) for run in runs)


def _reads_leftwards(runs: list[Run]) -> bool:
    return 2 * _amount([run for run in runs if _RIGHT_TO_LEFT.search(run.text)]) > _amount(runs)
