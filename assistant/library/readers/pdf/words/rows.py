"""Rows of a PDF page: words on one baseline, in pieces that wide gaps part.

Raised and lowered signs stay in the row of the word that they belong to, initials of two lines'
height go to the first of them, and letters set apart are words again.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import attrgetter
from statistics import median

from assistant.library.readers.pdf.words.runs import CELL_GAP, Run, RunGroup

# Lengths in heights of a font.
_SAME_ROW = 0.22
_CLOSE = 0.1
"""A smaller gap is none."""
_SMALL = 0.85
"""Raised and lowered signs are smaller than this share of the words beside them."""
_MAX_SIGNS = 20
"""Raised signs above one row."""
_SPACED_LETTERS = 4
_LETTER_GAP = 1.2
_STRETCHED_RUNS = 4
_STRETCHED_WORDS = 3
_EVEN = 0.1
"""By which the spaces of a stretched line differ."""
_PROSE_WORDS = 6
_LONG_ROW = 8
_NEXT = 4
"""Characters, at most, from a word's end to the beginning of the next: spaces and line ends."""
_MAX_FIGURE = 60
"""Characters; a longer piece is no figure."""
_PROSE_GAP = 0.95
_INITIAL = 1.7
"""Times the height of the words after it."""
LABEL = re.compile(r"[•‣◦▪●○■□∙·–—\-*➢➔✓✔]|\(?(\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]")
"""What marks an item of a list."""
_MAX_LABEL = 7
"""Characters of that."""
_SMALL_WORD = re.compile(r"(?<!\S)[(“\"]?[^\W\d_A-Z]")
_SMALL_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_KINDS = bytes(
    ord("0" if chr(sign).isdigit() else "a" if chr(sign).isalpha() else " ") for sign in range(128)
).ljust(256)
"""What ASCII signs are: digits, letters or others."""
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


@dataclass(slots=True)
class Piece:
    """Words of a row that no wide gap parts."""

    text: str
    left: float
    right: float
    height: float
    first: int
    """By the order in which the page is drawn."""
    words: int
    digits: int
    is_number: bool
    """Whether it is a figure: digits outweigh letters."""

    @classmethod
    def of(
        cls, text: str, left: float, right: float, height: float, first: int, words: int
    ) -> "Piece":
        if len(text) > _MAX_FIGURE:
            return cls(text, left, right, height, first, words, 0, False)
        if text.isascii():
            kinds = text.encode().translate(_KINDS)
            digits = kinds.count(b"0")
            letters = kinds.count(b"a") if digits else 0
        else:
            digits = len(_DIGIT.findall(text))
            letters = len(_LETTER.findall(text)) if digits else 0
        is_number = digits > 0 and digits >= letters
        return cls(text, left, right, height, first, words, digits, is_number)


@dataclass(slots=True)
class PageRow:
    """What stands on one baseline, from left to right."""

    base: float
    height: float
    pieces: list[Piece]
    left: float
    right: float
    bold: bool
    """Whether its first and its last letter are."""
    text: str
    gaps: Sequence[tuple[float, float]] = ()
    """The space between its pieces."""

    @classmethod
    def of(cls, base: float, pieces: list[Piece], bold: bool) -> "PageRow":
        if len(pieces) == 1:
            (piece,) = pieces
            return cls(base, piece.height, pieces, piece.left, piece.right, bold, piece.text)
        texts = [piece.text for piece in pieces]
        lengths = [*map(len, texts)]
        height = pieces[lengths.index(max(lengths))].height
        rights = [piece.right for piece in pieces]
        lefts = [piece.left for piece in pieces]
        gaps = [*zip(rights[:-1], lefts[1:], strict=True)]
        return cls(base, height, pieces, lefts[0], max(rights), bold, " ".join(texts), gaps)

    @property
    def words(self) -> int:
        return sum([piece.words for piece in self.pieces])

    @property
    def in_one(self) -> "PageRow":
        """The row in one piece."""
        height = self.height
        first = min([piece.first for piece in self.pieces])
        piece = Piece.of(self.text, self.left, self.right, height, first, self.words)
        return PageRow.of(self.base, [piece], self.bold)

    def only(self, pieces: list[Piece]) -> "PageRow":
        """The row with some of its pieces."""
        return PageRow.of(self.base, pieces, self.bold)


def rows_of(group: RunGroup, is_bold: Callable[[int], bool]) -> list[PageRow]:
    """The rows of runs that have one direction, from top to bottom."""
    runs = [run for run in group.runs if run.text]
    _mark_raised(runs)
    runs = _with_initials(runs)
    runs.sort(key=attrgetter("base"), reverse=True)
    stacks: list[list[Run]] = []
    heights: list[float] = []
    """Of the largest run in each row."""
    stack: list[Run] = []
    base = height = 0.0
    for run in runs:
        least = height if height < run.height else run.height
        if stack and (
            base - run.base <= _SAME_ROW * least
            or (run.height < _SMALL * height and _is_sign_of(run, stack))
        ):
            stack.append(run)
            if run.height > height:
                base, height = run.base, run.height
                heights[-1] = height
        else:
            stack = [run]
            base, height = run.base, run.height
            stacks.append(stack)
            heights.append(height)
    _take_in_small(stacks, heights)
    return [_row(stack, group.mirrored, is_bold) for stack in stacks]


def _mark_raised(runs: list[Run]) -> None:
    """Put `^` before numbers that are raised right behind a word, such as those of notes."""
    for before, run in pairwise(runs):
        if run.height < _SMALL * before.height and run.text[0].isdecimal() and not run.spaced:
            raised = 0.1 * before.height < run.base - before.base < 0.6 * before.height
            if raised and abs(run.left - before.right) < _CLOSE * before.height:
                run.text = f"^{run.text}"


def _with_initials(runs: list[Run]) -> list[Run]:
    """Runs with large first letters put before the word they begin, a line or two further up."""
    left_over: list[Run] = []
    if not [run for run in runs if len(run.text) == 1 and run.text.isalpha()]:
        return runs
    for run, following in pairwise([*runs, *runs[-1:]]):
        if len(run.text) == 1 and run.text.isalpha() and run.height > _INITIAL * following.height:
            beside = -0.3 <= (following.left - run.right) / following.height < 0.7
            if beside and run.base < following.base < run.base + run.height:
                following.text = run.text + following.text
                continue
        left_over.append(run)
    return left_over


def _is_sign_of(run: Run, stack: list[Run]) -> bool:
    """Whether a run is raised or lowered beside one of a row."""
    for other in stack:
        if run.height < _SMALL * other.height and abs(run.base - other.base) < other.height / 2:
            gap = max(run.left - other.right, other.left - run.right)
            if -0.5 * run.height <= gap < 0.25 * other.height:
                return True
    return False


def _take_in_small(stacks: list[list[Run]], heights: list[float]) -> None:
    """Put rows that are nothing but raised signs into the row below them.

    Args:
        heights: of the largest run in each row.
    """
    for at in range(len(stacks) - 2, -1, -1):
        if heights[at] >= _SMALL * heights[at + 1]:
            continue
        signs, below = stacks[at], stacks[at + 1]
        if len(signs) < _MAX_SIGNS and all(_is_sign_of(run, below) for run in signs):
            below.extend(signs)
            del stacks[at], heights[at]


def _row(stack: list[Run], mirrored: bool, is_bold: Callable[[int], bool]) -> PageRow:
    if len(stack) == 1:
        run = _in_words(stack)[0] if stack[0].edges else stack[0]
        bold = is_bold(run.first) and is_bold(run.last)
        piece = _piece([run], mirrored)
        return PageRow(run.base, run.height, [piece], run.left, run.right, bold, piece.text)
    # They are sorted by their base lines.
    base = stack[0].base if stack[0].base == stack[-1].base else _main(stack).base
    stack.sort(key=attrgetter("left"))
    runs = _words_of_letters(stack)
    before = runs[0]
    bold = is_bold(before.first) and is_bold(runs[-1].last)
    if len(runs) == 1:
        return PageRow.of(base, [_piece(runs, mirrored)], bold)
    widest = _cell_gap(runs)
    part = [before]
    pieces: list[Piece] = []
    right = before.right
    for run in runs[1:]:
        above, before = before, run
        height = run.height
        if run.left - above.left < _CLOSE * height and run.text == above.text:
            continue  # Drawn twice, so that it looks bold.
        height = height if height < above.height else above.height
        gap = CELL_GAP if widest == CELL_GAP or not _is_drawn_next(above, run) else widest
        if run.left - right < gap * height or (
            not pieces
            and len(part) == 1
            and len(above.text) <= _MAX_LABEL
            and LABEL.fullmatch(above.text)
        ):
            part.append(run)
            right = run.right if run.right > right else right
        else:
            pieces.append(_piece(part, mirrored))
            part = [run]
            right = run.right
    pieces.append(_piece(part, mirrored))
    return PageRow.of(base, pieces, bold)


def _main(runs: list[Run]) -> Run:
    """The largest run; of several the one with most characters."""
    heights = [run.height for run in runs]
    height = max(heights)
    if heights.count(height) == 1:
        return runs[heights.index(height)]
    largest = [run for run in runs if run.height == height]
    lengths = [len(run.text) for run in largest]
    return largest[lengths.index(max(lengths))]


def _is_drawn_next(before: Run, run: Run) -> bool:
    """Whether two runs are drawn one right after the other, as the words of a stretched line."""
    return run.first - before.last <= _NEXT if run.first > before.last else before.first > run.last


def _cell_gap(runs: list[Run]) -> float:
    """From which gap on a row is parted, in heights: more in prose, which may be stretched."""
    text = " ".join([run.text for run in runs])
    words = text.count(" ") + 1
    long = words >= _LONG_ROW and words >= 4 * len(runs)
    if not long and 2 * _small_words(text) < words:
        return CELL_GAP
    if words < _PROSE_WORDS:
        # A line of a narrow column: stretching makes all of its spaces equally wide.
        gaps = _gaps(runs) if words == len(runs) >= _STRETCHED_WORDS else []
        return max(gaps) + _EVEN if gaps and max(gaps) - min(gaps) <= _EVEN else CELL_GAP
    if len(runs) < _STRETCHED_RUNS:
        return _PROSE_GAP
    gaps = _gaps(runs)
    usual = median(gaps)
    # Stretching widens all spaces; cells stand apart though no gap parts the words in them.
    stretched = usual < _PROSE_GAP or words < 2 * len(runs)
    even = stretched and min(gaps) > 0 and max(gaps) <= 2.5 * usual
    return max(_PROSE_GAP, min(2.2 * usual, 2.5)) if even else _PROSE_GAP


def _small_words(text: str) -> int:
    """How many words begin with a small letter."""
    if text.isascii() and "(" not in text and '"' not in text:
        return len([word for word in text.split() if word[0] in _SMALL_LETTERS])
    return len(_SMALL_WORD.findall(text))


def _gaps(runs: list[Run]) -> list[float]:
    """The spaces between runs, in heights."""
    return [
        (after.left - before.right) / max(before.height, after.height)
        for before, after in pairwise(runs)
    ]


def _in_words(runs: list[Run]) -> list[Run]:
    run = runs[0]
    if len(run.edges) < _SPACED_LETTERS or not run.text.replace(" ", "").isalpha():
        return runs
    letters = run.text[::2]
    if _UNSPACED.search(letters):
        return runs
    gaps = [after[0] - before[1] for before, after in pairwise(run.edges)]
    usual = median(gaps)
    text = letters[0]
    for letter, gap in zip(letters[1:], gaps, strict=True):
        text += letter if gap <= 1.6 * usual + 0.05 * run.height else f" {letter}"
    return [replace(run, text=text, words=text.count(" ") + 1, edges=())]


def _words_of_letters(runs: list[Run]) -> list[Run]:
    """The runs of a row; a heading's letters that are set apart are words again."""
    if len(runs) < _SPACED_LETTERS or (
        len([run for run in runs if len(run.text) == 1]) < _SPACED_LETTERS
    ):
        if not [run for run in runs if run.edges]:
            return runs
        return [one for run in runs for one in _in_words([run])]
    joined: list[Run] = []
    letters: list[Run] = []
    for run in runs:
        letter = len(run.text) == 1 and run.text.isalpha() and not _UNSPACED.match(run.text)
        if letter and (not letters or run.left - letters[-1].right < _LETTER_GAP * run.height):
            letters.append(run)
            continue
        joined += _one_of(letters)
        letters = []
        joined.append(run)
    return joined + _one_of(letters)


def _one_of(letters: list[Run]) -> list[Run]:
    """One run of letters that stand apart, if they are enough to tell."""
    if len(letters) < _SPACED_LETTERS:
        return letters
    run = replace(
        letters[0],
        text=" ".join(letter.text for letter in letters),
        right=letters[-1].right,
        edges=[(letter.left, letter.right) for letter in letters],
    )
    return _in_words([run])


def _piece(runs: list[Run], mirrored: bool) -> Piece:
    run = runs[0]
    if len(runs) == 1:
        text, left, right, height = run.text, run.left, run.right, run.height
        first, words = run.first, run.words
    else:
        text, left = _text(runs, mirrored), run.left
        right = max([run.right for run in runs])
        lengths = [len(run.text) for run in runs]
        height = runs[lengths.index(max(lengths))].height
        first = min([run.first for run in runs])
        words = sum([run.words for run in runs])
    text = text[1:] if text[0] == "^" and len(text) > 1 else text
    if not text.isascii():
        words = max(words, len(_UNSPACED.findall(text)) // 2)
    return Piece.of(text, left, right, height, first, words)


def _text(runs: list[Run], mirrored: bool) -> str:
    text = "".join([run.text for run in runs])
    if mirrored or (not text.isascii() and _RIGHT_TO_LEFT.search(text)):
        runs = _in_reading_order(runs, mirrored)
    text = runs[0].text
    for before, run in pairwise(runs):
        gap = max(run.left - before.right, before.left - run.right)
        apart = run.spaced or gap > _CLOSE * min(run.height, before.height)
        if apart and not (_UNSPACED.match(text[-1]) and _UNSPACED.match(run.text)):
            text += " "
        text += run.text
    return text


def _in_reading_order(runs: list[Run], mirrored: bool) -> list[Run]:
    """Runs from left to right, those of the other direction among them turned round."""
    ordered: list[Run] = []
    other: list[Run] = []
    for run in runs:
        leftwards = _RIGHT_TO_LEFT.search(run.text) is not None
        if leftwards != mirrored:
            other.append(run)
            continue
        ordered += reversed(other)
        other = []
        ordered.append(run)
    return [*ordered, *reversed(other)]
