"""Runs of words on a PDF page and where they stand, as PDFium gives them.

A run is what is drawn word by word on one line, in one font, with no more than a space between.
Runs in another direction than from left to right are turned, so that whoever puts them together
meets one direction only. Where most of a page has one, all of it is turned before words are put
into runs.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median

from assistant.library.readers.pdf.words.characters import (
    TURNS,
    CharBox,
    PageCharacters,
    degrees_of,
)
from assistant.library.readers.pdf.words.legibility import (
    LINE_END_HYPHEN,
    has_odd_signs,
    readable,
    without_leaders,
)

_WORD = re.compile(r"\S+")
_PARTED_WORD = re.compile(f"[^\\s{LINE_END_HYPHEN}]+{LINE_END_HYPHEN}?")
"""A word where some go on in the next line: it takes twice as long to find."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_UNSPACED = re.compile("[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
"""Signs that are written from top to bottom, too."""
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
_SAME_WIDTH = 0.1
_NARROW = frozenset("iljtfrI.,:;'!|()[]-")
"""Signs that take less room than others, but in a typewriter's font."""
_TYPED = 0.8
"""Share of words with a narrow and a usual letter at their ends, in such a font, whose widths are
the same; some reach beyond it."""
_LOOKED_AT = 50
"""Words of a page, about, by which it is told."""
_SMALL = 0.85
"""Raised signs are smaller than this share of the word before them."""
_RAISED_BY = 30
"""Degrees, at most, by which such a sign moves a word's end."""
_MAX_RAISED = 12
"""Characters at a word's end among which raised ones are looked for."""


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


_PlainRun = tuple[int, int, float, float, float, float, int, int, int]
"""Where a run begins and ends in the text of its page; its left, upper, right and lower edge; its
first and its last character, and its words."""


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


class PageRuns:
    """Reads the runs of one page."""

    def __init__(self, characters: PageCharacters) -> None:
        self._characters = characters
        self._drops: dict[float, float] = {}
        self._text = characters.text
        self._has_odd_signs = has_odd_signs(self._text)
        self._turn = 0
        """The direction of most of the page: all boxes are turned by it."""
        self._bounds = characters.bounds

    def groups(self) -> list[RunGroup]:
        """The runs by direction, the direction of most of them first."""
        turned = self._runs()
        may_be_mirrored = not self._text.isascii() and _RIGHT_TO_LEFT.search(self._text) is not None
        found = []
        for direction in sorted(turned, key=lambda each: -_amount(turned[each])):
            runs = turned[direction]
            if direction not in TURNS:
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
        text = without_leaders(self._text)
        pattern = _PARTED_WORD if LINE_END_HYPHEN in text else _WORD
        spans = [*map(re.Match.span, islice(pattern.finditer(text), _MAX_WORDS))]
        runs: dict[int, list[Run]] = defaultdict(list)
        if not spans:
            return runs
        starts, stops = zip(*spans, strict=True)
        characters = self._characters
        firsts = characters.numbers(starts)
        lasts = characters.numbers([stop - 1 for stop in stops])
        turn = self._turn = direction = characters.direction(firsts)
        self._bounds = TURNS[turn](*characters.bounds)
        heads, tails = characters.boxes(firsts, turn), characters.boxes(lasts, turn)
        typed = self._typed(text, spans, firsts, lasts)
        plain: list[_PlainRun] = []
        words = begun = end = head = tail = 0
        left_edge = right = low = high = 0.0
        lowest = lower = higher = highest = narrowest = widest = close = 0.0
        for start, stop, first, last, box, last_box in zip(
            starts, stops, firsts, lasts, heads, tails, strict=True
        ):
            left, head_high, _, head_low = box
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
                plain.append((begun, end, left_edge, high, right, low, head, tail, words))
                words = 0
            height = head_high - head_low
            height = height if height > 1 else 1.0
            slack = _SAME_EDGE * height
            if first == last:
                is_plain = direction == turn and (not turn or characters.angle(first) == turn)
            else:
                is_plain = (
                    -slack <= tail_low - head_low <= slack
                    and -slack <= tail_high - head_high <= slack
                    and tail_left >= left
                )
            if is_plain:
                begun, end, head, tail, words, direction = start, stop, first, last, 1, turn
                left_edge, right, low, high = left, tail_right, head_low, head_high
                lowest, lower = low - slack, low + slack
                higher, highest = high - slack, high + slack
                narrowest, close, widest = _OVERLAP * height, _SPACE * height, CELL_GAP * height
                if typed and (letter := typed.get(round(height))):
                    widest = max(widest, _TYPED_SPACE * letter)
                continue
            self._add_plain(runs, text, plain)
            plain = []
            back = TURNS[-turn % 360]
            boxes, spaced = (back(*box), back(*last_box)), text[start - 1 : start] == " "
            word = text[start:stop]
            direction = self._add_unusual(runs, word, boxes, (first, last), spaced, direction)
        if words:
            plain.append((begun, end, left_edge, high, right, low, head, tail, words))
        self._add_plain(runs, text, plain)
        return runs

    def _typed(
        self,
        text: str,
        spans: Sequence[tuple[int, int]],
        firsts: Sequence[int],
        lasts: Sequence[int],
    ) -> dict[int, float]:
        """The width of letters, by height in whole points, where all are as wide as each other.

        Narrow ones tell: in a typewriter's font an i takes the room of an m, and so does a space.
        """
        some = []
        for at in range(0, len(spans), len(spans) // _LOOKED_AT + 1):
            start, stop = spans[at]
            if (text[start] in _NARROW) != (text[stop - 1] in _NARROW):
                some.append(at)
        boxes_of = self._characters.boxes
        heads = boxes_of([firsts[at] for at in some], self._turn)
        tails = boxes_of([lasts[at] for at in some], self._turn)
        widths: dict[int, list[float]] = {}
        even: Counter[int] = Counter()
        for (left, high, right, low), (tail_left, _, tail_right, _) in zip(
            heads, tails, strict=True
        ):
            letter, height = right - left, round(high - low)
            widths.setdefault(height, []).append(letter)
            even[height] += (
                letter < _WIDE_LETTER * height
                and abs(tail_right - tail_left - letter) < _SAME_WIDTH * letter
            )
        return {
            height: median(letters)
            for height, letters in widths.items()
            if even[height] >= _TYPED * len(letters)
        }

    def _add_plain(self, runs: dict[int, list[Run]], text: str, plain: list[_PlainRun]) -> None:
        """Add runs of words whose letters have the same lower and upper edges."""
        x0, y1, x1, y0 = self._bounds
        drops, has_odd_signs = self._drops, self._has_odd_signs
        for start, end, left, high, right, low, first, last, words in plain:
            if right < x0 or left > x1 or high < y0 or low > y1:
                continue
            written = text[start:end]
            edges: Sequence[tuple[float, float]] = ()
            if words > 1:
                if "  " in written or not written.isprintable():
                    written = " ".join(written.split())
                if len(written) == 2 * words - 1:
                    edges = self._edges_of_letters(text, start, end)
            if has_odd_signs:
                written = readable(written)
            height = high - low
            height = height if height > 1 else 1.0
            drop = drops.get(height)
            base = low + (self._drop(first, low, height) if drop is None else drop)
            spaced = text[start - 1 : start] == " "
            runs[self._turn].append(
                Run(written, left, right, base, height, first, last, words, spaced, edges)
            )

    def _edges_of_letters(self, text: str, start: int, end: int) -> list[tuple[float, float]]:
        letters = [at for at in range(start, end) if not text[at].isspace()]
        boxes = self._characters.boxes(self._characters.numbers(letters), self._turn)
        return [(left, right) for left, _, right, _ in boxes]

    def _add_unusual(
        self,
        runs: dict[int, list[Run]],
        text: str,
        boxes: tuple[CharBox, CharBox],
        chars: tuple[int, int],
        spaced: bool,
        before: int,
    ) -> int:
        """Add a word that is not turned as most are, or whose letters are not all of one height.

        Returns: its direction.
        """
        first, last = chars
        if first != last:
            direction = self._direction(text, *boxes, first)
        else:
            direction = before if _UNSPACED.match(text) else self._characters.angle(first)
        turn = TURNS.get(direction, CharBox)
        head, tail = turn(*boxes[0]), turn(*boxes[1])
        whole = _around(head, tail)
        bounds = turn(*self._characters.bounds)
        if whole.right < bounds.left or whole.left > bounds.right:
            return direction
        if whole.top < bounds.bottom or whole.bottom > bounds.top:
            return direction
        if direction == self._turn:
            # An initial of several lines' height stands on the last of them, its word on the first.
            initial = _is_initial(text, head, tail)
            at, letter = (last, tail) if initial else (first, head)
            height = max(letter.top - letter.bottom, 1.0)
            base = letter.bottom + self._drop(at, letter.bottom, height)
            text = self._with_raised(text, head, tail, last)
        else:
            height = max(head.top - head.bottom, 1.0)
            base = head.bottom + 0.2 * height
        run = Run(readable(text), whole.left, whole.right, base, height, *chars, 1, spaced)
        runs[direction].append(run)
        return direction

    def _with_raised(self, text: str, head: CharBox, tail: CharBox, last: int) -> str:
        """`text` with a `^` before its end where that is a raised number, such as the 2 of 10²."""
        height, small = head.top - head.bottom, tail.top - tail.bottom
        if not text[-1].isdecimal() or small > _SMALL * height:
            return text
        if tail.bottom - head.bottom < 0.1 * height:
            return text
        raised = 1
        before = range(last - 1, last - min(_MAX_RAISED, len(text) - 1), -1)
        for _, _, _, bottom in self._characters.boxes(before, self._turn):
            if abs(bottom - tail.bottom) > 0.05 * height:
                break
            raised += 1
        return f"{text[:-raised]}^{text[-raised:]}"

    def _direction(self, text: str, head: CharBox, tail: CharBox, first: int) -> int:
        """The direction of several letters, by where the first and the last one stand."""
        across = (tail.left + tail.right - head.left - head.right) / 2
        upward = (tail.bottom + tail.top - head.bottom - head.top) / 2
        if angle := self._characters.angle(first):
            direction = degrees_of(math.atan2(upward, across))
            if direction == 180 and _RIGHT_TO_LEFT.search(text):
                return 0
            # A raised sign at a word's end does not turn it.
            moved = abs((direction - angle + 180) % 360 - 180)
            return angle if angle in TURNS and moved <= _RAISED_BY else direction
        # Vertical writing: upright signs, one below the other.
        return 270 if -upward > 2 * abs(across) else 0

    def _drop(self, char: int, bottom: float, height: float) -> float:
        """How far the line of a letter is above its lower edge; fonts of one height agree."""
        about = int(100 * height + 0.5)
        drop = self._drops.get(about)
        if drop is None:
            drop = self._characters.base(char, self._turn) - bottom
            # A font may tell nonsense about its height.
            drop = drop if -0.5 * height <= drop <= height else 0.2 * height
            self._drops[about] = drop
        self._drops[height] = drop
        return drop


def _around(head: CharBox, tail: CharBox) -> CharBox:
    (left, top, right, bottom), (x0, y1, x1, y0) = head, tail
    return CharBox(min(left, x0), max(top, y1), max(right, x1), min(bottom, y0))


def _is_initial(text: str, head: CharBox, tail: CharBox) -> bool:
    """Whether a word's first letter reaches down to lines below."""
    least = 0.7 * (tail.top - tail.bottom)
    return text[0].isalpha() and text[-1].isalpha() and tail.bottom - head.bottom > least


def _amount(runs: list[Run]) -> int:
    return sum(len(run.text) for run in runs)


def _reads_leftwards(runs: list[Run]) -> bool:
    return 2 * _amount([run for run in runs if _RIGHT_TO_LEFT.search(run.text)]) > _amount(runs)
